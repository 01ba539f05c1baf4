"""Flattened spectra, views side by side and the reduction, worked out by hand and against scikit-learn."""

from __future__ import annotations

from wordlab.errors import InputError

import numpy as np
import pytest
from sklearn.decomposition import PCA

from best_vectors.join import KNOWN_WELL, reduction, side_by_side
from lab01_word2vec.kept import both_tables
from lab03_eval.vectors.maps import principal


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return (rng.standard_normal((400, 8)) * [9, 5, 3, 2, 1, 0.5, 0.2, 0.1] + 4).astype(np.float32)


def test_a_share_of_the_context_table_is_added():
    kept = both_tables(np.array([[1.0, 2]], np.float32), np.array([[10.0, 20]], np.float32), 0.5)
    np.testing.assert_array_equal(kept, [[6, 12]])


@pytest.mark.parametrize("alpha", [1.0, 0.8, 0.3])
def test_a_variance_becomes_its_power_alpha(rows, alpha):
    mapped = principal(rows, alpha=alpha)(rows)
    covariance = np.cov(mapped.T, bias=True)
    variance = np.linalg.eigvalsh(np.cov(rows.T, bias=True))[::-1]
    np.testing.assert_allclose(np.diag(covariance), variance**alpha, rtol=1e-4)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-4)


def test_alpha_one_keeps_all_distances(rows):
    mapped = principal(rows, alpha=1.0)(rows)
    for i, j in ((0, 1), (5, 300)):
        assert np.linalg.norm(mapped[i] - mapped[j]) == pytest.approx(np.linalg.norm(rows[i] - rows[j]), rel=1e-5)


def test_fewer_dimensions_are_scikit_learns_pca(rows):
    mine, theirs = principal(rows, 3, alpha=1.0)(rows), PCA(3, svd_solver="full").fit_transform(rows)
    np.testing.assert_allclose(np.abs(mine), np.abs(theirs), atol=1e-3)


def test_columns_without_variance_stay_finite():
    rows = np.ones((5, 4), np.float32) * [[1, 2, 3, 4]]
    rows[:, 0] = range(5)
    mapped = principal(rows.astype(np.float32), alpha=0.5)(rows)
    assert np.isfinite(mapped).all()
    assert np.count_nonzero(np.abs(mapped).max(axis=0) > 1e-3) == 1


def test_the_joined_cosine_is_the_mean_of_the_views_by_squared_weight():
    rng = np.random.default_rng(1)
    views, weights = [rng.standard_normal((2, d)).astype(np.float32) for d in (3, 5)], (1.0, 2.0)

    def cosine(pair: np.ndarray) -> float:
        return float(pair[0] @ pair[1] / np.linalg.norm(pair[0]) / np.linalg.norm(pair[1]))

    expected = (cosine(views[0]) + 4 * cosine(views[1])) / 5
    assert cosine(side_by_side(views, weights)) == pytest.approx(expected, abs=1e-6)


def test_the_reduction_follows_the_frequent_words():
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((KNOWN_WELL + 500, 3)).astype(np.float32) * [1, 0.1, 0.1]
    matrix[KNOWN_WELL:] *= [0.1, 0.1, 1000]  # rare words that vary in another direction, and by far more
    reduced = reduction(matrix, 1, alpha=1.0)(matrix)
    assert abs(np.corrcoef(reduced[:KNOWN_WELL, 0], matrix[:KNOWN_WELL, 0])[0, 1]) > 0.999


@pytest.mark.parametrize(
    ("dims", "alpha", "says"), [(9, 0.8, "9 dimensions of 8"), (0, 0.8, "0 dim"), (2, 0, "alpha 0")]
)
def test_impossible_reductions_are_refused(rows, dims, alpha, says):
    with pytest.raises(InputError, match=says):
        principal(rows, dims, alpha)
