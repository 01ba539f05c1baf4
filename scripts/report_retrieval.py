"""Measure searches on Cranfield, and write their tables: reports/retrieval.json and lab03_eval/RETRIEVAL.md.

    python scripts/report_retrieval.py                                   train FastText with Lab 2's command first
    python scripts/report_retrieval.py --fasttext runs/lab02/fasttext.bin    a file that is there already
    python scripts/report_retrieval.py --only                            none: write the tables again from the JSON
    python scripts/report_retrieval.py --check                           write nothing; are they what the JSON gives?

The vectors are those that ship with the repository, and the contextual model is all-MiniLM-L6-v2. Training takes
minutes. The times per question are those of this machine, so nothing else should run on it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.command import OneLineParser

from lab01_word2vec.text import WIKI8
from lab03_eval.command import SHIPPED
from lab03_eval.contextual.encoder import load_encoder
from lab03_eval.retrieval.compare import (
    cost_table,
    make_searches,
    measure,
    rank_table,
    score_table,
    with_ngrams,
    with_settings,
)
from lab03_eval.tasks.benchmark import cranfield_task
from lab03_eval.vectors import WordVectors
from scripts.processes import run_python
from scripts.reporting import ROOT, Report, load

RECORD = "retrieval.json"


def measure_cranfield(args: argparse.Namespace) -> dict[str, Any]:
    """Every search on Cranfield; what may be missing is asked for before FastText is trained."""
    task, contextual, shipped = cranfield_task(), load_encoder(), WordVectors.load(SHIPPED)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as out:  # the n-grams stay in their file
        fasttext = with_ngrams(args.fasttext or train_fasttext(out), "leave --fasttext out to train a model")
        searches = make_searches(task.documents, shipped, fasttext, contextual)
        return with_settings(measure(task, searches), task, {str(SHIPPED): shipped, "fasttext.bin": fasttext})


def train_fasttext(out: str) -> str:
    """The model that Lab 2's command makes in the folder `out` from the corpus that ships."""
    run_python(ROOT / "lab02_glove_fasttext" / "solution.py", "--data", WIKI8, "--out", out)
    return str(Path(out, "fasttext.bin"))


def tables(root: Path) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    found = load(root, RECORD).get("cranfield")
    if found is None:
        return {}
    results = found["searches"]
    return {
        "retrieval": score_table(results),
        "retrieval_cost": cost_table(results),
        "retrieval_ranks": rank_table(results, found["texts"]),
    }


REPORT = Report(
    pages=("lab03_eval/RETRIEVAL.md",),
    tables=tables,
    record=RECORD,
    measurements={"cranfield": measure_cranfield},
)


def build_parser() -> OneLineParser:
    parser = REPORT.build_parser(__doc__)
    parser.add_argument("--fasttext", metavar="FILE", help="a model of Lab 2; without one it is trained first")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), REPORT.run, place="root")
