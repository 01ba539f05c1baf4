"""Lab 3's steps on scores: what is asked of each function, and how its answer is judged. Runs in the parent.

Expected values are computed here by the definition, in plain loops or with scipy.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy import stats

from grading.judging import differs, rounded, show, unit_rows
from grading.lab03_space import SPACE_STEPS
from grading.starters import given
from grading.steps import Lab, Step

Z = 1.959964  # 95 % of a normal distribution


# spearman


def _spearman(x: Any, y: Any) -> float:
    return float(np.corrcoef(stats.rankdata(x), stats.rankdata(y))[0, 1])


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
    if differs(curve, _spearman(inputs[1]["x"], inputs[1]["y"])):
        r = np.corrcoef(inputs[1]["x"], inputs[1]["y"])[0, 1]
        hint = ": that is Pearson's r of the values, take it of the ranks" if not differs(curve, r, 1e-4) else ""
        return f"x and exp(2x) are in the same order, so ρ is 1; yours was {show(curve)}{hint}"
    if differs(tied, _spearman(inputs[2]["x"], inputs[2]["y"])):
        expected = _spearman(inputs[2]["x"], inputs[2]["y"])
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
    expected = _spearman(skip[known], human[known])
    rho = value["skip"]["rho"]
    if differs(rho, expected):
        if not differs(rho, _spearman(zero, human)):
            return f"your ρ {show(rho)} counts pairs with an unknown word as cosine 0; left out, ρ is {show(expected)}"
        if not differs(rho, float(np.corrcoef(skip[known], human[known])[0, 1])):
            return f"your ρ {show(rho)} is Pearson's r; Spearman's, of the ranks, is {show(expected)}"
        return f"your ρ over {known.sum()} known pairs was {show(rho)}, not {show(expected)}"
    if differs(value["zero"]["rho"], _spearman(zero, human)):
        wanted = show(_spearman(zero, human))
        return f"with oov='zero', all {len(human)} pairs scored, your ρ was {show(value['zero']['rho'])}, not {wanted}"
    for oov in ("skip", "zero"):
        used, total = value[oov]["used"], value[oov]["total"]
        if (used, total) != (int(known.sum()), len(human)):
            both = f"{known.sum()} of {len(human)} have two known words"
            return f"with oov={oov!r} you reported {used}/{total} pairs used; {both}"
    return None


# analogies


def _scores(unit: np.ndarray, question: list[int], objective: str) -> np.ndarray:
    """Scores (V,) of every word for one question, its own words at −∞."""
    a, b, c = unit[question]
    if objective == "3cosadd":
        scores = unit @ (b - a + c)
    else:
        sa, sb, sc = ((unit @ v + 1) / 2 for v in (a, b, c))
        scores = sb * sc / (sa + 0.001)
    scores[question] = -np.inf
    return scores


def _analogy_inputs(rng: np.random.Generator, words: int = 14, rows: int = 14, limit: int | None = None) -> Any:
    """Questions over the first `rows` words whose best answer is ahead by more than float32 can blur."""
    unit = unit_rows(rounded(rng.normal(size=(words, 4))))
    questions = []
    for question in rng.permutation(list(itertools.permutations(range(rows), 3))).tolist():
        tops = [np.sort(_scores(unit, question, o)[:end])[-2:] for o in ("3cosadd", "3cosmul") for end in (limit, None)]
        if all(best - next_best > 1e-3 for next_best, best in tops):
            questions.append(question)
    return {"unit": unit.tolist(), "questions": questions[:60], "limit": limit}


def _wrong_answers(inputs: Any, value: Any, objective: str, limit: int | None = None) -> str | None:
    unit = np.array(inputs["unit"])
    found = np.array(value)
    if found.shape != (len(inputs["questions"]),):
        return f"you returned shape {found.shape} for {len(inputs['questions'])} questions: one row number each, (n,)"
    for question, answer in zip(inputs["questions"], found.tolist()):
        right = int(np.argmax(_scores(unit, question, objective)[:limit]))
        if answer == right:
            continue
        a, b, c = question
        asked = f"for question rows {a} : {b} = {c} : ? your answer was row {answer}, not {right}"
        if answer in question:
            return f"{asked}: the question's own words are no candidates"
        if limit is not None and answer >= limit:
            return f"{asked}: only the first {limit} rows are candidates"
        if objective == "3cosadd" and all(
            got == int(np.argmax(_scores(unit, [q[1], q[0], q[2]], objective)[:limit]))
            for q, got in zip(inputs["questions"], found.tolist())
        ):
            return f"{asked}: you took a − b + c; it is b − a + c"
        return asked
    return None


def _judge_add(inputs: Any, value: Any) -> str | None:
    return _wrong_answers(inputs, value, "3cosadd")


def _judge_mul(inputs: Any, value: Any) -> str | None:
    return _wrong_answers(inputs, value, "3cosmul")


def _judge_limits(inputs: Any, value: Any) -> str | None:
    if wrong := _wrong_answers(inputs, value["one"], "3cosadd", inputs["limit"]):
        return f"with limits=({inputs['limit']},): {wrong}"
    both = value["both"]
    if len(both) != 2:
        return f"two limits were asked, (limits, n) = (2, {len(inputs['questions'])}); you returned {np.shape(both)}"
    for found, limit in zip(both, (inputs["limit"], None)):
        if wrong := _wrong_answers(inputs, found, "3cosadd", limit):
            return f"with limits=({inputs['limit']}, None), for {limit}: {wrong}"
    return None


# accuracy of sections, and how sure it is


def _section_inputs(rng: np.random.Generator) -> Any:
    names = ["capital-common", "capital-world", "currency", "city-in-state", "family", "adverb", "plural"]
    sections = [[name, [["a", "b", "c", "d"]] * int(rng.integers(4, 12))] for name in names]
    total = sum(len(questions) for _, questions in sections)
    answered = rng.random(total) < 0.7
    answered[: len(sections[0][1])] = False
    right = answered & (rng.random(total) < 0.5)
    right[np.flatnonzero(answered)[:2]] = True, False
    return {"sections": sections, "answered": answered.tolist(), "right": right.tolist()}


def _judge_sections(inputs: Any, value: Any) -> str | None:
    answered, right = np.array(inputs["answered"]), np.array(inputs["right"])
    sizes = [len(questions) for _, questions in inputs["sections"]]
    section = np.repeat(np.arange(len(sizes)), sizes)
    parts = {"": section >= 0, "semantic.": section < 5, "syntactic.": section >= 5}
    parts |= {f"section.{name}.": section == i for i, (name, _) in enumerate(inputs["sections"])}
    for part, chosen in parts.items():
        counts = {"correct": right[chosen].sum(), "used": answered[chosen].sum(), "total": chosen.sum()}
        for key, expected in counts.items():
            if value.get(part + key) != expected:
                return f"your {part + key} was {value.get(part + key)}: it is {expected}"
        accuracy = value.get(f"{part}accuracy")
        expected = float(counts["correct"] / counts["used"]) if counts["used"] else math.nan
        if differs(accuracy, expected):
            hint = " (used, not total, is what it is out of)"
            out_of = f"{counts['correct']} correct of {counts['used']} answered{hint}"
            return f"your {part}accuracy was {show(accuracy)}: {out_of} is {show(expected)}"
    return None


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
    expected = _spearman(first, human) - _spearman(second, human)
    if differs(other["difference"], expected):
        return f"your difference was {show(other['difference'])}, not ρ(first) − ρ(second) = {show(expected)}"
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
    if bool(other["real"]) != (other["low"] > 0 or other["high"] < 0):
        found = f"{show(other['low'])} to {show(other['high'])}"
        return f"your interval is {found} and your real={other['real']}: real means that 0 lies outside"
    if same["real"] or other.get("used") != 80:
        return f"of 80 pairs you used {other.get('used')}; no difference is real={same['real']}"
    return None


STEPS = (
    Step("spearman", 8, ("spearman",), _spearman_inputs, _judge_spearman),
    Step("cosines", 10, ("cosines",), _cosines_inputs, _judge_cosines),
    Step("similarity", 8, ("evaluate_similarity",), _similarity_inputs, _judge_similarity),
    Step("analogies_add", 12, ("solve_analogies",), _analogy_inputs, _judge_add),
    Step("analogies_mul", 6, ("solve_analogies",), _analogy_inputs, _judge_mul),
    Step("analogies_limits", 6, ("solve_analogies",), lambda rng: _analogy_inputs(rng, 14, 7, 8), _judge_limits),
    Step("section_scores", 8, ("section_scores",), _section_inputs, _judge_sections),
    Step("proportion_interval", 6, ("proportion_interval",), _interval_inputs, _judge_interval),
    Step("compare_correlations", 8, ("compare_correlations",), _compare_inputs, _judge_compare),
    *SPACE_STEPS,
)

LAB = Lab("lab03", "lab03_eval", STEPS, given=given("lab03_eval"))
