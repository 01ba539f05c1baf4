"""Fetch data sets by name into data/: verified by sha256, unpacked, moved into place only when whole.

    python scripts/get_data.py text8
    python scripts/get_data.py men wordsim bias  names or folders of data/sources.toml
    LAB_DATA_MIRROR=/mnt/mirror python scripts/get_data.py text8
    python scripts/get_data.py --corpus          what `make run` trains on: data/text8, else wiki8

LAB_DATA_MIRROR (a folder or a base address) is tried first. The exit status is 1 if a set is not to be had. `--corpus`
fetches text8 unless it is there, and prints what --data should name. Where text8 is not to be had, that is wiki8, which
is in the repository, and one line says why.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
    from wordlab.downloads import Sources, Unavailable, chosen, fetch, read_sources
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("names", nargs="*", default=[], metavar="NAME", help="a set, or a folder of sets")
    asked.add_argument("--corpus", action="store_true", help="fetch text8, and print the corpus to train on")
    return parser


def run(args: argparse.Namespace) -> None:
    sources = read_sources(DATA / "sources.toml")
    if args.corpus:
        print(corpus(sources))
        return
    failed = False
    for name in [one for names in args.names for one in chosen(names, sources)]:
        try:
            print(f"{name}: {fetch(name, sources, DATA)}", flush=True)
        except Unavailable as error:  # the others may be had
            print(f"error: {error}", file=sys.stderr)
            failed = True
    if failed:
        sys.exit(1)


def corpus(sources: Sources) -> str:
    """What --data should name: data/text8 where it is or can be fetched, else wiki8."""
    try:
        return str(fetch("text8", sources, DATA).relative_to(ROOT))
    except Unavailable as error:
        print(f"{error}. Training on wiki8, which is in the repository.", file=sys.stderr, flush=True)
        return "wiki8"


if __name__ == "__main__":
    run_command(build_parser(), run, place="names")
