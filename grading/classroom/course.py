"""The files of a course's own repository: starters, handouts and figures, and of the solutions what was released."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path

from wordlab.errors import InputError
from wordlab.files import replacing

from grading.classroom import release
from grading.classroom.pages import adapted, place, walkthrough, without_rubrics
from grading.classroom.release import RELEASE, WHOLE, short
from grading.classroom.withheld import bodies, given_away, marked_files
from grading.marks import without_marks
from grading.places import HELPER, LABS, PACKAGES, ROOT
from grading.starters import lab_files

HERE = Path(__file__).parent
PAGES = ("START.md", "GLOSSARY.md", "INTERVIEW.md", "KEY_PHRASES.md", "data/README.md", "data/LICENSE.md")
OF_LABS = ("README.md", "EXERCISE.md", "QUESTIONS.md")
SHARED = (HELPER, "data", "get_data.py", "requirements.txt", "LICENSE")  # of a starter, at the top of the course too

# What running the labs leaves, and data sets that are fetched.
IGNORED = ".venv/\n__pycache__/\nruns/\n**/data/*\n!**/data/*.md\n!**/data/sources.toml\n"


def course_files(opened: Collection[str]) -> dict[str, bytes]:
    """Content of every file of the course by its path, when the chapters `opened` are released.

    Raises InputError where a page would show a solved body that is still kept back.
    """
    starters = {lab: lab_files(lab) for lab in LABS}
    files = {f"{lab}/{name}": content for lab, starter in starters.items() for name, content in starter.items()}
    files |= {name: content for name, content in starters["lab01"].items() if name.split("/")[0] in SHARED}
    files |= {f"figures/{path.name}": path.read_bytes() for path in sorted((ROOT / "figures").glob("*.svg"))}
    files |= {f"{lab}/check.py": (HERE / "check.py").read_bytes() for lab in LABS}
    files[".github/workflows/check.yml"] = (HERE / "github_classroom.yml").read_bytes()
    files[".gitignore"] = IGNORED.encode()
    files["README.md"] = (HERE / "front_page.txt").read_bytes()
    files |= _solved(opened)
    texts = _pages(opened)
    places = {*files, *map(place, texts), RELEASE}
    files |= {place(page): adapted(page, texts, places).encode() for page in texts}
    kept_back = {file: text for file, text in marked_files().items() if short(file) not in opened}
    if shown := given_away(files, bodies(kept_back)):
        raise InputError(f"{shown[0]}, which is kept back; release that file too, or change the page")
    return files


def _solved(opened: Collection[str]) -> dict[str, bytes]:
    """The solved files that are released, to be read."""
    texts = marked_files() | {file: (ROOT / file).read_text(encoding="utf-8") for file in WHOLE}
    chosen = {file: text for file, text in texts.items() if short(file) in opened}
    return {f"released/{short(file)}": without_marks(text).encode() for file, text in chosen.items()}


def _pages(opened: Collection[str]) -> dict[str, str]:
    """The course's pages by their path in the repository, links as they are there."""
    names = [*PAGES, *(f"{package}/{name}" for package in PACKAGES.values() for name in OF_LABS)]
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    for lab, package in PACKAGES.items():
        if f"{lab}/QUESTIONS.md" not in opened:
            texts[f"{package}/QUESTIONS.md"] = without_rubrics(texts[f"{package}/QUESTIONS.md"])
        page = f"{package}/WALKTHROUGH.md"
        numbers = [number for number, _ in release.sections(package) if f"{lab}/WALKTHROUGH.md {number}" in opened]
        if numbers:
            texts[page] = walkthrough((ROOT / page).read_text(encoding="utf-8"), numbers)
    return texts


def write_course(out: Path, today: datetime.date) -> tuple[int, set[str]]:
    """Write the course of `today` into `out`, which is new, empty, or a course already.

    Returns the number of files that were written or changed, and the chapters that are released. What else is in the
    folder is left alone. Raises InputError for a folder of another kind and for a release file that cannot be read.
    """
    dates = out / RELEASE
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: a file; give a folder")
    if out.is_dir() and not dates.is_file() and any(path.name != ".git" for path in out.iterdir()):
        raise InputError(f"{out}: neither empty nor a course, which has a {RELEASE}; give another folder")
    opened = release.released(dates, today) if dates.is_file() else set()
    files = course_files(opened)
    if not dates.is_file():
        files[RELEASE] = release.blank().encode()
    changed = {name: content for name, content in files.items() if _differs(out / name, content)}
    for name, content in changed.items():
        with replacing(out / name) as temporary:
            temporary.write_bytes(content)
    return len(changed), opened


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content
