"""Draw the figures of the pages: python -m scripts.figures

What they show of trained vectors and whole texts is read from figures/measured.json. `--measure` trains and measures
it again first, in a minute or two.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.files import write_text

from scripts.figures import measured
from scripts.figures.catalogue import FIGURES, FOLDER


def draw(args: argparse.Namespace) -> None:
    if args.measure:
        measured.measure()
    for name, figure in FIGURES.items():
        write_text(args.out / f"{name}.svg", figure().svg())
    print(f"{len(FIGURES)} figures in {args.out}")


def main() -> None:
    parser = OneLineParser(__doc__)
    parser.add_argument("--measure", action="store_true", help="measure first what they show")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="where the figures go (figures/)")
    run_command(parser, draw)


if __name__ == "__main__":
    main()
