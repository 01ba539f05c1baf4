"""GloVe on several ranks: who owns which rows, and what one rank and several learn."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

from lab01_word2vec.ranks import ALONE, Ranks
from lab02_glove_fasttext import glove
from lab02_glove_fasttext.glove import train_glove
from lab02_glove_fasttext.sharing import owned, rows_of
from lab02_glove_fasttext.solution import cooccurrence
from lab03_eval.vectors import SubwordVectors, WordVectors
from tests.conftest import ROOT
from tests.together import together

VOCAB = 60


@pytest.fixture
def text(monkeypatch) -> np.ndarray:
    """A text whose words are dealt to several blocks."""
    monkeypatch.setattr(glove, "WORDS", 10)
    draw = np.random.default_rng(1)
    return np.minimum(draw.zipf(1.3, 6_000) - 1, VOCAB - 1).astype(np.int32)


def counted(text: np.ndarray) -> sparse.csr_array:
    return cooccurrence(text, VOCAB, window=3, threads=1)


def test_each_row_is_owned_once_and_holds_what_all_ranks_have_counted(text):
    parts = np.array_split(text, 3)
    found = together(3, lambda ranks: owned(counted(parts[ranks.rank]), ranks))
    whole = sum(counted(part).toarray() for part in parts)
    np.testing.assert_allclose(sum(each.toarray() for each in found), whole, rtol=1e-6)
    held = np.array([np.diff(each.indptr) > 0 for each in found])
    assert held.sum(axis=0).max() == 1
    assert held.any(axis=1).all()


def test_alone_all_rows_are_ones_own(text):
    counts = counted(text)
    assert owned(counts, ALONE) is counts
    assert rows_of(counts, ALONE, [3]) is counts


def test_rows_are_found_wherever_they_are(text):
    parts = np.array_split(text, 2)
    whole = sum(counted(part).toarray() for part in parts)
    for found in together(2, lambda ranks: rows_of(owned(counted(parts[ranks.rank]), ranks), ranks, [0, 7])):
        np.testing.assert_allclose(found.toarray()[[0, 7]], whole[[0, 7]], rtol=1e-6)


def test_several_ranks_have_one_model_and_fit_the_counts_as_well_as_one(text):
    counts = counted(text)
    alone = train_glove(counts, dim=8, epochs=15)

    def work(ranks: Ranks) -> glove.Glove:
        mine = owned(counts if ranks.rank == 0 else 0 * counts, ranks)
        return train_glove(mine, dim=8, epochs=15, ranks=ranks)

    one, other = together(2, work)
    for name in ("w", "w_context", "b", "b_context"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.losses == other.losses
    assert one.losses[-1] < 1.15 * alone.losses[-1]
    assert one.losses[-1] < 0.2 * one.losses[0]


@pytest.mark.long
def test_the_command_trains_every_model_on_two_ranks(small_text, tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    options = ["--epochs", "1", "--glove-epochs", "1", "--dim", "8", "--threads", "1", "--also", "cbow", "hierarchical"]
    done = subprocess.run(
        [*torchrun, ROOT / "lab02_glove_fasttext" / "solution.py", "--data", small_text, "--out", tmp_path, *options],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("done in") == 1
    for name in ("glove", "skipgram", "fasttext"):
        vectors = WordVectors.load(tmp_path / f"{name}.bin")
        assert np.isfinite(vectors.matrix).all()
        assert isinstance(vectors, SubwordVectors) == (name == "fasttext")
