"""reports/grader.md says what grader.json measured, of the set as it is now, and the measurement meets its bars."""

from __future__ import annotations

import json
import re

import pytest

from grading.places import ROOT
from grading.seeded.collection import CHEATS, HOSTILE, MISTAKES, VARIANTS
from grading.seeded.first_contact import read_contacts
from grading.seeded.tables import tables

REPORTS = ROOT / "reports"
REMEDY = "run python scripts/report_grader.py"


@pytest.fixture(scope="module")
def measured() -> dict:
    return json.loads((REPORTS / "grader.json").read_text(encoding="utf-8"))


def test_the_tables_come_from_the_committed_json(measured):
    made = tables(measured)
    page = (REPORTS / "grader.md").read_text(encoding="utf-8")
    found = re.findall(r"<!-- table: (\w+) -->\n(.*?)\n?<!-- end -->", page, flags=re.DOTALL)
    assert {name for name, _ in found} == set(made)
    for name, text in found:
        assert text == made[name], REMEDY


def test_the_whole_set_was_measured(measured):
    assert {(r["lab"], r["name"], r["step"]) for r in measured["mistakes"]} == {
        (mistake.lab, mistake.name, mistake.step) for mistake in MISTAKES
    }, REMEDY
    assert [r["name"] for r in measured["variants"]] == [path.stem for path in VARIANTS], REMEDY
    assert [r["name"] for r in measured["hostile"]] == [path.stem for path in HOSTILE], REMEDY
    assert [r["name"] for r in measured["cheats"]] == [path.stem for path in CHEATS], REMEDY
    names = {(contact.lab, contact.name) for contact in read_contacts()}
    assert {(r["lab"], r["name"]) for r in measured["contact"]} == names, REMEDY


def test_the_measurement_meets_its_bars(measured):
    assert [r["name"] for r in measured["mistakes"] if not r["flagged"]] == []
    assert [r["name"] for r in measured["variants"] if r["failed"] or r["points"] != 100] == []
    assert [r["name"] for r in measured["hostile"] if r["points"]] == []
    assert [r["name"] for r in measured["cheats"] if r["points"]] == []
    assert len(measured["hostile"]) + len(measured["cheats"]) >= 35
    assert [r["name"] for r in measured["contact"] if bool(r["steps"]) != bool(r["failed"])] == []
    (of_class,) = measured["two_hundred"]
    assert of_class["graded"] == of_class["submissions"] == 200
    assert of_class["left"] == 0
    assert of_class["seconds"] < 600
    assert of_class["memory_end"] < 1.2 * of_class["memory_early"]
    assert [r["lab"] for r in measured["solutions"] if r["seconds"] >= 6 or r["points"] < 100] == []
