"""Measure and draw embeddings with Lab 3, and write its tables: reports/lab03.json, lab03.md, README, WALKTHROUGH.

    python scripts/report_lab03.py                                        the vectors that ship with the repository
    python scripts/report_lab03.py --vectors lab03_eval/wiki8_20k.safetensors runs/lab01/vectors.safetensors
    python scripts/report_lab03.py --only                                 none: write the tables again from the JSON
    python scripts/report_lab03.py --check                                write nothing; are they what the JSON gives?

Measurements: `scores` (all sets, geometry, bias, senses, differences), `tasks` (of the last embedding), `pictures` (of
the last embedding, into reports/, after its scores). Speed comes from scripts/bench_eval.py, published figures from
scripts/published.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.command import OneLineParser
from wordlab.errors import InputError
from wordlab.tables import markdown

from lab03_eval import command as lab03
from lab03_eval.tasks.benchmark import Setting, evaluate_tasks
from lab03_eval.tasks.report import interval
from lab03_eval.vectors import WordVectors
from scripts.reporting import REPORTS, Report, load

RECORD = "lab03.json"
SEED = 1
MAPPED = 5000  # words on the maps
TASK_HEADER = (
    "task", "measure", "these vectors", "random vectors", "TF-IDF or most frequent tag", "− random", "− baseline",
)  # fmt: skip
SPEED = {
    "load_bin": "load 70,000 × 300, word2vec binary",
    "load_text": "load 1,000,000 × 300, text",
    "analogies": "Google's 19,544 questions",
}


# Measurements


def measure_scores(args: argparse.Namespace) -> dict[str, Any]:
    """What Lab 3's command measures, and the text in which it shows it."""
    figures, text = lab03.measure(lab03.load(args.vectors), SEED)
    return figures | {"text": text}


def last_of(embeddings: dict[str, WordVectors]) -> str:
    """The name of the embedding that tasks and pictures are about."""
    return list(embeddings)[-1]


def measure_tasks(args: argparse.Namespace) -> dict[str, Any]:
    embeddings = lab03.load(args.vectors)
    last = last_of(embeddings)
    return {"vectors": last} | evaluate_tasks(Setting(embeddings[last], seed=SEED))


def draw_pictures(args: argparse.Namespace) -> None:
    """Lab 3's pictures into reports/; there is nothing to keep in the JSON."""
    embeddings = lab03.load(args.vectors)
    results = load(args.root, RECORD).get("scores", {}).get("results", {})
    if not set(embeddings) <= set(results):
        raise InputError(f"{REPORTS}/{RECORD}: has no scores of {', '.join(embeddings)}; add --only scores pictures")
    last = last_of(embeddings)
    out = args.root / REPORTS
    lab03.draw({last: embeddings[last]} | embeddings, results, out, MAPPED, SEED)
    (out / "map.html").unlink()  # megabytes that anyone can make again


# Tables


def section(text: str, title: str) -> str:
    """The part of a measured text under the heading that starts with `title`, without the heading."""
    part = text[text.index(f"\n## {title}") + 1 :]
    body = part[part.index("\n") :]
    return body[: body.index("\n## ")].strip() if "\n## " in body else body.strip()


def score_tables(scores: dict[str, Any]) -> dict[str, str]:
    """The parts of the text that Lab 3's command shows."""
    text, first = scores["text"], next(iter(scores["results"]))
    titles = {
        "lab03_scores": "Scores",
        "lab03_geometry": "Geometry",
        "lab03_bias": f"Bias of {first}",
        "lab03_senses": f"Senses in {first}",
    }
    if "\n## Differences" in text:
        titles["lab03_differences"] = "Differences"
    return {name: section(text, title) for name, title in titles.items()}


def task_table(results: dict[str, Any]) -> str:
    """A row per task, with the margins over random vectors and over the baseline; a task that was not run says so."""
    rows = []
    for key in results:
        name, _, part = key.rpartition(".")
        if part == "not_run":
            rows.append([name, "not run", "", "", "", "", ""])
        elif part == "title":
            scores = [f"{results[f'{name}.{other}score']:.3f}" for other in ("", "random.", "baseline.")]
            margins = [interval(results, f"{name}.margin.{other}.", "+") for other in ("random", "baseline")]
            rows.append([results[f"{name}.title"], results[f"{name}.measure"], *scores, *margins])
    return markdown(TASK_HEADER, rows)


def speed_table(bench: dict[str, Any]) -> str:
    """Medians over the rounds of scripts/bench_eval.py."""
    rows = []
    for name, title in SPEED.items():
        if name in bench:
            result = bench[name]
            ours, theirs = (f"{result['median_seconds'][library]:.2f}" for library in ("ours", "gensim"))
            peaks = result.get("peak_matrices")
            memory = f"{peaks['ours']:.2f} and {peaks['gensim']:.2f}" if peaks else "–"
            vectors = f", {result['vectors']}" if "vectors" in result else ""
            rows.append([title + vectors, ours, theirs, f"{result['ratio']:.1f}", memory])
    return markdown(["task", "ours, s", "gensim, s", "times as fast", "peak memory / matrix, ours and gensim's"], rows)


def tables(root: Path) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    results, bench = load(root, RECORD), load(root, "bench_eval.json")
    made: dict[str, str] = {}
    if "scores" in results:
        made |= score_tables(results["scores"])
    if "tasks" in results:
        made["tasks"] = task_table(results["tasks"])
    if bench:
        made["bench_eval"] = speed_table(bench)
    return made


REPORT = Report(
    pages=("README.md", "lab03_eval/WALKTHROUGH.md", "reports/lab03.md"),
    tables=tables,
    record=RECORD,
    measurements={"scores": measure_scores, "tasks": measure_tasks, "pictures": draw_pictures},
)


def build_parser() -> OneLineParser:
    parser = REPORT.build_parser(__doc__)
    parser.add_argument("--vectors", nargs="+", default=[str(lab03.SHIPPED)], metavar="FILE", help="any embeddings")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), REPORT.run, place="root")
