"""The command as a user meets it: what it prints and writes, and one clear line for every bad input."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors
from safetensors.numpy import load_file

from lab01_word2vec import command
from lab01_word2vec.options import build_parser
from lab03_eval.pictures import layout
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.maps import principal
from tests.commands import Done, Stopped, demand_one_line, in_process, process

SOLUTION = "lab01_word2vec/solution.py"
SMALL = ["--epochs", "2", "--dim", "20", "--threads", "1"]


def lab01(*arguments: str) -> Done:
    return in_process(command.main, *arguments)


@pytest.fixture(scope="module")
def finished(small_text, tmp_path_factory):
    """A finished small run, by a process of its own: (what it printed, its folder)."""
    out = tmp_path_factory.mktemp("run")
    done = process(SOLUTION, "--data", str(small_text), "--out", str(out), *SMALL, cwd=out)
    assert done.returncode == 0, done.stderr
    return done.stdout, out


@pytest.fixture
def no_picture(monkeypatch):
    """The command without its picture, which takes longer than a small training; `finished` draws it."""
    monkeypatch.setattr(command, "draw", lambda *_: None)


def test_prints_configuration_demo_scores_and_a_clear_last_line(finished):
    printed, out = finished
    for part in ("configuration:", "dim=20", "Nearest neighbours", "king − man + woman", "Google, all", "used / total"):
        assert part in printed
    assert printed.splitlines()[-1].startswith("done in ")
    assert f"{out}/vectors.bin" in printed.splitlines()[-1]


def test_writes_four_files_and_leaves_nothing_else(finished):
    _, out = finished
    assert sorted(os.listdir(out)) == ["neighbours.png", "run.json", "vectors.bin", "vectors.safetensors"]
    assert (out / "neighbours.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_vectors_agree_between_files_and_with_gensim(finished):
    _, out = finished
    ours = WordVectors.load(out / "vectors.bin")
    theirs = KeyedVectors.load_word2vec_format(str(out / "vectors.bin"), binary=True)
    assert theirs.index_to_key == ours.words
    np.testing.assert_array_equal(theirs.vectors, ours.matrix)
    tensors = load_file(out / "vectors.safetensors")
    assert set(tensors) == {"in_emb", "out_emb", "counts", "matrix"}
    total = tensors["in_emb"] + 0.6 * tensors["out_emb"]
    np.testing.assert_allclose(tensors["matrix"], principal(total)(total), atol=1e-4)
    np.testing.assert_array_equal(WordVectors.load(out / "vectors.safetensors").matrix, ours.matrix)
    assert (np.diff(tensors["counts"]) <= 0).all()


def test_another_process_gives_the_same_bytes(finished, small_text, tmp_path, no_picture):
    _, out = finished
    done = lab01("--data", str(small_text), "--out", str(tmp_path), *SMALL)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "vectors.bin").read_bytes() == (out / "vectors.bin").read_bytes()


def test_run_json_records_what_was_run(small_text, tmp_path, no_picture):
    done = lab01("--data", str(small_text), "--out", str(tmp_path), *SMALL, "--seed", "5")
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["config"]["seed"] == 5
    assert record["config"]["dim"] == 20
    assert record["corpus"]["tokens"] == 30_000
    assert len(record["training"]["losses"]) == 2
    assert record["scores"]["wordsim353.total"] == 353


def test_dry_run_trains_and_writes_nothing(small_text, tmp_path):
    done = lab01("--data", str(small_text), "--out", str(tmp_path / "out"), "--dry-run")
    assert done.returncode == 0
    assert "30,000 tokens" in done.stdout
    assert not list((tmp_path / "out").glob("*"))


def test_relative_data_is_found_from_the_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = lab01("--data", "lab01_word2vec/blocks.py", "--min-count", "2", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "corpus: blocks.py, " in done.stdout


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("engine", ["blocks", "pairs"])
@pytest.mark.parametrize("kept", ["in", "sum", "centred", "flattened"])
def test_what_is_kept_is_made_of_the_tables_beside_it(small_text, tmp_path, no_picture, engine, kept, precision):
    arguments = ["--engine", engine, "--keep", kept, "--epochs", "1", "--dim", "5", "--precision", precision]
    done = lab01("--data", str(small_text), "--out", str(tmp_path), *arguments, "--all-words")
    assert done.returncode == 0, done.stderr
    tables = load_file(tmp_path / "vectors.safetensors")
    expected = tables["in_emb"] + {"in": 0, "sum": 1}.get(kept, 0.6) * tables["out_emb"]
    if kept in ("centred", "flattened"):
        expected -= expected.mean(axis=0)
    if kept == "flattened":
        expected = principal(expected)(expected)
    np.testing.assert_allclose(tables["matrix"], expected, atol=1e-5)
    np.testing.assert_array_equal(WordVectors.load(tmp_path / "vectors.bin").matrix, tables["matrix"])
    assert tables["out_emb"].any()  # or the three would be one
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["keep"] == kept
    ran = precision if engine == "blocks" else "float32"  # which pairs always are
    assert record["precision"] == record["config"]["precision"] == ran
    assert f"{ran} products" in done.stdout


BAD_NUMBERS = [
    (option, value)
    for option in ("--dim", "--window", "--negatives", "--epochs", "--lr", "--subsample")
    for value in ("0", "-1", "nan", "1e9", "many")
]


@pytest.mark.parametrize(("option", "value"), BAD_NUMBERS)
def test_numbers_out_of_range_are_one_line(option, value, capsys):
    with pytest.raises(SystemExit) as stopped:
        build_parser().parse_args([f"{option}={value}"])
    errors = capsys.readouterr().err
    assert stopped.value.code == 2
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert option in errors
    assert value in errors


def test_missing_corpus_says_how_to_get_it(tmp_path):
    out = tmp_path / "out"
    demand_one_line(lab01("--data", "data/nowhere/text8", "--out", str(out)), "no such file", "get_data.py text8")


def test_cuda_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    demand_one_line(lab01("--data", "sample", "--device", "cuda"), "--device cuda", "--device cpu")


def test_resume_without_a_checkpoint(small_text, tmp_path):
    demand_one_line(lab01("--data", str(small_text), "--out", str(tmp_path), "--resume"), "no checkpoint")


def test_out_that_is_a_file(small_text, tmp_path):
    (tmp_path / "file").write_text("mine")
    demand_one_line(lab01("--data", str(small_text), "--out", str(tmp_path / "file")), str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "mine"


def test_out_that_cannot_be_written(small_text):
    demand_one_line(lab01("--data", str(small_text), "--out", "/proc/nowhere"), "/proc/nowhere")


@pytest.fixture
def full_disk():
    """A limit on file size does for the full disk: both fail in write(). Once the limit is off, it is off for all."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("epochs", ["1", "2"])  # the vectors' own file fails first, or the checkpoint
