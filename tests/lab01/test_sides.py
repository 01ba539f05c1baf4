"""The view that tells left from right, against autograd on two pair models, one per side, in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lab01_word2vec import blocks
from lab01_word2vec.sides import SidedTrainer
from tests.trainers import DEVICE, DIM, PADDING, VOCAB, Recorded, pairs_of, random_rows, record_gradient


def sided(window: int, shared: int, noise: np.ndarray) -> SidedTrainer:
    return SidedTrainer(
        np.ones(VOCAB), np.ones(VOCAB), noise,
        dim=DIM, window=window, negatives=5, shared=shared, seed=3, device=DEVICE, precision=torch.float64,
    )  # fmt: skip


@pytest.mark.parametrize(("length", "window", "shared"), [(64, 5, 5), (130, 3, 64), (3, 5, 4), (1, 2, 4)])
def test_loss_and_gradients_equal_autograd_on_a_pair_model_per_side(monkeypatch, length, window, shared):
    ids, noise = np.random.default_rng(length).integers(0, VOCAB, length).astype(np.int32), np.arange(VOCAB)
    monkeypatch.setattr(blocks, "STEPS_AT_LEAST", 1)  # all blocks in one step
    trainer = sided(window, shared, noise)
    random_rows(trainer.table)
    trainer.table.rows[-1] = 0
    before = trainer.table.rows.cpu().clone()
    gradient = record_gradient(trainer.table)
    [(tokens, _)] = trainer.batches(ids, epoch=0)
    trainer.blocks.rng = Recorded(np.random.PCG64(7))
    loss, positives = trainer.step(tokens, lr=0.1, measure=True)
    radius, drawn = trainer.rng.given

    in_emb = before[:VOCAB].clone().requires_grad_()
    tables = [before[start : start + VOCAB].clone().requires_grad_() for start in (VOCAB + 1, 2 * (VOCAB + 1))]
    expected, count = torch.zeros((), dtype=torch.float64), 0
    halves = np.split(noise[drawn], 2, axis=1)  # negatives of the left side, then of the right one
    for side, (table, negatives) in enumerate(zip(tables, halves)):
        pairs = [pair for pair in sided_pairs(tokens, radius, window) if pair[3] == side]
        count += len(pairs)
        if pairs:
            block, center, context, _ = (torch.tensor(column) for column in zip(*pairs))
            v_c, u_o, u_k = in_emb[center], table[context], table[torch.from_numpy(negatives).long()[block]]
            expected = expected - F.logsigmoid((v_c * u_o).sum(1)).sum()
            expected = expected - F.logsigmoid(-(u_k @ v_c[:, :, None])).sum() * 5 / (shared // 2)
    assert positives == count == len(pairs_of(tokens, radius, window))
    assert loss == pytest.approx(float(expected.detach()), abs=1e-10, rel=1e-12)
    if count:
        expected.backward()
        torch.testing.assert_close(-gradient[:VOCAB], in_emb.grad, atol=1e-10, rtol=0)
        for start, table in zip((VOCAB + 1, 2 * (VOCAB + 1)), tables):
            torch.testing.assert_close(-gradient[start : start + VOCAB], table.grad, atol=1e-10, rtol=0)
    assert (trainer.table.rows[[*PADDING, -1]] == 0).all()


def sided_pairs(tokens: np.ndarray, radius: np.ndarray, window: int) -> list[tuple[int, int, int, int]]:
    """(block, center, context, side) by plain loops: side 0 is before the center, 1 after it."""
    found = []
    for block, halo in enumerate(tokens):
        for i in range(blocks.L):
            for j in range(i + window - radius[block, i], i + window + radius[block, i] + 1):
                if j != i + window and halo[j] < VOCAB and halo[i + window] < VOCAB:
                    found.append((block, int(halo[i + window]), int(halo[j]), int(j > i + window)))
    return found


def test_the_tables_learn_which_word_comes_first():
    # Word 2i is always followed by word 2i + 1: before each other they are strangers.
    ids = np.random.default_rng(0).permutation(np.repeat(np.arange(0, VOCAB, 2), 200))
    trainer = sided(1, 16, np.arange(VOCAB))
    text = np.stack([ids, ids + 1], axis=1).reshape(-1).astype(np.int32)
    for epoch in range(10):
        for tokens, _ in trainer.batches(text, epoch):
            trainer.step(tokens, lr=0.3, measure=False)
    rows = trainer.table.rows.cpu()
    v, left, right = (rows[start : start + VOCAB] for start in (0, VOCAB + 1, 2 * (VOCAB + 1)))
    for word in range(0, VOCAB, 2):
        assert v[word] @ right[word + 1] > v[word] @ left[word + 1] + 0.5
        assert v[word + 1] @ left[word] > v[word + 1] @ right[word] + 0.5
    in_emb, out_emb = trainer.embeddings()
    np.testing.assert_array_equal(out_emb, (left + right).numpy())
    np.testing.assert_array_equal(in_emb, v.numpy())
