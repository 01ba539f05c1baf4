"""How far a lab is: which steps are done, their points, and a hint for the next one.

    python scripts/progress.py my_lab01
    python scripts/progress.py my_lab01 --more      the next step's formula too

The steps are those of the grader, run in the same contained process; the threshold, which trains for a minute, is left
to `python -m pytest tests/grading`. The hints are those of EXERCISE.md. Of a file that Python cannot read, the place is
named, and every step that does without the broken function still counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError

from grading.grader import grade
from grading.places import LABS, ROOT
from grading.steps import Verdict, totals
from grading.submission import Submission, SubmissionError, find_submission
from scripts.exercise import Hints, core_steps, read_hints
from scripts.readable import fault, readable

EXERCISE = "EXERCISE.md"
INDENT = " " * 8


def without_faults(submission: Submission, folder: Path) -> Submission:
    """The submission, with copies in `folder` of the files that Python cannot read; tells of each on stderr.

    Raises InputError where what is wrong with a file cannot be confined to a function.
    """
    files = dict(submission.files)
    for name, path in submission.files.items():
        source = path.read_bytes()
        if not name.endswith(".py") or not (told := fault(source)):
            continue
        kept = readable(source)
        if kept is None:
            raise InputError(f"{path}:{told}; no step can be looked at before Python can read this file")
        print(f"{path}:{told}", file=sys.stderr)
        files[name] = folder / name
        files[name].parent.mkdir(parents=True, exist_ok=True)
        files[name].write_bytes(kept)
    return replace(submission, files=files)


def hints_for(submission: Submission) -> dict[str, Hints]:
    """The hints by step: those of the submission's own EXERCISE.md, and the repository's for steps that it lacks."""
    pages = [ROOT / submission.lab.package / EXERCISE, submission.files.get(EXERCISE)]
    texts = (page.read_text(encoding="utf-8", errors="replace") for page in pages if page)
    return {name: hints for text in texts for name, hints in read_hints(text).items()}


def lines(submission: Submission, verdicts: list[Verdict], core: list[str], more: bool) -> Iterator[str]:
    """A line per step; what is wrong is told of the first one that is not done, since the others come after it."""
    width = max(len(verdict.step) for verdict in verdicts)
    # Nobody has to write an optional step, so the others come first.
    to_do = next((each for each in sorted(verdicts, key=lambda each: each.optional) if not each.passed), None)
    for verdict in verdicts:
        state = "done" if verdict.passed else "next" if verdict is to_do else ""
        beyond = "   optional" if verdict.optional else "   more" if core and verdict.step not in core else ""
        yield f"  {state:<4}  {verdict.step:<{width}}  {verdict.points:>3} of {verdict.worth:<2}{beyond}".rstrip()
        if verdict is to_do:
            # The error of a starter's function holds the formula, which is the second hint.
            yield INDENT + verdict.message.partition(" (NotImplementedError")[0]
            hints = hints_for(submission)[verdict.step]
            yield textwrap.indent(f"Think of this: {hints.think}", INDENT)
            if more:
                yield textwrap.indent(f"The formula: {hints.formula}", INDENT)


def summary(submission: Submission, verdicts: list[Verdict], core: list[str], more: bool) -> Iterator[str]:
    """How much is done of the core, where the lab has one, and what to type next."""
    done = {verdict.step for verdict in verdicts if verdict.passed}
    asked = {verdict.step for verdict in verdicts if not verdict.optional}
    if core:
        finished = len(done.intersection(core))
        yield f"The core{' is done' if finished == len(core) else ''}: {finished} of {len(core)} steps"
    if asked <= done:
        optional = len(verdicts) - len(asked)
        also = f", and {len(done - asked)} of {optional} optional ones" if optional else ""
        yield f"All steps are done{also}."
        if submission.lab.threshold:
            yield f"The threshold: python -m pytest tests/grading --submission {submission.path} --corpus wiki8"
    elif not more:
        yield "With --more, the formula of the next step is printed too."


def find(path: Path, lab: str | None) -> Submission:
    """The submission. Raises InputError for a folder without one, and with the place of what Python cannot read."""
    main = path / "solution.py" if path.is_dir() else path
    if path.is_dir() and not main.is_file() and ((path / EXERCISE).is_file() or not any(path.rglob("*.py"))):
        raise InputError(f"{path}: no solution.py in it; python scripts/make_starter.py writes one into a new folder")
    try:
        return find_submission(path, lab)
    except SubmissionError as error:
        if main.is_file() and (told := fault(main.read_bytes())):
            raise InputError(f"{main}:{told}; {error}") from None
        raise


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("path", type=Path, metavar="my_lab01", help="a lab's folder, or its solution.py")
    parser.add_argument("--lab", choices=LABS, help="which it is, where its names do not tell")
    parser.add_argument("--more", action="store_true", help="print the formula of the next step, too")
    return parser


def run(args: argparse.Namespace) -> None:
    submission = find(args.path, args.lab)
    with tempfile.TemporaryDirectory() as folder:
        steps = {step.name for step in submission.lab.steps}
        verdicts = grade(without_faults(submission, Path(folder)), steps)
    points, worth = totals(verdicts)
    print(f"{args.path}: {points} of {worth} points")
    core = core_steps((ROOT / submission.lab.package / EXERCISE).read_text(encoding="utf-8"))
    steps_told = lines(submission, verdicts, core, args.more)
    print("\n".join([*steps_told, *summary(submission, verdicts, core, args.more)]))


if __name__ == "__main__":
    run_command(build_parser(), run, place="path")
