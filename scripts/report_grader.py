"""Measure the grader on its own set and write reports/grader.json and the tables of reports/grader.md.

    python scripts/report_grader.py            about five minutes on 2 cores, two submissions at a time
    python scripts/report_grader.py --only     none: write the tables again from the JSON

Measurements: `mistakes` (all steps of every seeded mistake), `variants`, `hostile`, `solutions` (seconds, alone), and
`contact` (solutions written without a look at the grader). `first_contact` is the same before the grader was changed
for any of them, and is measured once: what the JSON has of it stays.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.files import write_text
from wordlab.records import read_record, reading_records
from wordlab.tables import insert

from tqdm import tqdm

from grading.grader import grade, not_enforced
from grading.places import LABS, ROOT
from grading.seeded.collection import (
    HOSTILE,
    MISTAKES,
    VARIANTS,
    grade_hostile,
    grade_mistake,
    grade_variant,
    purpose,
)
from grading.seeded.first_contact import Contact, grade_contact, read_contacts
from grading.seeded.mistake import Mistake
from grading.seeded.tables import tables
from grading.steps import Verdict
from grading.submission import find_submission, load_lab

ONCE = "first_contact"
RECORD, PAGE = ROOT / "reports" / "grader.json", ROOT / "reports" / "grader.md"


def timed(measure: Callable[[Any], dict]) -> Callable[[Any], dict]:
    def run(case: Any) -> dict:
        started = time.perf_counter()
        return measure(case) | {"seconds": time.perf_counter() - started}

    return run


def of_mistake(mistake: Mistake) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        verdicts = grade_mistake(mistake, Path(folder) / "submission", whole=True)
    failed = {verdict.step: verdict.message for verdict in verdicts if verdict.passed is False}
    also = [step for step in failed if step != mistake.step]
    return {
        "lab": mistake.lab, "name": mistake.name, "step": mistake.step, "flagged": mistake.step in failed,
        "message": failed.get(mistake.step, ""), "also": also, "points": points(verdicts),
    }  # fmt: skip


def of_variant(path: Path) -> dict:
    verdicts = grade_variant(path)
    failed = [verdict.step for verdict in verdicts if verdict.passed is False]
    known = {"lab": path.name[:5], "name": path.stem, "what": purpose(path)}
    return known | {"failed": failed, "points": points(verdicts)}


def of_hostile(path: Path) -> dict:
    verdicts = grade_hostile(path)
    return {"name": path.stem, "what": purpose(path), "points": points(verdicts), "message": verdicts[0].message}


def of_contact(contact: Contact) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        verdicts = grade_contact(contact, Path(folder) / "submission")
    failed = {verdict.step: verdict.message for verdict in verdicts if verdict.passed is False}
    known = {"lab": contact.lab, "name": contact.name, "what": contact.what, "steps": list(contact.steps)}
    return known | {"failed": failed, "points": points(verdicts)}


def of_solution(lab: str) -> dict:
    verdicts = grade(find_submission(ROOT / load_lab(lab).package, lab))
    return {"lab": lab, "steps": len(load_lab(lab).steps), "points": points(verdicts)}


def points(verdicts: list[Verdict]) -> int:
    return sum(verdict.points for verdict in verdicts)


MEASUREMENTS: dict[str, tuple[Callable[[Any], dict], Sequence[Any]]] = {
    "mistakes": (of_mistake, MISTAKES),
    "variants": (of_variant, VARIANTS),
    "hostile": (of_hostile, HOSTILE),
    "first_contact": (of_contact, read_contacts()),
    "contact": (of_contact, read_contacts()),
    "solutions": (of_solution, LABS),
}


def measure(names: list[str]) -> dict[str, Any]:
    results: dict[str, Any] = {"not_enforced": not_enforced()}
    for name in names:
        run, items = MEASUREMENTS[name]
        with ThreadPoolExecutor(1 if name == "solutions" else 2) as pool:
            results[name] = list(tqdm(pool.map(timed(run), items), total=len(items), desc=name, disable=None))
    return results


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, default=list(MEASUREMENTS))
    return parser


def run(args: argparse.Namespace) -> None:
    results: dict[str, Any] = read_record(RECORD) if RECORD.exists() else {}
    if names := [name for name in args.only if name != ONCE or ONCE not in results]:
        results = results | measure(names)
        write_text(RECORD, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    with reading_records():
        made = tables(results)
    insert(PAGE, made)


if __name__ == "__main__":
    run_command(build_parser(), run, place="only")
