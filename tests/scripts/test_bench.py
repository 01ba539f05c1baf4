"""The benchmarks' processes on a small text: their records say what ran, and bad input ends in one line."""

from __future__ import annotations

import json

import pytest

from lab03_eval.vectors import WordVectors
from tests.commands import demand_one_line
from tests.scripts.commands import script


@pytest.mark.parametrize(
    ("trainer", "options", "precision"),
    [
        ("gensim", [], None),
        ("blocks", ["--precision", "float32"], "float32"),
        ("blocks", ["--precision", "bfloat16"], "bfloat16"),
        ("pairs", ["--precision", "bfloat16"], "float32"),  # pairs are never multiplied otherwise
    ],
)
def test_a_record_says_what_ran(trainer, options, precision, small_text, tmp_path):
    job = {"trainer": trainer, "data": str(small_text), "seed": 1, "threads": 1, "epochs": 1, "options": options}
    (tmp_path / "job.json").write_text(json.dumps(job))
    done = script("bench.py", "--child", tmp_path)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "record.json").read_text())
    assert record.get("precision") == precision
    assert record["training_seconds"] > 0
    assert record["words_per_second"] > 0
    assert WordVectors.load(tmp_path / "vectors.bin").dim == 100


def test_the_tasks_of_lab_3s_benchmark(tmp_path):
    path = tmp_path / "vectors.bin"
    assert script("bench_eval.py", "--child", "make", "1000x20", path).returncode == 0
    assert WordVectors.load(path).matrix.shape == (1000, 20)
    loaded, answered = ({}, {})
    for library in ("ours", "gensim"):
        loaded[library] = json.loads(script("bench_eval.py", "--child", "load", library, path).stdout)
        answered[library] = json.loads(script("bench_eval.py", "--child", "analogies", library, path).stdout)
        assert loaded[library]["seconds"] > 0
    # Both answer the questions whose words are known, and equally well.
    assert answered["ours"]["used"] == answered["gensim"]["used"] > 1000
    assert answered["ours"]["correct"] == answered["gensim"]["correct"]


@pytest.mark.parametrize(
    ("name", "arguments", "parts"),
    [
        ("bench.py", ["--data", "nowhere.txt"], ["nowhere.txt", "no such file"]),
        ("bench.py", ["--rounds", "0"], ["--rounds", "[1, 1000]"]),
        ("bench_eval.py", ["--rounds", "0"], ["--rounds", "[1, 1000]"]),
        ("pack_vectors.py", ["nowhere", "--licence", "x"], ["nowhere/run.json"]),
    ],
)
def test_bad_input_is_one_line(name, arguments, parts):
    demand_one_line(script(name, *arguments), *parts)


def test_pack_vectors_wants_a_run_of_lab_1(tmp_path):
    for content, told in (("{", "not JSON"), ("[]", "expected a JSON object"), ("{}", "name the folder of its --out")):
        (tmp_path / "run.json").write_text(content)
        demand_one_line(script("pack_vectors.py", tmp_path, "--licence", "x"), "run.json", told)
