"""What every report is: measurements by name, the JSON that keeps them, and the tables that they give to pages.

A script of a report defines one `Report` and ends with

    run_command(REPORT.build_parser(__doc__), REPORT.run, place="root")

All of them take the same options. `--only NAME …` measures these and keeps the other figures; without a name it only
writes the tables again. `--check` writes nothing, and exits with status 1 if a page's tables are not what the JSON
gives. `--root` names a copy of the repository, so that a trial leaves the committed figures alone. What is measured on
another corpus than wiki8 is kept under its own name: its figures in reports/NAME/, all its tables on a page there, and
those for which a page has a place, such as `scores_text8`, in that place.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wordlab.command import OneLineParser
from wordlab.files import demand_writable, write_json, write_text
from wordlab.records import read_record, reading_records
from wordlab.tables import figure, fill, insert

from lab01_word2vec.text import WIKI8, Text
from lab03_eval.benchmarks import BENCHMARKS, HELD_OUT, find

ROOT = Path(__file__).resolve().parents[1]
REPORTS = "reports"  # the folder of the measurements and the pictures, under the root

CHECKS = {f"{name}.rho": f"{BENCHMARKS[name].title} ρ" for name in HELD_OUT}  # scores that only confirm, with titles

Measurement = Callable[[argparse.Namespace], Any]


def folder(root: Path, corpus: str = WIKI8) -> Path:
    """Where the figures of a corpus are: reports/ for the one that ships, reports/NAME/ for another."""
    return root / REPORTS if corpus == WIKI8 else root / REPORTS / corpus


def load(root: Path, name: str, corpus: str = WIKI8) -> dict[str, Any]:
    """The measurements in the file `name` of a corpus; none where it is not there. Raises InputError."""
    path = folder(root, corpus) / name
    return read_record(path) if path.exists() else {}


def demand_sets(names: Iterable[str]) -> None:
    """Raise InputError where a data set is not at hand: said before an hour of training, and not after it."""
    for name in names:
        find(name)


def row(title: str, scores: Sequence[Mapping[str, Any]], keys: Iterable[str]) -> list[str]:
    """A title, and each key's figure over runs."""
    return [title, *(figure(key, [each[key] for each in scores]) for key in keys)]


def over_rounds(values: Sequence[float], digits: int = 1) -> list[str]:
    """A median, and the range that it is of."""
    return [f"{statistics.median(values):.{digits}f}", f"{min(values):.{digits}f} to {max(values):.{digits}f}"]


@dataclass(frozen=True)
class Report:
    """One report, and the command that measures it and writes its tables.

    `pages` are paths under the root. `tables` makes every table by its name in the pages from the JSON files under a
    root, for a corpus where the report takes `--data`. A measurement gets the parsed command line; what it returns goes
    into the file `record` of the corpus's folder under the measurement's name, unless it is None. A report without
    measurements has no record.
    """

    pages: Sequence[str]
    tables: Callable[..., dict[str, str]]
    record: str = ""
    measurements: Mapping[str, Measurement] = field(default_factory=dict)

    def build_parser(self, description: str | None, data: bool = False) -> OneLineParser:
        """The options of a report; `data` adds the one that names a corpus."""
        parser = OneLineParser(description)
        if data:
            told = "the corpus to measure on, a file or wiki8; another than wiki8 under its own name"
            parser.add_argument("--data", default=WIKI8, metavar="FILE", help=told)
        names = list(self.measurements)
        told = "measure only these; without a name, only write the tables again"
        parser.add_argument("--only", nargs="*", choices=names, default=names, metavar="NAME", help=told)
        parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a table is out of date")
        parser.add_argument("--root", type=Path, default=ROOT, metavar="DIR", help="a copy of the repository to use")
        return parser

    def run(self, args: argparse.Namespace) -> None:
        """Measure what is asked for and fill the pages, or only compare them. Raises InputError."""
        if args.check:
            self.check(args.root)
            return
        corpus = Text(args.data).name if "data" in args else WIKI8
        here = folder(args.root, corpus)
        if args.only:
            demand_writable(here)  # said before an hour of work
        for name in args.only:
            measured = self.measurements[name](args)
            if measured is not None:
                write_json(here / self.record, load(args.root, self.record, corpus) | {name: measured})
        with reading_records():
            made = self.tables(args.root, corpus) if "data" in args else self.tables(args.root)
        if corpus != WIKI8:
            texts = "\n\n".join(f"## {name}\n\n{text}" for name, text in made.items())
            write_text(here / self.record.replace(".json", ".md"), f"# {corpus}\n\n{texts}\n")
            made = {f"{name}_{corpus}": text for name, text in made.items()}
        for page in self.pages:
            insert(args.root / page, made)

    def check(self, root: Path) -> None:
        """Name every page whose tables are not those of the JSON, and exit with status 1 if there is one."""
        with reading_records():
            made = self.tables(root)
        texts = {page: (root / page).read_text(encoding="utf-8") for page in self.pages}
        changed = [page for page, text in texts.items() if fill(text, made) != text]
        for page in changed:
            print(f"{page}: a table is not what the measurements give; run this command with --only", file=sys.stderr)
        if changed:
            sys.exit(1)
