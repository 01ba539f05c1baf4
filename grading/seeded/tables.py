"""The tables of reports/grader.md, from what reports/grader.json measured."""

from __future__ import annotations

import statistics
from typing import Any

from wordlab.tables import markdown

from grading.places import LABS

SHOWN = 160  # characters of a message in a table

Records = list[dict[str, Any]]


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Every table by its name in the page. `results` holds lists of records: mistakes, variants, hostile …"""
    mistakes, variants, hostile, cheats = (
        results.get(name, []) for name in ("mistakes", "variants", "hostile", "cheats")
    )
    made = {
        "grader_totals": _totals(mistakes, variants, hostile, cheats),
        "grader_summary": _summary(mistakes, variants, results.get("solutions", [])),
        "grader_variants": markdown(
            ["variant", "what is different", "points"],
            [[r["name"], _short(r["what"]), str(r["points"])] for r in variants],
        ),
        "grader_hostile": _attempts(hostile),
        "grader_cheats": _attempts(cheats),
        "grader_class": _class(results.get("two_hundred", [])),
    }
    first, now = results.get("first_contact", []), results.get("contact", [])
    made["grader_contact"] = _contact(first, now)
    for lab in LABS:
        made[f"grader_contact_{lab}"] = _met(lab, first, now)
        made[f"grader_mistakes_{lab}"] = _mistakes([record for record in mistakes if record["lab"] == lab])
    return made


def _class(records: Records) -> str:
    rows = [
        row
        for r in records
        for row in (
            ["submissions graded", f"{r['graded']} of {r['submissions']}"],
            ["minutes in all, two at a time", f"{r['seconds'] / 60:.1f}"],
            ["graded before the interruption and taken over", str(r["as_before"])],
            [f"peak memory of the command after {r['early']} submissions, MB", f"{r['memory_early']:.0f}"],
            ["peak memory of the command at the end, MB", f"{r['memory_end']:.0f}"],
            ["processes left behind", str(r["left"])],
        )
    ]
    return markdown(["what", "measured"], rows)


def _attempts(records: Records) -> str:
    return markdown(
        ["submission", "what it tries", "verdict", "seconds"],
        [[r["name"], _short(r["what"]), _short(r["message"]), f"{r['seconds']:.1f}"] for r in records],
    )


def _totals(mistakes: Records, variants: Records, hostile: Records, cheats: Records) -> str:
    flagged, passed = sum(r["flagged"] for r in mistakes), sum(not r["failed"] for r in variants)
    contained, unpaid = (sum(record["points"] == 0 for record in records) for records in (hostile, cheats))
    median = statistics.median(record["seconds"] for record in mistakes) if mistakes else 0
    rows = [
        ["seeded mistakes flagged at the right step", f"{flagged} of {len(mistakes)}"],
        ["correct variants passed", f"{passed} of {len(variants)}"],
        ["hostile or broken submissions that earned nothing", f"{contained} of {len(hostile)}"],
        ["cheats that earned nothing", f"{unpaid} of {len(cheats)}"],
        ["seconds per seeded mistake, all steps, median, two at a time", f"{median:.1f}"],
    ]
    return markdown(["what", "measured"], rows)


def _summary(mistakes: Records, variants: Records, solutions: Records) -> str:
    rows = []
    for lab in LABS:
        of_lab = [record for record in mistakes if record["lab"] == lab]
        other = [record for record in variants if record["lab"] == lab]
        seconds = next((f"{record['seconds']:.1f}" for record in solutions if record["lab"] == lab), "–")
        flagged, passed = sum(r["flagged"] for r in of_lab), sum(not r["failed"] for r in other)
        rows.append([lab, f"{flagged}/{len(of_lab)}", f"{passed}/{len(other)}", seconds])
    header = ["lab", "mistakes flagged at their step", "correct variants passed", "seconds to grade the solution"]
    return markdown(header, rows)


def found(record: dict[str, Any]) -> bool:
    """Whether a mistake failed one of the steps that it breaks."""
    return bool(set(record["steps"]) & record["failed"].keys())


def _contact(first: Records, now: Records) -> str:
    rows = []
    for lab in LABS:
        cells = [lab]
        for records in (first, now):
            wrong = [record for record in records if record["lab"] == lab and record["steps"]]
            right = [record for record in records if record["lab"] == lab and not record["steps"]]
            cells.append(f"{sum(bool(r['failed']) for r in wrong)}/{len(wrong)}, {sum(map(found, wrong))} at its step")
            cells.append(f"{sum(not r['failed'] for r in right)}/{len(right)}")
        rows.append(cells)
    met = [
        f"{kind}, {when}" for when in ("first contact", "now") for kind in ("wrong ones flagged", "right ones passed")
    ]
    return markdown(["lab", *met], rows)


def _met(lab: str, first: Records, now: Records) -> str:
    before = {record["name"]: record for record in first if record["lab"] == lab}
    rows = []
    for record in now:
        if record["lab"] == lab:
            steps = ", ".join(f"`{step}`" for step in record["steps"]) or "right"
            told = next((record["failed"][step] for step in record["steps"] if step in record["failed"]), "")
            rows.append(
                [_short(record["what"]), steps, _outcome(before.get(record["name"])), _short(told) or _outcome(record)]
            )
    return markdown(["solution", "step", "first contact", "now"], rows)


def _outcome(record: dict[str, Any] | None) -> str:
    if record is None:
        return "–"
    if not record["steps"]:
        return f"FAILED {', '.join(record['failed'])}" if record["failed"] else "passed"
    if found(record):
        return "found"
    return f"at {', '.join(record['failed'])}" if record["failed"] else "NOT FOUND"


def _mistakes(records: Records) -> str:
    return markdown(
        ["mistake", "step", "what the learner is told", "steps that fail with it"],
        [
            [r["name"], f"`{r['step']}`", _short(r["message"]) or "NOT FLAGGED", ", ".join(r["also"]) or "–"]
            for r in records
        ],
    )


def _short(message: str) -> str:
    text = message if len(message) <= SHOWN else message[:SHOWN].rsplit(" ", 1)[0] + " …"
    return text.replace("|", "\\|").replace("<", "&lt;")
