"""Measure word vectors beside a contextual model, and write the tables of lab03_eval/STATIC_OR_CONTEXTUAL.md.

    python scripts/report_contextual.py                   the vectors that ship and all-MiniLM-L6-v2, some minutes
    python scripts/report_contextual.py --only mteb       this measurement; the others keep their figures
    python scripts/report_contextual.py --only            none: only write the tables again from the JSON
    python scripts/report_contextual.py --check           write nothing; are the tables what the JSON gives?

Measurements: `comparison` (what python -m lab03_eval.contextual shows, and the picture reports/bank.png) and `mteb`.
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

from lab03_eval.command import SHIPPED
from lab03_eval.contextual.compare import compare_models, format_comparison
from lab03_eval.contextual.distill import distill
from lab03_eval.contextual.encoder import load_encoder
from lab03_eval.contextual.mteb_tasks import format_mteb, local_tasks, run_mteb
from lab03_eval.contextual.picture import draw_splits
from lab03_eval.vectors import WordVectors
from scripts.reporting import REPORTS, Report, load

RECORD = "contextual.json"
SEED = 1


def measure_comparison(args: argparse.Namespace) -> dict[str, Any]:
    contextual = load_encoder()
    found = compare_models(SHIPPED, WordVectors.load(SHIPPED), distill(contextual), contextual, SEED)
    draw_splits(found["polysemy"], args.root / REPORTS / "bank.png")
    return found


def measure_mteb(args: argparse.Namespace) -> dict[str, Any]:
    tasks, contextual = local_tasks(), load_encoder()
    return run_mteb(tasks, SHIPPED.stem, WordVectors.load(SHIPPED), [distill(contextual), contextual])


def tables(root: Path) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    results = load(root, RECORD)
    made: dict[str, str] = {}
    if comparison := results.get("comparison"):
        made |= {f"contextual_{name}": text for name, text in format_comparison(comparison).items()}
    if mteb := results.get("mteb"):
        made["contextual_mteb"] = format_mteb(mteb)
    return made


REPORT = Report(
    pages=("lab03_eval/STATIC_OR_CONTEXTUAL.md",),
    tables=tables,
    record=RECORD,
    measurements={"comparison": measure_comparison, "mteb": measure_mteb},
)

if __name__ == "__main__":
    run_command(REPORT.build_parser(__doc__), REPORT.run, place="root")
