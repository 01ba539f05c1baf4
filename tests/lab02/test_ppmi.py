"""PPMI by hand and against its dense definition, the SVD against numpy's, the check on tables that fit exactly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse, stats

from lab01_word2vec.blocks import BlockTrainer, L
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.solution import keep_probability, noise_table
from lab01_word2vec.training import Run
from lab02_glove_fasttext.ppmi import fit_line, ppmi, ppmi_svd, shifted_pmi_check, training_counts
from lab02_glove_fasttext.solution import cooccurrence
from tests.trainers import Schedule


@pytest.fixture(scope="module")
def counts() -> sparse.csr_array:
    """300 words, symmetric, a tenth of the cells filled, and one word without any pair."""
    rng = np.random.default_rng(0)
    upper = np.triu(rng.gamma(0.5, 4, (300, 300)) * (rng.random((300, 300)) < 0.1))
    dense = upper + upper.T
    dense[17] = dense[:, 17] = 0
    return sparse.csr_array(dense.astype(np.float32))


def test_ppmi_by_hand():
    # X = [[0 6] [6 4]], sum 16, X_w = 6 and 10. PMI(0, 1) = log (6/16)/(6/16 · 10/16) = log 1.6,
    # PMI(1, 1) = log (4/16)/(10/16)² = log .64 < 0, which is no entry; a shift of log 1.5 leaves log 1.6/1.5.
    x = sparse.csr_array(np.array([[0, 6], [6, 4]], dtype=np.float32))
    plain = ppmi(x, smoothing=1)
    np.testing.assert_allclose(plain.toarray(), [[0, np.log(1.6)], [np.log(1.6), 0]], rtol=1e-6)
    assert plain.nnz == 2
    np.testing.assert_allclose(ppmi(x, np.log(1.5), 1).toarray()[0, 1], np.log(1.6 / 1.5), rtol=1e-6)
    # Smoothed with α = ½: P(0) = √6 / (√6 + √10), so that what stands beside the rarer word looks less surprising.
    share = np.sqrt(6) / (np.sqrt(6) + np.sqrt(10))
    np.testing.assert_allclose(ppmi(x, smoothing=0.5).toarray()[1, 0], np.log(6 / 10 / share), rtol=1e-6)


@pytest.mark.parametrize(("shift", "smoothing"), [(0, 1), (0, 0.75), (np.log(5), 0.75)])
def test_ppmi_is_its_dense_definition(counts, shift, smoothing):
    x = counts.toarray().astype(np.float64)
    before = x.copy()
    words, contexts = x.sum(axis=1, keepdims=True), x.sum(axis=0) ** smoothing
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log((x / x.sum()) / (words / x.sum() * contexts / contexts.sum()))
    expected = np.maximum(np.nan_to_num(pmi, nan=-np.inf) - shift, 0)
    found = ppmi(counts, shift, smoothing)
    np.testing.assert_allclose(found.toarray(), expected, atol=1e-5)
    assert (found.data > 0).all()
    assert (counts.toarray() == before).all()


@pytest.mark.parametrize("power", [0, 0.5, 1])
def test_the_svd_is_numpys(counts, power):
    matrix = ppmi(counts)
    words, contexts = ppmi_svd(matrix, 20, power)
    u, s, vt = np.linalg.svd(matrix.toarray().astype(np.float64))
    np.testing.assert_allclose(np.linalg.norm(words, axis=0), s[:20] ** power, rtol=1e-4)
    # Signs are open, products are not: W Cᵀ = U Σ^2p Vᵀ, W Wᵀ = U Σ^2p Uᵀ.
    scale = s[:20] ** (2 * power)
    np.testing.assert_allclose(words @ contexts.T, u[:, :20] * scale @ vt[:20], atol=1e-3)
    np.testing.assert_allclose(words @ words.T, u[:, :20] * scale @ u[:, :20].T, atol=1e-3)
    assert (words[np.abs(words).argmax(axis=0), np.arange(20)] > 0).all()
    again = ppmi_svd(matrix, 20, power)
    assert (words == again[0]).all()
    assert (contexts == again[1]).all()


def test_training_counts_are_the_pairs_that_the_trainer_meets(sample: Corpus):
    """Against the halos of Lab 1's trainer, with the chance of a radius that reaches as far as each context."""
    ids, vocab, window, epochs = sample.ids[:3000], 500, 4, 2
    ids = ids[ids < vocab]
    keep = keep_probability(sample.counts, 1e-3)[:vocab]
    trainer = BlockTrainer(
        sample.counts[:vocab], keep, noise_table(sample.counts[:vocab]), dim=2, window=window, negatives=1, shared=1,
        seed=5, device=torch.device("cpu"), precision=torch.float32,
    )  # fmt: skip
    expected = np.zeros((vocab + 1, vocab + 1))
    for epoch in range(epochs):
        for tokens, _ in trainer.batches(ids, epoch):
            for distance in range(1, window + 1):
                for offset in (-distance, distance):
                    centers, contexts = (tokens[:, window + o : window + o + L].ravel() for o in (0, offset))
                    np.add.at(expected, (centers, contexts), (window - distance + 1) / window / epochs)
    found = training_counts(ids, keep, window, seed=5, epochs=epochs)
    np.testing.assert_allclose(found.toarray(), expected[:vocab, :vocab], rtol=1e-5)
    assert found.dtype == np.float32
    assert found.sum() < 0.8 * training_counts(ids, np.ones(vocab), window, seed=5, epochs=epochs).sum()


