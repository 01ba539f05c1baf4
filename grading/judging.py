"""What judges share: comparing numbers that a child returned, and showing them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from grading.steps import Said

# What a judge raises where an answer has another shape or type than it takes for granted. Anything else is its own.
UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, OverflowError)
SMALL = 1e-5  # float32 vectors of length one
YOURS = "its default is in the signature of your starter"


def by_property(*properties: Callable[[Any, Any], str | None]) -> Callable[[Any, Any], str | None]:
    """The judge of a step with several properties: what is wrong with the first that fails, and how many hold.

    No property may hold of a constant, of zeros or of the inputs themselves, since it earns a share of the points.
    """

    def judge(inputs: Any, value: Any) -> str | None:
        said = [properties[0](inputs, value), *(_said(each, inputs, value) for each in properties[1:])]
        wrong = [message for message in said if message]
        return Said(wrong[0], share=1 - len(wrong) / len(said)) if wrong else None

    return judge


def _said(judge: Callable[[Any, Any], str | None], inputs: Any, value: Any) -> str | None:
    """What is wrong, also where a part of the answer cannot be read: the parts before it may be right."""
    try:
        return judge(inputs, value)
    except UNREADABLE as error:
        return f"a part of your answer cannot be read ({type(error).__name__}: {error})"


def differs(value: Any, expected: float, tolerance: float = SMALL) -> bool:
    """Whether a returned number is not `expected`. None means NaN, which JSON need not know."""
    if value is None or math.isnan(value):
        return not math.isnan(expected)
    return math.isnan(expected) or abs(value - expected) > tolerance


def show(value: Any) -> str:
    """A returned number as messages have it."""
    return "NaN" if value is None or value != value else f"{value:.4g}"


def because(found: Any, causes: dict[str, Any], rtol: float, atol: float) -> str:
    """What may be behind a wrong result, after a colon: the first of `causes` that gives `found`; or nothing.

    `causes` are results of mistakes that learners make; `rtol` and `atol` are as in np.allclose.
    """
    return next((f": {cause}" for cause, other in causes.items() if np.allclose(found, other, rtol, atol)), "")


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
