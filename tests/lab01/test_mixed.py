"""A text that is too long to be shuffled whole: mixed from pieces, every token once, and resumed to the same bytes."""

from __future__ import annotations

from wordlab.errors import Interrupted

import numpy as np
import pytest
import torch

from lab01_word2vec import blocks
from lab01_word2vec.blocks import Blocks, BlockTrainer
from lab01_word2vec.solution import noise_table
from lab01_word2vec.training import Run
from tests.commands import stop_at
from tests.trainers import CPU, Schedule

WORDS = 50


def cut(keep: float = 1.0) -> Blocks:
    return Blocks(WORDS, np.full(WORDS, keep), window=2, seed=1, device=CPU, precision=torch.float32)


@pytest.fixture
def mixed(monkeypatch):
    """Texts of more than 4,000 tokens are mixed from pieces of 500."""
    monkeypatch.setattr(blocks, "MIXED", 4_000)
    monkeypatch.setattr(blocks, "PIECE", 500)


def test_every_token_is_a_center_once(mixed):
    ids = np.random.default_rng(1).integers(0, WORDS, 21_000).astype(np.int32)
    text, centers, shares = cut(), [], []
    for tokens, share in text.batches(ids, 0):
        centers.append(text.centers(tokens).flatten())
        shares.append(share)
    found = np.concatenate(centers)
    assert np.array_equal(np.bincount(found[found < WORDS]), np.bincount(ids))
    assert sum(shares) == pytest.approx(1)


def test_an_epoch_is_drawn_by_its_seed_and_number_alone(mixed):
    ids = np.random.default_rng(1).integers(0, WORDS, 9_000).astype(np.int32)
    one, other = (np.concatenate([tokens for tokens, _ in cut(0.5).batches(ids, 3)]) for _ in range(2))
    assert np.array_equal(one, other)
    another = np.concatenate([tokens for tokens, _ in cut(0.5).batches(ids, 4)])
    assert not np.array_equal(one[:50], another[:50])


def test_no_part_is_one_stretch_of_the_text(mixed):
    ids = np.repeat(np.arange(WORDS, dtype=np.int32), 420)  # a topic after the other
    topics = [len(np.unique(np.concatenate(pieces))) for pieces, _ in cut().mixtures(ids, 0)]
    assert len(topics) == 6
    assert min(topics) > 10  # which a stretch would have


def test_a_short_text_is_one_part_and_draws_from_the_epochs_own_stream():
    text, ids = cut(), np.arange(WORDS, dtype=np.int32)
    next(text.batches(ids, 0))
    [(pieces, rng)] = text.mixtures(ids, 0)
    assert pieces[0] is ids
    assert rng is text.rng


@pytest.mark.parametrize("step", [3, 300, 600])
def test_a_run_that_is_interrupted_anywhere_goes_on_to_the_same_bytes(mixed, tmp_path, step):
    ids = np.random.default_rng(1).integers(0, WORDS, 21_000).astype(np.int32)
    counts, shape = np.bincount(ids), {"dim": 4, "window": 2, "negatives": 2, "shared": 4, "seed": 1}
    shape |= {"device": CPU, "precision": torch.float32}

    def run() -> Run:
        trainer = BlockTrainer(counts, np.full(WORDS, 0.7), noise_table(counts), **shape)
        return Run(trainer, ids, Schedule(), tmp_path)

    whole = run()
    whole.train()
    stopped = run()
    with stop_at(step, BlockTrainer), pytest.raises(Interrupted):
        stopped.train()
    resumed = run()
    resumed.train(resume=True)
    assert torch.equal(resumed.trainer.table.rows, whole.trainer.table.rows)