def test_weights_of_the_callers_choice():
    # a b c: a–b and b–c at distance 1, a–c at distance 2.
    found = cooccurrence(np.arange(3), 3, window=2, weights=np.array([1, 0.5])).toarray()
    np.testing.assert_array_equal(found, [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]])


def test_a_line_is_scipys():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(2_500_000).astype(np.float32) + 3  # three pieces
    y = 0.7 * x - 1.2 + rng.standard_normal(len(x)).astype(np.float32)
    line, theirs = fit_line(x, y), stats.linregress(x.astype(np.float64), y.astype(np.float64))
    assert (line.slope, line.intercept, line.r) == pytest.approx((theirs.slope, theirs.intercept, theirs.rvalue))
    assert line.n == len(x)


def test_tables_that_fit_exactly_lie_on_the_line(counts):
    # With d = V any matrix is V·U: take in_emb = the shifted PMI itself, out_emb = 1 on the diagonal.
    k, rng = 5, np.random.default_rng(1)
    noise = rng.random(300)
    noise /= noise.sum()
    x = counts.toarray().astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        shifted = np.log(x / (x.sum(axis=1, keepdims=True) * noise)) - np.log(k)
    table = np.where(x > 0, shifted, -10).astype(np.float32)
    lines = shifted_pmi_check(table, np.eye(300, dtype=np.float32), counts, noise, k)
    assert (lines["shifted"].slope, lines["shifted"].r) == pytest.approx((1, 1), abs=1e-5)
    assert lines["shifted"].intercept == pytest.approx(0, abs=1e-5)
    assert lines["shifted"].n == counts.nnz
    assert lines["pmi"].r < 0.99
    # Negatives drawn as contexts are: PMI less log k. The correlation is 1 with the shift and without it.
    contexts = x.sum(axis=0) / x.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        shifted = np.log(x / (x.sum(axis=1, keepdims=True) * contexts)) - np.log(k)
    table = np.where(x > 0, shifted, -10).astype(np.float32)
    lines = shifted_pmi_check(table, np.eye(300, dtype=np.float32), counts, contexts, k, at_least=2)
    for name, intercept in (("shifted", 0), ("pmi", -np.log(k))):
        assert (lines[name].slope, lines[name].r) == pytest.approx((1, 1), abs=1e-5)
        assert lines[name].intercept == pytest.approx(intercept, abs=1e-5)
        assert lines[name].n == (counts.data >= 2).sum()


def test_trained_tables_come_to_lie_on_the_line(tmp_path):
    """Twenty words in twenty dimensions: nothing keeps skip-gram from its optimum but the noise of its steps."""
    vocab, k = 20, 5
    rng = np.random.default_rng(0)
    chances = np.cumsum(rng.dirichlet(np.full(vocab, 0.5), vocab), axis=1)  # (V, V) of the next word
    ids = np.zeros(60_000, dtype=np.int32)
    for place, chance in enumerate(rng.random(len(ids) - 1)):
        ids[place + 1] = min(np.searchsorted(chances[ids[place]], chance), vocab - 1)
    counts, keep = np.bincount(ids, minlength=vocab), np.ones(vocab)
    noise = noise_table(counts)
    trainer = BlockTrainer(
        counts, keep, noise, dim=vocab, window=2, negatives=k, shared=64, seed=1,
        device=torch.device("cpu"), precision=torch.float32,
    )  # fmt: skip
    Run(trainer, ids, Schedule(epochs=10, lr=0.5), tmp_path).train()
    met = training_counts(ids, keep, 2, seed=1, epochs=2)
    lines = shifted_pmi_check(*trainer.embeddings(), met, np.bincount(noise) / len(noise), k, at_least=20)
    assert lines["shifted"].slope == pytest.approx(1, abs=0.03)
    assert lines["shifted"].intercept == pytest.approx(0, abs=0.05)
    assert lines["shifted"].r > 0.99
    assert lines["pmi"].intercept == pytest.approx(-np.log(k), abs=0.2)
