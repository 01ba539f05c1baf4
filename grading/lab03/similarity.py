"""Lab 3's steps on similarity: Spearman's ρ, cosines, the score of a list of pairs. Runs in the parent."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from grading.judging import by_property, differs, rounded, show, show_row
from grading.steps import Step

Z = 1.959964  # 95 % of a normal distribution

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
    # Where all groups of equal values are equally large, many a rule for ties gives the same ρ.
    tied, other = (
        rng.permutation(np.repeat(np.arange(len(sizes)), sizes)) for sizes in ([2, 9, 3, 6], [1, 8, 1, 7, 3])
    )
    return [
        {"x": [1, 2, 3, 4], "y": [1, 3, 2, 4]},
        {"x": x, "y": rounded(np.exp(2 * np.array(x)))},
        {"x": tied.tolist(), "y": rounded(rng.normal(size=20) + tied)},
        {"x": tied.tolist(), "y": other.tolist()},
        {"x": [1, 2, 3], "y": [5, 5, 5]},
    ]


def _judge_spearman(inputs: Any, value: Any) -> str | None:
    four, curve, *tied, constant = value
    if differs(four, 0.8):
        return f"your ρ of 1 2 3 4 and 1 3 2 4 was {show(four)}: it is 1 − 6·(1 + 1)/(4·15) = .8"
    if differs(curve, spearman_of(inputs[1]["x"], inputs[1]["y"])):
        r = np.corrcoef(inputs[1]["x"], inputs[1]["y"])[0, 1]
        hint = ": that is Pearson's r of the values, take it of the ranks" if not differs(curve, r, 1e-4) else ""
        return f"x and exp(2x) are in the same order, so ρ is 1; yours was {show(curve)}{hint}"
    for sides, case, found in zip(("among x", "on both sides"), inputs[2:4], tied, strict=True):
        if wrong := _wrong_ties(case["x"], case["y"], found):
            return f"with equal values {sides} {wrong}"
    if differs(constant, math.nan):
        return f"of 1 2 3 and 5 5 5 your ρ was {show(constant)}: a side without order has no correlation, NaN"
    return None


def _wrong_ties(x: Any, y: Any, found: Any) -> str | None:
    expected = spearman_of(x, y)
    if not differs(found, expected):
        return None
    said = f"your ρ was {show(found)}, not {show(expected)}: equal values share the average of the ranks they take up"
    numbers = np.array([np.unique(side, return_inverse=True)[1] for side in (x, y)])
    if not differs(found, float(np.corrcoef(numbers)[0, 1])):
        return f"{said}, and the next greater value's rank comes after all of these; you numbered the distinct values"
    return said


# cosines and similarity

WORDS = ["tiger", "cat", "book", "paper", "king", "queen", "stock", "jaguar", "Paris", "apple", "Apple"]


def _cosines_inputs(rng: np.random.Generator) -> Any:
    matrix = rng.normal(size=(len(WORDS), 5)) * rng.uniform(0.5, 4, (len(WORDS), 1)) + 0.5
    pairs = [["tiger", "cat", 7.35], ["book", "paper", 7.46], ["king", "queen", 8.58], ["stock", "jaguar", 0.92]]
    pairs += [["tiger", "zebra", 6.0], ["yak", "zebra", 5.0], ["Tiger", "jaguar", 8.0]]
    pairs += [["paris", "king", 4.0], ["queen", "PARIS", 3.0], ["Apple", "book", 2.0], ["apple", "APPLE", 9.0]]
    return {"words": WORDS, "matrix": rounded(matrix), "pairs": pairs}


def _spelling(word: str, words: Any) -> str | None:
    """What the vocabulary has for a word: the word as written, in lower case, or in title case."""
    return next((spelling for spelling in (word, word.lower(), word.title()) if spelling in words), None)


def _cosines(inputs: Any, oov: str) -> list[float]:
    vectors = dict(zip(inputs["words"], np.array(inputs["matrix"])))
    found = []
    for first, second, _ in inputs["pairs"]:
        v, w = (vectors.get(_spelling(word, vectors)) for word in (first, second))
        if (v is None or w is None) and oov != "mean":
            found.append(math.nan if oov == "skip" else 0.0)
            continue
        mean = np.mean(inputs["matrix"], axis=0)
        v, w = (mean if each is None else each for each in (v, w))
        found.append(float(v @ w / math.sqrt((v @ v) * (w @ w))))
    return found


def _judge_cosines(inputs: Any, value: Any) -> str | None:
    known = [all(_spelling(word, inputs["words"]) for word in pair[:2]) for pair in inputs["pairs"]]
    for oov in ("skip", "zero", "mean"):
        expected = _cosines(inputs, oov)
        for pair, cosine, right in zip(inputs["pairs"], value[oov]["cosine"], expected, strict=True):
            if differs(cosine, right):
                said = f"for {pair[0]}–{pair[1]} with oov={oov!r} your cosine was {show(cosine)}, not {show(right)}"
                return f"{said}{_cosine_hint(inputs, pair[:2], cosine)}"
        for pair, called, right in zip(inputs["pairs"], value[oov]["known"], known, strict=True):
            if bool(called) != right:
                count = f"{sum(known)} pairs have both words in the vocabulary"
                return f"with oov={oov!r} you called {pair[0]}–{pair[1]} {'' if called else 'un'}known; {count}"
    return None


def _cosine_hint(inputs: Any, pair: list[str], cosine: Any) -> str:
    """What may be behind a wrong cosine, to be added to the message."""
    found = [_spelling(word, inputs["words"]) for word in pair]
    if None in found:
        unknown = [word for word, spelling in zip(pair, found) if spelling is None]
        return f"; {' and '.join(unknown)} {'are' if len(unknown) > 1 else 'is'} not in the vocabulary"
    recased = [f"{word} as {spelling}" for word, spelling in zip(pair, found) if not word == spelling == word.lower()]
    if recased:
        rule = "look each word up as it is written, then in lower case, then in title case"
        return f"; the vocabulary has {' and '.join(recased)}: {rule}"
    v, w = (np.array(inputs["matrix"][inputs["words"].index(word)]) for word in pair)
    return ": that is the product, divide it by both lengths" if not differs(cosine, float(v @ w), 1e-3) else ""


def _similarity_inputs(rng: np.random.Generator) -> Any:
    words = [f"w{i}" for i in range(12)]
    pairs = [[f"w{i}", f"w{j}", float(rng.integers(0, 40)) / 4] for i, j in itertools.combinations(range(12), 2)]
    known, unknown = rng.integers(30, 40), rng.integers(6, 10)  # so that no constants are right of `used` and `total`
    pairs = [pairs[place] for place in rng.permutation(len(pairs))[:known]]
    pairs += [[f"w{i}", f"unseen{i}", 9.0 + i / 10] for i in range(unknown)]
    return {"words": words, "matrix": rounded(rng.normal(size=(12, 4)) + 0.6), "pairs": pairs}


def _scored(inputs: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Human scores, cosines by "skip" and by "zero", and which pairs have two known words."""
    human = np.array([score for *_, score in inputs["pairs"]])
    skip, zero = np.array(_cosines(inputs, "skip")), np.array(_cosines(inputs, "zero"))
    return human, skip, zero, ~np.isnan(skip)


