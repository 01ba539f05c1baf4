"""Grades one submission: every step in a contained child, every verdict here."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

import numpy as np

from grading.containment.runner import COMMAND_BOUNDS, LOAD_SECONDS, Child, Lost
from grading.judging import UNREADABLE
from grading.steps import NOT_WRITTEN, RAISES, WRONG, Lab, Said, Step, Threshold, Trial, Verdict
from grading.submission import Submission
from grading.variants import checks, usual

SEED = 1  # of a learner's own runs: everybody can see the inputs that it draws
SEEDS = 2**32  # more than NumPy's global generator takes
BUDGET = 120.0  # seconds for all steps of a submission that keeps running out of time
LONGEST_MESSAGE = 800
THRESHOLD = "threshold"
LOST, NOT_IMPORTED, NOT_READ = "it did not finish", "the submission cannot be imported", "a result that cannot be read"


class GraderFailed(InputError):
    """A fault of the grader, which is nobody's mistake: there is no verdict."""


def not_enforced() -> list[str]:
    """What containment the system at hand does not allow, each in a line; to be said before any grading."""
    with Child(None) as child:
        return child.missing


class Uncontained(InputError):
    """The system cannot enforce all containment, and nobody has agreed to grade without it."""


def agreed(uncontained: bool) -> list[str]:
    """What is not enforced here. Raises Uncontained unless that is nothing, or was agreed to."""
    missing = not_enforced()
    if missing and not uncontained:
        raise Uncontained(f"not enforced on this system: {'; '.join(missing)}. --uncontained grades all the same")
    return missing


