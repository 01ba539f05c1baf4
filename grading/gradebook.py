"""Grades of many submissions: a table for a spreadsheet and a page to read, from records of plain values.

A record is {"submission", "lab", "verdicts"}, the verdicts as dictionaries, with "problem" where none were possible.
"""

from __future__ import annotations

import csv
import html
from pathlib import Path
from typing import Any

from grading.steps import Verdict
from lab03_eval.vectors import replacing

COLUMNS = ["submission", "lab", "points", "of", "steps passed", "steps", "what failed"]
TEMPLATE = Path(__file__).parent / "grades.html"


def verdicts_of(record: dict[str, Any]) -> list[Verdict]:
    return [Verdict(**verdict) for verdict in record["verdicts"]]


def row(record: dict[str, Any]) -> list[Any]:
    verdicts = [verdict for verdict in verdicts_of(record) if verdict.passed is not None]
    failed = [f"{verdict.step}: {verdict.message}" for verdict in verdicts if not verdict.passed]
    points, worth = sum(verdict.points for verdict in verdicts), sum(verdict.worth for verdict in verdicts)
    passed = len(verdicts) - len(failed)
    what = record.get("problem") or " | ".join(failed)
    return [as_text(record["submission"]), record["lab"] or "", points, worth, passed, len(verdicts), as_text(what)]


def as_text(cell: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula, and learners choose their files' names."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def write_csv(records: list[dict[str, Any]], path: Path) -> None:
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row(record) for record in records)


def write_page(records: list[dict[str, Any]], missing: list[str], path: Path) -> None:
    """A page without scripts: a table for each lab, how often each step was passed, every message to unfold."""
    parts = []
    for lab in sorted({record["lab"] or "" for record in records}):
        parts.append(lab_section(lab, [record for record in records if (record["lab"] or "") == lab]))
    notes = "".join(f"<p class=note>Not enforced on this system: {html.escape(text)}.</p>" for text in missing)
    graded = sum(bool(record["verdicts"]) for record in records)
    summary = f"<p>{graded} of {len(records)} submissions graded.</p>{notes}"
    template = TEMPLATE.read_text(encoding="utf-8")
    with replacing(path) as temporary:
        temporary.write_text(template.replace("{{body}}", summary + "".join(parts)), encoding="utf-8")


def lab_section(lab: str, records: list[dict[str, Any]]) -> str:
    steps = list(dict.fromkeys(verdict.step for record in records for verdict in verdicts_of(record)))
    head = "".join(f"<th scope=col><span>{html.escape(step)}</span></th>" for step in steps)
    rows, details = [], []
    for record in sorted(records, key=lambda record: record["submission"]):
        verdicts = {verdict.step: verdict for verdict in verdicts_of(record)}
        name = html.escape(record["submission"])
        _, _, points, worth, *_ = row(record)
        cells = "".join(cell(verdicts.get(step)) for step in steps)
        rows.append(f"<tr><th scope=row>{name}</th><td class=points>{points}/{worth}</td>{cells}</tr>")
        details.append(details_of(name, record, list(verdicts.values()), f"{points}/{worth}"))
    passed = [sum(v.passed is True for r in records for v in verdicts_of(r) if v.step == step) for step in steps]
    share = "".join(f"<td>{count}/{len(records)}</td>" for count in passed)
    foot = f"<tfoot><tr><th scope=row>passed by</th><td></td>{share}</tr></tfoot>" if steps else ""
    return (
        f"<h2>{html.escape(lab) or 'Of no lab'}</h2>"
        f"<div class=wide><table><thead><tr><th scope=col>submission</th><th scope=col>points</th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody>{foot}</table></div>{''.join(details)}"
    )


def cell(verdict: Verdict | None) -> str:
    if verdict is None or verdict.passed is None:
        return "<td class=none>–</td>"
    if verdict.passed:
        return f"<td class=passed>✓ {verdict.points}</td>"
    return f'<td class=failed title="{html.escape(verdict.message, quote=True)}">✗ 0</td>'


def details_of(name: str, record: dict[str, Any], verdicts: list[Verdict], points: str) -> str:
    failed = [verdict for verdict in verdicts if verdict.passed is False]
    if not failed and "problem" not in record:
        return ""
    items = "".join(f"<li><b>{html.escape(v.step)}</b> {html.escape(v.message)}</li>" for v in failed)
    problem = f"<p>{html.escape(record['problem'])}</p>" if "problem" in record else ""
    return f"<details><summary>{name} <span>{points}</span></summary>{problem}<ul>{items}</ul></details>"
