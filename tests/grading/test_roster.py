"""The roster: what can be read in one way is read, and all else is one line that names the file and the place."""

from __future__ import annotations

from pathlib import Path

from wordlab.errors import InputError

import pytest

from grading.classroom.roster import Student, join, read_roster

ROWS = "name,id,email\nÅsa,s1,asa@x.edu\nBo,s2,bo@x.edu\n"
BOTH = [Student("s1", "Åsa", "asa@x.edu"), Student("s2", "Bo", "bo@x.edu")]


def roster(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        ROWS.encode("utf-8-sig"),
        ROWS.encode("utf-16"),
        ROWS.replace(",", "\t").encode("utf-16"),
        b"\xfe\xff" + ROWS.encode("utf-16-be"),
        ROWS.replace(",", ";"),
        ROWS.replace("\n", "\r\n"),
        ROWS.replace("\n", "\n\n , ,\n"),
        ROWS.replace("Bo", '"Bo"').replace("s1", " s1 "),
        ROWS.replace("\n", ",\n"),
    ],
)
def test_what_can_be_read_in_one_way_is_read(tmp_path, content):
    assert read_roster(roster(tmp_path, content)) == BOTH


def test_a_quoted_separator_is_part_of_a_name(tmp_path):
    [first, _] = read_roster(roster(tmp_path, ROWS.replace("Åsa", '"Lind, Åsa"')))
    assert (first.name, first.id) == ("Lind, Åsa", "s1")


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (ROWS.encode("latin-1"), ["line 2: not UTF-8", "save the table as CSV UTF-8"]),
        (ROWS.encode("utf-16-le"), ["line 2: not UTF-8", "save the table as CSV UTF-8"]),
        ("name,id,email\nBo,s2,bo@x.edu\n".encode("utf-16-le"), ["line 1: not UTF-8", "save the table as CSV UTF-8"]),
        (ROWS.encode("utf-16")[:-1], ["not UTF-16", "save the table as CSV UTF-8"]),
        ("", ["an empty file", "give a table"]),
        ("\ufeff\n \n", ["an empty file", "give a table"]),
        ("name,id,email\n", ["no student in it", "give a table"]),
        ("\nname,email\nBo,bo@x.edu\n", ["line 2: no column for the id", "name one sis user id or"]),
        ("name,id,id,email\nBo,s2,s2,bo@x.edu\n", ["line 1: 2 columns are named id", "keep one"]),
        (f"{ROWS}Cy,S1,cy@x.edu\n", ["line 4: S1 is on line 2, too", "keep one"]),
        (f"{ROWS}\nCy,s3,ASA@x.edu\n", ["line 5: ASA@x.edu is on line 2, too", "keep one"]),
        (f"{ROWS}Cy,,cy@x.edu\n", ["line 4: Cy has no id", "fill it in"]),
        (f"{ROWS}Cy\n", ["line 4: Cy has no id", "fill it in"]),
        (f"{ROWS}Doe, Jane,s3,jane@x.edu\n", ["line 4: 4 cells, and the header has 3", "put quotes"]),
        (ROWS.replace("Åsa", '"Åsa'), ["line 2: a quotation mark is not closed", "close it"]),
        (f'{ROWS}Cy,"s3,cy@x.edu\nDi,s4",di@x.edu\n', ["line 4: a quotation mark is not closed", "close it"]),
        (ROWS.replace("name", '"name'), ["line 1: a quotation mark is not closed", "close it"]),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, content, parts):
    path = roster(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_roster(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    assert [part for part in parts if part not in message] == []


@pytest.mark.parametrize(
    "name",
    ["ASA@X.edu", "s1.zip", "Asa_S1_mine.tar.gz", "asa@x.edu.ipynb", "S1.py.txt", "A\u030asa@y.edu", "other_s1"],
)
def test_a_name_is_known_without_case_and_suffix(name):
    """Also that of a file which was refused, so that its student is told why. macOS writes Å as two letters."""
    students = [Student("s1", "Åsa", "asa@x.edu"), Student("s2", "Bo", "bo@x.edu")]
    students += [Student("s3", "Åsa", "åsa@y.edu")]
    joined = join([{"submission": name, "lab": "lab01", "verdicts": []}], students)
    assert joined.unknown == []
    assert [student.id for student in joined.missing] == (["s1", "s2"] if "y.edu" in name else ["s2", "s3"])


def test_two_files_of_one_student_are_refused_though_one_was_no_submission():
    records = [{"submission": name, "lab": "lab01", "verdicts": []} for name in ("s1.zip", "s1")]
    with pytest.raises(InputError, match=r"s1\.zip and s1 are of one student; take one away"):
        join(records, BOTH)
