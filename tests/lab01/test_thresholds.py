"""The graded floors, on a real corpus of text8's size: the lab preset, trained from the command line."""

from __future__ import annotations

import json

import pytest

from lab01_word2vec.command import THRESHOLDS
from lab01_word2vec.solution import FREQUENT, analogy, nearest
from lab03_eval.vectors import WordVectors
from tests.commands import process


@pytest.fixture(scope="module")
def out(real_corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("lab")
    done = process("lab01_word2vec/solution.py", "--data", real_corpus, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "thresholds passed" in done.stdout.splitlines()[-1]
    return out


def test_scores_are_above_the_thresholds(out):
    scores = json.loads((out / "run.json").read_text())["scores"]
    assert scores["wordsim353.used"] >= 340
    assert scores["google.full.used"] >= 17_000
    for key, floor in THRESHOLDS.items():
        assert scores[key] > floor


def test_queen_is_near_king_and_first_for_king_minus_man_plus_woman(out):
    vectors = WordVectors.load(out / "vectors.bin")
    assert "queen" in [word for word, _ in nearest(vectors, "king", topn=5, restrict=FREQUENT)]
    assert analogy(vectors, "man", "king", "woman")[0][0] == "queen"
