"""Lab 1's steps on finished vectors: nearest words and analogies. Runs in the parent."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import differs, rounded, show, unit_rows
from grading.steps import Step

WORDS = ["the", "of", "king", "queen", "man", "woman", "paris", "france"]
WORDS += ["apple", "river", "bank", "money", "cat", "dog", "prince", "throne"]


def _space(rng: np.random.Generator) -> dict:
    """Vectors of very different lengths, so that the cosine's order is not the dot product's."""
    matrix = rng.normal(size=(len(WORDS), 6)) * rng.uniform(0.2, 6, (len(WORDS), 1)) + 0.3
    return {"words": WORDS, "matrix": rounded(matrix)}


def _nearest_inputs(rng: np.random.Generator) -> Any:
    return _space(rng) | {"cases": [["king", 5, None], ["cat", 4, None], ["queen", 3, 9], ["throne", 3, 8]]}


def _judge_nearest(inputs: Any, value: Any) -> str | None:
    unit, raw = unit_rows(inputs["matrix"]), np.array(inputs["matrix"])
    for (word, topn, restrict), found in zip(inputs["cases"], value, strict=True):
        row = WORDS.index(word)
        what = f"nearest({word!r}, topn={topn}, restrict={restrict})"
        if said := _judge_answers(what, found, unit @ unit[row], raw @ raw[row], {row}, topn, restrict, 1.0):
            return said
    return None


def _analogy_inputs(rng: np.random.Generator) -> Any:
    cases = [["man", "king", "woman", 3, None], ["france", "paris", "river", 5, None], ["king", "man", "queen", 2, 12]]
    cases.append(["cat", "prince", "throne", 3, 8])  # beyond `restrict` all three, so that none is an answer
    return _space(rng) | {"cases": cases}


def _judge_analogy(inputs: Any, value: Any) -> str | None:
    unit, raw = unit_rows(inputs["matrix"]), np.array(inputs["matrix"])
    for (a, b, c, topn, restrict), found in zip(inputs["cases"], value, strict=True):
        i, j, k = (WORDS.index(word) for word in (a, b, c))
        target = unit[j] - unit[i] + unit[k]
        what = f"analogy({a!r}, {b!r}, {c!r}, topn={topn}, restrict={restrict})"
        length = float(np.linalg.norm(target))
        cosines, unscaled = unit @ target / length, raw @ (raw[j] - raw[i] + raw[k])
        if said := _judge_answers(what, found, cosines, unscaled, {i, j, k}, topn, restrict, length):
            return said
    return None


def _judge_answers(
    what: str,
    found: list,
    cosines: np.ndarray,
    unscaled: np.ndarray,
    query: set[int],
    topn: int,
    restrict: int | None,
    length: float,
) -> str | None:
    """`unscaled` are the scores of one who forgot to scale vectors to length one, `length` is that of the target."""
    words = [answer[0] for answer in found]
    if asked := [WORDS[row] for row in query if WORDS[row] in words]:
        return f"{what} answered {', '.join(words)}: {asked[0]} is part of the question and must be left out"
    if rare := [word for word in words if WORDS.index(word) >= (restrict or len(WORDS))]:
        return f"{what} answered {rare[0]}, which is not among the first {restrict} rows"
    candidates = [row for row in range(restrict or len(WORDS)) if row not in query]
    ranked = sorted(candidates, key=lambda row: -cosines[row])
    best = ranked[:topn]
    rows = [WORDS.index(word) for word in words]
    if len(rows) != len(best):
        return f"{what} gave {len(rows)} answers, not {len(best)}"
    if np.abs(cosines[rows] - cosines[best]).max() > 1e-5:  # equal cosines may come in any order
        said = f"{what} answered {', '.join(words)}; by cosine it is {', '.join(WORDS[row] for row in best)}"
        return said + _cause(rows, ranked, sorted(candidates, key=lambda row: -unscaled[row]), len(query))
    for (word, *score), row in zip(found, rows):
        if score and differs(score[0], cosines[row], 1e-3):
            said = f"{what} gives {word} the cosine {show(score[0])}, it is {show(cosines[row])}"
            product = not differs(score[0], length * cosines[row], 1e-3)
            return f"{said}: yours is the product with b − a + c, which is not of length one" if product else said
    return None


def _cause(rows: list[int], ranked: list[int], unscaled: list[int], asked: int) -> str:
    """Why the answers may be others than the first of `ranked`; `asked` is the number of words in the question."""
    if rows == unscaled[: len(rows)]:
        return ": yours is the order of products of vectors that are not scaled to length one"
    for skipped in range(1, asked + 1):
        if rows == ranked[skipped : skipped + len(rows)]:
            places = "first place" if skipped == 1 else f"first {skipped} places"
            return f": you skip the {places}, which a word of the question need not hold; leave it out by its row"
    return ""


NEIGHBOUR_STEPS = (
    Step("nearest", 4, ("nearest",), _nearest_inputs, _judge_nearest),
    Step("analogy", 4, ("analogy",), _analogy_inputs, _judge_analogy),
)
