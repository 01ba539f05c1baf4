"""The command as a user meets it: what it prints and writes, and one clear line for every bad input."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import numpy as np
import pytest
from gensim.models import KeyedVectors
from safetensors.numpy import load_file

from lab01_word2vec.solution import build_parser
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT, lab01


@pytest.fixture(scope="module")
def finished(small_text, tmp_path_factory):
    """A finished small run: (what it printed, its folder)."""
    out = tmp_path_factory.mktemp("run")
    done = lab01("--data", str(small_text), "--out", str(out), "--epochs", "2", "--dim", "20", cwd=out)
    assert done.returncode == 0, done.stderr
    return done.stdout, out


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
    np.testing.assert_allclose(tensors["matrix"], total - total.mean(0), atol=1e-5)
    np.testing.assert_array_equal(WordVectors.load(out / "vectors.safetensors").matrix, ours.matrix)
    assert (np.diff(tensors["counts"]) <= 0).all()


def test_dry_run_trains_and_writes_nothing(small_text, tmp_path):
    done = lab01("--data", str(small_text), "--out", str(tmp_path / "out"), "--dry-run")
    assert done.returncode == 0
    assert "30,000 tokens" in done.stdout
    assert not list((tmp_path / "out").glob("*"))


def test_relative_data_is_found_from_the_repository(tmp_path):
    done = lab01("--data", "lab01_word2vec/blocks.py", "--min-count", "2", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("engine", ["blocks", "pairs"])
@pytest.mark.parametrize("kept", ["in", "sum", "centred"])
def test_quick_runs_of_both_engines_and_all_kept_matrices(small_text, tmp_path, engine, kept):
    arguments = ["--engine", engine, "--keep", kept, "--epochs", "1", "--dim", "5", "--all-words"]
    done = lab01("--data", str(small_text), "--out", str(tmp_path), *arguments)
    assert done.returncode == 0, done.stderr


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


def test_a_bad_number_on_the_command_line():
    _one_line(lab01("--data", "sample", "--lr=nan"), "--lr", "nan")


def test_missing_corpus_says_how_to_get_it(tmp_path):
    out = tmp_path / "out"
    _one_line(lab01("--data", "data/nowhere/text8", "--out", str(out)), "no such file", "get_data.py text8")


def test_cuda_where_there_is_none():
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    _one_line(lab01("--data", "sample", "--device", "cuda", env=environment), "--device cuda", "--device cpu")


def test_resume_without_a_checkpoint(small_text, tmp_path):
    _one_line(lab01("--data", str(small_text), "--out", str(tmp_path), "--resume"), "no checkpoint")


def test_out_that_is_a_file(small_text, tmp_path):
    (tmp_path / "file").write_text("mine")
    _one_line(lab01("--data", str(small_text), "--out", str(tmp_path / "file")), str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "mine"


def test_out_that_cannot_be_written(small_text):
    _one_line(lab01("--data", str(small_text), "--out", "/proc/nowhere"), "/proc/nowhere")


@pytest.mark.parametrize("epochs", ["1", "2"])  # the vectors' own file fails first, or the checkpoint
def test_a_full_disk_is_one_line_and_harms_nothing_saved(small_text, tmp_path, epochs):
    """A limit on file size stands for the full disk: both fail in write()."""
    (tmp_path / "vectors.bin").write_bytes(b"saved before")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    options = ["--data", str(small_text), "--out", str(tmp_path), "--epochs", epochs]
    command = [sys.executable, "-c", _IGNORE_SIGXFSZ, str(ROOT / "lab01_word2vec" / "solution.py"), *options]
    _one_line(subprocess.run(command, capture_output=True, text=True, preexec_fn=limit), "File too large")
    assert (tmp_path / "vectors.bin").read_bytes() == b"saved before"
    assert sorted(os.listdir(tmp_path)) == ["vectors.bin"]


_IGNORE_SIGXFSZ = """
import runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def _one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr
