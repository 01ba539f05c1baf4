"""Lab 3's steps on how sure a score is. Runs in the parent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grading.judging import SMALL, by_property, differs, rounded, show
from grading.lab03.similarity import Z, spearman_of
from grading.steps import Step


def _interval_inputs(rng: np.random.Generator) -> Any:
    n = int(rng.integers(20, 400))
    # Which n make the rounded ends leave [0, 1] depends on how the formula is written.
    extremes = [[correct, n] for n in range(1, 100) for correct in (0, n)]
    return [[50, 100], [0, 10], [10, 10], [int(rng.integers(1, n)), n], [0, 0], *extremes]


def _judge_interval(inputs: Any, value: Any) -> str | None:
    for (correct, n), found in zip(inputs, value, strict=True):
        if n == 0:
            if any(not differs(end, 0) or not differs(end, 1) or end == end for end in found if end is not None):
                return f"of 0 of 0 your interval was {show(found[0])} to {show(found[1])}: nothing is known, NaN"
            continue
        # The ends solve |p − π| = z √(π(1 − π)/n), a quadratic in π.
        p = correct / n
        ends = sorted(np.roots([1 + Z**2 / n, -(2 * p + Z**2 / n), p**2]).real)
        for got, expected in zip(found, ends, strict=True):
            if differs(got, expected, 1e-4):
                wald = Z * math.sqrt(p * (1 - p) / n)
                hint = (
                    ": p ± z √(p(1 − p)/n) leaves [0, 1] and is empty at its ends"
                    if not differs(found[0], p - wald, 1e-4)
                    else ""
                )
                yours = f"{show(found[0])} to {show(found[1])}"
                return f"for {correct} of {n} your interval was {yours}, not {ends[0]:.4f} to {ends[1]:.4f}{hint}"
            if not 0 <= got <= 1:
                hint = "rounding did that, so hold the ends within both"
                return f"for {correct} of {n} your interval has the end {got!r}, which lies beyond 0 or 1: {hint}"
    return None


PAIRS = 40


def _compare_inputs(rng: np.random.Generator) -> Any:
    """Scores that agree in order, unlike ones, and ones that err in an end of the list each.

    The width of an interval from 1000 resamples varies by 3.6 %, the mean of three by 2.1 %.
    """
    unlike = []
    for _ in range(3):
        human = rng.normal(size=PAIRS)
        first = human + rng.normal(size=PAIRS)
        second = first + 0.7 * rng.normal(size=PAIRS)
        unlike.append({"first": rounded(first), "second": rounded(second), "human": rounded(human)})
    scores = list(range(20))
    ends = [{"first": [*scores[:-1], -1], "second": [20, *scores[1:]], "human": scores}]
    same = [unlike[0] | {"second": [3 * score for score in unlike[0]["first"]]}]
    return {"same": same, "unlike": unlike, "ends": ends}


def _judge_difference(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs["unlike"], value["unlike"], strict=True):
        first, second, human = (np.array(case[name]) for name in ("first", "second", "human"))
        expected = spearman_of(first, human) - spearman_of(second, human)
        if differs(found["difference"], expected):
            return f"your difference was {show(found['difference'])}, not ρ(first) − ρ(second) = {show(expected)}"
    return None


def _judge_percentiles(inputs: Any, value: Any) -> str | None:
    (same,) = value["same"]
    if differs(same["difference"], 0) or differs(same["low"], 0, 1e-9) or differs(same["high"], 0, 1e-9):
        found = f"{show(same['difference'])}, {show(same['low'])} to {show(same['high'])}"
        return f"against the same scores times 3 your difference was {found}, not 0: draw the same sample for both"
    widths = []
    for case, found in zip(inputs["unlike"], value["unlike"], strict=True):
        first, second, human = (np.array(case[name]) for name in ("first", "second", "human"))
        low, high = _paired_bootstrap(first, second, human)
        if not abs(found["high"] + found["low"] - high - low) / 2 < 0.15 * (high - low):
            yours = f"{show(found['low'])} to {show(found['high'])}"
            hint = ": is every resample drawn anew?" if found["low"] == found["high"] else ""
            return f"your interval was {yours}, the percentiles {low:.3f} to {high:.3f}{hint}"
        if bool(found["excludes_zero"]) != (found["low"] > 0 or found["high"] < 0):
            yours = f"{show(found['low'])} to {show(found['high'])}"
            return f"your interval is {yours} and your excludes_zero={found['excludes_zero']}: does 0 lie outside?"
        widths.append((found["high"] - found["low"], high - low))
    share = np.mean([width / expected for width, expected in widths])
    if not 0.87 < share < 1.13:  # six standard deviations
        width, expected = np.mean(widths, axis=0)
        return f"your intervals were {width:.3f} wide; the paired bootstrap's middle 95 % is {expected:.3f}"
    if same["excludes_zero"] or same.get("used") != PAIRS:
        said = f"said excludes_zero={same['excludes_zero']} of a difference of 0"
        return f"you used {same.get('used')} of {PAIRS} pairs, and {said}"
    (ends,) = value["ends"]
    return _never_drawn(ends["low"], ends["high"])


_judge_compare = by_property(_judge_difference, _judge_percentiles)


def _paired_bootstrap(first: np.ndarray, second: np.ndarray, human: np.ndarray) -> tuple[float, float]:
    from scipy import stats  # which takes a second to import, and only this step needs it

    drawn = np.random.default_rng(0).integers(0, len(human), (6000, len(human)))
    rows = [stats.zscore(stats.rankdata(side[drawn], axis=1), axis=1) for side in (first, second, human)]
    low, high = np.percentile((rows[0] * rows[2]).mean(axis=1) - (rows[1] * rows[2]).mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _never_drawn(low: float, high: float) -> str | None:
    """A quarter of the resamples hold the first pair alone and differ by more than 0, a quarter the last, by less."""
    for place, noticed in (("last", low < -SMALL), ("first", high > SMALL)):
        if not noticed:
            said = (
                f"where `second` errs in the first of 20 pairs and `first` in the last, your interval was {show(low)}"
            )
            return f"{said} to {show(high)}: no resample holds the {place} pair, so draw from all n indices, 0 to n − 1"
    return None


INTERVAL_STEPS = (
    Step("proportion_interval", 6, ("proportion_interval",), _interval_inputs, _judge_interval),
    Step("compare_correlations", 8, ("compare_correlations",), _compare_inputs, _judge_compare, seconds=20),
)
