"""What the steps are worth in a course and what students are told of them, from a file such as points.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

from grading.grader import THRESHOLD
from grading.handed_in import line_of
from grading.places import LABS
from grading.shown import MODES
from grading.steps import Lab
from grading.submission import load_lab

POINTS = Path(__file__).with_name("points.toml")


@dataclass(frozen=True)
class Rules:
    """What a course makes of one lab: `points` by step, its optional and hidden steps, and what students are told."""

    points: dict[str, int]
    optional: tuple[str, ...]
    hidden: tuple[str, ...]
    partial: bool
    feedback: str

    def of(self, lab: Lab) -> Lab:
        """The lab with these rules."""
        steps = tuple(
            replace(
                step,
                points=self.points[step.name],
                optional=step.name in self.optional,
                hidden=step.name in self.hidden,
            )
            for step in lab.steps
        )
        threshold = replace(lab.threshold, points=self.points[THRESHOLD]) if lab.threshold else None
        return replace(lab, steps=steps, threshold=threshold, partial=self.partial)


def read_points(path: Path = POINTS) -> dict[str, Rules]:
    """The rules of each lab. What the file leaves out is as the steps have it.

    Raises InputError with the key at fault.
    """
    content = path.read_bytes()
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: line {line_of(content, error.start)}: not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{path}: not TOML ({error}); mend that place, or start from a copy of {POINTS.name}"
        ) from None
    _demand_known(path, "", document, ("feedback", "partial", *LABS), "key")
    feedback, partial = document.get("feedback", MODES[0]), document.get("partial", False)
    if feedback not in MODES:
        raise InputError(f"{path}: feedback: no mode {feedback!r}; write one of {', '.join(MODES)}")
    if not isinstance(partial, bool):
        raise InputError(f"{path}: partial: expected true or false, found {partial!r}")
    return {name: _rules(path, load_lab(name), document.get(name, {}), partial, feedback) for name in LABS}


def _rules(path: Path, lab: Lab, table: Any, partial: bool, feedback: str) -> Rules:
    if not isinstance(table, dict):
        raise InputError(f"{path}: {lab.name}: expected a table, found {table!r}; write [{lab.name}] above its keys")
    _demand_known(path, f"{lab.name}.", table, ("core", "optional", "hidden", "points"), "key")
    steps = [step.name for step in lab.steps]
    optional = _named(path, f"{lab.name}.optional", table, [step.name for step in lab.steps if step.optional], steps)
    if "core" in table:
        if "optional" in table:
            raise InputError(f"{path}: {lab.name}.core: optional is there, too; keep one of them")
        core = _named(path, f"{lab.name}.core", table, [], steps)
        optional = tuple(step for step in steps if step not in core)
    hidden = _named(path, f"{lab.name}.hidden", table, [], steps)
    return Rules(_points(path, lab, table.get("points", {})), optional, hidden, partial, feedback)


def _named(path: Path, place: str, table: dict[str, Any], usual: list[str], steps: list[str]) -> tuple[str, ...]:
    """The steps that the last part of `place` lists."""
    names = table.get(place.rpartition(".")[2], usual)
    if not isinstance(names, list):
        raise InputError(f'{path}: {place}: expected a list of steps such as ["{steps[0]}"], found {names!r}')
    _demand_known(path, f"{place}: ", names, steps, "step")
    return tuple(names)


def _points(path: Path, lab: Lab, table: Any) -> dict[str, int]:
    place = f"{lab.name}.points"
    points = {step.name: step.points for step in lab.steps}
    points |= {THRESHOLD: lab.threshold.points} if lab.threshold else {}
    if not isinstance(table, dict):
        raise InputError(f"{path}: {place}: expected a table, found {table!r}; write [{place}] above the steps")
    _demand_known(path, f"{place}.", table, points, "step")
    for step, worth in table.items():
        if type(worth) is not int or worth < 0:  # True is an int, too
            raise InputError(f"{path}: {place}.{step}: expected a whole number, 0 or more, found {worth!r}")
    return points | table


def _demand_known(path: Path, place: str, found: Collection[Any], known: Collection[str], what: str) -> None:
    for each in found:
        if each not in known:
            shown = each if isinstance(each, str) else repr(each)
            raise InputError(f"{path}: {place}{shown}: no such {what}; there are {', '.join(known)}")