def grade(
    submission: Submission,
    steps: Collection[str] | None = None,
    seed: int = SEED,
    corpus: str | None = None,
    constants: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """A verdict for each of the lab's steps, or for those named, and last the threshold's, not run without a corpus.

    `constants` are those of the student's variant by name, of which the lab's own are the usual.
    """
    lab = submission.lab
    chosen = [step for step in lab.steps if steps is None or step.name in steps]
    verdicts = list(_verdicts(submission, chosen, seed, constants or usual(lab.constants)))
    if lab.threshold and (steps is None or THRESHOLD in steps):
        verdicts.append(_threshold(submission, lab.threshold, corpus))
    return verdicts


def _verdicts(submission: Submission, steps: list[Step], seed: int, constants: Mapping[str, str]) -> Iterator[Verdict]:
    child, deadline, partial = None, time.monotonic() + BUDGET, submission.lab.partial
    try:
        for number, step in enumerate(steps):
            if time.monotonic() > deadline:
                late = Said(f"not graded: the steps before it took more than {BUDGET:g} s together", LOST)
                yield _verdict(step, late, partial)
                continue
            step_seed = (seed * 1000 + submission.lab.steps.index(step)) % SEEDS
            inputs = step.inputs(np.random.default_rng(step_seed))
            try:
                if child is None:
                    child = Child(submission)
                    if why := _load(child):
                        yield from (_verdict(rest, Said(why, NOT_IMPORTED), partial) for rest in steps[number:])
                        return
                answer = child.ask(step.name, step.seconds, inputs, step.uses, step_seed)
                said = judge(step, inputs, answer)
                said = said or _of_constants(child, submission.lab, step, step_seed, constants)
                yield _verdict(step, said, partial)
            except Lost as lost:
                yield _verdict(step, Said(f"{step.uses[0]}: {lost}", LOST), partial)
                if child is not None:
                    child.close()
                child = None
    finally:
        if child is not None:
            child.close()


def _of_constants(child: Child, lab: Lab, step: Step, seed: int, constants: Mapping[str, str]) -> str | None:
    """What is wrong with the defaults of the step's function."""
    for check in checks(lab.constants, constants, step.name):
        inputs = check.inputs(np.random.default_rng(seed))
        if said := judge(check, inputs, child.ask(check.name, check.seconds, inputs, check.uses, seed)):
            return said
    return None


def _threshold(submission: Submission, threshold: Threshold, corpus: str | None) -> Verdict:
    """The lab's command on `corpus`, in a child with room to train; what it leaves is judged when the child is gone."""
    why_not = threshold.unfit(corpus) if corpus else "no corpus given (--corpus wiki8, or a file)"
    if corpus is None or why_not:
        return Verdict(THRESHOLD, None, 0, threshold.points, f"not run: {why_not}")
    with tempfile.TemporaryDirectory(prefix="trial-") as scratch:
        Path(scratch).chmod(0o755)  # the child may be another user
        trial = threshold.trial(corpus, Path(scratch))
        message = _tried(submission, trial, threshold.seconds)
    passed = message is None
    kind = "" if passed else WRONG
    return Verdict(THRESHOLD, passed, threshold.points * passed, threshold.points, _short(message), kind=kind)


def _tried(submission: Submission, trial: Trial, seconds: float) -> str | None:
    """What is wrong with the command, or with what it left."""
    text = str(trial.text.resolve())
    try:
        with Child(submission, COMMAND_BOUNDS, read=(text,)) as child:
            out = child.folder / "home" / "out"
            answer = child.ask("command", seconds, ["--data", text, "--out", str(out)])
            child.stop()
            error = answer.get("error")
            return f"the command failed with {_told(error)}" if error else _judged(trial, out)
    except Lost as lost:
        return f"the command: {lost}"


def _judged(trial: Trial, out: Path) -> str | None:
    if not out.is_dir() or out.is_symlink():
        return "the command left no --out folder"
    for path in out.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            return f"{path.name}, which the command left, is no plain file"
    try:
        return trial.judge(out)
    except Exception as error:
        return f"what the command left cannot be read ({type(error).__name__}: {error})"


def _load(child: Child) -> str | None:
    """Why the submission cannot be imported."""
    try:
        answer = child.ask("load", LOAD_SECONDS)
    except Lost as lost:
        hint = "; code that runs something belongs under if __name__ == '__main__'" if "finish" in str(lost) else ""
        return f"importing the submission: {lost}{hint}"
    if error := answer.get("error"):
        return f"the submission cannot be imported: {_told(error)}"
    return None


def judge(step: Step, inputs: Any, answer: dict) -> str | None:
    """What is wrong with an answer of a child, in the learner's terms; None if nothing is."""
    if error := answer.get("error"):
        kind = error.get("kind") if isinstance(error, dict) else None
        if kind == "MissingName":
            return Said(str(error.get("text")), NOT_WRITTEN)
        if kind == "NotImplementedError":
            return Said(f"{step.uses[0]} is not written yet ({_told(error)})", NOT_WRITTEN)
        return Said(f"{step.uses[0]} failed with {_told(error)}", RAISES)
    try:
        return step.judge(inputs, answer["value"])
    except UNREADABLE as error:
        said = f"what {step.uses[0]} returned cannot be read ({type(error).__name__}: {error})"
        return Said(said, NOT_READ)
    except Exception as error:
        raise GraderFailed(f"{step.name}: the grader failed here ({type(error).__name__}: {error})") from error


def _told(error: Any) -> str:
    if not isinstance(error, dict):
        return "an error that cannot be read"
    kind, text, where = (str(error.get(key, "")) for key in ("kind", "text", "where"))
    return f"{kind}{': ' + text if text else ''}{f' ({where})' if where else ''}"


def _verdict(step: Step, message: str | None, partial: bool = False) -> Verdict:
    if message is None:
        return Verdict(step.name, True, step.points, step.points, optional=step.optional, hidden=step.hidden)
    said = message if isinstance(message, Said) else Said(message)
    points = math.floor(said.share * step.points + 1e-9) if partial else 0
    return Verdict(step.name, False, points, step.points, _short(message), step.optional, said.kind, step.hidden)


def _short(message: str | None) -> str:
    """One line, for tables and terminals: what a submission says of itself may hold anything."""
    text = "".join(char if char.isprintable() else " " for char in message or "")
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + " …"
