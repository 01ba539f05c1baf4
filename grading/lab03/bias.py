"""Lab 3's steps on what the space has learnt about groups of people. Runs in the parent."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show, unit_rows
from grading.steps import Step


def _weat_inputs(rng: np.random.Generator) -> Any:
    """No two sets of one size, so that a sum is no multiple of a mean."""
    shapes = {"x": (6, 0, 0.4), "y": (4, 1, 0.4), "a": (3, 0, 1.5), "b": (5, 1, 1.5)}
    return {
        name: unit_rows(rng.normal(size=(size, 6)) + lean * np.eye(6)[axis]).tolist()
        for name, (size, axis, lean) in shapes.items()
    }


def _judge_weat(inputs: Any, value: Any) -> str | None:
    x, y, a, b = (np.array(inputs[name]) for name in "xyab")
    of_x, of_y = ([np.mean(a @ w) - np.mean(b @ w) for w in words] for words in (x, y))
    both = np.array(of_x + of_y)
    apart = np.mean(of_x) - np.mean(of_y)
    effect = float(apart / np.std(both, ddof=1))
    if differs(value["effect"], effect):
        said = f"your effect was {show(value['effect'])}, not {show(effect)}"
        if not differs(value["effect"], float(apart / np.std(both))):
            return f"{said}: the sample's standard deviation divides by n − 1"
        if not differs(value["effect"], float(apart)):
            return f"{said}: divide by the standard deviation of s over x and y together"
        summed = np.concatenate([words @ a.sum(axis=0) - words @ b.sum(axis=0) for words in (x, y)])
        apart = np.mean(summed[: len(x)]) - np.mean(summed[len(x) :])
        if not differs(value["effect"], float(apart / np.std(summed, ddof=1))):
            sizes = f"a has {len(a)} words and b has {len(b)}"
            return f"{said}: s takes the mean of the cosines with each set, not their sum, since {sizes}"
        return said
    splits = [sum(both[list(chosen)]) for chosen in itertools.combinations(range(len(both)), len(x))]
    count = int(np.sum(np.array(splits) >= sum(of_x) - 1e-12))
    p = count / len(splits)
    if differs(value["p"], p, 0.02):  # a sampled p is as good
        return f"your p was {show(value['p'])}; {count} of the {len(splits)} splits have a sum as large: {show(p)}"
    return None


def _debias_inputs(rng: np.random.Generator) -> Any:
    direction = unit_rows(rng.normal(size=(1, 5)))[0]
    words = ["she", "he", "woman", "man", "queen", "nurse", "doctor", "table"]
    matrix = rng.normal(size=(8, 5)) * rng.uniform(0.5, 3, (8, 1))
    along = unit_rows(matrix) @ direction
    # Of one pair the second word lies further along the direction, of the other the first.
    order = [*sorted([0, 1], key=lambda row: along[row]), *sorted([2, 3], key=lambda row: -along[row]), 4, 5, 6, 7]
    return {
        "words": words,
        "matrix": rounded(matrix[order]),
        "direction": direction.tolist(),
        "equalize": [[0, 1], [2, 3]],
        "specific": [4],
    }


def _judge_debias(inputs: Any, value: Any) -> str | None:
    words, g = inputs["words"], np.array(inputs["direction"])
    unit, found = unit_rows(inputs["matrix"]), np.array(value, dtype=float)
    if found.shape != unit.shape:
        return f"you returned a matrix of shape {found.shape}, not {unit.shape}"
    if not np.isfinite(found).all():
        return "your matrix holds a number that is NaN or infinite"
    if np.abs(found[4] / np.linalg.norm(found[4]) - unit[4]).max() > 1e-4:
        return "queen is specific, and yours turned: it keeps its direction"
    for row in (5, 6, 7):
        if abs(found[row] @ g) > 1e-4:
            return f"your {words[row]} still has {found[row] @ g:.3f} along the direction: w − (w·g) g has 0"
        neutral = unit[row] - (unit[row] @ g) * g
        if np.abs(found[row] - neutral / np.linalg.norm(neutral)).max() > 1e-4:
            length = np.linalg.norm(found[row])
            return f"your {words[row]} is not w − (w·g) g scaled back to length one (its length is {length:.3f})"
    for first, second in inputs["equalize"]:
        middle = (unit[first] + unit[second]) / 2
        middle -= (middle @ g) * g
        apart = math.sqrt(1 - middle @ middle) * g * (1 if (unit[first] - unit[second]) @ g >= 0 else -1)
        for row, expected in ((first, middle + apart), (second, middle - apart)):
            if np.abs(found[row] - expected).max() > 1e-4:
                pair = f"{words[first]}–{words[second]}"
                return (
                    f"of the pair {pair} your {words[row]} has {found[row] @ g:.3f} along the direction and length "
                    f"{np.linalg.norm(found[row]):.3f}; it is µ ± √(1 − |µ|²) g, {expected @ g:.3f} and 1"
                )
    return None


BIAS_STEPS = (
    Step("weat", 5, ("weat",), _weat_inputs, _judge_weat),
    Step("debias", 3, ("hard_debias",), _debias_inputs, _judge_debias),
)
