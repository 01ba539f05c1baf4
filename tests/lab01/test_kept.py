"""What is kept of the two tables, by hand; and which trainer a configuration gets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.kept import keep_vectors, make_trainer
from lab01_word2vec.options import PRESETS, build_parser, configure
from lab01_word2vec.solution import PairTrainer
from tests.trainers import CPU

IN_EMB, OUT_EMB = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])


def test_kept_vectors():
    np.testing.assert_array_equal(keep_vectors(IN_EMB, OUT_EMB, "in"), IN_EMB)
    np.testing.assert_array_equal(keep_vectors(IN_EMB, OUT_EMB, "sum"), [[2, 2], [3, 5]])
    np.testing.assert_array_equal(keep_vectors(IN_EMB, OUT_EMB, "centred", 1.0), [[-0.5, -1.5], [0.5, 1.5]])
    # in + .6·out: (1.6, 2) and (3, 4.6), their mean (2.3, 3.3).
    np.testing.assert_allclose(keep_vectors(IN_EMB, OUT_EMB), [[-0.7, -1.3], [0.7, 1.3]], atol=1e-6)


def test_flattened_vectors_are_the_centred_ones_in_directions_of_more_even_spread():
    in_emb, out_emb = np.random.default_rng(0).standard_normal((2, 500, 4)).astype(np.float32) * [9, 3, 1, 0.5]
    centred, flattened = (keep_vectors(in_emb, out_emb, kept) for kept in ("centred", "flattened"))
    before, after = (np.sort(np.linalg.eigvalsh(np.cov(rows.T, bias=True))) for rows in (centred, flattened))
    np.testing.assert_allclose(after, before**0.8, rtol=1e-3)
    np.testing.assert_allclose(flattened.mean(axis=0), 0, atol=1e-4)
    assert (np.diff(flattened.var(axis=0)) < 0).all()  # the widest direction first


@pytest.mark.parametrize("preset", PRESETS)
def test_a_smaller_text_gets_no_fewer_epochs(sample, preset):
    args = build_parser().parse_args(["--preset", preset])
    epochs = [configure(args, replace(sample, tokens=tokens)).epochs for tokens in (10**5, 10**6, 9_900_000, 10**7)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[-1] == PRESETS[preset]["epochs"]


def test_the_engine_decides_the_trainer_and_pairs_are_float32(sample):
    half = configure(build_parser().parse_args([]), sample, "bfloat16")
    assert half.precision == "bfloat16"
    blocks = make_trainer(half, sample.counts, CPU)
    assert isinstance(blocks, BlockTrainer)
    assert blocks.precision == torch.bfloat16
    pairs = configure(build_parser().parse_args(["--engine", "pairs"]), sample, "bfloat16")
    assert pairs.precision == "float32"
    trainer = make_trainer(pairs, sample.counts, CPU)
    assert isinstance(trainer, PairTrainer)
    assert all(tensor.dtype == torch.float32 for tensor in trainer.tensors().values())
