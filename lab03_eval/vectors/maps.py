"""Affine maps of vectors: to principal directions, and how a composed word follows what the others went through."""

from __future__ import annotations

from dataclasses import dataclass

from wordlab.errors import InputError

import numpy as np

ALPHA = 0.8  # of the spectrum that is kept


@dataclass(frozen=True)
class Map:
    """x ↦ (x − mean)·matrix, for rows x (n, d) or one x (d,); mean (d,) and matrix (d, m) are float32."""

    mean: np.ndarray
    matrix: np.ndarray

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray((rows - self.mean) @ self.matrix)


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


@dataclass(frozen=True)
class Composition:
    """From the mean of a word's n-gram rows (d,) to its vector (D,) among words that several models were joined for.

    The mean goes through `first`, is scaled to length one, as the rows of every model were before they were joined, and
    goes through `second`. What the other models would say of the word is missing.
    """

    first: Map
    second: Map

    def __call__(self, mean: np.ndarray) -> np.ndarray:
        vector = self.first(mean)
        return self.second(vector / (np.linalg.norm(vector) or 1))