def _judge_rho_of_known(inputs: Any, value: Any) -> str | None:
    human, skip, zero, known = _scored(inputs)
    expected = spearman_of(skip[known], human[known])
    rho = value["skip"]["rho"]
    if differs(rho, expected):
        if not differs(rho, spearman_of(zero, human)):
            return f"your ρ {show(rho)} counts pairs with an unknown word as cosine 0; left out, ρ is {show(expected)}"
        if not differs(rho, float(np.corrcoef(skip[known], human[known])[0, 1])):
            return f"your ρ {show(rho)} is Pearson's r; Spearman's, of the ranks, is {show(expected)}"
        return f"your ρ over {known.sum()} known pairs was {show(rho)}, not {show(expected)}"
    return None


def _judge_rho_of_all(inputs: Any, value: Any) -> str | None:
    human, _, zero, _ = _scored(inputs)
    if differs(value["zero"]["rho"], spearman_of(zero, human)):
        wanted = show(spearman_of(zero, human))
        return f"with oov='zero', all {len(human)} pairs scored, your ρ was {show(value['zero']['rho'])}, not {wanted}"
    return None


def _judge_coverage(inputs: Any, value: Any) -> str | None:
    human, _, _, known = _scored(inputs)
    for oov in ("skip", "zero"):
        used, total = value[oov]["used"], value[oov]["total"]
        if (used, total) != (int(known.sum()), len(human)):
            both = f"{known.sum()} of {len(human)} have two known words"
            return f"with oov={oov!r} you reported {used}/{total} pairs used; {both}"
    return None


def _judge_intervals(inputs: Any, value: Any) -> str | None:
    """The interval is judged by the submission's own ρ, which must be right."""
    if wrong_rho := _judge_rho_of_known(inputs, value) or _judge_rho_of_all(inputs, value):
        return wrong_rho
    human, _, _, known = _scored(inputs)
    for oov in ("skip", "zero"):
        if wrong := _wrong_interval(value[oov], int(known.sum()) if oov == "skip" else len(human), len(human)):
            return f"with oov={oov!r} {wrong}"
    return None


_judge_similarity = by_property(_judge_rho_of_known, _judge_rho_of_all, _judge_coverage, _judge_intervals)


def _wrong_interval(value: Any, scored: int, total: int) -> str | None:
    """`scored` of `total` pairs have a cosine; ρ is right."""
    if missing := [end for end in ("low", "high") if end not in value]:
        return f"you returned no {' and no '.join(missing)}: spearman_interval gives the ends of ρ's interval"
    found, rho = (value["low"], value["high"]), value["rho"]
    expected = _fisher_interval(rho, scored)
    if _same_ends(found, expected):
        return None
    said = f"your interval of ρ was {show_row(found)}, not {show_row(expected)}"
    if scored != total and _same_ends(found, _fisher_interval(rho, total)):
        return f"{said}: it counts all {total} pairs, but only {scored} have a cosine, and fewer pairs say less"
    return f"{said}: it is spearman_interval of ρ and the {scored} pairs that have a cosine"


def _same_ends(found: Any, expected: tuple[float, float]) -> bool:
    return not any(differs(end, right, 1e-4) for end, right in zip(found, expected, strict=True))  # z may be 1.96


def _fisher_interval(rho: float, n: int) -> tuple[float, float]:
    half = Z * math.sqrt((1 + rho * rho / 2) / (n - 3))  # Bonett & Wright's variance of Fisher's z
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


SIMILARITY_STEPS = (
    Step("spearman", 8, ("spearman",), _spearman_inputs, _judge_spearman),
    Step("cosines", 10, ("cosines",), _cosines_inputs, _judge_cosines),
    Step("similarity", 8, ("evaluate_similarity",), _similarity_inputs, _judge_similarity),
)
