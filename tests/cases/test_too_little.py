"""Too little to train on: one line says what was left and which option to change, and no NaN reaches a file."""

from __future__ import annotations

import json

from wordlab.command import run_command

import pytest

from lab01_word2vec import numpy_sgns
from lab01_word2vec.command import main as lab01
from lab02_glove_fasttext.command import main as lab02
from lab03_eval.vectors import WordVectors
from tests.commands import demand_one_line, in_process


def numpy_main() -> None:
    run_command(numpy_sgns.build_parser(), numpy_sgns.run)


COMMANDS = {"lab01": lab01, "pairs": lab01, "numpy_sgns": numpy_main, "lab02": lab02}
LETTERS = " ".join("abcdefgh" * 5)
TOO_LITTLE = {
    "one token": ("once", [], "one distinct word is left (once)"),
    "one word": ("one " * 50, ["--subsample", "1"], "one distinct word is left (one)"),
    "one frequent word": ("one " * 50 + "two three", ["--min-count", "5"], "lower --min-count"),
    "no frequent word": ("one two three", ["--min-count", "5"], "lower --min-count"),
    "nothing kept": (LETTERS, ["--subsample", "1e-12"], "subsampling leaves 0.0 of 40 tokens per epoch"),
    "hardly anything kept": (LETTERS, ["--subsample", "1e-4"], "raise --subsample (1 keeps every token)"),
    "no spaces": ("猫" * 3000, [], "put spaces between the words"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", TOO_LITTLE)
def test_too_little_is_one_line_before_training(tmp_path, command, case):
    text, options, says = TOO_LITTLE[case]
    (tmp_path / "text").write_text(text)
    engine = ["--engine", "pairs"] if command == "pairs" else []
    arguments = ["--data", str(tmp_path / "text"), "--min-count", "1", *engine, *options]
    done = in_process(COMMANDS[command], *arguments, "--out", str(tmp_path / "out"))
    demand_one_line(done, str(tmp_path / "text"), says)
    assert "epoch 1" not in done.stdout
    assert not list(tmp_path.glob("out/*"))


FEW = {
    "two tokens": ("one two", ["--subsample", "1"]),
    "two words": ("one two " * 20, ["--subsample", "1"]),
    "fewer words than dimensions": (LETTERS, ["--subsample", "1", "--dim", "30"]),
    "one dimension": (LETTERS * 4, ["--subsample", "1", "--dim", "1"]),
    "a window wider than the text": (LETTERS, ["--subsample", "1", "--window", "90"]),
    "epochs without a pair": (LETTERS * 6, ["--subsample", "2e-3", "--window", "1"]),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", FEW)
def test_a_small_text_is_trained_to_finite_vectors(tmp_path, command, case):
    text, options = FEW[case]
    data, out = tmp_path / "text", tmp_path / "out"
    data.write_text(text)
    sizes = ["--min-count", "1", "--epochs", "2", "--dim", "4"]
    more = {"pairs": ["--engine", "pairs"], "lab02": ["--glove-epochs", "2", "--oov", "zz"]}.get(command, [])
    done = in_process(COMMANDS[command], "--data", str(data), "--out", str(out), *sizes, *more, *options)
    assert done.returncode == 0, done.stderr
    files = ("glove.bin", "skipgram.bin", "fasttext.bin") if command == "lab02" else ("vectors.bin",)
    for file in files:
        vectors = WordVectors.load(out / file)  # which refuses a NaN
        assert len(vectors) == len(set(text.split()))
    for result in out.glob("*.json"):
        json.loads(result.read_text(), parse_constant=pytest.fail)  # called for NaN and Infinity


@pytest.mark.parametrize("text", [LETTERS, "one two " * 20, "one two", "a b c d e f g h i j k l m n o p"])
def test_every_trainer_of_lab_2_takes_a_small_text(tmp_path, text):
    (tmp_path / "text").write_text(text)
    sizes = ["--min-count", "1", "--epochs", "1", "--glove-epochs", "1", "--dim", "1", "--subsample", "1"]
    also = ["--also", "cbow", "cbow_undivided", "hierarchical", "ppmi"]
    done = in_process(lab02, "--data", str(tmp_path / "text"), "--out", str(tmp_path / "out"), *sizes, *also)
    assert done.returncode == 0, done.stderr
    assert "nan" not in (tmp_path / "out" / "comparison.md").read_text().split()


def test_ppmi_refuses_more_dimensions_than_words_before_training(tmp_path):
    (tmp_path / "text").write_text(LETTERS)
    sizes = ["--min-count", "1", "--epochs", "1", "--dim", "8", "--subsample", "1", "--also", "ppmi"]
    done = in_process(lab02, "--data", str(tmp_path / "text"), "--out", str(tmp_path / "out"), *sizes)
    demand_one_line(done, "--dim 8", "8 words", "lower --dim")
