"""The table for a spreadsheet, from records of plain values.

A record is {"submission", "lab", "verdicts"}, the verdicts as dictionaries. It has "problem" where there could be none.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from wordlab.files import replacing

from grading.steps import NOT_WRITTEN, Verdict, totals

COLUMNS = ["submission", "lab", "points", "of", "steps passed", "steps", "what failed"]


def verdicts_of(record: dict[str, Any]) -> list[Verdict]:
    return [Verdict(**verdict) for verdict in record["verdicts"]]


def row(record: dict[str, Any]) -> list[Any]:
    """The cells of COLUMNS. A step that was not run counts among the points that could be had: totals compare.

    Points of optional steps are earned on top, so that a total may exceed what could be had.
    """
    verdicts = verdicts_of(record)
    failed = [f"{verdict.step}: {verdict.message}" for verdict in verdicts if is_wrong(verdict)]
    points, worth = totals(verdicts)
    counted = [verdict for verdict in verdicts if verdict.passed is not None and is_asked(verdict)]
    passed = len(counted) - len(failed)
    what = record.get("problem") or " | ".join(failed)
    return [as_text(record["submission"]), record["lab"] or "", points, worth, passed, len(counted), as_text(what)]


def is_asked(verdict: Verdict) -> bool:
    """Whether a step is among those that a student is asked for: an optional one that is not written is not."""
    return not verdict.optional or verdict.kind != NOT_WRITTEN


def is_wrong(verdict: Verdict) -> bool:
    """Whether a step failed that the student is asked for."""
    return verdict.passed is False and is_asked(verdict)


def as_text(cell: str) -> str:
    """`cell` as no formula, which a spreadsheet takes it for after such a sign: learners choose their files' names."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def write_csv(records: list[dict[str, Any]], path: Path) -> None:
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row(record) for record in records)
