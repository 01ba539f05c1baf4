"""Grade one submission as Gradescope's run_autograder does, and write results.json in its format.

    python -m grading.classroom.results SUBMISSION results.json

It runs inside the zip that gradescope.py makes. Which lab is graded, from which seed and by which rules is in
autograder.json there.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from wordlab.command import OneLineParser, run_command
from wordlab.files import write_json

from grading.grader import grade, not_enforced
from grading.places import PACKAGES, ROOT
from grading.points import Rules
from grading.shown import shown
from grading.steps import Lab, Step, Verdict
from grading.submission import SubmissionError, find_submission, load_lab

SETTINGS = "autograder.json"
NOT_GRADED = "the submission cannot be graded"  # a kind of failure
HIDDEN, SHOWN = "after_published", "visible"


def unfinished() -> dict[str, Any]:
    """The results that hold until there are others."""
    said = "The grader did not finish, so this is no grade. Hand in again. If it happens twice, tell your instructor."
    return {"score": 0, "output": said, "visibility": SHOWN, "stdout_visibility": "hidden", "tests": []}


def results(verdicts: list[Verdict], feedback: str, said: list[str], seconds: float) -> dict[str, Any]:
    """Gradescope's results: a test per step, and the lines of `said` above them.

    The score is the sum of all points. It exceeds what can be had where optional steps were passed.
    """
    tests = [
        {
            "number": str(number),
            "name": f"{verdict.step} (optional)" if verdict.optional else verdict.step,
            "score": verdict.points,
            "max_score": verdict.worth,
            "status": "passed" if verdict.passed else "failed",
            "output": verdict.message,
            "output_format": "text",
            "visibility": HIDDEN if verdict.hidden else SHOWN,
        }
        for number, verdict in enumerate(shown(verdicts, feedback), start=1)
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


def graded(folder: Path, lab: Lab, seed: int) -> tuple[list[Verdict], str]:
    """A verdict per step, and why there could be none, if so."""
    try:
        submission = find_submission(inner(folder, lab.name), lab.name)
    except SubmissionError as error:
        reason = str(error).replace(f"{folder}", "the submission")
        return [_not_graded(step, reason) for step in lab.steps], reason
    # The grader's own tools, whatever a submission did to its copies.
    return grade(replace(submission, lab=lab, copies={}), {step.name for step in lab.steps}, seed), ""


def _not_graded(step: Step, reason: str) -> Verdict:
    return Verdict(step.name, False, 0, step.points, reason, step.optional, NOT_GRADED, step.hidden)


def run(args: argparse.Namespace) -> None:
    settings, started = json.loads((ROOT / SETTINGS).read_text(encoding="utf-8")), time.monotonic()
    missing = [f"Not contained on this system: {text}." for text in not_enforced()]
    rules = Rules(**settings["rules"])
    verdicts, problem = graded(args.submission, rules.of(load_lab(settings["lab"])), settings["seed"])
    # Hidden steps are left out here, and so are optional ones, which nobody has to write.
    open_ones = [verdict for verdict in verdicts if not verdict.hidden and not verdict.optional]
    passed = sum(bool(verdict.passed) for verdict in open_ones)
    said = [*missing, problem or f"{passed} of {len(open_ones)} steps passed."]
    write_json(args.out, results(verdicts, rules.feedback, said, time.monotonic() - started))


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("submission", type=Path, help="the folder that was handed in")
    parser.add_argument("out", type=Path, metavar="results.json")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
