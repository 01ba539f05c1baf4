"""How sure is a score: 95 % intervals, and the paired bootstrap between two embeddings.

Intervals tell how far a score would move with other words of the same kind. They say nothing of the training
seed, which moves it too: train several.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

CONFIDENCE_Z = 1.959964  # 95 %
RESAMPLES = 1000


def spearman_interval(rho: float, n: int) -> tuple[float, float]:
    """95 % interval by Fisher's z with the variance (1 + ρ²/2)/(n − 3) of Bonett & Wright (2000)."""
    if n <= 3 or math.isnan(rho) or abs(rho) == 1:
        return (math.nan, math.nan)
    half = CONFIDENCE_Z * math.sqrt((1 + rho * rho / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def proportion_interval(correct: int, n: int) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion (Wilson 1927)."""
    # BEGIN SOLUTION: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964; NaN for n = 0
    if n == 0:
        return (math.nan, math.nan)
    p, z2 = correct / n, CONFIDENCE_Z**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = CONFIDENCE_Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return middle - half, middle + half
    # END SOLUTION


def percentile_interval(resampled: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of bootstrap values (B,); values that are NaN (a constant resample) are left out."""
    values = resampled[np.isfinite(resampled)]
    return tuple(np.percentile(values, [2.5, 97.5]).tolist()) if len(values) else (math.nan, math.nan)


def spearman_rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's ρ (B,) of each row of x and y, both (B, n)."""
    x, y = (stats.rankdata(values, axis=1) for values in (x, y))
    x, y = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (x, y))
    with np.errstate(invalid="ignore"):
        return np.einsum("bn,bn->b", x, y) / np.sqrt(np.einsum("bn,bn->b", x, x) * np.einsum("bn,bn->b", y, y))


def compare_correlations(first: np.ndarray, second: np.ndarray, human: np.ndarray, seed: int = 1) -> dict[str, float]:
    """ρ(first) − ρ(second) against the same human scores (n,), with its paired bootstrap interval.

    The same pairs of words are drawn for both, so that what is hard for both cancels (Efron & Tibshirani 1993,
    §16.4; for embeddings, Faruqui et al. 2016). `real` says whether the interval leaves 0 out.
    """
    # BEGIN SOLUTION: 1000 × draw n pairs with replacement, the same for both: ρ₁ − ρ₂; its 2.5th and 97.5th percentile
    rng, n = np.random.default_rng(seed), len(human)
    differences = []
    for part in np.array_split(np.arange(RESAMPLES), 1 + RESAMPLES * n // 1_000_000):
        drawn = rng.integers(0, n, (len(part), n))  # (b, n)
        differences.append(spearman_rows(first[drawn], human[drawn]) - spearman_rows(second[drawn], human[drawn]))
    whole = spearman_rows(first[None], human[None]) - spearman_rows(second[None], human[None])
    return _difference(float(whole[0]), np.concatenate(differences), n)
    # END SOLUTION


def compare_proportions(first: np.ndarray, second: np.ndarray, seed: int = 1) -> dict[str, float]:
    """The difference of two shares of right answers to the same questions (n,) bool, with its bootstrap interval.

    A resample of n questions is a multinomial draw of the three outcomes: only the first right, only the second,
    no difference. Questions that share words are not independent: the interval is somewhat too narrow.
    """
    n = len(first)
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    if not n:
        return _difference(math.nan, np.empty(0), 0)
    shares = [only_first / n, only_second / n, (n - only_first - only_second) / n]
    drawn = np.random.default_rng(seed).multinomial(n, shares, RESAMPLES)  # (B, 3)
    return _difference((only_first - only_second) / n, (drawn[:, 0] - drawn[:, 1]) / n, n)


def _difference(value: float, resampled: np.ndarray, used: int) -> dict[str, float]:
    low, high = percentile_interval(resampled)
    return {"difference": value, "low": low, "high": high, "used": used, "real": bool(low > 0 or high < 0)}
