"""Resampling: bootstrap intervals, and the paired bootstrap between two embeddings' answers.

Intervals tell how far a score would move with other words of the same kind. They say nothing of the training seed,
which also moves it: train several.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

RESAMPLES = 1000


def percentile_interval(resampled: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of bootstrap values (B,); values that are NaN (a constant resample) are left out."""
    values = resampled[np.isfinite(resampled)]
    if not len(values):
        return math.nan, math.nan
    low, high = np.percentile(values, [2.5, 97.5]).tolist()
    return low, high


def spearman_rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's ρ (B,) of each row of x with the same row of y, both (B, n)."""
    x, y = (stats.rankdata(values, axis=1) for values in (x, y))
    x, y = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (x, y))
    with np.errstate(invalid="ignore"):
        rho = np.einsum("bn,bn->b", x, y) / np.sqrt(np.einsum("bn,bn->b", x, x) * np.einsum("bn,bn->b", y, y))
    return np.asarray(rho)


def difference_of(value: float, resampled: np.ndarray, used: int) -> dict[str, float]:
    """`difference`, its interval `low` to `high` from resampled differences (B,), `used`, and whether it is `real`.

    A difference is called real where its interval leaves 0 out.
    """
    low, high = percentile_interval(resampled)
    return {"difference": value, "low": low, "high": high, "used": used, "real": bool(low > 0 or high < 0)}


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
