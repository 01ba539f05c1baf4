"""Show which submissions share code that few others have: a help for a human, and no verdict on anybody.

    python -m grading.classroom.similarity submissions/ --lab lab01 --out similarity.html

The starter's own lines and its hints are left out, and so is what many submissions have. Names and layout count little.
The page shows the pairs that share most, with the lines of both sides. It is for the instructor alone.
"""

from __future__ import annotations

import argparse
import html
from pathlib import Path
from typing import TYPE_CHECKING

from wordlab.command import OneLineParser, number, run_command
from wordlab.errors import InputError
from wordlab.files import write_text

from tqdm import tqdm

from grading.gradebook.page import TEMPLATE
from grading.handed_in import submissions_in
from grading.places import LABS
from grading.submission import Submission, SubmissionError, find_submission

if TYPE_CHECKING:
    from grading.classroom.fingerprints import Lines, Pair, Passages, Source

TITLE = "Shared code"
FIRST = (
    "This page is a help for a human who reads both sides, and it is no verdict: code can be alike because both learned"
    " from the same source, because both followed the same hint, or because there is one short way to write it."
)
HOW = (
    "A pair stands higher the more it shares of what neither the starter nor many others in the class have. The"
    " percentages say how much of each one's own code the other has, too. Read from the top, and stop where the lines"
    " look like chance."
)
STYLE = (
    "<style>pre { overflow-x: auto; margin: .3rem 0; font-size: .85rem; } .sides { display: grid; gap: 1rem;"
    " grid-template-columns: 1fr 1fr; } .sides > div { min-width: 0; }</style>"
)


def read_folder(folder: Path, lab: str) -> tuple[list[Submission], list[str]]:
    """The submissions, and a line for each entry that is none."""
    found, left_out = [], []
    for path in submissions_in(folder):
        try:
            found.append(find_submission(path, lab))
        except SubmissionError as error:
            left_out.append(str(error))
    return found, left_out


def page(pairs: list[Pair], compared: int, left_out: list[str]) -> str:
    shown = "".join(_shown(pair) for pair in pairs) or "<p>No two submissions share unusual code.</p>"
    notes = "".join(f"<p class=note>Not compared: {html.escape(line)}</p>" for line in left_out)
    body = f"{STYLE}<p><b>{FIRST}</b></p><p>{HOW}</p><p>Submissions compared: {compared}.</p>{notes}{shown}"
    return TEMPLATE.read_text(encoding="utf-8").replace("Grades", TITLE).replace("{{body}}", body)


def _shown(pair: Pair) -> str:
    sides = zip((pair.left, pair.right), pair.shares)
    names = " and ".join(f"{html.escape(side.name)} ({share:.0%})" for side, share in sides)
    return f"<details><summary>{names}</summary>{''.join(map(_places, pair.passages))}</details>"


def _places(passages: Passages) -> str:
    sides = ((passages.left, passages.of_left), (passages.right, passages.of_right))
    return f"<div class=sides>{''.join(f'<div>{_side(*side)}</div>' for side in sides)}</div>"


def _side(source: Source, places: list[Lines]) -> str:
    named = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in places)
    lines = source.text.split("\n")
    code = "\n⋮\n".join(
        "\n".join(f"{line:4} {lines[line - 1]}" for line in range(first, last + 1)) for first, last in places
    )
    return f"<b>{html.escape(source.name)}</b>, lines {named}<pre>{html.escape(code)}</pre>"


def run(args: argparse.Namespace) -> None:
    try:
        from grading.classroom.fingerprints import most_alike, reader  # which needs an optional requirement
    except ModuleNotFoundError as missing:
        remedy = "at the root of the repository, type: pip install -r requirements-instructor.txt"
        raise InputError(f"{missing}; {remedy}") from None
    submissions, left_out = read_folder(args.folder, args.lab)
    read = reader(args.lab)
    handed = [read(submission) for submission in tqdm(submissions, desc="reading", disable=None)]
    pairs = most_alike(handed, args.pairs)
    write_text(args.out, page(pairs, len(handed), left_out))
    for line in left_out:
        print(f"not compared: {line}")
    print(f"submissions compared: {len(handed)}, pairs to look at: {len(pairs)}: {args.out}")


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("folder", type=Path, metavar="submissions/")
    parser.add_argument("--lab", choices=LABS, required=True)
    parser.add_argument("--out", type=Path, default=Path("similarity.html"), metavar="HTML")
    parser.add_argument("--pairs", type=number(int, 1, 1000), default=30, help="how many are shown")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
