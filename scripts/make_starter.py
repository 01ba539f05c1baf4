"""Write the starter of a lab: its solution with the answers cut out, and the ladder of steps to put them back.

    python scripts/make_starter.py lab01 --out my_lab01/

The folder needs nothing else of this repository: what the lab uses as a tool is copied along. EXERCISE.md, in it, says
what each function must do, what to check by hand, and how to have a single step graded.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from grading.starters import LABS, StarterError, write_lab  # noqa: E402
from lab01_word2vec.options import OneLineParser  # noqa: E402
from lab03_eval.command import one_line_errors  # noqa: E402


def main() -> None:
    parser = OneLineParser(description=__doc__.split("\n")[0])
    parser.add_argument("lab", choices=LABS)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is new or empty")
    args = parser.parse_args()
    with one_line_errors(parser, args.out, StarterError):
        write_lab(args.lab, args.out)
    print(f"{args.out}: start with EXERCISE.md")


if __name__ == "__main__":
    main()
