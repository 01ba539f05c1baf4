"""Grade one submission as Gradescope's run_autograder does, and write results.json in its format.

    python -m grading.classroom.results SUBMISSION results.json

It runs inside the zip that gradescope.py makes. Which lab is graded, and which of its steps are hidden until grades are
published, is in autograder.json there.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from wordlab.command import OneLineParser, run_command
from wordlab.files import write_json

from grading.grader import grade, not_enforced
from grading.places import PACKAGES, ROOT
from grading.steps import Verdict
from grading.submission import SubmissionError, find_submission, load_lab

SETTINGS = "autograder.json"
HIDDEN, SHOWN = "after_published", "visible"


def unfinished() -> dict[str, Any]:
    """The results that hold until there are others."""
    said = "The grader did not finish, so this is no grade. Hand in again. If it happens twice, tell your instructor."
    return {"score": 0, "output": said, "visibility": SHOWN, "stdout_visibility": "hidden", "tests": []}


def results(verdicts: list[Verdict], hidden: Collection[str], said: list[str], seconds: float) -> dict[str, Any]:
    """Gradescope's results: a test per step, and the lines of `said` above them."""
    tests = [
        {
            "number": str(number),
            "name": verdict.step,
            "score": verdict.points,
            "max_score": verdict.worth,
            "status": "passed" if verdict.passed else "failed",
            "output": verdict.message or "passed",
            "output_format": "text",
            "visibility": HIDDEN if verdict.step in hidden else SHOWN,
        }
        for number, verdict in enumerate(verdicts, start=1)
    ]
    return unfinished() | {
        "score": sum(verdict.points for verdict in verdicts),
        "output": "\n".join(said),
        "output_format": "text",
        "execution_time": round(seconds),
        "tests": tests,
    }


def inner(folder: Path, lab: str) -> Path:
    """The folder of the lab in what was handed in: a course's repository, just files, or a folder in a folder."""
    own = [path for path in (folder / lab, folder / PACKAGES[lab]) if (path / "solution.py").is_file()]
    if own or any(folder.glob("*.py")):
        return next(iter(own), folder)
    return next((path for path in sorted(folder.iterdir()) if (path / "solution.py").is_file()), folder)


def graded(folder: Path, lab: str) -> tuple[list[Verdict], str]:
    """A verdict per step, and why there could be none, if so."""
    steps = load_lab(lab).steps
    try:
        submission = find_submission(inner(folder, lab), lab)
    except SubmissionError as error:
        reason = str(error).replace(f"{folder}", "the submission")
        return [Verdict(step.name, False, 0, step.points, reason) for step in steps], reason
    # The grader's own tools, whatever a submission did to its copies.
    return grade(replace(submission, copies={}), {step.name for step in steps}), ""


def run(args: argparse.Namespace) -> None:
    settings, started = json.loads((ROOT / SETTINGS).read_text(encoding="utf-8")), time.monotonic()
    missing = [f"Not contained on this system: {text}." for text in not_enforced()]
    verdicts, problem = graded(args.submission, settings["lab"])
    passed = sum(bool(verdict.passed) for verdict in verdicts)
    said = [*missing, problem or f"{passed} of {len(verdicts)} steps passed."]
    write_json(args.out, results(verdicts, settings["hidden"], said, time.monotonic() - started))


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("submission", type=Path, help="the folder that was handed in")
    parser.add_argument("out", type=Path, metavar="results.json")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
