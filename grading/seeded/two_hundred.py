"""A class of two hundred, made of the set that the grader is measured on, and what it takes to grade them all.

Most are right or have one mistake, some are a folder and some a file, and about 3 % mean harm. Grading is ended with
Ctrl-C after a third of them, and goes on with the same command. Linux alone tells the memory that a process has had.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

from grading.containment.contain import adopt_orphans, descendants
from grading.grader import not_enforced
from grading.places import LABS, ROOT
from grading.seeded.collection import HOSTILE, MISTAKES, VARIANTS
from grading.seeded.first_contact import read_contacts
from grading.starters import write_lab

NUMBER = 200
HOSTILE_SHARE = 0.03
EARLY = 20  # submissions after which memory is looked at for the first time
EVERY = 0.1  # seconds between two looks at the process
SUMMARY = re.compile(r"(\d+) of (\d+) submissions, (\d+) of them as before")

Writer = Callable[[Path], object]


@dataclass(frozen=True)
class Run:
    """One run of the command: how it ended, its last line of output, and its peak memory in MB early and at its end."""

    status: int
    said: str
    seconds: float
    early: float
    end: float


def write_class(folder: Path, number: int = NUMBER, seed: int = 1) -> None:
    """Write submissions of all labs into the new folder, in an order that `seed` draws. The same come again if needed.

    Half of those that mean no harm are right, and half have one mistake.
    """
    contacts, draw = read_contacts(), random.Random(seed)
    right: list[Writer] = [partial(write_lab, lab, solved=True) for lab in LABS]
    right += [partial(_copy, path) for path in VARIANTS]
    right += [contact.write for contact in contacts if not contact.steps]
    wrong: list[Writer] = [mistake.write for mistake in MISTAKES]
    wrong += [contact.write for contact in contacts if contact.steps]
    hostile: list[Writer] = [partial(_copy, path) for path in HOSTILE]
    harmful = max(1, round(HOSTILE_SHARE * number))
    wanted = [(hostile, harmful), (right, (number - harmful) // 2), (wrong, number - harmful - (number - harmful) // 2)]
    chosen = [writer for kind, count in wanted for writer in _drawn(kind, count, draw)]
    draw.shuffle(chosen)
    folder.mkdir(parents=True)
    for place, write in enumerate(chosen, start=1):
        write(folder / f"s{place:03}")


def _drawn(writers: list[Writer], count: int, draw: random.Random) -> list[Writer]:
    """`count` of them, each before any comes again."""
    rounds = -(-count // len(writers))
    return [writer for _ in range(rounds) for writer in draw.sample(writers, len(writers))][:count]


def _copy(path: Path, out: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, out, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(path, out.with_suffix(path.suffix))


def measure(number: int = NUMBER, early: int = EARLY) -> dict[str, Any]:
    """What it takes to grade a class of `number` with two jobs. Raises InputError where a run does not end as it must.

    Memory is that of the grading process in the second run, without its children: its peak in MB after `early`
    submissions that are graded in it, and at its end. `left` are processes that outlive both runs.
    """
    adopt_orphans()
    options = ["--uncontained"] if not_enforced() else []  # which starts a process that stays
    before = _living()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder / "submissions", number)
        first = _run(folder, options, early, stop_at=number // 3)
        second = _run(folder, options, early)
    found = SUMMARY.search(second.said)
    if first.status != 130 or second.status != 0 or not found:
        raise InputError(f"the runs ended with {first.status} and {second.status}: {first.said}; {second.said}")
    graded, submissions, as_before = map(int, found.groups())
    return {
        "submissions": submissions, "graded": graded, "as_before": as_before,
        "seconds": first.seconds + second.seconds,
        "early": early, "memory_early": second.early, "memory_end": second.end,
        "left": len(_outliving(before)),
    }  # fmt: skip


def _run(folder: Path, options: list[str], early: int, stop_at: int | None = None) -> Run:
    """Grade, with Ctrl-C as soon as `stop_at` submissions have been graded."""
    state, started = folder / "grades.json", time.perf_counter()
    command = [sys.executable, str(ROOT / "scripts" / "grade.py"), "submissions", "--jobs", "2", *options]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # which is ignored in the background
    )  # fmt: skip
    known, at_early, peak, stopped = _graded(state), 0.0, 0.0, False
    while process.poll() is None:
        peak = max(peak, _peak_memory(process.pid))
        graded = _graded(state)
        if not at_early and graded >= known + early:
            at_early = peak
        if stop_at and graded >= stop_at and not stopped:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all that the command has in its session
            stopped = True
        time.sleep(EVERY)
    lines = process.communicate()[0].splitlines() or [""]
    return Run(process.returncode, lines[-1], time.perf_counter() - started, at_early, peak)


def _graded(state: Path) -> int:
    return len(json.loads(state.read_text(encoding="utf-8"))) if state.exists() else 0


def _peak_memory(pid: int) -> float:
    """MB that the process has had at most; 0 when it has just ended."""
    with contextlib.suppress(OSError):
        if found := re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE):
            return int(found[1]) / 1000
    return 0.0


def _living() -> set[int]:
    """The processes below this one that have not ended."""
    found = set()
    for pid in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.add(pid)
    return found


def _outliving(before: set[int], patience: float = 5) -> set[int]:
    """The processes that are new since `before` and are still there after some seconds."""
    deadline = time.monotonic() + patience
    while (left := _living() - before) and time.monotonic() < deadline:
        time.sleep(EVERY)
    return left
