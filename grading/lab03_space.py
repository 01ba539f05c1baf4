"""Lab 3's steps on the space of vectors, geometry and bias; the others are in lab03.py."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy import stats
from scipy.linalg import orthogonal_procrustes

from grading.judging import differs, rounded, show, unit_rows
from grading.steps import Step

# geometry


def _anisotropy_inputs(rng: np.random.Generator) -> Any:
    return [[[1, 0], [0, 3], [2, 2]], rounded(rng.normal(size=(25, 6)) * rng.uniform(0.3, 5, (25, 1)) + 0.4)]


def _judge_anisotropy(inputs: Any, value: Any) -> str | None:
    for matrix, found in zip(inputs, value, strict=True):
        unit = unit_rows(matrix)
        cosine = unit @ unit.T
        n = len(unit)
        expected = (cosine.sum() - np.trace(cosine)) / (n * (n - 1))
        if not differs(found, expected):
            continue
        said = f"your mean cosine of {n} rows was {show(found)}, not {show(expected)}"
        if not differs(found, cosine.mean()):
            return f"{said}: each row's cosine with itself, 1, is among your {n}·{n}; different rows make {n}·{n - 1}"
        if not differs(found, (cosine.sum() - np.trace(cosine)) / n**2):
            return f"{said}: {n}·{n - 1} pairs are different, not {n}·{n}"
        product = np.array(matrix) @ np.array(matrix).T
        if not differs(found, (product.sum() - np.trace(product)) / (n * (n - 1)), 1e-3):
            return f"{said}: the rows are not scaled to length one"
        return said
    return None


def _neighbour_inputs(rng: np.random.Generator) -> Any:
    return {"matrix": rounded(rng.normal(size=(30, 8)) * rng.uniform(0.3, 5, (30, 1))), "k": 4}


def _nearest(matrix: Any, k: int) -> list[list[int]]:
    unit = unit_rows(matrix)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    return [sorted(range(len(unit)), key=lambda j: -row[j])[:k] for row in cosine]


def _judge_nearest(inputs: Any, value: Any) -> str | None:
    k = inputs["k"]
    if np.shape(value) != (30, k):
        return f"you returned shape {np.shape(value)} for 30 rows and k = {k}: it is (30, {k})"
    for row, (found, expected) in enumerate(zip(value, _nearest(inputs["matrix"], k))):
        if found == expected:
            continue
        said = f"the {k} nearest of row {row} were yours {found}, not {expected}"
        if row in found:
            return f"{said}: a row is no neighbour of itself"
        if sorted(found) == sorted(expected):
            return f"{said}: nearest first"
        matrix = np.array(inputs["matrix"])
        products = matrix @ matrix[row]
        products[row] = -np.inf
        if found == np.argsort(-products)[:k].tolist():
            return f"{said}: these have the largest products; divide by the lengths"
        return said
    return None


def _hubness_inputs(rng: np.random.Generator) -> Any:
    while True:
        matrix = rounded(rng.normal(size=(40, 12)) + 0.5)
        counts = np.sort(np.bincount(np.ravel(_nearest(matrix, 5)), minlength=40))
        if counts[-1] > counts[-2]:
            return {"matrix": matrix, "k": 5}


def _judge_hubness(inputs: Any, value: Any) -> str | None:
    counts = np.bincount(np.ravel(_nearest(inputs["matrix"], 5)), minlength=40)
    if value["max"] != counts.max() or value["hub"] != counts.argmax():
        found = f"row {value['hub']} in {value['max']} lists"
        return f"your greatest hub was {found}; row {counts.argmax()} stands in {counts.max()} of the others' lists"
    if differs(value["skewness"], float(stats.skew(counts))):
        return f"your skewness of N_5 was {show(value['skewness'])}, not E(N − µ)³/σ³ = {show(stats.skew(counts))}"
    if differs(value["antihubs"], float(np.mean(counts == 0))):
        return f"your antihubs were {show(value['antihubs'])}; {np.sum(counts == 0)} of 40 rows stand in nobody's list"
    return None


def _procrustes_inputs(rng: np.random.Generator) -> Any:
    source = rng.normal(size=(20, 3)) * [3, 1, 0.5]
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    noisy = source @ rotation + 0.3 * rng.normal(size=(20, 3))
    return [{"source": source.tolist(), "target": target.tolist()} for target in (source @ rotation, noisy)]


def _judge_procrustes(inputs: Any, value: Any) -> str | None:
    for case, (rotation, residual) in zip(inputs, value, strict=True):
        source, target = np.array(case["source"]), np.array(case["target"])
        rotation = np.array(rotation)
        if rotation.shape != (3, 3) or not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4):
            return "your R is not orthogonal, R·Rᵀ = 1, shape (3, 3)"
        expected = orthogonal_procrustes(source, target)[0]
        if not np.allclose(rotation, expected, atol=1e-4):
            hint = (
                ": yours is its transpose, from target to source"
                if np.allclose(rotation, expected.T, atol=1e-4)
                else ""
            )
            left = np.linalg.norm(source @ rotation - target) / np.linalg.norm(target)
            best = np.linalg.norm(source @ expected - target) / np.linalg.norm(target)
            return f"your R leaves {left:.3f} of the target's length, the best {best:.3f}{hint}"
        wanted = float(np.linalg.norm(source @ expected - target) / np.linalg.norm(target))
        if differs(residual, wanted, 1e-4):
            return f"your residual was {show(residual)}, not |source·R − target| / |target| = {show(wanted)}"
    return None


# bias


def _weat_inputs(rng: np.random.Generator) -> Any:
    a, b = rng.normal(size=(2, 4, 6)) + np.eye(6)[:2, None] * 1.5
    x, y = rng.normal(size=(2, 5, 6)) + np.eye(6)[:2, None] * 0.4
    return {name: unit_rows(rows).tolist() for name, rows in zip("xyab", (x, y, a, b))}


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
        return said
    splits = [sum(both[list(chosen)]) for chosen in itertools.combinations(range(10), 5)]
    p = float(np.mean(np.array(splits) >= sum(of_x) - 1e-12))
    if differs(value["p"], p, 0.02):  # a sampled p is as good
        return f"your p was {show(value['p'])}; {p * 252:.0f} of the 252 splits have a sum as large: {show(p)}"
    return None


def _debias_inputs(rng: np.random.Generator) -> Any:
    direction = unit_rows(rng.normal(size=(1, 5)))[0]
    words = ["she", "he", "woman", "man", "queen", "nurse", "doctor", "table"]
    return {
        "words": words,
        "matrix": rounded(rng.normal(size=(8, 5)) * rng.uniform(0.5, 3, (8, 1))),
        "direction": direction.tolist(),
        "equalize": [[0, 1], [2, 3]],
        "specific": [4],
    }


def _judge_debias(inputs: Any, value: Any) -> str | None:
    words, g = inputs["words"], np.array(inputs["direction"])
    unit, found = unit_rows(inputs["matrix"]), np.array(value)
    if found.shape != unit.shape:
        return f"you returned a matrix of shape {found.shape}, not {unit.shape}"
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


SPACE_STEPS = (
    Step("anisotropy", 6, ("anisotropy",), _anisotropy_inputs, _judge_anisotropy),
    Step("nearest_rows", 6, ("nearest_rows",), _neighbour_inputs, _judge_nearest),
    Step("hubness", 4, ("hubness",), _hubness_inputs, _judge_hubness),
    Step("procrustes", 4, ("procrustes",), _procrustes_inputs, _judge_procrustes),
    Step("weat", 5, ("weat",), _weat_inputs, _judge_weat),
    Step("debias", 3, ("hard_debias",), _debias_inputs, _judge_debias),
)
