"""The page to read, from the records that table.py describes."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from wordlab.files import write_text

from grading.gradebook.table import is_wrong, row, verdicts_of
from grading.steps import Verdict

TEMPLATE = Path(__file__).parent / "grades.html"


def write_page(records: list[dict[str, Any]], missing: list[str], path: Path) -> None:
    """Write a page without scripts: a table for each lab, how often each step was passed, every message to unfold."""
    parts = []
    for lab in sorted({record["lab"] or "" for record in records}):
        parts.append(lab_section(lab, [record for record in records if (record["lab"] or "") == lab]))
    notes = "".join(f"<p class=note>Not enforced on this system: {html.escape(text)}.</p>" for text in missing)
    graded = sum(bool(record["verdicts"]) for record in records)
    summary = f"<p>{graded} of {len(records)} submissions graded.</p>{notes}"
    template = TEMPLATE.read_text(encoding="utf-8")
    write_text(path, template.replace("{{body}}", summary + "".join(parts)))


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
    return f'<td class=failed title="{html.escape(verdict.message, quote=True)}">✗ {verdict.points}</td>'


def details_of(name: str, record: dict[str, Any], verdicts: list[Verdict], points: str) -> str:
    failed = [verdict for verdict in verdicts if is_wrong(verdict)]
    if not failed and "problem" not in record:
        return ""
    items = "".join(f"<li><b>{html.escape(v.step)}</b> {html.escape(v.message)}</li>" for v in failed)
    problem = f"<p>{html.escape(record['problem'])}</p>" if "problem" in record else ""
    return f"<details><summary>{name} <span>{points}</span></summary>{problem}<ul>{items}</ul></details>"
