"""Run the examples of EXERCISE.md on your code, step by step.

    python check.py              every step
    python check.py STEP …       these steps

A step that passes here gives the figures of the page. The grader draws other inputs, and more of them.
"""

from __future__ import annotations

import argparse
import doctest
import re
import sys
from pathlib import Path

from wordlab.command import OneLineParser, run_command
from wordlab.errors import InputError

PAGE = Path(__file__).with_name("EXERCISE.md")
RUNG = re.compile(r"^## \d+\. (\w+) \(\d+ points\)$")


def sections(page: str) -> list[tuple[str, str]]:
    """(step, text) of every part of the page under a second-level heading; "" for a part that is no step."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    rungs = (RUNG.match(part.partition("\n")[0]) for part in parts)
    return [(rung[1] if rung else "", part) for rung, part in zip(rungs, parts)]


def check(page: str, chosen: list[str]) -> dict[str, str]:
    """What is wrong with each step, "" where nothing is. A step without examples is not among them.

    Steps that are not asked for are run, too, since later ones use the names of earlier ones.
    """
    names: dict[str, object] = {}
    found = {}
    for step, text in sections(page):
        test = doctest.DocTestParser().get_doctest(text, names, step, PAGE.name, 0)
        said: list[str] = []
        doctest.DocTestRunner(verbose=False, optionflags=doctest.FAIL_FAST).run(
            test, out=said.append, clear_globs=False
        )
        names = test.globs
        if step and test.examples and (not chosen or step in chosen):
            found[step] = "".join(said)
    return found


def run(args: argparse.Namespace) -> None:
    page = PAGE.read_text(encoding="utf-8")
    known = [step for step, _ in sections(page) if step]
    if unknown := [step for step in args.steps if step not in known]:
        raise InputError(f"{unknown[0]} is no step of {PAGE}; the steps are {', '.join(known)}")
    found = check(page, args.steps)
    for step in [step for step in known if step in (args.steps or known)]:
        print(f"  {'no check' if step not in found else 'failed' if found[step] else 'passed':<8}  {step}")
    if wrong := next((said for said in found.values() if said), ""):
        print(f"\nThe first step that failed:\n{wrong}")
        sys.exit(1)


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("steps", nargs="*", metavar="STEP", help="of EXERCISE.md; all of them where none is named")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
