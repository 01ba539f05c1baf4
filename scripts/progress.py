"""How far a lab is: which steps are done, their points, and what comes next.

    python scripts/progress.py my_lab01

The steps are those of the grader, run in the same contained process; the threshold, which trains for a minute, is left
to `python -m pytest tests/grading`. A file that Python cannot read is named with line and column, and the steps that do
without it still count.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError

from grading.grader import grade
from grading.places import LABS
from grading.steps import Verdict
from grading.submission import find_submission


def fault(path: Path) -> str | None:
    """Why Python cannot read a file, and where; None if it can."""
    try:
        compile(path.read_bytes(), str(path), "exec")
    except SyntaxError as error:
        return f"{path}:{error.lineno}:{error.offset}: {error.msg}"
    except ValueError as error:  # a null byte
        return f"{path}: {error}"
    return None


def lines(verdicts: list[Verdict]) -> Iterator[str]:
    """A line per step; what is wrong is told of the first one that is not done, since the others come after it."""
    width = max(len(verdict.step) for verdict in verdicts)
    to_do = next((verdict for verdict in verdicts if not verdict.passed), None)
    for verdict in verdicts:
        state = "done" if verdict.passed else "next" if verdict is to_do else ""
        yield f"  {state:<4}  {verdict.step:<{width}}  {verdict.points:>3} of {verdict.worth}".rstrip()
        if verdict is to_do:
            yield f"        {verdict.message}"


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("path", type=Path, metavar="my_lab01", help="a lab's folder, or its solution.py")
    parser.add_argument("--lab", choices=LABS, help="which it is, where its names do not tell")
    return parser


def run(args: argparse.Namespace) -> None:
    main = args.path / "solution.py" if args.path.is_dir() else args.path
    if main.is_file() and (told := fault(main)):
        raise InputError(f"{told}; no step can be looked at before Python can read this file")
    submission = find_submission(args.path, args.lab)
    readable = dict(submission.files)
    for name, path in submission.files.items():
        if name.endswith(".py") and (told := fault(path)):
            print(told, file=sys.stderr)
            del readable[name]
    steps = {step.name for step in submission.lab.steps}
    verdicts = grade(replace(submission, files=readable), steps)
    print(f"{args.path}: {sum(each.points for each in verdicts)} of {sum(each.worth for each in verdicts)} points")
    print("\n".join(lines(verdicts)))
    if all(verdict.passed for verdict in verdicts):
        print("All steps are done. The threshold: python -m pytest tests/grading --submission DIR --corpus wiki8")


if __name__ == "__main__":
    run_command(build_parser(), run, place="path")