def test_a_full_disk_is_one_line_and_harms_nothing_saved(small_text, tmp_path, full_disk, epochs):
    (tmp_path / "vectors.bin").write_bytes(b"saved before")
    done = lab01("--data", str(small_text), "--out", str(tmp_path), "--epochs", epochs)
    demand_one_line(
        done, "File too large", str(tmp_path / "vectors.bin") if epochs == "1" else "checkpoint.safetensors"
    )
    assert (tmp_path / "vectors.bin").read_bytes() == b"saved before"
    assert sorted(os.listdir(tmp_path)) == ["vectors.bin"]


FAMILIES = "".join(f"{word} " for family in layout.FAMILIES.values() for word in family)  # 50 words
TRAINED = ["neighbours.png", "run.json", "vectors.bin", "vectors.safetensors"]


def quick_run(tmp_path: Path, text: str, *options: str) -> tuple[Done, list[str]]:
    (tmp_path / "text").write_text(text, encoding="utf-8")
    sizes = ["--min-count", "1", "--subsample", "1", "--epochs", "1", "--dim", "4"]
    done = lab01("--data", str(tmp_path / "text"), "--out", str(tmp_path / "out"), *sizes, *options)
    return done, sorted(os.listdir(tmp_path / "out"))


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (FAMILIES * 3, ["--dim", "1"], "a map needs at least 4 words and 2 dimensions, found 50 and 1"),
        ("one two three " * 9, [], "a map needs at least 4 words and 2 dimensions, found 3 and 4"),
    ],
)
def test_a_picture_that_has_nothing_to_show_is_left_out_and_the_run_is_kept(tmp_path, text, options, says):
    done, made = quick_run(tmp_path, text, *options)
    assert done.returncode == 0, done.stderr
    assert f"neighbours.png left out: {says}\n" in done.stdout
    assert made == TRAINED[1:]
    assert done.stdout.splitlines()[-1].startswith("done in ")


def test_a_picture_of_another_language_shows_its_frequent_words(tmp_path):
    done, made = quick_run(tmp_path, "шла маша по шоссе и сосала сушку في البيت كتاب " * 9)
    assert done.returncode == 0, done.stderr
    assert "left out" not in done.stdout
    assert made == TRAINED


@pytest.mark.parametrize(
    ("module", "package"), [("lab03_eval.pictures.plots", "matplotlib"), ("sklearn.manifold", "scikit-learn")]
)
def test_a_picture_whose_package_is_missing_is_left_out_and_the_run_is_kept(tmp_path, monkeypatch, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    done, made = quick_run(tmp_path, FAMILIES * 3)
    assert done.returncode == 0, done.stderr
    assert re.search(
        rf"neighbours\.png left out: {package} cannot be imported .*: pip install {package}\n", done.stdout
    )
    assert made == TRAINED[1:]


@pytest.mark.parametrize("name", ["describe", "draw"])  # the first thing that is printed of the results, and the last
def test_results_are_on_disk_before_they_are_shown(tmp_path, monkeypatch, name):
    def stop(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr(command, name, stop)
    with pytest.raises(Stopped):
        quick_run(tmp_path, FAMILIES * 3)
    assert sorted(os.listdir(tmp_path / "out")) == TRAINED[1:]
