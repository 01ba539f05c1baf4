"""Lab 3's steps on how sure a score is. Runs in the parent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show
from grading.lab03.similarity import spearman_of
from grading.steps import Step

Z = 1.959964  # 95 % of a normal distribution


def _interval_inputs(rng: np.random.Generator) -> Any:
    n = int(rng.integers(20, 400))
    return [[50, 100], [0, 10], [10, 10], [int(rng.integers(1, n)), n], [0, 0]]


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
    return None


def _compare_inputs(rng: np.random.Generator) -> Any:
    human = rng.normal(size=80)
    first = human + rng.normal(size=80)
    second = first + 0.7 * rng.normal(size=80)
    return {"first": rounded(first), "second": rounded(second), "human": rounded(human)}


def _judge_compare(inputs: Any, value: Any) -> str | None:
    first, second, human = (np.array(inputs[name]) for name in ("first", "second", "human"))
    same, other = value["same"], value["other"]
    if differs(same["difference"], 0) or differs(same["low"], 0, 1e-9) or differs(same["high"], 0, 1e-9):
        found = f"{show(same['difference'])}, {show(same['low'])} to {show(same['high'])}"
        return f"against the same scores times 3 your difference was {found}, not 0: draw the same sample for both"
    expected = spearman_of(first, human) - spearman_of(second, human)
    if differs(other["difference"], expected):
        return f"your difference was {show(other['difference'])}, not ρ(first) − ρ(second) = {show(expected)}"
    from scipy import stats  # which takes a second to import, and only this step needs it

    drawn = np.random.default_rng(0).integers(0, 80, (6000, 80))
    rows = [stats.zscore(stats.rankdata(side[drawn], axis=1), axis=1) for side in (first, second, human)]
    low, high = np.percentile((rows[0] * rows[2]).mean(axis=1) - (rows[1] * rows[2]).mean(axis=1), [2.5, 97.5])
    width = other["high"] - other["low"]
    if not 0.87 < width / (high - low) < 1.15:  # four standard deviations of 1000 resamples
        return f"your interval was {width:.3f} wide; the paired bootstrap's middle 95 % is {high - low:.3f}"
    middle, expected_middle = (other["high"] + other["low"]) / 2, (high + low) / 2
    if abs(middle - expected_middle) > 0.15 * (high - low):
        return (
            f"your interval was {show(other['low'])} to {show(other['high'])}, the percentiles {low:.3f} to {high:.3f}"
        )
    if bool(other["excludes_zero"]) != (other["low"] > 0 or other["high"] < 0):
        found = f"{show(other['low'])} to {show(other['high'])}"
        return f"your interval is {found} and your excludes_zero={other['excludes_zero']}: does 0 lie outside?"
    if same["excludes_zero"] or other.get("used") != 80:
        said = f"said excludes_zero={same['excludes_zero']} of a difference of 0"
        return f"you used {other.get('used')} of 80 pairs, and {said}"
    return None


INTERVAL_STEPS = (
    Step("proportion_interval", 6, ("proportion_interval",), _interval_inputs, _judge_interval),
    Step("compare_correlations", 8, ("compare_correlations",), _compare_inputs, _judge_compare),
)
