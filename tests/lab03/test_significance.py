"""Intervals against hand-computed values and scipy's bootstrap."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from lab03_eval.eval_embeddings import compare
from lab03_eval.measures.report import differences_table
from lab03_eval.measures.significance import bootstrap_p, compare_proportions, holm, settled, spearman_rows
from lab03_eval.solution import compare_correlations, proportion_interval, spearman_interval
from lab03_eval.vectors import WordVectors


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
    assert mine["excludes_zero"]
    assert compare_correlations(first, second, human) == mine  # seeded


def test_the_bootstrap_of_proportions_by_hand():
    # 60 against 50 right of 100, 20 and 10 of them alone: variance (.3 − .1²)/100, ± 1.96 · .0539 = ± .106.
    first, second = np.zeros(100, dtype=bool), np.zeros(100, dtype=bool)
    first[:60] = True
    second[20:70] = True
    found = compare_proportions(first, second)
    assert found["difference"] == pytest.approx(0.1)
    assert (found["low"], found["high"]) == pytest.approx((-0.006, 0.206), abs=0.02)
    assert not found["excludes_zero"]
    assert compare_proportions(first, np.zeros(100, dtype=bool))["excludes_zero"]


@pytest.mark.parametrize("n", [1, 7, 200, 6821, 19_544])
def test_wilsons_interval_holds_its_score_and_stays_between_0_and_1(n):
    for correct in {0, 1, n // 2, n - 1, n}:
        low, high = proportion_interval(correct, n)
        assert 0 <= low <= correct / n <= high <= 1
    assert proportion_interval(0, n)[0] == 0
    assert proportion_interval(n, n)[1] == 1


def test_p_of_a_bootstrap_by_hand():
    # 20 of 999 values lie at or below 0: twice (20 + 1)/(999 + 1).
    assert bootstrap_p(np.repeat([-1.0, 1.0], [20, 979])) == pytest.approx(0.042)
    assert bootstrap_p(np.repeat([-1.0, 1.0], [979, 20])) == pytest.approx(0.042)
    assert bootstrap_p(np.array([*[1.0] * 999, math.nan])) == pytest.approx(0.002)  # never 0
    assert bootstrap_p(np.zeros(50)) == 1
    assert math.isnan(bootstrap_p(np.full(10, math.nan)))


def test_p_agrees_with_the_interval():
    rng = np.random.default_rng(3)
    for shift in np.linspace(-4, 4, 41):
        values = rng.standard_normal(1000) + shift
        low, high = np.percentile(values, [2.5, 97.5])
        assert (bootstrap_p(values) <= 0.05) == (low > 0 or high < 0)


def test_holm_by_hand():
    # .01 ≤ .05/4 and .012 ≤ .05/3, but .03 > .05/2: it and all larger ones fail, though .04 alone would be ≤ .05.
    assert holm([0.04, 0.01, 0.03, 0.012]) == [False, True, False, True]
    assert holm([0.04]) == [True]
    assert holm([]) == []
    # A test that could not be made does not count: .02 is asked to be .05/2 at most, not .05/3.
    assert holm([math.nan, 0.02, 0.5]) == [False, True, False]


def test_cosines_that_differ_by_rounding_are_equal():
    direction = np.random.default_rng(0).standard_normal(20)
    lengths = np.linspace(0.1, 7, 30)[:, None]
    unit = WordVectors([f"w{i}" for i in range(30)], lengths * direction).unit
    cosine = np.einsum("nd,nd->n", unit[:15], unit[15:])
    assert len(set(settled(cosine))) == 1
    spread = np.array([0.1, 0.2, 0.3])
    assert settled(spread) is spread
    assert not len(settled(np.empty(0)))


@pytest.fixture(scope="module")
def coins() -> tuple[WordVectors, WordVectors]:
    """Two embeddings of all the words of the similarity sets, both at random."""
    from lab03_eval.benchmarks import gensim_data, read_pairs

    pairs = [pair for name in ("wordsim353.tsv", "simlex999.txt") for pair in read_pairs(gensim_data(name))]
    words = sorted({word.lower() for *both, _ in pairs for word in both})
    rng = np.random.default_rng(5)
    return tuple(WordVectors(words, rng.standard_normal((len(words), 8))) for _ in range(2))


def test_a_comparison_of_several_sets_is_corrected_for_their_number(coins):
    names = ["wordsim353", "simlex999"]
    found = compare(*coins, names)
    p = [found[f"{name}.p"] for name in names]
    assert [found[f"{name}.survives_holm"] for name in names] == holm(p)
    assert all(found[f"{name}.excludes_zero"] == (found[f"{name}.p"] <= 0.05) for name in names)


def test_a_difference_that_holm_does_not_leave_is_told_from_one_that_stays():
    def figures(name: str, p: float, survives: bool) -> dict[str, float]:
        interval = {"difference": 0.1, "low": 0.01, "high": 0.19, "used": 50, "p": p, "excludes_zero": True}
        return {f"{name}.{key}": value for key, value in (interval | {"survives_holm": survives}).items()}

    text = differences_table("a", {"b": figures("wordsim353", 0.002, True) | figures("men", 0.04, False)})
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("|")}
    assert "95 % interval excludes 0" in rows["WordSim-353"]
    assert "remains" in rows["WordSim-353"]
    assert "95 % interval excludes 0" in rows["MEN"]
    assert "within chance" in rows["MEN"]
    assert "Of 2 sets compared, 0.1 would have an interval that excludes 0 by chance" in text
    assert "real" not in text


def test_a_difference_from_constant_vectors_is_not_defined(coins):
    first, _ = coins
    constant = WordVectors(first.words, np.linspace(1, 2, len(first))[:, None] * np.ones(8))
    found = compare(first, constant, ["wordsim353"])
    assert math.isnan(found["wordsim353.difference"])
    assert math.isnan(found["wordsim353.p"])
    assert not found["wordsim353.excludes_zero"]
    assert not found["wordsim353.survives_holm"]
    text = differences_table("first", {"constant": found})
    assert "not defined" in text
    assert "nan" not in text
    assert "Of 0 sets compared" in text
