"""Compute published figures anew and write published against ours: reports/published.json and reports/published.md.

    python scripts/published.py                                      what the files at hand allow
    python scripts/published.py --whole                              glove.6B.50d, out of a package: some minutes
    python scripts/published.py --with glove.6B.300d.txt             the figures published on a released file
    python scripts/published.py --sizes                              memory and time of reading files of such sizes
    python scripts/published.py --figures reports/published.json     none: write the page again from these figures

Each call measures one part and keeps the other parts that reports/published.json has. --sat FILE adds the SAT's
questions to --whole and --with. Data are looked for in data/, then in the folder LAB_DATA_MIRROR. A row whose file is
not at hand says "not run" and how to get it. The measures are in lab03_eval/measures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.files import write_json, write_text
from wordlab.records import read_record, reading_records
from wordlab.tables import markdown

from lab03_eval.measures.glove_50d import measure_glove_50d, unmeasured_glove_50d
from lab03_eval.measures.published import (
    GLOVE_ADDRESS,
    GLOVE_SHAPE,
    GLOVE_VARIANTS,
    TOLERANCE,
    glove_rows,
    measure,
)
from lab03_eval.measures.released import FILES, GLOVE_300D, recognise, released_rows
from lab03_eval.measures.sat import Choice, read_choices
from lab03_eval.vectors import WordVectors
from scripts.published_sizes import measure_sizes
from scripts.published_whole import by_released, by_size, by_whole

ROOT = Path(__file__).resolve().parents[1]
HEADING = """# Published figures, computed anew

Made by `python scripts/published.py` from [published.json](published.json), which holds every figure unrounded.
No figure on this page is typed by hand except the published ones, which are written in the code. "Within 1 %" is
relative to the published figure."""


def coverage(row: dict[str, Any]) -> str:
    return f"{row['used']:,} / {row['total']:,}" if "used" in row else "–"


def verdict(row: dict[str, Any]) -> str:
    return row["verdict"] if "verdict" in row else f"not run: {row['not_run']}"


def number(value: float | None, digits: str) -> str:
    return "–" if value is None else format(value, digits)


def by_programs(rows: list[dict[str, Any]]) -> str:
    header = ["measure", "vectors", "published", "ours", "used / total", "verdict", "conditions", "published in"]
    table = [
        [row["what"], row["vectors"], f"{row['published']:.4g}", number(row.get("ours"), ".4f"), coverage(row),
         verdict(row), row["conditions"], row["source"]]
        for row in rows
    ]  # fmt: skip
    return f"""## By other programs, on the same vectors

{markdown(header, table)}

WEAT's figures are effect sizes; words that the file does not hold are left out of their set."""


def by_gensim(rows: list[dict[str, Any]], gensim_version: str) -> str:
    table = [
        [row["what"], number(row.get("gensim"), ".17g"), number(row.get("ours"), ".17g"), coverage(row), verdict(row)]
        for row in rows
    ]
    return f"""## By gensim, on the same vectors

gensim {gensim_version} and the harness score 13,951 of GoogleNews's vectors (`googlenews300_union`), words as they are
written, all rows as candidates. As this is a part of that vocabulary, the scores agree with each other but no published
one applies to them.

{markdown(["measure", "gensim", "ours", "used / total", "verdict"], table)}"""


def by_glove(rows: list[dict[str, Any]], file: str | None) -> str:
    table = [
        [row["what"], f"{row['published']:.1f}",
         *(number(row["ours"].get(variant), ".1f") for variant in GLOVE_VARIANTS), coverage(row), verdict(row)]
        for row in rows
    ]  # fmt: skip
    variants = "\n".join(f"- **{name}**: {what}." for name, what in GLOVE_VARIANTS.items())
    return f"""## By the GloVe paper, on its own vectors

Pennington, Socher & Manning (2014), Tables 2 and 3, 6 billion tokens, 300 dimensions, in percent.{
        f" Measured on {file}." if file else ""
    }

{markdown(["set", "paper", *GLOVE_VARIANTS, "used / total", "verdict"], table)}

{variants}

Before the cosine, the paper normalises each feature over the vocabulary and does not say by which norm, so both
readings are shown beside the plain cosine. With the plain cosine on the released file, others measured 60.9 on
WordSim-353 against the paper's 65.8. Analogies are 3CosAdd on unit rows over all words; the paper normalises no
column for them. Only the {GLOVE_SHAPE[0]:,} × {GLOVE_SHAPE[1]} vectors of glove.6B.300d get a verdict. To have it,
unpack {GLOVE_ADDRESS} (822 MB) and run `python scripts/published.py --with glove.6B.300d.txt`."""


