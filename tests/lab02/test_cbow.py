"""CBOW's block gradients against autograd on the plain definition, with and without the 1/C."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lab01_word2vec import blocks
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.solution import keep_probability, noise_table
from lab01_word2vec.training import Run
from lab02_glove_fasttext.cbow import CbowTrainer
from tests.trainers import (
    DEVICE,
    DIM,
    PADDING,
    VOCAB,
    Recorded,
    Schedule,
    in_double,
    pairs_of,
    random_rows,
    record_gradient,
)

ONES = np.ones(VOCAB)


def make_trainer(
    counts=ONES, window=3, shared=16, divide=True, precision=torch.float64, seed=3, dim=DIM, subsample=1.0
) -> CbowTrainer:
    return CbowTrainer(
        counts, keep_probability(counts, subsample), noise_table(counts),
        divide=divide, dim=dim, window=window, negatives=5, shared=shared, seed=seed,
        device=DEVICE, precision=precision,
    )  # fmt: skip


@pytest.mark.parametrize("divide", [True, False])
@pytest.mark.parametrize(
    ("length", "window", "shared"),
    [
        (64, 5, 5),  # one block, exactly
        (200, 3, 64),  # block edges, the corpus's end; more negatives than words, some the center itself
        (3, 5, 4),  # a corpus shorter than a window
        (1, 2, 4),  # no context, nothing to predict from
    ],
)
def test_loss_and_gradients_equal_autograd_center_by_center(monkeypatch, length, window, shared, divide):
    ids = np.random.default_rng(length).integers(0, VOCAB, length).astype(np.int32)
    monkeypatch.setattr(blocks, "STEPS_AT_LEAST", 1)  # all blocks in one step
    trainer = make_trainer(window=window, shared=shared, divide=divide)
    table = random_rows(trainer.table)
    gradient = record_gradient(trainer.table)
    [(tokens, _)] = trainer.batches(ids, 0)
    trainer.blocks.rng = Recorded(np.random.PCG64(7))
    loss, centers = trainer.step(tokens, lr=0.1, measure=True)

    radius, drawn = trainer.rng.given
    noise = torch.from_numpy(trainer.noise[drawn]).long()  # (B, K)
    in_emb, out_emb = table[:VOCAB], table[VOCAB + 1 :]
    expected, found = torch.zeros((), dtype=torch.float64), 0
    for block in range(len(tokens)):
        for place in range(blocks.L):
            only = np.zeros_like(radius)
            only[block, place] = radius[block, place]
            window_words = [context for _, _, context in pairs_of(tokens, only, window)]
            if not window_words:
                continue
            rows = in_emb[window_words]  # (C, d)
            h = rows.mean(dim=0)
            if not divide:  # the same value, but every row is given the whole gradient of the mean
                h = h.detach() + rows.sum(dim=0) - rows.sum(dim=0).detach()
            center = out_emb[tokens[block, window + place]]
            wrong = F.softplus(out_emb[noise[block]] @ h).sum() * 5 / shared  # K negatives stand for k
            expected, found = expected + F.softplus(-(center @ h)) + wrong, found + 1
    assert centers == found == (length if length > 1 else 0)
    assert loss == pytest.approx(float(expected.detach()), rel=1e-12)
    if found:
        expected.backward()
        torch.testing.assert_close(-gradient, table.grad, atol=1e-10, rtol=0)
    assert (gradient.abs().sum() > 0) == (found > 0)
    assert (trainer.table.rows[PADDING] == 0).all()


def test_dividing_or_not_changes_the_gradient_of_contexts_alone():
    # Window 1: every center between others has C = 2 contexts, so that its rows get half or the whole.
    ids = np.random.default_rng(0).integers(0, VOCAB, 64).astype(np.int32)
    found = []
    for divide in (True, False):
        trainer = make_trainer(window=1, divide=divide)
        random_rows(trainer.table)
        [(tokens, _)] = trainer.batches(ids, 0)
        tokens[:, [0, -1]] = ids[0]  # neighbours at both ends: no center has a single context
        found.append(record_gradient(trainer.table))
        trainer.step(tokens, lr=0.1, measure=False)
    divided, whole = found
    torch.testing.assert_close(whole[:VOCAB], 2 * divided[:VOCAB])
    torch.testing.assert_close(whole[VOCAB:], divided[VOCAB:])


def test_the_first_loss_is_one_plus_k_times_log_two():
    trainer = make_trainer()
    [(tokens, _)] = trainer.batches(np.arange(VOCAB, dtype=np.int32), 0)
    in_double(trainer.table)
    loss, centers = trainer.step(tokens, lr=0.1, measure=True)
    assert centers == VOCAB
    assert loss / centers == pytest.approx(6 * np.log(2))


def test_trains_and_repeats_itself(sample: Corpus, tmp_path):
    def trained(seed: int, divide: bool = True):
        trainer = make_trainer(sample.counts, divide=divide, precision=torch.float32, seed=seed, subsample=1e-3)
        result = Run(trainer, sample.ids[:50_000], Schedule(epochs=3, lr=0.2), tmp_path).train()
        return result["losses"], np.stack(trainer.embeddings())

    losses, tables = trained(1)
    assert losses[0] > losses[1] > losses[2]
    assert (trained(1)[1] == tables).all()
    assert (trained(2)[1] != tables).any()
    assert (trained(1, divide=False)[1] != tables).any()
