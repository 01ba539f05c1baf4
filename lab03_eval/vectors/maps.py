"""Affine maps of vectors, and how a composed word follows those that the rest of a vocabulary went through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Map:
    """x ↦ (x − mean)·matrix, for rows x (n, d) or one x (d,); mean (d,) and matrix (d, m) are float32."""

    mean: np.ndarray
    matrix: np.ndarray

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray((rows - self.mean) @ self.matrix)


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
