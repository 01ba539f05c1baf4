"""The mean cosine of two words, by scikit-learn's distances of all pairs."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import pairwise_distances_chunked

from lab03_eval.vectors import unit_rows as unit_rows  # which measures/senses.py asks for here

TOP_WORDS = 30_000


def anisotropy(matrix: np.ndarray) -> float:
    """Mean cosine over all pairs of different rows of `matrix` (n, d); NaN for fewer than two rows."""
    pairs = len(matrix) * (len(matrix) - 1)
    if not pairs:
        return float("nan")
    distance = sum(part.sum(dtype=np.float64) for part in pairwise_distances_chunked(matrix, metric="cosine"))
    return float(1 - distance / pairs)
