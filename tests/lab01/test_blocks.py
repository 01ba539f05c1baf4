"""The hand-derived block gradients against autograd on the pair model, pair by pair, in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lab01_word2vec import blocks
from lab01_word2vec.blocks import Blocks, BlockTrainer, block_gradients, block_loss, window_masks, wrongness
from lab01_word2vec.solution import SkipGramNS
from tests.trainers import CPU, DEVICE, DIM, PADDING, VOCAB, Recorded, in_double, pairs_of, random_rows, record_gradient


def test_window_masks_by_hand():
    # Two centers, w = 2: the halo is 2 + 2·2 tokens, and center i is in column i + 2.
    masks = window_masks(2, length=2).int()
    assert masks[0].tolist() == [[0, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0], [1, 1, 0, 1, 1, 0]]
    assert masks[1].tolist() == [[0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 1, 0], [0, 1, 1, 0, 1, 1]]


def make_trainer(noise: np.ndarray, window: int, negatives: int, shared: int) -> BlockTrainer:
    return BlockTrainer(
        np.ones(VOCAB), np.ones(VOCAB), noise,
        dim=DIM, window=window, negatives=negatives, shared=shared, seed=3,
        device=DEVICE, precision=torch.float64,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("length", "window", "negatives", "shared", "noise"),
    [
        (64, 5, 5, 5, np.arange(VOCAB)),  # one block, exactly
        (65, 5, 5, 5, np.arange(VOCAB)),  # a second block of one center: block edges, corpus's end
        (200, 3, 5, 64, np.arange(VOCAB)),  # more shared negatives than words: drawn twice, equal to positives
        (3, 5, 2, 4, np.arange(VOCAB)),  # a corpus shorter than a window
        (1, 2, 2, 4, np.arange(VOCAB)),  # a word without contexts learns nothing
        (150, 4, 3, 6, np.array([5])),  # the same negative K times, and often the positive itself
    ],
)
def test_loss_and_gradients_equal_autograd_on_the_pair_model(monkeypatch, length, window, negatives, shared, noise):
    ids = np.random.default_rng(length).integers(0, VOCAB, length).astype(np.int32)  # words repeat in windows
    monkeypatch.setattr(blocks, "STEPS_AT_LEAST", 1)  # all blocks in one step
    trainer = make_trainer(noise, window, negatives, shared)
    before = random_rows(trainer.table).detach()
    gradient = record_gradient(trainer.table)
    [(tokens, share)] = trainer.batches(ids, epoch=0)
    assert share == 1
    trainer.blocks.rng = Recorded(np.random.PCG64(7))
    loss, positives = trainer.step(tokens, lr=0.1, measure=True)
    radius, drawn = trainer.rng.given
    drawn = noise[drawn]

    model = SkipGramNS(VOCAB, DIM).double()
    model.in_emb = torch.nn.Embedding.from_pretrained(before[:VOCAB].clone(), freeze=False)
    model.out_emb = torch.nn.Embedding.from_pretrained(before[VOCAB + 1 : -1].clone(), freeze=False)
    pairs = pairs_of(tokens, radius, window)
    assert positives == len(pairs)
    expected = torch.zeros((), dtype=torch.float64)
    if pairs:
        block, center, context = (torch.tensor(column) for column in zip(*pairs))
        # K shared negatives are there for k draws: each counts k/K times.
        positive = model(center, context, torch.zeros(len(pairs), 0, dtype=torch.long))
        both = model(center, context, torch.from_numpy(drawn).long()[block])
        expected = positive.sum() + (both - positive).sum() * negatives / shared
        expected.backward()
    assert loss == pytest.approx(float(expected.detach()), abs=1e-10, rel=1e-12)

    # The gradients that the step scattered, in the rows that they were scattered to.
    if pairs:
        torch.testing.assert_close(-gradient[:VOCAB], model.in_emb.weight.grad, atol=1e-10, rtol=0)
        torch.testing.assert_close(-gradient[VOCAB + 1 : -1], model.out_emb.weight.grad, atol=1e-10, rtol=0)
        assert not torch.equal(trainer.table.rows.cpu(), before)
    else:
        assert not gradient.any()
        assert torch.equal(trainer.table.rows.cpu(), before)
    assert (trainer.table.rows[PADDING] == 0).all()


def test_step_is_row_wise_adagrad_of_those_gradients(monkeypatch):
    # One block, every gradient row known: w += lr · Σ g_i / √(start + Σ mean(g_i²)).
    ids = np.random.default_rng(0).integers(0, VOCAB, 64).astype(np.int32)
    trainer = make_trainer(np.arange(VOCAB), 2, 5, 5)
    in_double(trainer.table)
    trainer.table.rows[VOCAB + 1 : -1] = 0.1
    before, start = trainer.table.rows.clone(), trainer.table.squares.clone()
    [(tokens, _)] = trainer.batches(ids, 0)
    seen = {}
    steps = blocks.block_gradients
    monkeypatch.setattr(blocks, "block_gradients", lambda *arguments: seen.setdefault("steps", steps(*arguments)))
    trainer.step(tokens, lr=0.2, measure=False)
    dv, _ = seen["steps"]
    row = int(ids[10])
    mine = dv[0][torch.from_numpy(ids == row)]  # (n, d), this word as a center
    squares = start[row] + mine.square().mean(1).sum()
    torch.testing.assert_close(trainer.table.rows[row], before[row] + 0.2 * mine.sum(0) / squares.sqrt())


def test_first_loss_of_a_trainer_is_one_plus_k_times_log_two():
    trainer = make_trainer(np.arange(VOCAB), 5, 5, 16)
    in_double(trainer.table)
    [(tokens, _)] = trainer.batches(np.arange(12, dtype=np.int32), 0)
    loss, positives = trainer.step(tokens, lr=0.1, measure=True)
    assert loss / positives == pytest.approx(6 * np.log(2))


def test_every_token_is_a_center_once_per_epoch_and_blocks_are_shuffled():
    ids = np.arange(10_000, dtype=np.int32)
    cut = Blocks(len(ids), np.ones(len(ids)), window=5, seed=3, device=CPU, precision=torch.float32)
    halos = np.concatenate([tokens for tokens, _ in cut.batches(ids, 0)])
    centers = cut.centers(halos).flatten()
    assert (centers == halos[:, 5:-5].flatten()).all()
    centers = centers[centers < 10_000]
    assert sorted(centers) == ids.tolist()
    assert centers.tolist() != ids.tolist()
    again = np.concatenate([tokens for tokens, _ in cut.batches(ids, 0)])
    other = np.concatenate([tokens for tokens, _ in cut.batches(ids, 1)])
    assert (halos == again).all()
    assert (halos != other).any()
    assert sum(share for _, share in cut.batches(ids, 0)) == pytest.approx(1)


def test_bfloat16_gradients_are_float32s_to_three_digits():
    generator = torch.Generator().manual_seed(0)
    v, u = (torch.randn(2, n, 50, generator=generator) * 0.3 for n in (64, 74 + 16))
    context = window_masks(5)[:, 3].float().expand(2, -1, -1)
    weight = context.sum(2, keepdim=True) * 5 / 16

    def gradients(dtype):
        parts = [part.to(dtype) for part in (v, u, context, weight)]
        z = wrongness(parts[0], parts[1], 74)
        loss = block_loss(z, parts[2], parts[3])
        return loss, *(g.float() for g in block_gradients(z, *parts))

    for full, half in zip(gradients(torch.float32), gradients(torch.bfloat16)):
        assert (full - half).norm() < 0.01 * full.norm()
