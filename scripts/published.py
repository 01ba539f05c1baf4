"""Compute published figures anew and write published against ours: reports/published.json and reports/published.md.

    python scripts/published.py                                      what the files at hand allow
    python scripts/published.py --glove glove.6B.300d.txt            also the figures of the GloVe paper
    python scripts/published.py --figures reports/published.json     none: write the page again from these figures

Files are looked for in data/, then in the folder LAB_DATA_MIRROR. A row whose file is not at hand says "not run" and
how to get it. The figures and how they are computed are in lab03_eval/measures/published.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.files import write_json, write_text
from wordlab.records import read_record, reading_records
from wordlab.tables import markdown

from lab03_eval.measures.published import GLOVE_ADDRESS, GLOVE_SHAPE, GLOVE_VARIANTS, measure

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
unpack {GLOVE_ADDRESS} (822 MB) and run `python scripts/published.py --glove glove.6B.300d.txt`.
"""


def page(results: dict[str, Any]) -> str:
    """published.md, from what published.json holds."""
    return "\n\n".join(
        [
            HEADING,
            by_programs(results["published"]),
            by_gensim(results["gensim"], results["gensim_version"]),
            by_glove(results["glove"], results["glove_file"]),
        ]
    )


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--glove", metavar="FILE", help="glove.6B.300d.txt, or any file of that format")
    source.add_argument("--figures", type=Path, metavar="FILE", help="measure nothing, take the figures from this file")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=ROOT / "reports")
    return parser


def run(args: argparse.Namespace) -> None:
    results = read_record(args.figures) if args.figures else measure(args.glove)
    with reading_records():
        text = page(results)
        verdicts = [
            f"{row['what']}: {verdict(row)}" for key in ("published", "gensim", "glove") for row in results[key]
        ]
    write_json(args.out / "published.json", results)
    write_text(args.out / "published.md", text)
    if results["glove_file"]:
        print(f"GloVe's vectors: {results['glove_file']}")
    print("\n".join(verdicts))
    print(f"written: {args.out / 'published.json'} and published.md")


if __name__ == "__main__":
    run_command(build_parser(), run)
