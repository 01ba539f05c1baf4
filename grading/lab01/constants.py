"""Lab 1's constants that differ between variants, and the steps that ask for them. Runs in the parent.

No message says which value was expected: a student who reads it has the wrong constants, maybe someone else's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import YOURS
from grading.steps import Constant, Step

POWERS = ("0.5", "0.6", "0.7", "0.8", "0.9")


def _counts(rng: np.random.Generator) -> Any:
    return np.sort(rng.zipf(1.3, 200).clip(5, 50_000))[::-1].tolist()


def _threshold(value: str) -> Step:
    def judge(counts: Any, found: Any) -> str | None:
        ratio = float(value) * sum(counts) / np.array(counts)
        if np.allclose(np.array(found, dtype=float), np.minimum(1, np.sqrt(ratio) + ratio), rtol=1e-3):
            return None
        return f"keep_probability(counts) does not take the right threshold where none is given; {YOURS}"

    return Step("default_threshold", 0, ("keep_probability",), _counts, judge)


def _power(value: str) -> Step:
    def judge(counts: Any, found: Any) -> str | None:
        table, weights = np.array(found["table"], dtype=float), np.array(counts, dtype=float)
        shares = np.bincount(table.astype(int), minlength=len(counts)) / len(table) if found["whole"] else table
        fits = {power: weights ** float(power) / np.sum(weights ** float(power)) for power in (*POWERS, "0.75")}
        nearest = min(fits, key=lambda power: np.abs(shares - fits[power]).sum())
        if nearest == value:
            return None
        return f"noise_table(counts) does not take the right power where none is given; {YOURS}"

    return Step("default_power", 0, ("noise_table",), _counts, judge)


def _window(value: str) -> Step:
    def judge(inputs: Any, found: Any) -> str | None:
        center, context = np.array(found).T  # rows are positions, since no word comes twice
        if np.abs(center - context).max() == int(value):
            return None
        return f"SkipGramDataset(ids, keep) does not take the right window where none is given; {YOURS}"

    return Step("default_window", 0, ("SkipGramDataset",), lambda rng: {"tokens": 2000}, judge)


CONSTANTS = (
    Constant(
        "threshold", "keep_probability", "keep_probability", "threshold: float", "1e-4",
        ("2e-5", "3e-5", "5e-5", "2e-4", "3e-4", "5e-4"), _threshold,
    ),
    Constant("window", "SkipGramDataset", "pairs_window", "window: int", "5", ("3", "4", "6", "7", "8"), _window),
    Constant("power", "noise_table", "noise_table", "power: float", "0.75", POWERS, _power),
)  # fmt: skip
