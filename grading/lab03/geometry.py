"""Lab 3's steps on the geometry of the space. Runs in the parent."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import orthogonal_procrustes

from grading.judging import SMALL, differs, rounded, show, unit_rows
from grading.steps import Step


def _anisotropy_inputs(rng: np.random.Generator) -> Any:
    return [[[1, 0], [0, 3], [2, 2]], rounded(rng.normal(size=(25, 6)) * rng.uniform(0.3, 5, (25, 1)) + 0.4)]


def _judge_anisotropy(inputs: Any, value: Any) -> str | None:
    for matrix, answer in zip(inputs, value, strict=True):
        if not np.array_equal(answer["matrix"], matrix):
            return "your function changed the matrix that it was given: scale a copy, or the caller's vectors are lost"
        found = answer["cosine"]
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


PARALLEL = [4, 13, 22]  # rows that point the same way: two are equal, one is longer


def _neighbour_inputs(rng: np.random.Generator) -> Any:
    matrix = rng.normal(size=(30, 8)) * rng.uniform(0.3, 5, (30, 1))
    matrix[PARALLEL] = np.outer([1, 1, 2], np.eye(8)[0])  # so that their cosines are 1 without rounding
    return {"matrix": rounded(matrix), "k": 4}


def _nearest(matrix: Any, k: int) -> list[list[int]]:
    unit = unit_rows(matrix)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    return [sorted(range(len(unit)), key=lambda j: -row[j])[:k] for row in cosine]


def _judge_nearest(inputs: Any, value: Any) -> str | None:
    k = inputs["k"]
    if np.shape(value) != (30, k):
        return f"you returned shape {np.shape(value)} for 30 rows and k = {k}; it should be (30, {k})"
    matrix = np.array(inputs["matrix"])
    for row, (found, expected) in enumerate(zip(value, _nearest(matrix, k))):
        cosine = unit_rows(matrix) @ unit_rows(matrix)[row]
        others = set(found) <= set(range(len(matrix))) - {row} and len(set(found)) == k
        got = cosine[list(map(int, found))] if others else np.full(k, np.nan)
        if np.allclose(got, cosine[expected], rtol=0, atol=SMALL):  # equal cosines may come in any order
            continue
        said = f"your {k} nearest of row {row} were {found}, not {expected}"
        if row in found and row in PARALLEL:
            same = " and ".join(str(other) for other in PARALLEL if other != row)
            return f"{said}: rows {same} point the same way as it, so the first of the order need not be the row itself"
        if row in found:
            return f"{said}: a row is no neighbour of itself"
        if np.allclose(np.sort(got), np.sort(cosine[expected]), rtol=0, atol=SMALL):
            return f"{said}: nearest first"
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
        cosine = np.sort(unit_rows(matrix) @ unit_rows(matrix).T, axis=1)  # its last column is each row with itself
        if counts[-1] > counts[-2] and np.all(cosine[:, -6] - cosine[:, -7] > SMALL):  # more than float32 can blur
            return {"matrix": matrix, "k": 5}


def _judge_hubness(inputs: Any, value: Any) -> str | None:
    counts = np.bincount(np.ravel(_nearest(inputs["matrix"], 5)), minlength=40)
    if value["max"] != counts.max() or value["hub"] != counts.argmax():
        found = f"row {value['hub']} in {value['max']} lists"
        return f"your greatest hub was {found}; row {counts.argmax()} is in {counts.max()} of the others' lists"
    skewness = float(np.mean((counts - counts.mean()) ** 3) / np.std(counts) ** 3)
    if differs(value["skewness"], skewness):
        return f"your skewness of N_5 was {show(value['skewness'])}, not E(N − µ)³/σ³ = {show(skewness)}"
    if differs(value["antihubs"], float(np.mean(counts == 0))):
        return f"your antihubs were {show(value['antihubs'])}; {np.sum(counts == 0)} of 40 rows are in nobody's list"
    return None


def _procrustes_inputs(rng: np.random.Generator) -> Any:
    """A rotation and a reflection, each exact and with noise."""
    source = rng.normal(size=(20, 3)) * [3, 1, 0.5]
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.linalg.det(rotation)  # ±1, so that it is 1
    exact = [source @ rotation, source @ rotation * [1, -1, 1]]
    targets = [target + noise * rng.normal(size=(20, 3)) for noise in (0, 0.3) for target in exact]
    return [{"source": source.tolist(), "target": target.tolist()} for target in targets]


def _judge_procrustes(inputs: Any, value: Any) -> str | None:
    for case, (rotation, residual) in zip(inputs, value, strict=True):
        source, target = np.array(case["source"]), np.array(case["target"])
        rotation = np.array(rotation)
        if rotation.shape != (3, 3) or not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4):
            return "your R is not orthogonal, R·Rᵀ = 1, shape (3, 3)"
        expected = orthogonal_procrustes(source, target)[0]
        if not np.allclose(rotation, expected, atol=1e-4):
            hint = ""
            if np.allclose(rotation, expected.T, atol=1e-4):
                hint = ": yours is its transpose, from target to source"
            elif np.linalg.det(expected) < 0 < np.linalg.det(rotation):
                hint = (
                    ": the best is a reflection, with determinant −1, and yours has 1; R may be any orthogonal matrix"
                )
            left = np.linalg.norm(source @ rotation - target) / np.linalg.norm(target)
            best = np.linalg.norm(source @ expected - target) / np.linalg.norm(target)
            return f"your R leaves {left:.3f} of the target's length, the best {best:.3f}{hint}"
        wanted = float(np.linalg.norm(source @ expected - target) / np.linalg.norm(target))
        if differs(residual, wanted, 1e-4):
            return f"your residual was {show(residual)}, not |source·R − target| / |target| = {show(wanted)}"
    return None


GEOMETRY_STEPS = (
    Step("anisotropy", 6, ("anisotropy",), _anisotropy_inputs, _judge_anisotropy),
    Step("nearest_rows", 6, ("nearest_rows",), _neighbour_inputs, _judge_nearest),
    Step("hubness", 4, ("hubness",), _hubness_inputs, _judge_hubness),
    Step("procrustes", 4, ("procrustes",), _procrustes_inputs, _judge_procrustes),
)
