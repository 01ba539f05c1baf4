"""Hand results back: a table that Canvas and Moodle import, a page per student, and an overview for the instructor.

    python scripts/grade.py submissions/ --lab lab01 --report grades.csv
    python -m grading.classroom.hand_back grades.json --roster roster.csv --out handed_back

The roster is a CSV with a name, an id and an e-mail per student, as Canvas and Moodle export it. A submission belongs
to the student whose id or e-mail is its name, or a part of its name between underscores. Several grades.json make one
table with a column per lab.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from wordlab.command import OneLineParser, run_command
from wordlab.errors import InputError

from grading.classroom.exports import write_export
from grading.classroom.feedback import write_feedback
from grading.classroom.overview import write_overview
from grading.classroom.roster import join, read_roster
from grading.gradebook.table import row

FEEDBACK, EXPORT, OVERVIEW = "feedback", "canvas_moodle.csv", "overview.html"


def read_grades(path: Path) -> list[dict[str, Any]]:
    """The records that scripts/grade.py wrote. Raises InputError for another file."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        for record in records:
            row(record)  # which needs all that the pages show
        return records
    except (ValueError, TypeError, LookupError, AttributeError):
        remedy = "give the .json that scripts/grade.py writes beside its table"
        raise InputError(f"{path}: no grades; {remedy}") from None


def run(args: argparse.Namespace) -> None:
    roster = read_roster(args.roster)
    joined = join([record for path in args.grades for record in read_grades(path)], roster)
    write_export(joined, roster, args.out / EXPORT)
    for student in roster:
        write_feedback(student, joined.records[student.id], args.out / FEEDBACK)
    write_overview(joined, args.out / OVERVIEW)
    for student in joined.missing:
        print(f"nothing handed in: {student.name} ({student.id})")
    for record in joined.unknown:
        print(f"of nobody on the roster, or of several: {record['submission']}")
    here = len(roster) - len(joined.missing)
    print(f"{here} of {len(roster)} students have results: {args.out / EXPORT}, {args.out / OVERVIEW}")


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("grades", type=Path, nargs="+", metavar="grades.json", help="one or more, of grade.py")
    parser.add_argument("--roster", type=Path, required=True, metavar="CSV")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="what is there already is replaced")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
