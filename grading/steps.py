"""What a lab's grading is made of: steps worth points, each judged in the parent process from plain values.

A step's inputs are drawn here from a seed and sent to the child that runs the submission. A probe of the same name
(probes.py in the lab's folder) calls the learner's functions there and sends back what they returned, as plain lists
and numbers. The judge, and with it everything that is expected, stays in the parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Kinds of failure.
WRONG, NOT_WRITTEN, RAISES = "another result than asked for", "not written yet", "an error is raised"


class Said(str):
    """What is wrong with an answer, in the learner's terms; of which `kind` it is, and the share of it that is right.

    A judge may return one in place of a plain message where some properties of a step hold and others do not.
    """

    kind: str
    share: float

    def __new__(cls, message: str, kind: str = WRONG, share: float = 0.0) -> Said:
        said = super().__new__(cls, message)
        said.kind, said.share = kind, share
        return said


@dataclass(frozen=True)
class Step:
    """One rung of a lab: what is called, with what, and how the answer is judged.

    `uses` are the names looked up in the submission, in solution.py first and then in its other files. The step fails
    where one is missing or raises NotImplementedError. `inputs` draws what the probe is given (anything that JSON
    holds). `judge` gets these inputs and the probe's answer, and returns what is wrong in the learner's terms, or None.
    It may take the answer's shape for granted: if it raises an error, the verdict is that the answer cannot be read.
    Points of an `optional` step come on top of the others: who leaves it out loses nothing. Of a `hidden` one students
    are told nothing before grades are published.
    """

    name: str
    points: int
    uses: tuple[str, ...]
    inputs: Callable[[np.random.Generator], Any]
    judge: Callable[[Any, Any], str | None]
    seconds: float = 10.0
    optional: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Trial:
    """A text to run a lab's command on, and the judge of its --out folder, who returns what is wrong, or None."""

    text: Path
    judge: Callable[[Path], str | None]


@dataclass(frozen=True)
class Threshold:
    """The whole lab run as a command on a corpus.

    `trial` gets the corpus, and a folder for what it writes. `unfit` says of a corpus why nothing can be asked of
    vectors that were trained on it, or None; the command is not run then.
    """

    points: int
    trial: Callable[[str, Path], Trial]
    unfit: Callable[[str], str | None] = lambda corpus: None
    seconds: float = 1200.0


@dataclass(frozen=True)
class Constant:
    """A default of a function's parameter, as Python writes it, which variants of a lab have otherwise.

    `parameter` is what stands before it in the signature, in which a variant has one of `choices` in place of `usual`.
    `check` makes the step that asks for a value: its probe calls the function without the argument.
    """

    name: str
    function: str
    step: str
    parameter: str
    usual: str
    choices: tuple[str, ...]
    check: Callable[[str], Step]

    def edit(self, value: str) -> tuple[str, str]:
        """What a source has in the usual lab, and in a variant."""
        return f"{self.parameter} = {self.usual}", f"{self.parameter} = {value}"


@dataclass(frozen=True)
class Lab:
    """A lab's steps, and what surrounds a submission while it is graded.

    The submission takes the place of `package`. `given` are files of that package that hold no answer and come along
    where the submission lacks them, and `tools` are the packages beside it that it may import. Most submissions import
    `libraries`, which is then done once, not by every child. With `partial`, a step of several properties earns the
    share of its points that its right ones are.
    """

    name: str
    package: str
    steps: tuple[Step, ...]
    given: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    threshold: Threshold | None = None
    constants: tuple[Constant, ...] = ()
    partial: bool = False


@dataclass(frozen=True)
class Verdict:
    """The outcome of a step: `passed` is None where it was not run, `kind` says how it failed."""

    step: str
    passed: bool | None
    points: int  # earned
    worth: int
    message: str = ""
    optional: bool = False
    kind: str = ""
    hidden: bool = False


def totals(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """The points that are earned, and those that can be had. Optional steps add to the former alone."""
    pairs = [(verdict.points, 0 if verdict.optional else verdict.worth) for verdict in verdicts]
    return sum(points for points, _ in pairs), sum(worth for _, worth in pairs)
