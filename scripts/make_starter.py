"""Write the starter of a lab: its solution with the answers left out, and the steps in which to write them.

    python scripts/make_starter.py lab01 --out my_lab01/
    python scripts/make_starter.py lab01 --out starters/ann --variant ann --secret secret.txt

The folder needs nothing else of this repository. What the lab uses of the other labs lies in it, too, made of scipy,
gensim and PyTorch where another lab has it written by its learners. EXERCISE.md, in the folder, says what each function
must do, what to check by hand, and how to have a single step graded. A variant has constants of its student's own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError

from grading.starters import STARTERS, write_lab
from grading.steps import Constant
from grading.submission import load_lab
from grading.variants import draw, read_secret
from scripts.exercise import core_steps


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("lab", choices=STARTERS)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is new or empty")
    parser.add_argument("--variant", metavar="STUDENT", help="with constants of this student's own, by id")
    parser.add_argument("--secret", type=Path, metavar="FILE", help="the instructor's, from which they are drawn")
    return parser


def chosen(args: argparse.Namespace) -> list[tuple[Constant, str]]:
    """The variant's constants with their values; none without --variant."""
    if args.variant is None and args.secret is None:
        return []
    if not args.variant or not args.secret:
        raise InputError("--variant STUDENT and --secret FILE go together")
    constants = load_lab(args.lab).constants
    if not constants:
        raise InputError(f"--variant: {args.lab} has no constants to draw; leave the option out")
    drawn = draw(constants, read_secret(args.secret), args.variant)
    return [(constant, drawn[constant.name]) for constant in constants]


def run(args: argparse.Namespace) -> None:
    write_lab(args.lab, args.out, constants=chosen(args))
    core = core_steps((args.out / "EXERCISE.md").read_text(encoding="utf-8"))
    print(f"{args.out}: start with EXERCISE.md{f', whose first {len(core)} steps are the core' if core else ''}")


if __name__ == "__main__":
    run_command(build_parser(), run)
