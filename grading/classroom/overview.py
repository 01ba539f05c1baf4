"""The instructor's page: how points and steps are distributed, the commonest mistakes, and who handed in nothing."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wordlab.files import write_text

from grading.classroom.feedback import filled, html_table
from grading.classroom.roster import Joined
from grading.gradebook.table import is_asked, is_wrong, row, verdicts_of

MOST = 15  # mistakes that are shown
BINS = 10  # of the share of the points
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def distribution(records: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """How many records have which share of the points."""
    counts: Counter[int] = Counter()
    for record in records:
        _, _, points, worth, *_ = row(record)
        counts[min(BINS * points // worth, BINS - 1) if worth else 0] += 1
    share = 100 // BINS
    return [(f"{share * n} to {share * (n + 1)} %", str(counts[n]), "█" * counts[n]) for n in reversed(range(BINS))]


def steps(records: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Per step, how many passed, how many failed, and the share that passed. Optional ones count where written."""
    verdicts = [verdict for record in records for verdict in verdicts_of(record) if verdict.passed is not None]
    verdicts = [verdict for verdict in verdicts if is_asked(verdict)]
    passed = Counter(verdict.step for verdict in verdicts if verdict.passed)
    tried = Counter(verdict.step for verdict in verdicts)
    return [
        (step, str(passed[step]), str(number - passed[step]), f"{100 * passed[step] / number:.0f} %")
        for step, number in tried.items()
    ]


def mistakes(records: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The messages that most students got: their step, how many, and one of them. Numbers and quotes may differ."""
    counts: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for record in records:
        for verdict in verdicts_of(record):
            if is_wrong(verdict):
                kind = (verdict.step, QUOTED.sub("…", verdict.message))
                counts[kind] += 1
                example.setdefault(kind, verdict.message)
    return [(kind[0], str(number), example[kind]) for kind, number in counts.most_common(MOST)]


def write_overview(joined: Joined, path: Path) -> None:
    """Write the page. It names students, so it is the instructor's alone."""
    records = [record for mine in joined.records.values() for record in mine]
    parts = [_listed("Nothing handed in", (f"{student.name} ({student.id})" for student in joined.missing))]
    parts.append(_listed("Of nobody on the roster", (record["submission"] for record in joined.unknown)))
    for lab in sorted({record["lab"] or "" for record in records}):
        of_lab = [record for record in records if (record["lab"] or "") == lab]
        parts.append(f"<h2>{html.escape(lab or 'Of no lab')}: {len(of_lab)} submissions</h2>")
        parts.append(html_table(("share of the points", "students", ""), distribution(of_lab)))
        parts.append(html_table(("step", "passed", "failed", "share that passed"), steps(of_lab)))
        parts.append(html_table(("commonest mistakes, by step", "students", "for example"), mistakes(of_lab)))
    write_text(path, filled("".join(parts)))


def _listed(title: str, entries: Iterable[str]) -> str:
    items = [f"<li>{html.escape(entry)}</li>" for entry in entries]
    return f"<h2>{title}: {len(items)}</h2><ul>{''.join(items)}</ul>"
