"""Measure the grader on its own set and write reports/grader.json and the tables of reports/grader.md.

    python scripts/report_grader.py            about twenty minutes on 2 cores, two submissions at a time
    python scripts/report_grader.py --only     none: write the tables again from the JSON

Measurements: `mistakes` (all steps of every seeded mistake), `variants`, `hostile`, `cheats` (with inputs that are
drawn), `solutions` (seconds, alone), `contact` (solutions written without a look at the grader), and `two_hundred` (a
class, with the command). `first_contact` is as `contact`, before the grader was changed for any of them; it is measured
once, and what the JSON has of it stays.
"""

from __future__ import annotations

import argparse
import atexit
import functools
import json
import shutil
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

from grading.gradebook.table import is_wrong
from grading.grader import grade, not_enforced
from grading.places import LABS, ROOT
from grading.seeded import two_hundred
from grading.seeded.collection import (
    CHEAT_VERDICTS,
    CHEATS,
    HOSTILE,
    MISTAKES,
    VARIANTS,
    grade_cheat,
    grade_hostile,
    grade_mistake,
    grade_variant,
    purpose,
    write_corpus,
)
from grading.seeded.first_contact import Contact, grade_contact, read_contacts
from grading.seeded.mistake import Mistake
from grading.seeded.tables import tables
from grading.steps import Verdict
from grading.submission import find_submission, load_lab

ONCE, ALONE = "first_contact", ("solutions", "two_hundred")
RECORD, PAGE = ROOT / "reports" / "grader.json", ROOT / "reports" / "grader.md"


def timed(measure: Callable[[Any], dict]) -> Callable[[Any], dict]:
    def run(case: Any) -> dict:
        started = time.perf_counter()
        return measure(case) | {"seconds": time.perf_counter() - started}

    return run


def of_mistake(mistake: Mistake) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        verdicts = grade_mistake(mistake, Path(folder) / "submission", whole=True)
    failed = {verdict.step: verdict.message for verdict in verdicts if is_wrong(verdict)}
    also = [step for step in failed if step != mistake.step]
    return {
        "lab": mistake.lab, "name": mistake.name, "step": mistake.step, "flagged": mistake.step in failed,
        "message": failed.get(mistake.step, ""), "also": also, "points": points(verdicts),
    }  # fmt: skip


def of_variant(path: Path) -> dict:
    verdicts = grade_variant(path)
    failed = [verdict.step for verdict in verdicts if is_wrong(verdict)]
    known = {"lab": path.name[:5], "name": path.stem, "what": purpose(path)}
    return known | {"failed": failed, "points": points(verdicts)}


def of_hostile(path: Path) -> dict:
    verdicts = grade_hostile(path)
    return {"name": path.stem, "what": purpose(path), "points": points(verdicts), "message": verdicts[0].message}


@functools.cache
def corpus() -> Path:
    """The text that commands of cheats get, which goes when the process ends."""
    write_corpus(path := Path(tempfile.mkdtemp(prefix="grader-")) / "text")
    atexit.register(shutil.rmtree, path.parent)
    return path


def of_cheat(path: Path) -> dict:
    verdicts, expected = grade_cheat(path, corpus()), CHEAT_VERDICTS[path.stem]
    told = next((verdict.message for verdict in verdicts if expected in verdict.message), "NOT TOLD")
    return {"name": path.stem, "what": purpose(path), "points": points(verdicts), "message": told}


def of_contact(contact: Contact) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        verdicts = grade_contact(contact, Path(folder) / "submission")
    failed = {verdict.step: verdict.message for verdict in verdicts if is_wrong(verdict)}
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
    "cheats": (of_cheat, CHEATS),
    "first_contact": (of_contact, read_contacts()),
    "contact": (of_contact, read_contacts()),
    "solutions": (of_solution, LABS),
    "two_hundred": (two_hundred.measure, (two_hundred.NUMBER,)),
}


def measure(names: list[str]) -> dict[str, Any]:
    results: dict[str, Any] = {"not_enforced": not_enforced()}
    if "cheats" in names:
        corpus()  # before several threads ask for it
    for name in names:
        run, items = MEASUREMENTS[name]
        with ThreadPoolExecutor(1 if name in ALONE else 2) as pool:
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
