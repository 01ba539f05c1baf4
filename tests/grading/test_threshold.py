"""Which vectors pass Lab 1's threshold: those of the corpus's own words, from a training, and good enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grading.lab01 import threshold
from grading.lab01.threshold import VECTORS, copied, judge_vectors, too_small
from grading.places import ROOT
from lab03_eval.vectors import WordVectors

SHIPPED = WordVectors.load(ROOT / "lab03_eval" / "wiki8_20k.safetensors")
WORDS = SHIPPED.words[:2000]


@pytest.fixture
def corpus(monkeypatch) -> str:
    """A corpus whose vocabulary is WORDS, each word once more often than the next."""
    counts = np.arange(len(WORDS), 0, -1) + 5
    monkeypatch.setattr(threshold, "vocabulary", lambda name: (WORDS, counts, 17_000_000))
    return "a corpus"


def noise(words: list[str], dim: int = 20) -> WordVectors:
    return WordVectors(words, np.random.default_rng(1).standard_normal((len(words), dim)).astype(np.float32))


def judged(vectors: WordVectors, folder: Path, corpus: str) -> str:
    vectors.save(folder / VECTORS)
    return judge_vectors(folder, corpus) or ""


def test_the_words_must_be_the_corpus_s(tmp_path, corpus):
    said = judged(noise(WORDS[:6]), tmp_path, corpus)
    assert said == "vectors.bin has 6 words, and the corpus has 2,000 that occur five times or more"
    assert "a word, xqzt, that the corpus does not hold" in judged(noise([*WORDS[1:], "xqzt"]), tmp_path, corpus)
    assert "not in the order of their counts" in judged(noise(WORDS[::-1]), tmp_path, corpus)


def test_vectors_that_ship_are_told_however_they_are_dressed(tmp_path, corpus):
    rng = np.random.default_rng(1)
    turn, _ = np.linalg.qr(rng.standard_normal((SHIPPED.dim, SHIPPED.dim)))
    dressed = 3 * SHIPPED.matrix[:2000] @ turn.astype(np.float32)
    dressed += rng.normal(scale=0.01 * dressed.std(), size=dressed.shape)
    assert "vectors that ship with the labs" in judged(WordVectors(WORDS, dressed), tmp_path, corpus)
    assert not copied(noise(WORDS))


def test_what_is_below_a_threshold_is_said(tmp_path, corpus):
    assert judged(noise(WORDS), tmp_path, corpus).startswith("below a threshold: WordSim-353 ρ ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"2000 20\nthe ", "vectors.bin cannot be read: vectors.bin"),
        (b"", "vectors.bin cannot be read: vectors.bin"),
        (b"9" * 18_000_000, "vectors.bin is larger than any table of the corpus's 2,000 words"),
        (None, "the command left no vectors.bin"),
    ],
)
def test_a_file_that_is_no_table_is_said_in_one_line(tmp_path, corpus, content, said):
    if content is not None:
        (tmp_path / VECTORS).write_bytes(content)
    found = judge_vectors(tmp_path, corpus)
    assert found.startswith(said)
    assert "\n" not in found


def test_a_small_corpus_asks_for_no_scores():
    assert too_small("sample") == "the thresholds apply from 10,000,000 tokens, and sample has 469,147"
