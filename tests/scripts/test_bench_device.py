"""The measurement on a GPU, run on the CPU and a small text: what it records, and the table that it fills."""

from __future__ import annotations

import json
from pathlib import Path

from wordlab.errors import InputError

import pytest

from lab01_word2vec import blocks
from scripts import bench_device
from scripts.bench import KEPT, LADDER, TARGETS
from scripts.peers import GENSIM
from tests.commands import demand_one_line
from tests.scripts.commands import script

PAGE = "# Lab 1\n\n<!-- table: device -->\nGPU: not measured by us.\n<!-- end -->\n"


@pytest.fixture
def root(tmp_path) -> Path:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "lab01.md").write_text(PAGE)
    return tmp_path


def measure(root: Path, text: Path, *names: str) -> dict:
    """The measurements `names` of the text, as the command makes them and writes them down."""
    done = script("bench_device.py", "--device", "cpu", "--data", text, "--root", root, "--only", *names)
    assert done.returncode == 0, done.stderr
    return json.loads((root / "reports" / text.stem / "device.json").read_text())


@pytest.mark.long
def test_every_size_of_step_is_measured_and_every_view(root, tiny_text):
    found = measure(root, tiny_text, "lab", "best")
    runs = found["lab"]["runs"]
    assert {size: len(each) for size, each in runs.items()} == {"64": 3, "256": 1, "1024": 1, "4096": 1}
    assert all(run["words_per_second"] > 0 and run["seconds"] > 0 for each in runs.values() for run in each)
    assert set(found["best"]["seconds"]) == set(found["best"]["words"])
    assert "subwords-5" in found["best"]["seconds"]
    page = (root / "reports" / tiny_text.stem / "device.md").read_text()
    assert "steps of 4096 blocks" in page
    assert "best --subwords --full" in page
    assert (root / "reports" / "lab01.md").read_text() == PAGE  # of wiki8 nothing is known


def test_the_size_of_a_step_is_the_labs_own_again():
    usual = blocks.BLOCKS
    with bench_device.steps_of(7):
        assert blocks.BLOCKS == 7
    assert usual == blocks.BLOCKS == bench_device.SIZES[0]


def test_quality_is_the_first_schedule_that_reaches_gensims_scores(monkeypatch, root):
    """Schedule n scores n in everything, with every size of step; the largest is tried first."""
    keys = set().union(*TARGETS.values())

    def train(corpus, args, size, *options):
        rates = [str(rate) for _, rate, _ in LADDER]
        return {"seconds": 1.0, "scores": dict.fromkeys(keys, float(rates.index(options[3])))}

    raced = {name: [{next(iter(KEPT)): dict.fromkeys(keys, 2.5)}] for name in GENSIM}
    monkeypatch.setattr(bench_device, "train_lab", train)
    args = bench_device.parser().parse_args(["--device", "cpu", "--data", "sample", "--root", str(root)])
    with pytest.raises(InputError, match=r"bench\.json: no scores of gensim"):
        bench_device.measure_quality(args)
    (root / "reports" / "bench.json").write_text(json.dumps({"trainers": raced}))
    found = bench_device.measure_quality(args)["found"]
    assert set(found) == set(TARGETS)
    for schedule in found.values():
        assert (schedule["epochs"], schedule["lr"]) == LADDER[3][:2]
        assert schedule["size"] == bench_device.SIZES[-1]


@pytest.mark.long
def test_the_trainers_tests_run_on_the_device(monkeypatch, root):
    monkeypatch.setattr(bench_device, "TESTS", {"lab01": ("sides",)})
    args = bench_device.parser().parse_args(["--device", "cpu", "--root", str(root)])
    assert "passed" in bench_device.measure_tests(args)["passed"]
    monkeypatch.setattr(bench_device, "TESTS", {"lab01": ("nowhere",)})
    with pytest.raises(InputError, match="tests on cpu"):
        bench_device.measure_tests(args)


def test_without_a_gpu_it_says_so(root):
    demand_one_line(script("bench_device.py", "--root", root, "--only", "lab"), "no CUDA device", "--device cpu")
