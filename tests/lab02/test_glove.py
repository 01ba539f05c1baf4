"""Gradients against autograd, the paper's optimiser against a loop, and what training promises."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from wordlab.errors import InputError

import numpy as np
import pytest
import torch
from scipy import sparse

from lab02_glove_fasttext import glove as module
from lab02_glove_fasttext.glove import (
    Block,
    PaperTrainer,
    RowwiseTrainer,
    blocks_of,
    log_bilinear_correlation,
    probability_ratios,
    row_gradients,
    settle,
    train_glove,
)
from lab02_glove_fasttext.solution import cooccurrence, entry_gradients, weight

VOCAB = 150


@pytest.fixture(autouse=True)
def without_torchs_warning() -> Iterator[None]:
    """As `train_glove` does its sparse products."""
    with module.sparse_tensors():
        yield


@pytest.fixture(scope="module")
def counts() -> sparse.csr_array:
    """Of a text whose words come in ten topics, frequent and rare ones in each."""
    rng = np.random.default_rng(0)
    topic = np.repeat(rng.integers(0, 10, 2000), 15)
    return cooccurrence(np.minimum(rng.geometric(0.2, len(topic)) - 1, 14) * 10 + topic, VOCAB)


def objective(w, w_context, b, b_context, x, x_max=100.0, alpha=0.75):
    """J of the paper, densely; half of it, as the C program has it."""
    f = torch.where(x < x_max, (x / x_max) ** alpha, 1.0)
    residual = w @ w_context.T + b[:, None] + b_context - x.clamp(min=1e-300).log()
    return (torch.where(x > 0, f, 0) * residual**2).sum() / 2


def random_parameters(rows: int, dim: int) -> list[torch.Tensor]:
    torch.manual_seed(1)
    shapes = [(rows, dim), (rows, dim), (rows,), (rows,)]
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


def test_weight():
    # (16/256)^.75 = (1/16)^.75 = 2⁻³; at x_max and beyond it is 1.
    x = torch.tensor([16.0, 256.0, 1000.0])
    assert weight(x, x_max=256).tolist() == pytest.approx([1 / 8, 1, 1])
    assert weight(torch.tensor([1.0]), 100, 1).item() == pytest.approx(0.01)


def test_blocks_hold_every_entry_once(counts):
    blocks, n = 7, math.ceil(VOCAB / 7)
    whole = np.zeros((blocks * n, blocks * n), dtype=np.float32)
    for number, block in enumerate(blocks_of(counts, blocks, 100, 0.75)):
        i, j = divmod(number, blocks)
        whole[i::blocks, j::blocks] += block.matrix((-block.minus_log).exp()).to_dense().numpy()
        x = np.exp(-block.minus_log.numpy())
        np.testing.assert_allclose(block.weight.numpy(), np.minimum(1, (x / 100) ** 0.75), rtol=1e-5)
    np.testing.assert_allclose(whole[:VOCAB, :VOCAB], counts.toarray(), rtol=1e-5)


@pytest.mark.parametrize("side", ["words", "contexts"])
def test_row_gradients_equal_autograd(counts, side):
    w, w_context, b, b_context = parameters = random_parameters(VOCAB, 5)
    x = torch.from_numpy(counts.toarray().astype(np.float64))
    loss = objective(*parameters, x)
    gradients = torch.autograd.grad(loss, parameters)
    one = torch.ones(VOCAB, 1, dtype=torch.float64)
    rows = torch.cat([w, b[:, None], one], 1).detach()
    contexts = torch.cat([w_context, one, b_context[:, None]], 1).detach()
    data = torch.from_numpy(counts.data).double()
    block = Block(torch.from_numpy(counts.indptr), torch.from_numpy(counts.indices), -data.log(), weight(data))
    if side == "words":
        ours, gradient = row_gradients(rows, contexts, block)
        vectors, biases = gradient[:, :5], gradient[:, 5]
        expected = gradients[0], gradients[2]
    else:
        ours, gradient = row_gradients(contexts, rows, block)
        vectors, biases = gradient[:, :5], gradient[:, 6]
        expected = gradients[1], gradients[3]
    assert ours.item() == pytest.approx(loss.item(), rel=1e-12)
    torch.testing.assert_close(vectors, expected[0], rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(biases, expected[1], rtol=1e-10, atol=1e-10)


def test_entry_gradients_equal_autograd():
    torch.manual_seed(2)
    own = torch.randn(30, 6, dtype=torch.float64, requires_grad=True)
    other = torch.randn(30, 6, dtype=torch.float64, requires_grad=True)
    x = torch.rand(30, dtype=torch.float64) * 300
    fitted = (own[:, :5] * other[:, :5]).sum(1) + own[:, 5] + other[:, 5]
    expected = (weight(x) * (fitted - x.log()) ** 2).sum() / 2
    expected.backward()
    loss, gradient = entry_gradients(own.detach(), other.detach(), x.log(), weight(x))
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
    torch.testing.assert_close(gradient, torch.cat([own.grad, other.grad]), rtol=1e-10, atol=1e-10)


def test_a_step_is_row_wise_adagrad_on_one_block(counts, monkeypatch):
    monkeypatch.setattr(module, "WORDS", 20)
    trainer = RowwiseTrainer(counts, 4, 100, 0.75, l2=0.5, rng=np.random.default_rng(1))
    trainer.squares.fill_(0.01)
    side, i, j = batch = next(iter(trainer.batches()))
    before = trainer.table.clone()
    own, other = before[side, i], before[1 - side, j]
    loss, gradient = row_gradients(own, other, trainer.entries[i * trainer.blocks + j])
    assert trainer.step(batch, lr=0.1) == pytest.approx(loss.item() / 2)
    gradient[:, 5 - side] = 0
    gradient[:, :4] += 0.5 / trainer.blocks * own[:, :4]
    length = (0.01 + (gradient**2).sum(1, keepdim=True) / 4).sqrt()
    torch.testing.assert_close(trainer.table[side, i], own - 0.1 * gradient / length)
    assert (trainer.table[0, ..., 5] == 1).all()
    assert (trainer.table[1, ..., 4] == 1).all()
    before[side, i] = trainer.table[side, i]
    assert torch.equal(trainer.table, before)


def test_the_papers_optimiser_equals_a_loop_over_entries(counts, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    few = counts[:12, :12].tocsr()
    trainer = PaperTrainer(few, 3, 100, 0.75, np.random.default_rng(4))
    w, c, b, bc = (part.astype(np.float64) for part in trainer.parameters())
    squares = [np.ones_like(part) for part in (w, c, b, bc)]
    rows, columns = few.nonzero()
    order = np.random.default_rng(4)
    order.random((24, 4), dtype=np.float32)  # the starting values
    for entry in order.permutation(few.nnz):
        i, j, x = rows[entry], columns[entry], float(few.data[entry])
        error = min(1, (x / 100) ** 0.75) * (w[i] @ c[j] + b[i] + bc[j] - math.log(x))
        gradients = (error * c[j], error * w[i], error, error)
        for table, square, row, gradient in zip((w, c, b, bc), squares, (i, j, i, j), gradients):
            table[row] -= 0.05 * gradient / np.sqrt(square[row])
            square[row] += gradient**2
    for batch in trainer.batches():
        trainer.step(batch, 0.05)
    for ours, expected in zip(trainer.parameters(), (w, c, b, bc)):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["blocks", "adagrad"])
def test_loss_falls_every_epoch_and_the_seed_decides_the_bytes(counts, optimizer, monkeypatch):
    monkeypatch.setattr(module, "WORDS", 20)
    seen = []
    first = train_glove(counts, 20, 8, optimizer=optimizer, on_epoch=seen.append)
    assert first.losses == sorted(first.losses, reverse=True)
    assert len(set(first.losses)) == 8
    assert [glove.losses for glove in seen] == [first.losses[: epoch + 1] for epoch in range(8)]
    assert (first.matrix == first.w + first.w_context).all()
    again, other = (train_glove(counts, 20, 8, optimizer=optimizer, seed=seed) for seed in (1, 2))
    for name in ("w", "w_context", "b", "b_context"):
        assert getattr(again, name).tobytes() == getattr(first, name).tobytes()
        assert getattr(other, name).tobytes() != getattr(first, name).tobytes()


def test_trained_products_are_log_bilinear(counts, monkeypatch):
    monkeypatch.setattr(module, "WORDS", 20)
    trained = train_glove(counts, 20, 20)
    untrained = train_glove(counts, 20, 1, lr=1e-9)
    assert log_bilinear_correlation(trained, counts) > 0.9
    assert log_bilinear_correlation(trained, counts) > log_bilinear_correlation(untrained, counts) + 0.3


def test_log_bilinear_correlation_looks_at_large_counts_only():
    # w·w̃ + b + b̃ is 2 log 10 and 2 log 100 where X is 10 and 100, and nonsense where it is 1.
    x = sparse.csr_array(np.array([[10, 100], [100, 1]], dtype=np.float32))
    log = np.log([10, 100])
    glove = module.Glove(np.array([[2.0], [9.0]]), log[:, None], np.zeros(2), np.zeros(2), [], 0)
    glove.w[1] = 2 * log[1] / log[0]
    assert log_bilinear_correlation(glove, x) == pytest.approx(1)
    assert log_bilinear_correlation(glove, x, at_least=0.5) < 0.9
    assert math.isnan(log_bilinear_correlation(glove, x, at_least=1000))  # none
    assert math.isnan(log_bilinear_correlation(glove, x, at_least=100))  # two that are equal


def test_settling_moves_the_origin_and_not_the_model():
    rng = np.random.default_rng(5)
    w, c, b, bc = (rng.normal(size=shape) for shape in ((9, 4), (9, 4), 9, 9))
    share = rng.dirichlet(np.ones(9))
    moved = settle(module.Glove(w, c, b, bc, [], 0), share)
    before = w @ c.T + b[:, None] + bc
    after = moved.w @ moved.w_context.T + moved.b[:, None] + moved.b_context
    np.testing.assert_allclose(after, before, atol=1e-5)
    np.testing.assert_allclose(share @ moved.matrix, (1 - module.ORIGIN) * (share @ (w + c)), atol=1e-6)


def test_probability_ratios_by_hand():
    # ice meets solid 3 times of 4 and gas once; steam meets gas 3 times and water once, solid never.
    words = ["ice", "steam", "solid", "gas", "water"]
    x = np.zeros((5, 5), dtype=np.float32)
    x[0, 2:], x[1, 2:] = [3, 1, 0], [0, 3, 1]
    table = probability_ratios(sparse.csr_array(x), words, ("ice", "steam"), ("solid", "gas", "water", "fashion"))
    assert table == {
        "solid": (0.75, 0, math.inf),
        "gas": (0.25, 0.75, pytest.approx(1 / 3)),
        "water": (0, 0.25, 0),
    }
    assert probability_ratios(sparse.csr_array(x), words, ("ice", "vapour"), ("solid",)) == {}


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"x_max": 0}, "--x-max"),
        ({"x_max": math.inf}, "--x-max"),
        ({"x_max": math.nan}, "--x-max"),
        ({"alpha": 0}, "--alpha"),
        ({"alpha": 1.5}, "--alpha"),
        ({"alpha": math.nan}, "--alpha"),
        ({"lr": 1e30}, "--glove-lr"),
        ({"lr": 1e30, "optimizer": "adagrad"}, "--glove-lr"),
    ],
)
def test_bad_options_are_one_line_that_names_them_and_no_other(counts, options, option):
    with pytest.raises(InputError) as raised:
        train_glove(counts, 4, 2, **options)
    assert re.findall(r"--[a-z-]+", str(raised.value)) == [option]
    assert "\n" not in str(raised.value)


def test_counts_without_a_pair():
    with pytest.raises(InputError, match="no two words"):
        train_glove(sparse.csr_array((5, 5), dtype=np.float32))


def test_a_vocabulary_of_three_words():
    trained = train_glove(cooccurrence(np.array([0, 1, 2, 0, 1]), 3, window=2), 4, 3)
    assert trained.matrix.shape == (3, 4)
    assert np.isfinite(trained.matrix).all()
