"""Write a course's own repository: starters, handouts and figures, without anything that was solved.

    python scripts/course.py --out ../course

The folder gets a release.toml with a line per chapter of the walkthroughs and per solved file. Run the same command
again on or after the date of a line, and what it names is added. Commit and push the folder afterwards.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from grading.classroom.course import write_course


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new, empty, or a course already")
    today = datetime.date.today()
    day = datetime.date.fromisoformat
    parser.add_argument("--today", type=day, default=today, metavar="DATE", help="as if it were that day: 2030-01-31")
    return parser


def run(args: argparse.Namespace) -> None:
    changed, opened = write_course(args.out, args.today)
    print(f"{args.out}: {changed} files written; released on {args.today}: {', '.join(sorted(opened)) or 'nothing'}")


if __name__ == "__main__":
    run_command(build_parser(), run)
