"""What is odd about vectors is counted when they are read, and every command prints it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from lab03_eval import command, eval_embeddings
from lab03_eval.measures import published
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.word_vectors import ALPHABETICAL

NOTE = "duplicate words dropped, the first kept: 1; blank lines skipped: 1; zero vectors, of cosine 0: 1"


@pytest.fixture
def odd(tmp_path):
    """300 words with a zero vector, a repeated word and a blank line."""
    path = tmp_path / "odd.txt"
    rows = np.random.default_rng(0).standard_normal((300, 4))
    lines = [f"w{i} {' '.join(map(str, row))}" for i, row in enumerate(rows)]
    path.write_text("\n".join([*lines, "", "zero 0 0 0 0", "w0 1 2 3 4"]) + "\n")
    return path


def test_every_command_prints_the_note(odd, tmp_path, capsys, monkeypatch):
    command.load([str(odd)])
    assert capsys.readouterr().out == f"odd: 301 words, 4 dimensions ({NOTE})\n"
    monkeypatch.setattr(published, "CLAIMS", [])
    monkeypatch.setattr(published, "against_gensim", list)
    monkeypatch.setattr(published, "glove_rows", lambda vectors: [])
    assert published.measure(str(odd))["glove_file"] == f"odd.txt, 301 × 4 ({NOTE})"
    scored = eval_embeddings.build_parser().parse_args([str(odd), "--only", "wordsim353"])
    eval_embeddings.run(scored)
    assert f"{odd}: 301 words, 4 dimensions ({NOTE})" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "lab03_eval.tasks", "{odd}", "--only", "ner"),
        ("-m", "lab02_glove_fasttext", "--data", "sample", "--dry-run", "--pretrained", "{odd}", "--out", "{out}"),
    ],
)
def test_commands_that_are_run_as_processes_print_it_too(odd, tmp_path, arguments):
    told = [argument.format(odd=odd, out=tmp_path / "out") for argument in arguments]
    done = subprocess.run([sys.executable, *told], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{odd}: 301 words, 4 dimensions ({NOTE})" in done.stdout


WORDS = sorted({f"{a}{b}{c}" for a in "abcdefgh" for b in "aeiou" for c in "nst"})  # 120


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        ["</s>", "the", "<unk>", *WORDS],  # after special tokens
        [f"/c/en/{word}" for word in WORDS],
        sorted([word.title() if place % 3 else word for place, word in enumerate(WORDS)], key=str.lower),
        sorted(word.title() if place % 3 else word for place, word in enumerate(WORDS)),  # capitals first
    ],
)
def test_alphabetical_order_is_noted(tmp_path, words):
    WordVectors(words, np.ones((len(words), 2))).save(tmp_path / "sorted.txt")
    assert WordVectors.load(tmp_path / "sorted.txt").note == ALPHABETICAL


def test_an_order_by_frequency_is_not_taken_for_the_alphabets():
    rng = np.random.default_rng(0)
    frequent = [str(word) for word in rng.permutation(WORDS)]
    by_count = [*frequent[:60], *sorted(frequent[60:])]  # words of one count are often sorted among themselves
    for words in (frequent, by_count, WORDS[:50], [*WORDS[60:], *WORDS[:60]]):
        assert WordVectors(words, np.ones((len(words), 2))).note == ""


def test_counts_that_fall_are_the_order_by_frequency():
    rows = np.ones((len(WORDS), 2))
    assert WordVectors(WORDS, rows, np.full(len(WORDS), 7)).note == ""
    assert WordVectors(WORDS, rows, np.arange(len(WORDS))[::-1]).note == ""
    assert WordVectors(WORDS, rows, np.arange(len(WORDS))).note == ALPHABETICAL


def test_a_note_is_text_and_no_figure(odd, tmp_path):
    """The scores that a command writes are those of the vectors, whatever the note says."""
    eval_embeddings.run(eval_embeddings.build_parser().parse_args([str(odd), "--json", str(tmp_path / "out.json")]))
    assert "note" not in json.loads((tmp_path / "out.json").read_text())
