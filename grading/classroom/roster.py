"""The roster: who takes the course, and whose each submission is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

# The headers of each column in lower case, the first of them that a roster has. Canvas has an ID of its own.
HEADERS = {
    "name": ("student", "name", "full name"),
    "id": ("sis user id", "id number", "student id", "id"),
    "email": ("email address", "e-mail", "email", "sis login id"),
}
OF_CANVAS = ("id", "section")  # kept where they are there, and empty otherwise
NOT_A_STUDENT = ("points possible",)  # the second row of Canvas's own table
IN_A_FILE_NAME = re.compile(r"[\w.@+-]+")


@dataclass(frozen=True)
class Student:
    """`canvas_id` and `section` are empty where the roster does not come from Canvas."""

    id: str
    name: str
    email: str
    canvas_id: str = ""
    section: str = ""


@dataclass
class Joined:
    """The records of each student by id, who has none, and the records that are nobody's."""

    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    missing: list[Student] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)


def read_roster(path: Path) -> list[Student]:
    """The students of a CSV with a name, an id and an e-mail per line. Raises InputError with the line at fault."""
    table = _table(path)
    columns = {name.strip().lower(): name for name in table.fieldnames or ()}
    chosen = {key: next((columns[each] for each in headers if each in columns), "") for key, headers in HEADERS.items()}
    for key, header in chosen.items():
        if not header:
            raise InputError(f"{path}: line 1: no column for the {key}; name one {' or '.join(HEADERS[key])}")
    extra = [columns[each] if each in columns and columns[each] != chosen["id"] else "" for each in OF_CANVAS]
    students: list[Student] = []
    lines: dict[str, int] = {}
    for row in table:
        cells = {header: (value or "").strip() for header, value in row.items() if header is not None}
        if not any(cells.values()) or cells[chosen["name"]].lower() in NOT_A_STUDENT:
            continue
        student = Student(
            *(cells[chosen[key]] for key in ("id", "name", "email")), *(cells.get(each, "") for each in extra)
        )
        _demand_identity(student, f"{path}: line {table.line_num}", lines)
        lines |= {key.lower(): table.line_num for key in (student.id, student.email) if key}
        students.append(student)
    if not students:
        raise InputError(f"{path}: no student in it; give a table with a header and a line per student")
    return students


def _table(path: Path) -> csv.DictReader[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")  # a spreadsheet begins its UTF-8 with a mark
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line}: not UTF-8; save the table as CSV UTF-8") from None
    if "\0" in text:
        raise InputError(f"{path}: line 1: not UTF-8; save the table as CSV UTF-8")
    first = text.partition("\n")[0]
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))


def _demand_identity(student: Student, place: str, lines: dict[str, int]) -> None:
    if not student.id:
        raise InputError(f"{place}: {student.name or student.email} has no id; fill it in")
    if not IN_A_FILE_NAME.fullmatch(student.id):
        raise InputError(f"{place}: the id {student.id!r} cannot be a file's name; use letters, digits and . @ + - _")
    for key in (student.id, student.email):
        if key and key.lower() in lines:
            raise InputError(f"{place}: {key} is on line {lines[key.lower()]}, too; keep one of them")


def join(records: Iterable[dict[str, Any]], roster: list[Student]) -> Joined:
    """Whose each record is. Raises InputError where a student has two for one lab.

    A submission is a student's if its name, or a part of it between underscores, is their id or e-mail.
    """
    owners = {key.lower(): student.id for student in roster for key in (student.email, student.id) if key}
    joined = Joined({student.id: [] for student in roster})
    for record in records:
        name = record["submission"].removesuffix(".py").lower()
        found = {owners[part] for part in (name, *name.split("_")) if part in owners}
        if len(found) != 1:
            joined.unknown.append(record)
            continue
        mine = joined.records[found.pop()]
        for other in mine:
            if other["lab"] == record["lab"]:
                both = f"{other['submission']} and {record['submission']}"
                raise InputError(f"{both} are of one student; take one away and grade again")
        mine.append(record)
    joined.missing = [student for student in roster if not joined.records[student.id]]
    return joined
