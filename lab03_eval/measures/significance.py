"""Resampling: bootstrap intervals, and the paired bootstrap between two embeddings' answers.

Intervals tell how far a score would move with other words of the same kind. They say nothing of the training seed,
which also moves it: train several.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

RESAMPLES = 1000
LEVEL = 0.05  # how often a verdict may be wrong where nothing differs
ROUNDING = 1e-6  # float32 cosines of equal directions differ by less


def percentile_interval(resampled: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of bootstrap values (B,); values that are NaN (a constant resample) are left out."""
    values = resampled[np.isfinite(resampled)]
    if not len(values):
        return math.nan, math.nan
    low, high = np.percentile(values, [2.5, 97.5]).tolist()
    return low, high


def settled(cosine: np.ndarray) -> np.ndarray:
    """The cosines (n,), made all equal where they differ by no more than float32's rounding.

    The ranks of constant vectors' cosines would otherwise be the order of rounding errors.
    """
    constant = len(cosine) and np.ptp(cosine) <= ROUNDING
    return np.full_like(cosine, cosine[0]) if constant else cosine


def spearman_rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's ρ (B,) of each row of x with the same row of y, both (B, n)."""
    x, y = (stats.rankdata(values, axis=1) for values in (x, y))
    x, y = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (x, y))
    with np.errstate(invalid="ignore"):
        rho = np.einsum("bn,bn->b", x, y) / np.sqrt(np.einsum("bn,bn->b", x, x) * np.einsum("bn,bn->b", y, y))
    return np.asarray(rho)


def bootstrap_p(resampled: np.ndarray) -> float:
    """Two-sided p that a difference is 0, from its bootstrap values (B,): twice the share on the rarer side of 0.

    The observed sample counts as one more on that side, so that p is never 0 (Davison & Hinkley 1997, §4.2). Values
    that are NaN are left out; p is NaN where all are.
    """
    values = resampled[np.isfinite(resampled)]
    if not len(values):
        return math.nan
    beyond = min(np.sum(values <= 0), np.sum(values >= 0))
    return min(1.0, 2 * (1 + int(beyond)) / (1 + len(values)))


def holm(p: Sequence[float]) -> list[bool]:
    """Which of n tests stay significant at 5 % after Holm's correction for their number (Holm 1979).

    The smallest p must not exceed .05/n, the next .05/(n − 1), and so on to the first that does. Then any test at all
    is significant by chance in 5 % of all cases at most. A p that is NaN is no test: it does not count and stays False.
    """
    survives = [False] * len(p)
    tests = sorted((value, place) for place, value in enumerate(p) if not math.isnan(value))
    for rank, (value, place) in enumerate(tests):
        if value > LEVEL / (len(tests) - rank):
            break
        survives[place] = True
    return survives


def difference_of(value: float, resampled: np.ndarray, used: int) -> dict[str, float]:
    """`difference`, and from resampled differences (B,) its interval `low` to `high`, `p` and `excludes_zero`.

    `excludes_zero` says whether the 95 % interval leaves 0 out, and `used` is the number of items.
    """
    low, high = percentile_interval(resampled)
    return {
        "difference": value,
        "low": low,
        "high": high,
        "used": used,
        "p": bootstrap_p(resampled),
        "excludes_zero": bool(low > 0 or high < 0),
    }


def compare_proportions(first: np.ndarray, second: np.ndarray, seed: int = 1) -> dict[str, float]:
    """The difference of two shares of right answers to the same questions (n,) bool, with its bootstrap interval.

    A resample of n questions is a multinomial draw of the three outcomes: only the first is right, only the second is
    right, no difference. Questions that share words are not independent, so the interval is somewhat too narrow.
    """
    n = len(first)
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    if not n:
        return difference_of(math.nan, np.empty(0), 0)
    shares = [only_first / n, only_second / n, (n - only_first - only_second) / n]
    drawn = np.random.default_rng(seed).multinomial(n, shares, RESAMPLES)  # (B, 3)
    return difference_of((only_first - only_second) / n, (drawn[:, 0] - drawn[:, 1]) / n, n)
