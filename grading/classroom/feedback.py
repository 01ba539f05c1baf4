"""A page per student, as HTML and as Markdown, made of nothing but the student's own results."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from wordlab.files import write_text
from wordlab.tables import markdown

from grading.classroom.roster import Student
from grading.gradebook.page import TEMPLATE
from grading.gradebook.table import row, verdicts_of
from grading.places import PACKAGES
from grading.shown import MODES, shown
from grading.steps import Verdict

LATER = "graded later"  # of hidden steps
HEADER = ("step", "points", "what the grader says")
SPECIAL = re.compile(r"([\\`*_\[\]<>|#&!~$])")  # what Markdown would take for a sign


def escaped(text: str) -> str:
    """`text` as Markdown that shows it as it is."""
    return SPECIAL.sub(r"\\\1", text)


def told(verdict: Verdict) -> tuple[str, str, str]:
    """The cells of a step."""
    if verdict.hidden:
        return verdict.step, "–", LATER
    points = "–" if verdict.passed is None else f"{verdict.points} of {verdict.worth}"
    return verdict.step, f"{points} (optional)" if verdict.optional else points, verdict.message


def rows_of(record: dict[str, Any]) -> list[tuple[str, ...]]:
    """The rows of a lab's table, with what the course's mode of feedback lets through."""
    return [told(verdict) for verdict in shown(verdicts_of(record), record.get("feedback", MODES[0]))]


def summary(record: dict[str, Any]) -> str:
    """The line above a lab's table, which says how many points there are or why there are none.

    Points of hidden steps are not among them, or a student could tell what is graded later.
    """
    open_ones = [verdict for verdict in record["verdicts"] if not verdict.get("hidden")]
    _, lab, points, worth, passed, steps, _ = row(record | {"verdicts": open_ones})
    if "problem" in record:
        return f"Your submission could not be graded: {record['problem']}"
    hints = f"{PACKAGES[lab].partition('_')[0]}/EXERCISE.md has two hints for each step."
    later = len(record["verdicts"]) - len(open_ones)
    more = f" Steps that are {LATER}: {later}." if later else ""
    return f"{points} of {worth} points, {passed} of {steps} steps passed.{more} {hints}"


def as_markdown(student: Student, records: list[dict[str, Any]]) -> str:
    parts = [f"# Results of {escaped(student.name)}\n"]
    for record in records:
        rows = [[escaped(cell) for cell in cells] for cells in rows_of(record)]
        parts.append(f"## {escaped(record['lab'] or 'Of no lab')}\n\n{escaped(summary(record))}\n")
        parts += [markdown(HEADER, rows) + "\n"] if rows else []
    return "\n".join(parts) if records else f"{parts[0]}\nNothing of yours was found among the submissions.\n"


def as_html(student: Student, records: list[dict[str, Any]]) -> str:
    parts = [f"<p>Results of {html.escape(student.name)}.</p>"]
    for record in records:
        parts.append(f"<h2>{html.escape(record['lab'] or 'Of no lab')}</h2><p>{html.escape(summary(record))}</p>")
        parts += [html_table(HEADER, rows_of(record))]
    if not records:
        parts.append("<p>Nothing of yours was found among the submissions.</p>")
    return filled("".join(parts))


def html_table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table whose first column names the rows; none without rows."""
    head = "".join(f"<th scope=col>{html.escape(cell)}</th>" for cell in header)
    lines = []
    for first, *others in rows:
        cells = "".join(f"<td class=text>{html.escape(cell)}</td>" for cell in others)
        lines.append(f"<tr><th scope=row>{html.escape(first)}</th>{cells}</tr>")
    style = "<style>.text { text-align: left; white-space: normal; overflow-wrap: anywhere; }</style>"
    table = f"{style}<div class=wide><table><tbody><tr>{head}</tr>{''.join(lines)}</tbody></table></div>"
    return table if rows else ""


def filled(body: str) -> str:
    """The gradebook's page around `body`."""
    return TEMPLATE.read_text(encoding="utf-8").replace("{{body}}", body)


def write_feedback(student: Student, records: list[dict[str, Any]], folder: Path) -> None:
    """Write ID.html and ID.md into `folder`."""
    records = sorted(records, key=lambda record: record["lab"] or "")
    write_text(folder / f"{student.id}.md", as_markdown(student, records))
    write_text(folder / f"{student.id}.html", as_html(student, records))
