"""What every trainer of Labs 1 and 2 promises: products in bfloat16, and epochs and texts that leave no pair."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from lab01_word2vec import blocks
from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.solution import PairTrainer, noise_table
from lab01_word2vec.training import Run
from lab02_glove_fasttext.cbow import CbowTrainer
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer
from lab02_glove_fasttext.hierarchical import HierarchicalTrainer
from tests.trainers import DEVICE, PADDING, VOCAB, Schedule, random_rows, record_gradient

WORDS = ["run", "running", "runs", "naïve", "naïvely", "a", "banana", "ran", "bananas", "anan", "cat", "cats"]


def subwords(counts: np.ndarray, **shape: Any) -> SubwordTrainer:
    return SubwordTrainer(Subwords(WORDS[: len(counts)], 3, 6, 50), counts, **shape)


def hierarchical(counts: np.ndarray, keep: np.ndarray, **shape: Any) -> HierarchicalTrainer:
    taken = {key: shape[key] for key in ("dim", "window", "seed", "device", "precision")}
    return HierarchicalTrainer(counts, keep, **taken)


def pairs(counts: np.ndarray, **shape: Any) -> PairTrainer:
    taken = {key: shape[key] for key in ("keep", "noise", "dim", "window", "negatives", "seed", "device")}
    return PairTrainer(counts, **taken)


ON_BLOCKS = {"blocks": BlockTrainer, "subwords": subwords, "cbow": CbowTrainer, "hierarchical": hierarchical}
ALL = ON_BLOCKS | {"pairs": pairs}


def make(kind: str, counts: np.ndarray, keep: float = 1.0, seed: int = 3, precision=torch.float32, dim: int = 7) -> Any:
    return ALL[kind](
        counts=counts, keep=np.full(len(counts), keep), noise=noise_table(counts), dim=dim, window=3, negatives=5,
        shared=16, seed=seed, device=DEVICE, precision=precision,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ON_BLOCKS)
def test_a_step_in_bfloat16_is_float32s_within_its_precision(monkeypatch, kind):
    """bfloat16 has 8 bits: an operand is off by at most 1 part in 256, and a sum of many by less than 1 in 100."""
    ids = np.random.default_rng(0).integers(0, VOCAB, 500).astype(np.int32)
    monkeypatch.setattr(blocks, "STEPS_AT_LEAST", 1)  # all blocks in one step
    rows, gradients, measured = [], [], []
    for precision in (torch.float32, torch.bfloat16):
        trainer = make(kind, 1 + np.arange(VOCAB)[::-1], precision=precision, dim=50)
        before = random_rows(trainer.table, scale=0.3).detach().float()
        trainer.table.rows, trainer.table.squares = before.to(DEVICE, copy=True), trainer.table.squares.float()
        gradients.append(record_gradient(trainer.table))
        [(tokens, _)] = trainer.batches(ids, 0)
        measured.append(trainer.step(tokens, lr=0.1, measure=True))
        rows.append(trainer.table.rows.cpu())
        assert trainer.table.rows.dtype == gradients[-1].dtype == torch.float32  # tables stay in full precision
        assert not trainer.table.rows[PADDING].any()
    (loss, positives), (rough_loss, rough_positives) = measured
    assert positives == rough_positives > 0
    assert rough_loss == pytest.approx(loss, rel=0.01)
    assert rough_loss != loss
    for table in (slice(None, VOCAB), slice(VOCAB + 1, None)):
        full, half = (gradient[table] for gradient in gradients)
        assert 0 < (full - half).norm() < 0.01 * full.norm()
        moved, rough = (each[table] - before[table] for each in rows)
        assert 0 < (moved - rough).norm() < 0.01 * moved.norm()


@pytest.mark.parametrize("kind", ALL)
def test_an_epoch_without_a_pair_has_no_loss_and_says_so_and_the_next_one_trains(capsys, tmp_path, kind):
    """Each of six tokens is kept with a chance of .3. With some seed the first of three epochs has no pair, alone."""
    for seed in range(200):
        trainer = make(kind, np.ones(6, dtype=np.int64), keep=0.3, seed=seed)
        losses = Run(trainer, np.arange(6, dtype=np.int32), Schedule(), tmp_path).train()["losses"]
        said = capsys.readouterr().out.splitlines()
        if np.isnan(losses).tolist() == [True, False, False]:
            break
    assert np.isnan(losses).tolist() == [True, False, False]
    assert said[0] == "epoch 1/3: no pair was measured"
    assert [line.partition("mean loss ")[2] for line in said[1:]] == [f"{loss:.4f}" for loss in losses[1:]]
    assert all(np.isfinite(table).all() for table in trainer.embeddings())


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(("length", "keep"), [(6, 0.0), (1, 1.0)])  # subsampling leaves nothing; a token by itself
def test_a_text_without_a_pair_trains_to_the_end_and_moves_nothing(capsys, tmp_path, kind, length, keep):
    trainer = make(kind, np.ones(length, dtype=np.int64), keep)
    before = [table.copy() for table in trainer.embeddings()]
    losses = Run(trainer, np.arange(length, dtype=np.int32), Schedule(), tmp_path).train()["losses"]
    assert np.isnan(losses).tolist() == [True, True, True]
    assert capsys.readouterr().out.count("no pair was measured") == 3
    for mine, theirs in zip(before, trainer.embeddings()):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("kind", ALL)
def test_a_text_of_one_word_trains_to_the_end(tmp_path, kind):
    """Its only contexts, and negatives, are itself; a tree of one leaf leaves nothing to decide."""
    trainer = make(kind, np.array([9]))
    losses = Run(trainer, np.zeros(9, dtype=np.int32), Schedule(), tmp_path).train()["losses"]
    first = 0 if kind == "hierarchical" else 6 * math.log(2)
    assert losses[0] == pytest.approx(first, rel=1e-6)
    assert np.isfinite(losses).all()
    assert all(np.isfinite(table).all() for table in trainer.embeddings())
