"""The roster: who takes the course, and whose each submission is."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from wordlab.errors import InputError

from grading.handed_in import ARCHIVES, NOTEBOOK, SOURCES, line_of

# The headers of each column in lower case, the first of them that a roster has. Canvas has an ID of its own.
HEADERS = {
    "name": ("student", "name", "full name"),
    "id": ("sis user id", "id number", "student id", "id"),
    "email": ("email address", "e-mail", "email", "sis login id"),
}
OF_CANVAS = {"canvas_id": "id", "section": "section"}  # kept where they are there, and empty otherwise
NOT_A_STUDENT = ("points possible",)  # the second row of Canvas's own table
SUFFIXES = (*SOURCES, NOTEBOOK, *ARCHIVES, ".pdf")
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
    rows = _rows(path)
    first, header = next(rows, (1, []))
    chosen = _columns([cell.lower() for cell in header], f"{path}: line {first}")
    students: list[Student] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        place = f"{path}: line {line}"
        cells = {key: row[column] if column < len(row) else "" for key, column in chosen.items()}
        if cells["name"].lower() in NOT_A_STUDENT:
            continue
        if any(row[len(header) :]):
            remedy = "put quotes around a cell that holds the separator"
            raise InputError(f"{place}: {len(row)} cells, and the header has {len(header)}; {remedy}")
        student = Student(**cells)
        _demand_identity(student, place, lines)
        lines |= {_key(each): line for each in (student.id, student.email) if each}
        students.append(student)
    if not students:
        raise InputError(f"{path}: no student in it; give a table with a header and a line per student")
    return students


def _columns(header: list[str], place: str) -> dict[str, int]:
    """The number of the column of each of Student's fields; Canvas's own are left out where there are none."""
    chosen = {}
    for key, names in HEADERS.items():
        name = next((each for each in names if each in header), None)
        if name is None:
            raise InputError(f"{place}: no column for the {key}; name one {' or '.join(names)}")
        if header.count(name) > 1:
            raise InputError(f"{place}: {header.count(name)} columns are named {name}; keep one of them")
        chosen[key] = header.index(name)
    own = {key: header.index(name) for key, name in OF_CANVAS.items() if name in header}
    return chosen | {key: column for key, column in own.items() if column != chosen["id"]}


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line on which it begins and without spaces around its cells."""
    text = _text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            raise _unclosed(path, line) from None
        if row is None:
            return
        if any("\n" in cell or "\r" in cell for cell in row):  # quotes that a later line closes
            raise _unclosed(path, line)
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield line, cells


def _unclosed(path: Path, line: int) -> InputError:
    return InputError(f"{path}: line {line}: a quotation mark is not closed on this line; close it, or take it away")


def _text(path: Path) -> str:
    content = path.read_bytes()
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel's "Unicode text"
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: line {line_of(content, error.start)}: not {error.encoding.upper()}; save the table as CSV UTF-8"
        ) from None
    if not text.strip():
        raise InputError(f"{path}: an empty file; give a table with a header and a line per student")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path}: line {line}: not UTF-8; save the table as CSV UTF-8")
    return text


def _demand_identity(student: Student, place: str, lines: dict[str, int]) -> None:
    if not student.id:
        raise InputError(f"{place}: {student.name or student.email or 'the student'} has no id; fill it in")
    if not IN_A_FILE_NAME.fullmatch(student.id):
        raise InputError(f"{place}: the id {student.id!r} cannot be a file's name; use letters, digits and . @ + - _")
    for each in (student.id, student.email):
        if each and _key(each) in lines:
            raise InputError(f"{place}: {each} is on line {lines[_key(each)]}, too; keep one of them")


def _key(text: str) -> str:
    """What two spellings of an id or e-mail have in common: capitals, and how a system composes its letters."""
    return unicodedata.normalize("NFC", text.casefold())


def _stem(name: str) -> str:
    """The name of a submission without the suffixes of a file, also of one that was refused: s1.tar.gz, s1.ipynb."""
    path = PurePath(name)
    while path.suffix and path.suffix.lower() in SUFFIXES:
        path = path.with_suffix("")
    return path.name


def owner_by_name(roster: list[Student]) -> Callable[[str], str | None]:
    """What tells the id of the student whose submission has a name; None where it is nobody's, or of several.

    A submission is a student's if its name, or a part of it between underscores, is their id or e-mail.
    """
    owners = {_key(each): student.id for student in roster for each in (student.email, student.id) if each}

    def owner(submission: str) -> str | None:
        name = _key(_stem(submission))
        found = {owners[part] for part in (name, *name.split("_")) if part in owners}
        return found.pop() if len(found) == 1 else None

    return owner


def join(records: Iterable[dict[str, Any]], roster: list[Student]) -> Joined:
    """Whose each record is, as owner_by_name tells. Raises InputError where a student has two for one lab."""
    owner = owner_by_name(roster)
    joined = Joined({student.id: [] for student in roster})
    for record in records:
        student = owner(record["submission"])
        if student is None:
            joined.unknown.append(record)
            continue
        mine = joined.records[student]
        for other in mine:
            if other["lab"] == record["lab"]:
                both = f"{other['submission']} and {record['submission']}"
                raise InputError(f"{both} are of one student; take one away and grade again")
        mine.append(record)
    joined.missing = [each for each in roster if not joined.records[each.id]]
    return joined
