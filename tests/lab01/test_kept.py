"""What is kept of the two tables, by hand; and which trainer a configuration gets."""

from __future__ import annotations

import numpy as np
import torch

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.kept import keep_vectors, make_trainer
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.solution import PairTrainer
from tests.trainers import CPU

IN_EMB, OUT_EMB = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])


def test_kept_vectors():
    np.testing.assert_array_equal(keep_vectors(IN_EMB, OUT_EMB, "in"), IN_EMB)
    np.testing.assert_array_equal(keep_vectors(IN_EMB, OUT_EMB, "sum"), [[2, 2], [3, 5]])
    np.testing.assert_array_equal(keep_vectors(IN_EMB, OUT_EMB, "centred", 1.0), [[-0.5, -1.5], [0.5, 1.5]])
    # in + .6·out: (1.6, 2) and (3, 4.6), their mean (2.3, 3.3).
    np.testing.assert_allclose(keep_vectors(IN_EMB, OUT_EMB), [[-0.7, -1.3], [0.7, 1.3]], atol=1e-6)


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
