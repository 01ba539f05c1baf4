"""What judges share: comparing numbers that a child returned, and showing them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

SMALL = 1e-5  # float32 vectors of length one


def differs(value: Any, expected: float, tolerance: float = SMALL) -> bool:
    """Whether a returned number is not `expected`. None means NaN, which JSON need not know."""
    if value is None or math.isnan(value):
        return not math.isnan(expected)
    return math.isnan(expected) or abs(value - expected) > tolerance


def show(value: Any) -> str:
    """A returned number as messages have it."""
    return "NaN" if value is None or value != value else f"{value:.4g}"


def show_row(values: Any) -> str:
    """Several numbers, as messages have them."""
    return ", ".join(map(show, values))


def rounded(array: np.ndarray) -> list:
    """Inputs of three decimals, as lists: the child reads the same numbers."""
    return np.round(array, 3).tolist()


def unit_rows(matrix: Any) -> np.ndarray:
    """Rows (n, d) scaled to length one."""
    matrix = np.array(matrix, dtype=np.float64)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
