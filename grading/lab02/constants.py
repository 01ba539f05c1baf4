"""Lab 2's constants that differ between variants, and the steps that ask for them. Runs in the parent.

No message says which value was expected: a student who reads it has the wrong constants, maybe someone else's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grading.judging import YOURS
from grading.steps import Constant, Step

X = [2.0, 7.0, 19.0]  # counts that no choice of x_max cuts off


def _window(value: str) -> Step:
    def judge(vocab: Any, found: Any) -> str | None:
        reach = np.flatnonzero(np.array(found)[0])  # of the first word of a text in which no word comes twice
        if len(reach) and reach.max() == int(value):
            return None
        return f"cooccurrence(ids, vocab) does not take the right window where none is given; {YOURS}"

    return Step("default_window", 0, ("cooccurrence",), lambda rng: 30, judge)


def _weight(name: str) -> Callable[[str], Step]:
    """The check of x_max or of α, of which the other is given."""

    def check(value: str) -> Step:
        def judge(inputs: Any, found: Any) -> str | None:
            chosen = inputs["given"] | {name: float(value)}
            expected = np.minimum(1, (np.array(X) / chosen["x_max"]) ** chosen["alpha"])
            if np.allclose(np.array(found, dtype=float), expected, rtol=1e-4):
                return None
            return f"weight(x) does not take the right {name} where none is given; {YOURS}"

        other = {"alpha": 0.5} if name == "x_max" else {"x_max": 200.0}
        return Step(f"default_{name}", 0, ("weight",), lambda rng: {"x": X, "given": other}, judge)

    return check


def _letters(name: str) -> Callable[[str], Step]:
    """The check of the shortest or the longest n-gram, of which the other is given."""

    def check(value: str) -> Step:
        def judge(inputs: Any, found: Any) -> str | None:
            lengths = [len(ngram) for ngram in found]
            if lengths and (min if name == "minn" else max)(lengths) == int(value):
                return None
            return f"ngrams(word) does not take the right {name} where none is given; {YOURS}"

        other = {"maxn": 9} if name == "minn" else {"minn": 1}
        return Step(f"default_{name}", 0, ("ngrams",), lambda rng: {"word": "embeddings", "given": other}, judge)

    return check


CONSTANTS = (
    Constant("window", "cooccurrence", "cooccurrence", "window: int", "10", ("4", "5", "6", "7", "8", "12"), _window),
    Constant(
        "x_max", "weight", "weight", "x_max: float", "100.0", ("30.0", "40.0", "50.0", "60.0", "80.0"), _weight("x_max")
    ),
    Constant("alpha", "weight", "weight", "alpha: float", "0.75", ("0.5", "0.6", "0.8", "0.9"), _weight("alpha")),
    Constant("minn", "ngrams", "ngrams", "minn: int", "3", ("2", "4"), _letters("minn")),
    Constant("maxn", "ngrams", "ngrams", "maxn: int", "6", ("5", "7", "8"), _letters("maxn")),
)