# What published.md says of each part of published.json.
SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "published": lambda results: by_programs(results["published"]),
    "gensim": lambda results: by_gensim(results["gensim"], results["gensim_version"]),
    "glove": lambda results: by_glove(results["glove"], results["glove_file"]),
    "whole": lambda results: by_whole(results["whole"]),
    "released": lambda results: by_released(results["released"]),
    "sizes": lambda results: by_size(results["sizes"]),
}


def page(results: dict[str, Any]) -> str:
    """published.md, from what published.json holds."""
    return "\n\n".join([HEADING, *(section(results) for section in SECTIONS.values())]) + "\n"


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--whole", action="store_true", help="measure the whole glove.6B.50d, out of its package")
    part.add_argument("--with", dest="file", metavar="FILE", help=" or ".join(file.name for file in FILES))
    part.add_argument("--sizes", action="store_true", help="measure the reading of files that are made for it, 9 GB")
    part.add_argument("--figures", type=Path, metavar="FILE", help="measure nothing, take the figures from this file")
    parser.add_argument("--sat", metavar="FILE", help="SAT-package-V3.txt, for --whole and --with")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=ROOT / "reports")
    return parser


def measured(args: argparse.Namespace) -> dict[str, Any]:
    """The parts that the options ask for."""
    sat = read_choices(args.sat) if args.sat else None
    if args.whole:
        return {"whole": measure_glove_50d(sat)}
    if args.sizes:
        return {"sizes": measure_sizes()}
    if args.file:
        return measured_with(args.file, sat)
    results = measure(None)
    return {key: results[key] for key in ("tolerance", "gensim_version", "published", "gensim")}


def measured_with(path: str, sat: list[Choice] | None) -> dict[str, Any]:
    released, vectors = recognise(path), WordVectors.load(path)
    rows = {"released": {released.name: released_rows(released, vectors, sat)}}
    if released is not GLOVE_300D:
        return rows
    note = f" ({vectors.note})" if vectors.note else ""
    file = f"{released.name}, {len(vectors):,} × {vectors.dim}{note}"
    return rows | {"glove": glove_rows(vectors), "glove_file": file}


def kept(path: Path) -> dict[str, Any]:
    """The parts that were measured before, and for each of the others how to have it."""
    nothing = {
        "tolerance": TOLERANCE,
        "gensim_version": version("gensim"),
        "published": [],
        "gensim": [],
        "glove": glove_rows(None),
        "glove_file": None,
        "whole": unmeasured_glove_50d(),
        "released": {file.name: released_rows(file, None) for file in FILES},
        "sizes": [],
    }
    return nothing | (read_record(path) if path.exists() else {})


def run(args: argparse.Namespace) -> None:
    if args.sat and not (args.whole or args.file):
        raise InputError("--sat: the SAT's questions belong to --whole or --with FILE")
    saved, now = args.out / "published.json", {}
    if args.figures:
        results: dict[str, Any] = read_record(args.figures)
    else:
        before, now = kept(saved), measured(args)
        if "released" in now:
            now["released"] = before["released"] | now["released"]
        results = before | now
    with reading_records():
        text = page(results)
    write_json(saved, results)
    write_text(saved.with_suffix(".md"), text)
    for section in (SECTIONS[key] for key in SECTIONS if key in now):
        print(section(results), end="\n\n")
    print(f"written: {saved} and published.md")


if __name__ == "__main__":
    run_command(build_parser(), run)
