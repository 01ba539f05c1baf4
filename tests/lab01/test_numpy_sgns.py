"""The NumPy page: its parts against the lesson's, its gradients against autograd, pair by pair, in float64."""

from __future__ import annotations

import json

from wordlab.command import run_command

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from lab01_word2vec import numpy_sgns
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.numpy_sgns import SkipGram, Table, contexts, cut, encode, gradients, loss_of
from lab01_word2vec.solution import SkipGramNS, keep_probability
from tests.commands import demand_one_line, in_process, process

WINDOW, VOCAB, DIM = 3, 15, 6


def test_encoding_equals_the_labs(small_text):
    words, counts, ids = encode(str(small_text))
    expected = load_corpus(str(small_text))
    assert words == expected.words
    np.testing.assert_array_equal(counts, expected.counts)
    np.testing.assert_array_equal(ids, expected.ids)
    np.testing.assert_allclose(numpy_sgns.keep_probability(counts), keep_probability(counts))


def test_negatives_stand_in_proportion_to_count_to_the_three_quarters():
    # 81^¾ : 16^¾ : 1^¾ = 27 : 8 : 1, of 36
    model = SkipGram(np.array([81, 16, 1]), dim=2)
    np.testing.assert_allclose(np.diff(model.noise, prepend=0), np.array([27, 8, 1]) / 36)


def test_blocks_and_contexts_by_hand():
    # Five tokens, w = 2: one block of L centers, two words of padding (9) before them.
    tokens = cut(np.arange(5), window=2, padding=9)
    assert tokens.shape == (1, numpy_sgns.L + 4)
    assert tokens[0, :9].tolist() == [9, 9, 0, 1, 2, 3, 4, 9, 9]
    radius = np.full((1, numpy_sgns.L), 2)
    radius[0, 3] = 1
    mask = contexts(tokens < 9, radius)[0]
    seen = [tokens[0][mask[i]].tolist() for i in range(6)]
    # Center 3 drew radius 1; the sixth center is padding and has no contexts.
    assert seen == [[1, 2], [0, 2, 3], [0, 1, 3, 4], [2, 4], [2, 3], []]


class Recorded(Table):
    """A table that remembers the gradients it was given instead of taking a step."""

    def add(self, rows: np.ndarray, gradient: np.ndarray, lr: float) -> None:
        self.gradient = np.zeros_like(self.rows)
        np.add.at(self.gradient, rows, gradient)


@pytest.mark.parametrize("length", [1, 3, 64, 65, 200])
def test_step_equals_autograd_on_the_pair_model(monkeypatch, length):
    rng = np.random.default_rng(length)
    model = SkipGram(rng.integers(1, 50, VOCAB), DIM, WINDOW, negatives=4)
    model.v, model.u = (Recorded(rng.standard_normal((VOCAB, DIM))) for _ in range(2))
    tokens = cut(rng.integers(0, VOCAB, length), WINDOW, VOCAB)
    seen = {}
    monkeypatch.setattr(numpy_sgns, "contexts", lambda *given: seen.setdefault("mask", contexts(*given)))
    search = np.searchsorted
    monkeypatch.setattr(np, "searchsorted", lambda *given, **how: seen.setdefault("drawn", search(*given, **how)))
    loss, positives = model.step(tokens, lr=0.1, measure=True)

    block, center, context = np.nonzero(seen["mask"])
    assert positives == len(block)
    reference = SkipGramNS(VOCAB, DIM).double()
    for mine, theirs in ((model.v, reference.in_emb), (model.u, reference.out_emb)):
        theirs.weight = torch.nn.Parameter(torch.from_numpy(mine.rows[:-1].copy()))
        theirs.sparse = False
    c = torch.from_numpy(tokens[block, center + WINDOW]).long()
    o = torch.from_numpy(tokens[block, context]).long()
    drawn = torch.from_numpy(seen["drawn"])[torch.from_numpy(block)]  # (P, K)
    positive = reference(c, o, torch.zeros(len(c), 0, dtype=torch.long))
    both = reference(c, o, drawn)
    expected = positive.sum() + (both - positive).sum() * 4 / numpy_sgns.K  # each stands for k/K of a negative
    expected.backward()
    assert loss == pytest.approx(float(expected.detach()), rel=1e-12)
    for mine, theirs in ((model.v, reference.in_emb), (model.u, reference.out_emb)):
        np.testing.assert_allclose(-mine.gradient[:-1], theirs.weight.grad.numpy(), atol=1e-10, rtol=0)
        assert not mine.gradient[-1].any()  # padding learns nothing


