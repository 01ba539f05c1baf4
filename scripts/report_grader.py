"""Measure the grader on its own set and write reports/grader.json and the tables of reports/grader.md.

    python scripts/report_grader.py            about five minutes on 2 cores, two submissions at a time
    python scripts/report_grader.py --only     none: write the tables again from the JSON

Measurements: `mistakes` (all steps of every seeded mistake), `variants`, `hostile`, `solutions` (seconds, alone).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from grading.grader import grade, not_enforced  # noqa: E402
from grading.steps import Verdict  # noqa: E402
from grading.submission import LABS, find_submission, load_lab  # noqa: E402
from lab03_eval.vectors import replacing  # noqa: E402
from scripts.tables import REPORTS, insert, load, table  # noqa: E402
from tests.grading.mistakes import Mistake  # noqa: E402
from tests.grading.seeded import (  # noqa: E402
    HOSTILE,
    MISTAKES,
    VARIANTS,
    grade_hostile,
    grade_mistake,
    grade_variant,
    purpose,
)

SHOWN = 160  # characters of a message in a table
MEASUREMENTS = ["mistakes", "variants", "hostile", "solutions"]


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
    return {
        "lab": path.name[:5],
        "name": path.stem,
        "what": purpose(path),
        "failed": failed,
        "points": points(verdicts),
    }


def of_hostile(path: Path) -> dict:
    verdicts = grade_hostile(path)
    return {"name": path.stem, "what": purpose(path), "points": points(verdicts), "message": verdicts[0].message}


def of_solution(lab: str) -> dict:
    verdicts = grade(find_submission(ROOT / load_lab(lab).package, lab))
    return {"lab": lab, "steps": len(load_lab(lab).steps), "points": points(verdicts)}


def points(verdicts: list[Verdict]) -> int:
    return sum(verdict.points for verdict in verdicts)


def measure(names: list[str], results: dict) -> dict:
    cases: dict[str, tuple[Callable[[Any], dict], Sequence[Any]]] = {
        "mistakes": (of_mistake, MISTAKES),
        "variants": (of_variant, VARIANTS),
        "hostile": (of_hostile, HOSTILE),
        "solutions": (of_solution, LABS),
    }
    results["not_enforced"] = not_enforced()
    for name in names:
        run, items = cases[name]
        with ThreadPoolExecutor(1 if name == "solutions" else 2) as pool:
            found = list(tqdm(pool.map(timed(run), items), total=len(items), desc=name, disable=None))
        results[name] = found
    return results


def short(message: str) -> str:
    text = message if len(message) <= SHOWN else message[:SHOWN].rsplit(" ", 1)[0] + " …"
    return text.replace("|", "\\|").replace("<", "&lt;")


def tables(results: dict) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    mistakes, variants, hostile, solutions = (results.get(name, []) for name in MEASUREMENTS)
    rows = []
    for lab in LABS:
        of_lab = [record for record in mistakes if record["lab"] == lab]
        other = [record for record in variants if record["lab"] == lab]
        seconds = next((f"{record['seconds']:.1f}" for record in solutions if record["lab"] == lab), "–")
        flagged = sum(record["flagged"] for record in of_lab)
        passed = sum(not record["failed"] for record in other)
        rows.append([lab, f"{flagged}/{len(of_lab)}", f"{passed}/{len(other)}", seconds])
    header = ["lab", "mistakes flagged at their step", "correct variants passed", "seconds to grade the solution"]
    made = {"grader_summary": table(header, rows)}
    contained = sum(record["points"] == 0 for record in hostile)
    median = statistics.median(record["seconds"] for record in mistakes) if mistakes else 0
    made["grader_totals"] = table(
        ["what", "measured"],
        [
            ["seeded mistakes flagged at the right step", f"{sum(r['flagged'] for r in mistakes)} of {len(mistakes)}"],
            ["correct variants passed", f"{sum(not r['failed'] for r in variants)} of {len(variants)}"],
            ["hostile or broken submissions that earned nothing", f"{contained} of {len(hostile)}"],
            ["seconds a seeded mistake, all steps, median, two at a time", f"{median:.1f}"],
        ],
    )
    for lab in LABS:
        made[f"grader_mistakes_{lab}"] = table(
            ["mistake", "step", "what the learner is told", "steps that fail with it"],
            [
                [r["name"], f"`{r['step']}`", short(r["message"]) or "NOT FLAGGED", ", ".join(r["also"]) or "–"]
                for r in mistakes
                if r["lab"] == lab
            ],
        )
    made["grader_variants"] = table(
        ["variant", "what is different", "points"], [[r["name"], short(r["what"]), str(r["points"])] for r in variants]
    )
    made["grader_hostile"] = table(
        ["submission", "what it tries", "verdict", "seconds"],
        [[r["name"], short(r["what"]), short(r["message"]), f"{r['seconds']:.1f}"] for r in hostile],
    )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, default=MEASUREMENTS)
    args = parser.parse_args()
    results = load("grader.json")
    if args.only:
        results = measure(args.only, results)
        with replacing(REPORTS / "grader.json") as temporary:
            temporary.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    insert(REPORTS / "grader.md", tables(results))


if __name__ == "__main__":
    main()
