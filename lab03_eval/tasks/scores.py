"""Scores of a task with their resamples, margins over random vectors and a baseline, and the measures themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize

from lab03_eval.benchmarks import NotAtHand
from lab03_eval.measures.significance import RESAMPLES, percentile_interval

RETRIEVED = 10

Row = dict[str, float | str]


@dataclass(frozen=True)
class Score:
    value: float
    draws: np.ndarray  # (B,) the same on resampled items, or of each start: paired between what is compared


def covered(used: int, total: int, tokens: float) -> Row:
    """`used` of `total` items and `token_coverage`. Raises NotAtHand where no item is used."""
    if not used:
        raise NotAtHand(f"no coverage: the vocabulary knows no word of its {total:,} items")
    return {"used": used, "total": total, "token_coverage": tokens}


def row(scores: dict[str, Score], coverage: Row, **labels: str) -> Row:
    """One task's results: `score`, `low`, `high` of the vectors, of `random` and `baseline`, and of the margins."""
    results = labels | coverage
    own = scores["vectors"]
    parts = {"": own, "random.": scores["random"], "baseline.": scores["baseline"]}
    for name in ("random", "baseline"):
        margin = Score(own.value - scores[name].value, own.draws - scores[name].draws)
        parts[f"margin.{name}."] = margin
    for prefix, score in parts.items():
        results |= {f"{prefix}{key}": value for key, value in with_interval(score).items()}
    return results


def with_interval(score: Score) -> dict[str, float]:
    """The `score`, and its 95 % interval `low` to `high` over the resamplings."""
    low, high = percentile_interval(score.draws)
    return {"score": score.value, "low": low, "high": high}


def quotient(numerator: np.ndarray, denominator: np.ndarray, seed: int) -> Score:
    """Σ numerator / Σ denominator over items (n,), and the same over resamplings of the items.

    Accuracy, F1 and a mean are of this form.
    """
    drawn = np.random.default_rng(seed).integers(len(numerator), size=(RESAMPLES, len(numerator)))
    above, below = (np.append(x[drawn].sum(axis=1), x.sum()) for x in (numerator, denominator))
    values = above / np.maximum(below, 1)
    return Score(float(values[-1]), values[:-1])


def mean_score(values: np.ndarray, seed: int) -> Score:
    return quotient(values, np.ones(len(values)), seed)


def paired_cosine(first: np.ndarray | sparse.csr_matrix, second: np.ndarray | sparse.csr_matrix) -> np.ndarray:
    """Cosines (n,) of corresponding rows; 0 where one is a zero row."""
    first, second = normalize(first), normalize(second)
    product = first.multiply(second) if sparse.issparse(first) else first * second
    return np.asarray(product.sum(axis=1)).ravel()


def ndcg(scores: np.ndarray, relevant: np.ndarray, k: int = RETRIEVED) -> np.ndarray:
    """nDCG@k of each query (q,) by scores (q, D) and binary relevance (q, D): gain 1, discount log2(rank + 1).

    NaN for a query without a relevant document. Equal scores keep the documents' order (Järvelin & Kekäläinen 2002).
    """
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # (q, k)
    gain = np.take_along_axis(relevant, best, axis=1) @ discount[: best.shape[1]]
    ideal = np.cumsum(discount)[np.clip(relevant.sum(axis=1), 1, k) - 1]
    return np.where(relevant.any(axis=1), gain / ideal, np.nan)
