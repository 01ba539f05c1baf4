"""Submissions that share unusual code are shown, what the starter gave is not, and nobody is judged."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from wordlab.command import run_command

import pytest

from grading.classroom import similarity
from grading.seeded.collection import HERE
from grading.seeded.first_contact import read_contacts
from grading.starters import lab_files, write_lab
from tests.commands import Done, demand_one_line, in_process

VARIANTS = HERE / "variants"
NAMES = {"counts": "tally", "pairs": "couples", "tokens": "items", "contexts": "others", "rng": "dice"}


@pytest.fixture
def fingerprints():
    missing = "no copydetect: pip install -r requirements-instructor.txt"
    pytest.importorskip("copydetect", reason=missing)
    from grading.classroom import fingerprints

    return fingerprints


def command(folder: Path, *options: str) -> Done:
    out = str(folder.parent / "similarity.html")
    return in_process(
        lambda: run_command(similarity.build_parser(), similarity.run),
        *(str(folder), "--lab", "lab01", "--out", out, *options),
    )


def renamed(path: Path) -> str:
    """A copy as somebody hides it: other names, other texts, a comment at the top."""
    text = path.read_text(encoding="utf-8")
    for old, new in NAMES.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return f'"""My own work."""\n\n# written alone\n{text.partition(chr(34) * 3)[2].partition(chr(34) * 3)[2]}'


@pytest.fixture
def course(tmp_path) -> Path:
    """Five variants, a whole starter with a right solution in it, an empty starter, and a renamed copy of a variant."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for path in VARIANTS.glob("lab01_*.py"):
        shutil.copy(path, folder)
    shutil.copytree(VARIANTS / "lab01_numpy", folder / "numpy")
    next(each for each in read_contacts() if each.lab == "lab01" and not each.steps).write(folder / "contact")
    write_lab("lab01", folder / "untouched")
    (folder / "zoe.py").write_text(renamed(VARIANTS / "lab01_loops.py"), encoding="utf-8")
    (folder / "<b>.zip").write_bytes(b"PK")
    return folder


def summaries(folder: Path) -> list[str]:
    page = (folder.parent / "similarity.html").read_text(encoding="utf-8")
    return re.findall(r"<summary>(.*?)</summary>", page)


def share(summary: str) -> int:
    return max(map(int, re.findall(r"(\d+)%", summary)))


@pytest.mark.usefixtures("fingerprints")
def test_a_renamed_copy_is_at_the_top_and_independent_ones_are_not(course):
    done = command(course)
    assert done.returncode == 0, done.stderr
    first, *others = summaries(course)
    assert first.startswith("lab01_loops.py (")
    assert " and zoe.py (" in first
    assert share(first) > 90
    assert others
    assert max(map(share, others)) < 30
    assert not [each for each in others if "untouched" in each]
    assert "not compared: " in done.stdout
    assert "<b>.zip: an archive" in done.stdout


@pytest.mark.usefixtures("fingerprints")
def test_the_page_names_lines_judges_nobody_and_loads_nothing(course):
    command(course)
    page = (course.parent / "similarity.html").read_text(encoding="utf-8")
    body = page.partition("<h1>Shared code</h1>")[2]
    assert re.search(r"<p><b>This page is a help for a human [^.]* no verdict", body)
    assert re.search(r"<b>solution\.py</b>, lines \d+ to \d+", body)
    assert "&lt;b&gt;.zip: an archive" in body
    assert re.findall(r"(?:src|href)=|url\(|@import|<script", page) == []


@pytest.mark.usefixtures("fingerprints")
def test_copied_lines_are_named_on_both_sides(tmp_path):
    """A function moved to another place of another file, behind code of one's own."""
    source = (VARIANTS / "lab01_loops.py").read_text(encoding="utf-8").split("\n")
    start = next(number for number, line in enumerate(source) if line.startswith("def build_vocab"))
    end = next(number for number, line in enumerate(source[start:], start) if not line and not source[number + 1])
    other = (VARIANTS / "lab01_adam.py").read_text(encoding="utf-8").split("\n")
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "a.py").write_text("\n".join(source), encoding="utf-8")
    (folder / "b.py").write_text("\n".join(["", "", *other, *source[start:end], ""]), encoding="utf-8")
    assert command(folder).returncode == 0
    page = (tmp_path / "similarity.html").read_text(encoding="utf-8")
    left, right = (re.findall(r"(\d+) to (\d+)", side) for side in re.findall(r"</b>, lines ([^<]*)<pre>", page))
    moved = 2 + len(other) - start
    assert [1 for first, last in left if int(first) <= start + 1 and end <= int(last)]
    assert [1 for first, last in right if int(first) == start + 1 + moved and int(last) == end + moved]


def test_an_unsolved_starter_has_nothing_of_its_own(fingerprints, tmp_path):
    from grading.submission import find_submission

    write_lab("lab01", tmp_path / "mine")
    handed = fingerprints.reader("lab01")(find_submission(tmp_path / "mine", "lab01"))
    assert handed.sources == []
    solved = (tmp_path / "mine" / "solution.py").read_text(encoding="utf-8") + "\n# a comment\n"
    (tmp_path / "mine" / "solution.py").write_text(solved, encoding="utf-8")
    assert fingerprints.reader("lab01")(find_submission(tmp_path / "mine", "lab01")).own == set()
    assert lab_files("lab01")["solution.py"] in fingerprints.given_to("lab01")


def test_what_many_have_is_no_sign(fingerprints):
    """Eleven copies of one text are the lab's idiom; two are a pair."""
    text = (VARIANTS / "lab01_loops.py").read_text(encoding="utf-8")
    found = fingerprints.fingerprints_of(text)

    def handed(number: int) -> list:
        source = fingerprints.Source("solution.py", text, found, set(found.hashes))
        return [fingerprints.Handed(str(each), [source]) for each in range(number)]

    assert len(fingerprints.most_alike(handed(2), 10)) == 1
    assert len(fingerprints.most_alike(handed(fingerprints.COMMON), 10)) == 10
    assert fingerprints.most_alike(handed(fingerprints.COMMON + 1), 10) == []


def test_lines_behind_a_class_are_right(fingerprints):
    text = "x = 1\n" + "class AVeryLongNameOfAClass:\n    y = 2\n" * 3
    made = fingerprints.fingerprints_of(text)
    assert (made.offsets[1:, 1] >= made.offsets[:-1, 1]).all()


def test_without_the_library_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "grading.classroom.fingerprints", raising=False)
    monkeypatch.setitem(sys.modules, "copydetect", None)
    demand_one_line(command(tmp_path), "copydetect", "pip install -r requirements-instructor.txt")


@pytest.mark.usefixtures("fingerprints")
def test_one_submission_has_no_pair(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "ada.py").write_text("def build_vocab(): ...\n")
    done = command(folder)
    assert done.returncode == 0, done.stderr
    assert "submissions compared: 1, pairs to look at: 0" in done.stdout
    assert "No two submissions share unusual code." in (tmp_path / "similarity.html").read_text(encoding="utf-8")


def test_a_missing_folder_is_one_line(fingerprints, tmp_path):
    demand_one_line(command(tmp_path / "gone"), "gone: no such folder")
