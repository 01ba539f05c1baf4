"""The table of points that Canvas and Moodle import."""

from __future__ import annotations

import csv
from pathlib import Path

from wordlab.files import replacing

from grading.classroom.roster import Joined, Student
from grading.gradebook.table import as_text, row

# Canvas takes every further column for an assignment. Moodle asks which column says who it is: the ID number is in
# "SIS User ID", the e-mail in "SIS Login ID".
COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = 2  # the place of the points in a row of the gradebook


def write_export(joined: Joined, roster: list[Student], path: Path) -> None:
    """A line per student of the roster. The points of a lab that a student did not hand in are left empty."""
    labs = sorted({record["lab"] for records in joined.records.values() for record in records if record["lab"]})
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, *(f"Lab {lab[-1]}" for lab in labs)])
        for student in roster:
            points = {record["lab"]: row(record)[POINTS] for record in joined.records[student.id]}
            who = (student.name, student.canvas_id, student.id, student.email, student.section)
            writer.writerow([*map(as_text, who), *(points.get(lab, "") for lab in labs)])
