"""Lab 2's steps on FastText's training: a center that is made of many rows. Runs in the parent."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show
from grading.steps import Step


def _trainer_inputs(rng: np.random.Generator) -> Any:
    words = ["run", "running", "runs", "rerun", "banana", "bananas", "ran"]
    vocab = len(words)
    centers = rng.integers(0, vocab, 6)
    centers[1] = centers[0]  # a word that is a center twice
    others = rng.integers(0, vocab, 5) + vocab + 1
    return {
        "words": words, "minn": 3, "maxn": 4, "bucket": 5000, "seed": int(rng.integers(1000)),
        "squares": 1e6, "lr": 1000.0,
        "rows": [*centers.tolist(), *others.tolist()], "centers": 6, "moved": rounded(rng.normal(size=(11, 4))),
    }  # fmt: skip


def _parts(inputs: Any, value: Any) -> np.ndarray | str:
    """The learner's parts (V + 1, rows), or what is wrong with them."""
    parts = np.array(value["parts"])
    for word, row in zip(inputs["words"], parts):
        if differs(float(row.sum()), 1, 1e-4):
            return f"your parts of {word!r} sum to {show(float(row.sum()))}: a mean's weights, 1/(1 + n) each, sum to 1"
    return _wrong_shares(inputs, parts) or parts


def _wrong_shares(inputs: Any, parts: np.ndarray) -> str | None:
    """Whether words share rows as they share n-grams; a matrix that agrees with itself alone could be any."""
    grams = [_grams(word, inputs["minn"], inputs["maxn"]) for word in inputs["words"]]
    for first, second in itertools.permutations(range(len(grams)), 2):
        found = float(parts[first][parts[second] != 0].sum())
        share = sum(gram in grams[second] for gram in grams[first]) / (1 + len(grams[first]))
        if differs(found, share, 1e-4):
            words = f"{inputs['words'][first]!r} shares with {inputs['words'][second]!r}"
            said = f"the rows that your {words} weigh {show(found)} of its mean"
            return f"{said}; their common n-grams weigh {show(share)}"
    return None


def _grams(word: str, minn: int, maxn: int) -> list[str]:
    marked = f"<{word}>"
    return [marked[at : at + n] for n in range(minn, maxn + 1) for at in range(len(marked) - n + 1)]


def _judge_lookup(inputs: Any, value: Any) -> str | None:
    parts = _parts(inputs, value)
    if isinstance(parts, str):
        return parts
    first, second = value["found"]
    if problem := _wrong_lookup(inputs, parts, first):
        return problem
    problem = _wrong_lookup(inputs, parts, second)
    return problem and f"after the table had moved, {problem}: a look-up composes from the table as it is then"


def _wrong_lookup(inputs: Any, parts: np.ndarray, found: Any) -> str | None:
    table, out = np.array(found["table"]), np.array(found["out"])
    for place, row in enumerate(inputs["rows"]):
        center = place < inputs["centers"]
        expected = parts[row] @ table if center else table[row]
        if not np.allclose(out[place], expected, atol=1e-5):
            if center and np.allclose(out[place], table[row], atol=1e-5):
                return f"your center {inputs['words'][row]!r} is its own row alone, not parts @ table"
            what = f"center {inputs['words'][row]!r}" if center else f"row {row}, no center,"
            return f"your {what} begins {show(out[place, 0])}, not {show(expected[0])}"
    return None


def _judge_center_gradient(inputs: Any, value: Any) -> str | None:
    parts = _parts(inputs, value)
    if isinstance(parts, str):
        return parts
    step, moved = np.array(value["step"]), np.array(inputs["moved"])
    count, rate = inputs["centers"], inputs["lr"] / np.sqrt(inputs["squares"])
    rows = np.array(inputs["rows"])
    expected = np.zeros_like(step)
    np.add.at(expected, rows[count:], moved[count:])
    others = expected.copy()
    for row, gradient in zip(rows[:count], moved):
        expected += np.outer(parts[row], gradient)
    expected, others = rate * expected, rate * others
    if np.allclose(step, expected, rtol=5e-3, atol=1e-3):
        return _judge_squares(inputs, parts, np.array(value["squares"]))
    if np.allclose(step, others, rtol=5e-3, atol=1e-3):
        return "your centers' gradients reach no row: the n-grams learn nothing"
    summed = others.copy()
    for row, gradient in zip(rows[:count], moved):
        summed += rate * np.outer(parts[row] > 0, gradient)
    if np.allclose(step, summed, rtol=5e-3, atol=1e-3):
        return "your rows get the center's whole gradient: a row that is 1/(1 + n) of a mean gets 1/(1 + n) of it"
    row, column = np.argwhere(~np.isclose(step, expected, rtol=5e-3, atol=1e-3))[0].tolist()
    twice = inputs["words"][rows[0]]
    said = f"row {row}, column {column}, moved by {show(step[row, column])}, not {show(expected[row, column])}"
    return f"{said} (partsᵀ times the centers' gradients; {twice!r} is a center twice: both count)"


def _judge_squares(inputs: Any, parts: np.ndarray, found: np.ndarray) -> str | None:
    """What the accumulators of the rows that make the centers grew by."""
    count = inputs["centers"]
    moved = np.array(inputs["moved"])[:count]
    mine = parts[inputs["rows"][:count]]  # (centers, rows)
    made = mine.any(axis=0)
    expected = np.mean((mine.T @ moved) ** 2, axis=1)
    wrong = made & ~np.isclose(found, expected, rtol=1e-3, atol=1e-4)
    if not wrong.any():
        return None
    row = int(np.argmax(wrong))
    each = (mine.T**2) @ np.mean(moved**2, axis=1)
    said = f"the accumulator of row {row} grew by {show(found[row])}, not {show(expected[row])}"
    if np.allclose(found[made], each[made], rtol=1e-3, atol=1e-4):
        return (
            f"{said}: your places took a step each; sum their gradients, partsᵀ G, and take one step of table.scatter"
        )
    return f"{said}: take one step of table.scatter along partsᵀ G, in which each row occurs once"


CENTER_STEPS = (
    Step("center_lookup", 4, ("Subwords", "SubwordTrainer"), _trainer_inputs, _judge_lookup),
    Step("center_gradient", 4, ("Subwords", "SubwordTrainer"), _trainer_inputs, _judge_center_gradient),
)
