"""Lab 2's steps on co-occurrence counts. Runs in the parent."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from grading.judging import rounded, show, show_row
from grading.steps import Step

SEPARATOR = -1


def _counts(case: Any, weights: np.ndarray | None = None, both: bool = True) -> np.ndarray:
    """X by the definition, one pair of positions at a time. A pair counts 1/distance, or its distance's weight."""
    ids, found = case["ids"], np.zeros((case["vocab"], case["vocab"]))
    for i, j in itertools.combinations(range(len(ids)), 2):
        if j - i <= case["window"] and SEPARATOR not in ids[i : j + 1]:
            share = 1 / (j - i) if weights is None else weights[j - i - 1]
            found[ids[i], ids[j]] += share
            if both:
                found[ids[j], ids[i]] += share
    return found


def _changed(case: Any, value: Any) -> str | None:
    for place, (given, left) in enumerate(zip(case["ids"], value["ids"], strict=True)):
        if given != left:
            what = f"your function changed the text that it was given, ids[{place}] from {given} to {left}"
            return f"{what}: whoever called it still reads it, so work on a copy"
    return None


def _text(rng: np.random.Generator, vocab: int, length: int, window: int, ends: float = 0) -> Any:
    ids = rng.integers(0, vocab, length)
    ids[rng.random(length) < ends] = SEPARATOR
    return {"ids": ids.tolist(), "vocab": vocab, "window": window}


def _count_inputs(rng: np.random.Generator) -> Any:
    fixed = [{"ids": [0, 1, 2, 3, 4, 5], "vocab": 6, "window": 2}, {"ids": [0, 1, 0], "vocab": 2, "window": 2}]
    weighted = _text(rng, 5, 40, 4) | {"weights": rounded(rng.uniform(0.3, 0.9, 4))}
    return [*fixed, _text(rng, 7, 60, 4), _text(rng, 3, 25, 10), weighted]


def _judge_counts(inputs: Any, value: Any) -> str | None:
    *cases, weighted = zip(inputs, value, strict=True)
    for case, answer in cases:
        if problem := _changed(case, answer):
            return problem
        found, expected = np.array(answer["counts"], dtype=float), _counts(case)
        if found.shape != expected.shape:
            return f"you returned a matrix of shape {found.shape} for {case['vocab']} words; it should be (V, V)"
        if np.allclose(found, expected, rtol=1e-5):
            continue
        i, j = np.argwhere(~np.isclose(found, expected, rtol=1e-5))[0]
        where = f"with window {case['window']} over ids {' '.join(map(str, case['ids'][:10]))}"
        said = f"{where} your X[{i}, {j}] was {show(found[i, j])}, not {show(expected[i, j])}"
        causes = {
            "every pair counts 1/distance, not 1": _counts(case, np.ones(case["window"])),
            "every pair is counted twice": 2 * expected,
            "pairs count one way only; the window is symmetric": _counts(case, both=False),
            "pairs count one way only; the window is symmetric ": _counts(case, both=False).T,
            "the window stops one word early": _counts(case | {"window": case["window"] - 1}),
            "the window reaches one word too far": _counts(case | {"window": case["window"] + 1}),
            "a pair of equal words counts from both its ends": expected - np.diag(np.diag(expected)) / 2,
        }
        matching = [cause for cause, matrix in causes.items() if np.allclose(found, matrix, rtol=1e-5)]
        return f"{said}: {matching[0].strip()}" if matching else said
    return _judge_weights(*weighted)


def _judge_weights(case: Any, value: Any) -> str | None:
    """EXERCISE.md lets `weights` wait. Until then the argument may be missing, or change nothing."""
    if value is None:
        return None
    found, weights = np.array(value["counts"], dtype=float), np.array(case["weights"])
    waiting, expected = _counts(case), _counts(case, weights)
    if found.shape != expected.shape:
        return f"with weights you returned a matrix of shape {found.shape}; it should be (V, V) = {expected.shape}"
    if np.allclose(found, expected, rtol=1e-5) or np.allclose(found, waiting, rtol=1e-5):
        return None
    i, j = np.argwhere(~np.isclose(found, expected, rtol=1e-5))[0]
    given = f"with weights {show_row(weights)} for distances 1 to {case['window']}"
    said = f"{given} your X[{i}, {j}] was {show(found[i, j])}, not {show(expected[i, j])}"
    multiplied = _counts(case, weights / np.arange(1, case["window"] + 1))
    hint = ": weights replace 1/distance, and yours multiply it"
    return said + (hint if np.allclose(found, multiplied, rtol=1e-5) else "")


def _separator_inputs(rng: np.random.Generator) -> Any:
    sentences = [0, 1, 2, SEPARATOR, 1, 3, 4, SEPARATOR, 0, 2, 1, SEPARATOR]
    return [{"ids": sentences, "vocab": 5, "window": 3}, _text(rng, 6, 80, 4, ends=0.15)]


def _judge_separators(inputs: Any, value: Any) -> str | None:
    for case, answer in zip(inputs, value, strict=True):
        if problem := _changed(case, answer):
            return problem
        found, expected = np.array(answer["counts"], dtype=float), _counts(case)
        if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-5):
            joined = _counts(case | {"ids": [word for word in case["ids"] if word != SEPARATOR]})
            hint = ""
            if found.shape == joined.shape and np.allclose(found, joined, rtol=1e-5):
                hint = ": you joined the sentences; no pair reaches across a separator"
            sums = f"{show(np.sum(found))}, not {show(expected.sum())}"
            return f"with separators (−1) among the ids, your counts sum to {sums}{hint}"
    return None


COUNT_STEPS = (
    Step("cooccurrence", 12, ("cooccurrence",), _count_inputs, _judge_counts),
    Step("separators", 4, ("cooccurrence",), _separator_inputs, _judge_separators),
)
