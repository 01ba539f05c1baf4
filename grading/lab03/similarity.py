"""Lab 3's steps on similarity: Spearman's ρ, cosines, the score of a list of pairs. Runs in the parent."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show
from grading.steps import Step

# spearman


def spearman_of(x: Any, y: Any) -> float:
    """Pearson's r of the ranks."""
    return float(np.corrcoef(_ranks(x), _ranks(y))[0, 1])


def _ranks(values: Any) -> np.ndarray:
    """1 for the least; equal values share their average rank."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(times) - (times - 1) / 2)[place]


def _spearman_inputs(rng: np.random.Generator) -> Any:
    x = rounded(rng.normal(size=20))
    tied = rng.integers(0, 4, 20).tolist()
    return [
        {"x": [1, 2, 3, 4], "y": [1, 3, 2, 4]},
        {"x": x, "y": rounded(np.exp(2 * np.array(x)))},
        {"x": tied, "y": rounded(rng.normal(size=20) + tied)},
        {"x": [1, 2, 3], "y": [5, 5, 5]},
    ]


def _judge_spearman(inputs: Any, value: Any) -> str | None:
    four, curve, tied, constant = value
    if differs(four, 0.8):
        return f"your ρ of 1 2 3 4 and 1 3 2 4 was {show(four)}: it is 1 − 6·(1 + 1)/(4·15) = .8"
    if differs(curve, spearman_of(inputs[1]["x"], inputs[1]["y"])):
        r = np.corrcoef(inputs[1]["x"], inputs[1]["y"])[0, 1]
        hint = ": that is Pearson's r of the values, take it of the ranks" if not differs(curve, r, 1e-4) else ""
        return f"x and exp(2x) are in the same order, so ρ is 1; yours was {show(curve)}{hint}"
    if differs(tied, spearman_of(inputs[2]["x"], inputs[2]["y"])):
        expected = spearman_of(inputs[2]["x"], inputs[2]["y"])
        said = f"with equal values among x your ρ was {show(tied)}, not {show(expected)}"
        return f"{said}: equal values share their average rank"
    if differs(constant, math.nan):
        return f"of 1 2 3 and 5 5 5 your ρ was {show(constant)}: a side without order has no correlation, NaN"
    return None


# cosines and similarity

WORDS = ["tiger", "cat", "book", "paper", "king", "queen", "stock", "jaguar"]


def _cosines_inputs(rng: np.random.Generator) -> Any:
    matrix = rng.normal(size=(8, 5)) * rng.uniform(0.5, 4, (8, 1)) + 0.5
    pairs = [["tiger", "cat", 7.35], ["book", "paper", 7.46], ["king", "queen", 8.58], ["stock", "jaguar", 0.92]]
    pairs += [["tiger", "zebra", 6.0], ["yak", "zebra", 5.0], ["Tiger", "jaguar", 8.0]]
    return {"words": WORDS, "matrix": rounded(matrix), "pairs": pairs}


def _cosines(inputs: Any, oov: str) -> list[float]:
    vectors = dict(zip(inputs["words"], np.array(inputs["matrix"])))
    found = []
    for first, second, _ in inputs["pairs"]:
        v, w = (vectors.get(word.lower()) for word in (first, second))
        if (v is None or w is None) and oov != "mean":
            found.append(math.nan if oov == "skip" else 0.0)
            continue
        mean = np.mean(inputs["matrix"], axis=0)
        v, w = (mean if each is None else each for each in (v, w))
        found.append(float(v @ w / math.sqrt((v @ v) * (w @ w))))
    return found


def _judge_cosines(inputs: Any, value: Any) -> str | None:
    vectors = dict(zip(inputs["words"], np.array(inputs["matrix"])))
    for oov in ("skip", "zero", "mean"):
        expected = _cosines(inputs, oov)
        for (first, second, _), cosine, right in zip(inputs["pairs"], value[oov]["cosine"], expected, strict=True):
            if not differs(cosine, right):
                continue
            unknown = [word for word in (first, second) if word.lower() not in vectors]
            if unknown:
                what = f"{' and '.join(unknown)} not in the vocabulary and oov={oov!r}"
                return f"for {first}–{second}, {what}, your cosine was {show(cosine)}, not {show(right)}"
            if first != first.lower() and (cosine is None or math.isnan(cosine) or cosine == 0):
                return f"you did not find {first}: look it up as {first.lower()} where the vocabulary has no capitals"
            dot = float(vectors[first.lower()] @ vectors[second])
            hint = ": that is the product, divide it by both lengths" if not differs(cosine, dot, 1e-3) else ""
            return f"for {first}–{second} your cosine was {show(cosine)}, not {show(right)}{hint}"
        known = [first.lower() in vectors and second in vectors for first, second, _ in inputs["pairs"]]
        if [bool(each) for each in value[oov]["known"]] != known:
            found = sum(map(bool, value[oov]["known"]))
            return f"with oov={oov!r} you called {found} pairs known; {sum(known)} have both words in the vocabulary"
    return None


def _similarity_inputs(rng: np.random.Generator) -> Any:
    words = [f"w{i}" for i in range(12)]
    pairs = [[f"w{i}", f"w{j}", float(rng.integers(0, 40)) / 4] for i, j in itertools.combinations(range(12), 2)]
    pairs = pairs[::2] + [[f"w{i}", f"unseen{i}", 9.0 + i / 10] for i in range(8)]
    return {"words": words, "matrix": rounded(rng.normal(size=(12, 4)) + 0.6), "pairs": pairs}


def _judge_similarity(inputs: Any, value: Any) -> str | None:
    human = np.array([score for *_, score in inputs["pairs"]])
    skip, zero = np.array(_cosines(inputs, "skip")), np.array(_cosines(inputs, "zero"))
    known = ~np.isnan(skip)
    expected = spearman_of(skip[known], human[known])
    rho = value["skip"]["rho"]
    if differs(rho, expected):
        if not differs(rho, spearman_of(zero, human)):
            return f"your ρ {show(rho)} counts pairs with an unknown word as cosine 0; left out, ρ is {show(expected)}"
        if not differs(rho, float(np.corrcoef(skip[known], human[known])[0, 1])):
            return f"your ρ {show(rho)} is Pearson's r; Spearman's, of the ranks, is {show(expected)}"
        return f"your ρ over {known.sum()} known pairs was {show(rho)}, not {show(expected)}"
    if differs(value["zero"]["rho"], spearman_of(zero, human)):
        wanted = show(spearman_of(zero, human))
        return f"with oov='zero', all {len(human)} pairs scored, your ρ was {show(value['zero']['rho'])}, not {wanted}"
    for oov in ("skip", "zero"):
        used, total = value[oov]["used"], value[oov]["total"]
        if (used, total) != (int(known.sum()), len(human)):
            both = f"{known.sum()} of {len(human)} have two known words"
            return f"with oov={oov!r} you reported {used}/{total} pairs used; {both}"
    return None


SIMILARITY_STEPS = (
    Step("spearman", 8, ("spearman",), _spearman_inputs, _judge_spearman),
    Step("cosines", 10, ("cosines",), _cosines_inputs, _judge_cosines),
    Step("similarity", 8, ("evaluate_similarity",), _similarity_inputs, _judge_similarity),
)
