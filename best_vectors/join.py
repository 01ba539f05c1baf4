"""After training: the flattened views become one matrix. What each step earns is in reports/best.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab03_eval.vectors import unit_rows
from lab03_eval.vectors.maps import Map, principal

KNOWN_WELL = 20_000  # words, the most frequent ones


def side_by_side(views: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Unit rows of every view (V, d_i), times its weight, in one matrix (V, Σ d_i).

    The cosine of two words is then the mean of their cosines in the views, each counted with its weight squared.
    """
    return np.concatenate([np.float32(weight) * unit_rows(view) for view, weight in zip(views, weights)], axis=1)


def reduction(matrix: np.ndarray, dims: int, alpha: float) -> Map:
    """The map of a joined matrix (V, D), its frequent words first, to `dims` flattened directions.

    Most words of a text are rare, and what their rows vary in is mostly noise. The directions are therefore those in
    which the KNOWN_WELL most frequent words vary most.
    """
    return principal(matrix[:KNOWN_WELL], dims, alpha)
