"""The repository's pages as a course has them: without what is kept back, and with links that lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping

from grading.classroom.release import SECTION, short

FENCED = re.compile(r"(^ *```.*?^ *```$)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
RUBRIC = re.compile(r"\n<details><summary>Rubric</summary>.*?</details>\n", re.DOTALL)
GRADED = re.compile(r"(?:python -m )?pytest tests/grading --submission my_(lab\d\d)(?: -k( \w+))?")
STARTED = re.compile(r"\bmy_(lab\d\d)\b")
TITLE = re.compile(r"\A(# .+\n)")
GET_DATA = ("scripts/get_data.py", "get_data.py")
REWORDED = (
    GET_DATA,
    ("the environment that `make run` sets up", "the environment that the course's README.md sets up"),
    # START.md's first program: the starter of Lab 3 has the vectors, and is no package.
    ("Start `python` at the root of the repository", "Start `python` in the folder `lab03`"),
    ("from lab03_eval import WordVectors\n", "from vectors import WordVectors\n"),
    ('WordVectors.load("lab03_eval/', 'WordVectors.load("'),
)
NOTE = """
> This is the course's copy of the page.
> Commands with `make`, `scripts/` or `tests/` need the whole repository, which your instructor has.
"""


def place(file: str) -> str:
    """Where a file of the repository is in the course."""
    return GET_DATA[1] if file == GET_DATA[0] else short(file)


def walkthrough(text: str, numbers: Collection[str]) -> str:
    """The beginning of a walkthrough, and those of its numbered sections."""
    starts = [found.start() for found in SECTION.finditer(text)]
    parts = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]
    return text[: starts[0]] + "".join(part for part in parts if SECTION.findall(part)[0][0] in numbers)


def without_rubrics(text: str) -> str:
    return RUBRIC.sub("", text)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        copies = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other) is not None for other in found)
        found.add(f"{slug}-{copies}" if copies else slug)
    return found


def adapted(page: str, texts: Mapping[str, str], places: Collection[str]) -> str:
    """A page of the repository as it must read in the course.

    `texts` are the course's pages by their path in the repository, and `places` is all that the course has. A link that
    would lead elsewhere becomes its text.
    """

    def linked(found: re.Match[str]) -> str:
        target = _target(page, found[3], texts, places)
        return f"{found[1]}[{found[2]}]({target})" if target else found[2]

    parts = FENCED.split(texts[page])
    parts[::2] = (LINK.sub(linked, part) for part in parts[::2])
    return TITLE.sub(lambda found: found[1] + NOTE, _reworded("".join(parts)))


def _target(page: str, link: str, texts: Mapping[str, str], places: Collection[str]) -> str | None:
    """The link as the page in the course has it; None where it would lead nowhere."""
    if re.match(r"[a-z]+:", link):
        return link
    path, _, anchor = link.partition("#")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    there = place(file if path[-1:] != "/" else f"{file}/").rstrip("/")
    if there not in places and not any(each.startswith(f"{there}/") for each in places):
        return None
    if anchor and (file not in texts or anchor not in anchors(texts[file])):
        return None
    relative = posixpath.relpath(there, posixpath.dirname(place(page)) or ".") if path else ""
    return relative + (f"#{anchor}" if anchor else "")


def _reworded(text: str) -> str:
    """Commands and paths as they are typed in the course."""
    text = GRADED.sub(r"python \1/check.py\2", text)
    text = STARTED.sub(r"\1", text)
    for words, instead in REWORDED:
        text = text.replace(words, instead)
    return re.sub(r"\b(lab\d\d)_(?:word2vec|glove_fasttext|eval)/", r"\1/", text)
