"""After training: the flattened views become one matrix. What each step earns is in reports/best.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab03_eval.vectors import unit_rows


def side_by_side(views: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Unit rows of every view (V, d_i), times its weight, in one matrix (V, Σ d_i).

    The cosine of two words is then the mean of their cosines in the views, each counted with its weight squared.
    """
    return np.concatenate([np.float32(weight) * unit_rows(view) for view, weight in zip(views, weights)], axis=1)
