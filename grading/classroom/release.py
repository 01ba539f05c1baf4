"""What of the solutions a course has released: a file with a date per chapter.

A chapter is a section of a walkthrough ("lab01/WALKTHROUGH.md 3"), the rubrics of the written questions
("lab01/QUESTIONS.md"), or a file with solved bodies ("lab01/solution.py").
"""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path

from wordlab.errors import InputError

from grading.classroom.withheld import marked_files
from grading.places import LABS, PACKAGES, ROOT

RELEASE = "release.toml"
SECTION = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)  # of a walkthrough
WHOLE = ("lab01_word2vec/numpy_sgns.py",)  # a solution without marks
HEAD = """\
# When the course gets what. A chapter whose date has come is added when `make course` is run again.
# A line that begins with # keeps its chapter back. Take the # away, and write the date as year-month-day.
"""


def short(file: str) -> str:
    """A path of the repository as the course has it: lab01/solution.py for lab01_word2vec/solution.py."""
    for lab, package in PACKAGES.items():
        if file.startswith(f"{package}/"):
            return file.replace(package, lab, 1)
    return file


def sections(package: str) -> list[tuple[str, str]]:
    """(number, title) of the sections of a lab's walkthrough."""
    return SECTION.findall((ROOT / package / "WALKTHROUGH.md").read_text(encoding="utf-8"))


def chapters() -> dict[str, str]:
    """Every chapter, with what it is, in the order of the labs."""
    found: dict[str, str] = {}
    for lab, package in PACKAGES.items():
        found |= {f"{lab}/WALKTHROUGH.md {number}": title for number, title in sections(package)}
        found[f"{lab}/QUESTIONS.md"] = "the rubrics"
        files = [file for file in (*marked_files(), *WHOLE) if file.startswith(f"{package}/")]
        found |= {short(file): "solved" for file in files}
    return found


def blank() -> str:
    """A release file that keeps everything back."""
    lines = [HEAD]
    for lab in LABS:
        lines += [f'# "{key}" = 2030-01-31  # {what}' for key, what in chapters().items() if key.startswith(lab)]
        lines.append("")
    return "\n".join(lines)


def released(path: Path, today: datetime.date) -> set[str]:
    """The chapters whose date has come. Raises InputError for a line that is none."""
    try:
        dates = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of the encoding, too
        raise InputError(f'{path}: not TOML ({error}); write a line as "lab01/blocks.py" = 2030-01-31') from None
    for key, date in dates.items():
        if key not in chapters():
            raise InputError(f"{path}: {key!r} is no chapter; a new folder's {RELEASE} lists them")
        if type(date) is not datetime.date:
            raise InputError(f"{path}: {key!r}: expected a date such as 2030-01-31, without quotes, found {date!r}")
    return {key for key, date in dates.items() if date <= today}