def test_gradients_are_the_losss_to_ten_digits():
    rng = np.random.default_rng(0)
    v, u = torch.from_numpy(rng.standard_normal((2, 5, DIM))), torch.from_numpy(rng.standard_normal((2, 9, DIM)))
    v.requires_grad_(), u.requires_grad_()
    label, weight = np.arange(9) < 6, rng.random((2, 5, 9))
    score = v @ u.transpose(1, 2)
    signed = torch.where(torch.from_numpy(label), score, -score)
    expected = -(torch.from_numpy(weight) * torch.nn.functional.logsigmoid(signed)).sum()
    expected.backward()
    plain = [part.detach().numpy() for part in (v, u, score)]
    dv, du = gradients(*plain, label, weight)
    assert loss_of(plain[2], label, weight) == pytest.approx(float(expected.detach()), rel=1e-12)
    np.testing.assert_allclose(-dv, v.grad.numpy(), atol=1e-10)
    np.testing.assert_allclose(-du, u.grad.numpy(), atol=1e-10)


def test_far_scores_neither_overflow_nor_vanish():
    # −log σ(−200) = 200 to float32's precision, where log(σ) would be −∞; pytest turns overflow into an error.
    score = np.array([[[-200.0, 200.0]]], dtype=np.float32)
    assert loss_of(score, np.array([True, False]), np.ones_like(score)) == pytest.approx(400)
    v, u = np.ones((1, 1, 1), np.float32), np.ones((1, 2, 1), np.float32)
    dv, _ = gradients(v, u, score, np.array([True, False]), np.ones_like(score))
    assert dv.item() == 0  # +1 towards the context, −1 away from the negative


def test_a_row_that_comes_twice_is_added_twice():
    # Row-wise Adagrad by hand: row 1 gets g = (1, 1) and (3, 1); mean squares 1 and 5, so √(start + 6) divides (4, 2).
    table = Table(np.zeros((3, 2)))
    table.add(np.array([1, 0, 1]), np.array([[1.0, 1], [0, 0], [3, 1]]), lr=0.5)
    root = np.sqrt(numpy_sgns.SQUARES_START + 6)
    np.testing.assert_allclose(table.rows, [[0, 0], [2 / root, 1 / root], [0, 0], [0, 0]])


def test_it_learns_on_the_sample(sample):
    model = SkipGram(sample.counts)
    with threadpool_limits(1):  # several threads of OpenBLAS take minutes where other work runs beside them
        losses = [model.epoch(sample.ids, lr, lr - 0.05) for lr in (0.2, 0.15, 0.1, 0.05)]
    assert losses[0] < 6 * np.log(2)
    assert losses[-1] < losses[0] - 0.5
    vectors = model.vectors()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    row = {word: i for i, word in enumerate(sample.words)}
    for word, near, far in (("june", "august", "software"), ("france", "germany", "june"), ("king", "emperor", "cell")):
        assert unit[row[word]] @ unit[row[near]] > unit[row[word]] @ unit[row[far]] + 0.2


def test_command_writes_scored_vectors_without_torch(small_text, tmp_path):
    code = (
        "import sys, runpy; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__');"
        "sys.exit('torch' in sys.modules)"
    )
    options = ["--data", str(small_text), "--out", str(tmp_path), "--epochs", "1", "--dim", "20"]
    done = process("-c", code, numpy_sgns.__file__, *options)
    assert done.returncode == 0, done.stderr
    assert "WordSim-353" in done.stdout
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["losses"][0] < 6 * np.log(2)
    assert (tmp_path / "vectors.bin").stat().st_size > 20 * 4 * len(encode(str(small_text))[0])


@pytest.mark.parametrize("bad", ["missing.txt", "empty.txt", "damaged.gz"])
def test_bad_input_is_one_line(tmp_path, bad):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "damaged.gz").write_bytes(b"\x1f\x8b\x08\x00 not gzip")

    def main() -> None:
        run_command(numpy_sgns.build_parser(), numpy_sgns.run)

    demand_one_line(in_process(main, "--data", str(tmp_path / bad), "--out", str(tmp_path / "out")), bad)


def test_an_epoch_without_a_pair_leaves_the_model_as_it_was():
    model = SkipGram(np.array([9, 1]), dim=3)
    model.keep[:] = 0  # subsampling leaves nothing
    before = model.vectors().copy()
    assert np.isnan(model.epoch(np.array([0, 0, 1]), 0.5, 0.4))
    model.keep[:] = 1
    assert np.isnan(model.epoch(np.array([0]), 0.4, 0.3))  # one token, no pair
    np.testing.assert_array_equal(model.vectors(), before)
    assert model.epoch(np.array([0, 1]), 0.3, 0.2) == pytest.approx(6 * np.log(2))
