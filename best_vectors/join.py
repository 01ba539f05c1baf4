"""After training: each model's spectrum is flattened, the models become one matrix, and it is made shorter.

Each step is a few lines. They change no model, and reports/best.md says what each of them earns.
"""

from __future__ import annotations

from collections.abc import Sequence

from wordlab.errors import InputError

import numpy as np

from lab03_eval.vectors import unit_rows
from lab03_eval.vectors.maps import Map

ALPHA = 0.8  # of the spectrum that is kept, in every view and after the reduction


def principal(rows: np.ndarray, dims: int | None = None, alpha: float = ALPHA) -> Map:
    """The map to the `dims` directions in which `rows` (n, d) vary most, their spread flattened: all d of them if None.

    With the eigenvectors Q and eigenvalues λ of the covariance, rows become (x − mean)·Q·diag(λ^((α − 1)/2)), so that
    the variance λ of a direction becomes λ^α. α = 1 leaves lengths and angles as they are (plain PCA), α = 0 makes all
    directions equally long. A few directions hold most of the variance of word vectors and speak of frequency and
    topic; below 1, α lets the others be heard (Artetxe et al. 2018, "Uncovering Divergent Linguistic Information in
    Word Embeddings with Lessons for Intrinsic and Extrinsic Evaluation", §2, there with −α as their post-processing).
    """
    if not 0 < alpha <= 1:
        raise InputError(f"alpha {alpha:g}: expected more than 0, and at most 1")
    if dims is not None and not 0 < dims <= rows.shape[1]:
        raise InputError(f"{dims} dimensions of {rows.shape[1]} columns: expected 1 to {rows.shape[1]}")
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = rows - mean
    variance, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64) / len(rows))  # rising
    variance, directions = variance[::-1][:dims], directions[:, ::-1][:, :dims]
    # Columns without variance, as few words leave them, keep their zeros instead of dividing by them.
    variance = np.where(variance > 1e-10 * variance[0], variance, np.inf if alpha < 1 else 1)
    return Map(mean, (directions * variance ** ((alpha - 1) / 2)).astype(np.float32))


def side_by_side(views: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Unit rows of every view (V, d_i), times its weight, in one matrix (V, Σ d_i).

    The cosine of two words is then the mean of their cosines in the views, each counted with its weight squared.
    """
    return np.concatenate([np.float32(weight) * unit_rows(view) for view, weight in zip(views, weights)], axis=1)
