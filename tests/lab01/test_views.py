"""What is kept of one or several views, by hand; and what a run of several views leaves behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.solution import PairTrainer
from lab01_word2vec.views import keep_vectors, make_trainer, train_vectors, train_views
from tests.trainers import CPU

IN_EMB, OUT_EMB = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])


def test_kept_vectors():
    one = [(IN_EMB, OUT_EMB)]
    np.testing.assert_array_equal(keep_vectors(one, "in"), IN_EMB)
    np.testing.assert_array_equal(keep_vectors(one, "sum"), [[2, 2], [3, 5]])
    np.testing.assert_array_equal(keep_vectors(one, "centred", 1.0), [[-0.5, -1.5], [0.5, 1.5]])
    # in + .6·out: (1.6, 2) and (3, 4.6), their mean (2.3, 3.3).
    np.testing.assert_allclose(keep_vectors(one), [[-0.7, -1.3], [0.7, 1.3]], atol=1e-6)


def test_several_views_are_unit_rows_side_by_side_by_hand():
    # The first view's rows are (3, 4) and (0, 2), of lengths 5 and 2; the second's are (1, 0) and (−5, 12), 1 and 13.
    nothing = np.zeros((2, 2))
    views = [(np.array([[3.0, 4], [0, 2]]), nothing), (np.array([[1.0, 0], [-5, 12]]), nothing)]
    kept = keep_vectors(views, "in")
    np.testing.assert_allclose(kept, [[0.6, 0.8, 1, 0], [0, 1, -5 / 13, 12 / 13]])
    # Each row is √2 long. The cosine of the two is the mean of .8 and −5/13, their cosines in the two views.
    cosine = kept[0] @ kept[1] / (np.linalg.norm(kept[0]) * np.linalg.norm(kept[1]))
    assert cosine == pytest.approx((0.8 - 5 / 13) / 2)


@pytest.mark.parametrize("kept", ["in", "sum", "centred"])
def test_the_cosine_of_several_views_is_the_mean_of_their_cosines(kept):
    rng = np.random.default_rng(0)
    views = [tuple(rng.standard_normal((2, 6, dim))) for dim in (3, 3, 3)]
    matrices = [keep_vectors([view], kept) for view in views]  # each by itself: centred, where it is, within a view
    together = keep_vectors(views, kept)
    assert together.shape == (6, 9)

    def cosines(matrix: np.ndarray) -> np.ndarray:
        unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        return unit @ unit.T

    np.testing.assert_allclose(cosines(together), np.mean([cosines(each) for each in matrices], axis=0))


def configuration(corpus, *options: str):
    return configure(build_parser().parse_args(["--epochs", "1", "--dim", "8", *options]), corpus)


def test_each_window_trains_a_model_of_its_own(small_text, tmp_path):
    corpus = load_corpus(str(small_text))
    config = configuration(corpus, "--window", "4", "1")
    trained = train_vectors(corpus, config, CPU, tmp_path, "sum", resume=False)
    assert trained.in_emb.shape == trained.out_emb.shape == trained.matrix.shape == (len(corpus.words), 16)
    assert [len(losses) for losses in trained.losses] == [1, 1]
    for place, window in enumerate(("4", "1")):
        [(in_emb, out_emb)], _ = train_views(corpus, configuration(corpus, "--window", window), CPU, tmp_path)
        columns = slice(8 * place, 8 * place + 8)
        np.testing.assert_array_equal(trained.in_emb[:, columns], in_emb)
        np.testing.assert_array_equal(trained.out_emb[:, columns], out_emb)
        alone = keep_vectors([(in_emb, out_emb)], "sum")
        unit = alone / np.linalg.norm(alone, axis=1, keepdims=True)
        np.testing.assert_allclose(trained.matrix[:, columns], unit, atol=1e-6)
    assert not list(tmp_path.iterdir())


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
