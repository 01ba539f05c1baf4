"""What students see of verdicts, by the mode of feedback that points.toml names. Instructors see every message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grading.steps import Verdict

MODES = ("all", "first", "behaviour", "none")


def shown(verdicts: Iterable[Verdict], mode: str) -> list[Verdict]:
    """The verdicts with the messages that `mode` lets through. A step that was not run keeps its reason."""
    verdicts = list(verdicts)
    first = next((verdict for verdict in verdicts if verdict.passed is False and not verdict.hidden), None)
    return [replace(verdict, message=_message(verdict, mode, verdict is first)) for verdict in verdicts]


def _message(verdict: Verdict, mode: str, is_first: bool) -> str:
    if verdict.passed is None:
        return verdict.message
    if mode == "none":
        return ""
    if verdict.passed:
        return "passed"
    if mode == "all" or (mode == "first" and is_first):
        return verdict.message
    return verdict.kind if mode == "behaviour" else "not passed"
