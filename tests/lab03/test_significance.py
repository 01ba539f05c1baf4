"""Intervals against hand-computed values and scipy's bootstrap."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from lab03_eval.measures.significance import compare_proportions, spearman_rows
from lab03_eval.solution import compare_correlations, proportion_interval, spearman_interval


def test_intervals_by_hand():
    # Wilson for 50 of 100: (.5 + 1.9208/100) / 1.0384 ± …: .404 and .596 (tabulated).
    assert proportion_interval(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    # ρ = .7, n = 353: atanh .7 = .8673, half 1.96·√(1.245/350) = .1169: tanh .7504 and .9842.
    assert spearman_interval(0.7, 353) == pytest.approx((0.6354, 0.7549), abs=2e-4)


def test_no_items_no_interval():
    assert all(math.isnan(bound) for bound in (*proportion_interval(0, 0), *spearman_interval(0.5, 3)))


def test_rows_of_correlations_equal_scipys():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 9, (4, 50)), rng.standard_normal((4, 50))
    expected = [stats.spearmanr(a, b).statistic for a, b in zip(x, y)]
    np.testing.assert_allclose(spearman_rows(x, y), expected, atol=1e-12)


def test_the_bootstrap_of_correlations_agrees_with_scipys():
    rng = np.random.default_rng(0)
    human = rng.standard_normal(200)
    first, second = human + rng.standard_normal(200), human + 2 * rng.standard_normal(200)

    def difference(a, b, c):
        return stats.spearmanr(a, c).statistic - stats.spearmanr(b, c).statistic

    theirs = stats.bootstrap(
        (first, second, human), difference, paired=True, vectorized=False, n_resamples=1000, method="percentile", rng=0
    ).confidence_interval
    mine = compare_correlations(first, second, human)
    assert mine["difference"] == pytest.approx(difference(first, second, human))
    assert (mine["low"], mine["high"]) == pytest.approx((theirs.low, theirs.high), abs=0.02)
    assert mine["real"]
    assert compare_correlations(first, second, human) == mine  # seeded


def test_the_bootstrap_of_proportions_by_hand():
    # 60 against 50 right of 100, 20 and 10 of them alone: variance (.3 − .1²)/100, ± 1.96 · .0539 = ± .106.
    first, second = np.zeros(100, dtype=bool), np.zeros(100, dtype=bool)
    first[:60] = True
    second[20:70] = True
    found = compare_proportions(first, second)
    assert found["difference"] == pytest.approx(0.1)
    assert (found["low"], found["high"]) == pytest.approx((-0.006, 0.206), abs=0.02)
    assert not found["real"]
    assert compare_proportions(first, np.zeros(100, dtype=bool))["real"]
