"""Lab 3's steps on analogies: answers, and the accuracy of each section. Runs in the parent."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from grading.judging import by_property, differs, rounded, show, unit_rows
from grading.steps import Step


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


def _judge_one_limit(inputs: Any, value: Any) -> str | None:
    if wrong := _wrong_answers(inputs, value["one"], "3cosadd", inputs["limit"]):
        return f"with limits=({inputs['limit']},): {wrong}"
    return None


def _judge_two_limits(inputs: Any, value: Any) -> str | None:
    for key, limits in (("both", (inputs["limit"], None)), ("turned", (None, inputs["limit"]))):
        if len(value[key]) != 2:
            asked = f"limits={limits} asks for shape (limits, n) = (2, {len(inputs['questions'])})"
            return f"{asked}; you returned {np.shape(value[key])}"
        if found := _wrong_rows(inputs, value[key], limits):
            turned = not _wrong_rows(inputs, value[key][::-1], limits)
            said = "your rows were in the other order: the first row belongs to the first limit" if turned else found
            return f"with limits={limits}, {said}"
    return None


_judge_limits = by_property(_judge_one_limit, _judge_two_limits)


def _wrong_rows(inputs: Any, rows: Any, limits: tuple[int | None, ...]) -> str | None:
    """What is wrong with the first wrong row of answers, each of which has its own limit."""
    for found, limit in zip(rows, limits, strict=True):
        if wrong := _wrong_answers(inputs, found, "3cosadd", limit):
            return f"for {limit}: {wrong}"
    return None


def _section_inputs(rng: np.random.Generator) -> Any:
    names = ["capital-common", "capital-world", "currency", "city-in-state", "family", "adverb", "plural"]
    sections = [[name, [["a", "b", "c", "d"]] * int(rng.integers(4, 12))] for name in names]
    total = sum(len(questions) for _, questions in sections)
    answered = rng.random(total) < 0.7
    answered[: len(sections[0][1])] = False
    right = answered & (rng.random(total) < 0.5)
    right[np.flatnonzero(answered)[:2]] = True, False
    return {"sections": sections, "answered": answered.tolist(), "right": right.tolist()}


def _judge_all(inputs: Any, value: Any) -> str | None:
    return _wrong_part(inputs, value, lambda part: not part)


def _judge_halves(inputs: Any, value: Any) -> str | None:
    return _wrong_part(inputs, value, lambda part: part in ("semantic.", "syntactic."))


def _judge_each_section(inputs: Any, value: Any) -> str | None:
    return _wrong_part(inputs, value, lambda part: part.startswith("section."))


_judge_sections = by_property(_judge_all, _judge_halves, _judge_each_section)


def _wrong_part(inputs: Any, value: Any, asked: Callable[[str], bool]) -> str | None:
    """What is wrong with the counts and the accuracy of the first wrong part among those that are asked for."""
    answered, right = np.array(inputs["answered"]), np.array(inputs["right"])
    sizes = [len(questions) for _, questions in inputs["sections"]]
    section = np.repeat(np.arange(len(sizes)), sizes)
    parts = {"": section >= 0, "semantic.": section < 5, "syntactic.": section >= 5}
    parts |= {f"section.{name}.": section == i for i, (name, _) in enumerate(inputs["sections"])}
    for part, chosen in ((part, chosen) for part, chosen in parts.items() if asked(part)):
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


ANALOGY_STEPS = (
    Step("analogies_add", 12, ("solve_analogies",), _analogy_inputs, _judge_add),
    Step("analogies_mul", 6, ("solve_analogies",), _analogy_inputs, _judge_mul),
    Step("analogies_limits", 6, ("solve_analogies",), lambda rng: _analogy_inputs(rng, 14, 7, 8), _judge_limits),
    Step("section_scores", 8, ("section_scores",), _section_inputs, _judge_sections),
)
