"""The textbook engine: which pairs are streamed, and the loss."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from lab01_word2vec.solution import PairTrainer, SkipGramDataset, SkipGramNS, collate
from tests.trainers import DEVICE

KEEP_ALL = np.ones(1000)


def test_window_one_gives_both_neighbours_and_respects_the_ends():
    pairs = SkipGramDataset(np.array([7, 8, 9]), KEEP_ALL, window=1)
    assert sorted(pairs) == [(7, 8), (8, 7), (8, 9), (9, 8)]


def test_windows_reach_their_right_end_and_are_symmetric():
    ids = np.arange(400)
    distances = Counter(context - center for center, context in SkipGramDataset(ids, KEEP_ALL, window=3))
    assert set(distances) == {-3, -2, -1, 1, 2, 3}
    for distance in (1, 2, 3):
        # Radii are drawn per center, so a pair may be seen from one side only: equal in the mean.
        assert abs(distances[distance] - distances[-distance]) <= 3


def test_radius_is_uniform_so_a_context_at_distance_δ_has_chance_w_minus_δ_plus_1_over_w():
    ids = np.arange(20_000) % 1000
    window = 4
    found = Counter()
    for center, context in SkipGramDataset(ids, KEEP_ALL, window):
        found[(context - center + 500) % 1000 - 500] += 1
    for distance in range(1, window + 1):
        expected = (window - distance + 1) / window
        # Five standard deviations of a proportion of 20,000: at most 5 · .0035.
        assert found[distance] / 20_000 == pytest.approx(expected, abs=0.018)


def test_equal_words_at_different_positions_are_pairs():
    assert sorted(SkipGramDataset(np.array([5, 5, 5]), KEEP_ALL, window=1)) == [(5, 5)] * 4


def test_subsampling_comes_before_windows():
    # Word 0 is never kept, so 1 and 2 become neighbours.
    keep = np.array([0.0, 1.0, 1.0])
    assert sorted(SkipGramDataset(np.array([1, 0, 0, 0, 2]), keep, window=1)) == [(1, 2), (2, 1)]


def test_same_seed_same_stream_and_epochs_differ():
    ids = np.arange(500)

    def stream(seed, epoch):
        return list(SkipGramDataset(ids, KEEP_ALL, 5, seed, epoch))

    assert stream(1, 0) == stream(1, 0)
    assert stream(1, 0) != stream(2, 0)
    assert stream(1, 0) != stream(1, 1)


def test_workers_stream_distinct_stretches_reproducibly():
    ids = np.arange(900)

    def stream(workers):
        loader = DataLoader(SkipGramDataset(ids, KEEP_ALL, 2), 64, collate_fn=collate, num_workers=workers)
        return [pair for center, context in loader for pair in zip(center.tolist(), context.tolist())]

    two = stream(2)
    assert two == stream(2)
    centers = Counter(center for center, _ in two)
    assert set(centers) == set(range(900))
    assert max(centers.values()) <= 4  # no token is the center of two workers
    # Workers draw from streams of their own: the same stretch of ids would give the same radii otherwise.
    first, second = ([centers[i + shift] for i in range(2, 448)] for shift in (0, 450))
    assert first != second


def test_first_loss_is_one_plus_k_times_log_two():
    # Every score is v·0 = 0, so each of the 1 + 5 terms is −log σ(0) = ln 2: 6 · .693147 = 4.158883.
    model = SkipGramNS(100, 16)
    loss = model(torch.tensor([1, 2]), torch.tensor([3, 4]), torch.randint(0, 100, (2, 5)))
    torch.testing.assert_close(loss, torch.full((2,), 6 * math.log(2)))
    assert round(float(loss[0].detach()), 3) == 4.159


def test_loss_by_hand():
    # Scores 2 (positive), −1 and .5 (negatives): −log σ(2) = .126928, −log σ(1) = .313262, −log σ(−.5) = .974077.
    model = SkipGramNS(4, 1)
    with torch.no_grad():
        model.in_emb.weight[0] = 1.0
        model.out_emb.weight[1:] = torch.tensor([[2.0], [-1.0], [0.5]])
    loss = model(torch.tensor([0]), torch.tensor([1]), torch.tensor([[2, 3]]))
    assert float(loss.detach()) == pytest.approx(0.126928 + 0.313262 + 0.974077, abs=1e-5)


def test_initial_tables():
    model = SkipGramNS(500, 20)
    assert model.in_emb.weight.abs().max() <= 0.5 / 20
    assert model.in_emb.weight.abs().max() > 0.4 / 20
    assert (model.out_emb.weight == 0).all()


def test_scores_far_out_keep_a_finite_loss():
    model = SkipGramNS(2, 1)
    with torch.no_grad():
        model.in_emb.weight[:] = 1.0
        model.out_emb.weight[:] = -1000.0
    loss = model(torch.tensor([0]), torch.tensor([1]), torch.tensor([[0]]))
    assert float(loss.detach()) == 1000.0


def test_a_step_is_row_wise_adagrad_of_the_losss_gradient():
    """Two pairs with the same center: row r moves by −lr · Σ g / √(start + Σ mean(g²)), g of each pair by itself."""
    counts = np.ones(4, dtype=np.int64)
    trainer = PairTrainer(
        counts, np.ones(4), np.array([3], dtype=np.int32), dim=2, window=1, negatives=1, seed=1,
        device=DEVICE,
    )  # fmt: skip
    [batch, *_] = [batch for batch, _ in trainer.batches(np.array([0, 1], dtype=np.int32), 0)]
    assert sorted(zip(*(part.tolist() for part in batch))) == [(0, 1), (1, 0)]
    with torch.no_grad():
        trainer.model.out_emb.weight[:] = torch.arange(8).view(4, 2) / 10
    v, u = (p.detach().cpu().clone() for p in trainer.model.parameters())
    center, context = torch.tensor([0, 0]), torch.tensor([1, 2])
    loss, pairs = trainer.step((center, context), lr=0.5)
    assert pairs == 2
    gradients = []  # of v[0], by hand: (σ(v·u_o) − 1) u_o + σ(v·u_n) u_n
    for row in (1, 2):
        gradients.append((torch.sigmoid(v[0] @ u[row]) - 1) * u[row] + torch.sigmoid(v[0] @ u[3]) * u[3])
    # The sparse gradient of an embedding has a row per use of it.
    squares = 1e-3 + sum(gradient.square().mean() for gradient in gradients)
    moved = v[0] - 0.5 * sum(gradients) / squares.sqrt()
    torch.testing.assert_close(trainer.model.in_emb.weight[0].detach().cpu(), moved)
    assert torch.equal(trainer.model.in_emb.weight[1:].detach().cpu(), v[1:])
    scores = torch.stack([v[0] @ u[1], -(v[0] @ u[3]), v[0] @ u[2], -(v[0] @ u[3])])
    assert loss == pytest.approx(-float(torch.nn.functional.logsigmoid(scores).sum()))
