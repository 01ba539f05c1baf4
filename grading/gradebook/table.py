"""The table for a spreadsheet, from records of plain values.

A record is {"submission", "lab", "verdicts"}, the verdicts as dictionaries. It has "problem" where there could be none.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from wordlab.files import replacing

from grading.steps import Verdict

COLUMNS = ["submission", "lab", "points", "of", "steps passed", "steps", "what failed"]


def verdicts_of(record: dict[str, Any]) -> list[Verdict]:
    return [Verdict(**verdict) for verdict in record["verdicts"]]


def row(record: dict[str, Any]) -> list[Any]:
    """The cells of COLUMNS. A step that was not run counts among the points that could be had: totals compare."""
    verdicts = verdicts_of(record)
    run = [verdict for verdict in verdicts if verdict.passed is not None]
    failed = [f"{verdict.step}: {verdict.message}" for verdict in run if not verdict.passed]
    points, worth = sum(verdict.points for verdict in verdicts), sum(verdict.worth for verdict in verdicts)
    passed = len(run) - len(failed)
    what = record.get("problem") or " | ".join(failed)
    return [as_text(record["submission"]), record["lab"] or "", points, worth, passed, len(run), as_text(what)]


def as_text(cell: str) -> str:
    """`cell` as no formula, which a spreadsheet takes it for after such a sign: learners choose their files' names."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def write_csv(records: list[dict[str, Any]], path: Path) -> None:
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row(record) for record in records)
