"""Every seeded mistake is noticed at its step, every correct variant passes, no hostile submission or cheat earns."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from grading.containment import contain, runner
from grading.gradebook.table import is_wrong
from grading.places import ROOT
from grading.seeded.collection import (
    CHEAT_VERDICTS,
    CHEATS,
    HOSTILE,
    HOSTILE_VERDICTS,
    MISTAKES,
    VARIANTS,
    grade_cheat,
    grade_hostile,
    grade_mistake,
    grade_variant,
    write_corpus,
)

MARKER = "hostile-was-here"  # what hostile/write_outside.py calls its files
OUTSIDE = ["/", "/tmp", "/var/tmp", "/etc", "/run", ROOT, ROOT / "tests", ROOT / "grading", ROOT / "lab03_eval"]
GRADE = {"mistake": grade_mistake, "variant": grade_variant, "hostile": grade_hostile, "cheat": grade_cheat}


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list]]:
    """Verdicts by test id. Hostile submissions mostly wait for a time limit: they are graded beside the others."""
    contain.adopt_orphans()  # so that no process of a submission could leave our sight
    jobs: dict[str, Future] = {}
    made: list[Path] = []
    items = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(3) as hostile_pool:
        for item in items:
            ((kind, case),) = item.callspec.params.items()
            if kind == "cheat" and not made:
                write_corpus(corpus := tmp_path_factory.mktemp("corpus") / "text")
                made.append(corpus)
            more = [tmp_path_factory.mktemp("mistake") / "submission"] if kind == "mistake" else []
            more = made if kind == "cheat" else more
            jobs[item.callspec.id] = (hostile_pool if kind == "hostile" else pool).submit(GRADE[kind], case, *more)
        yield lambda name: jobs[name].result()
        pool.shutdown(cancel_futures=True)
        hostile_pool.shutdown(cancel_futures=True)
    runner.close_nurseries()
    assert children_left(seconds=5) == []
    assert [folder for folder in OUTSIDE if list(Path(folder).glob(f"{MARKER}*"))] == []


def children_left(seconds: float) -> list[int]:
    """Processes of submissions that are still there after `seconds` at most."""
    deadline = time.monotonic() + seconds
    while True:
        left = [pid for pid in contain.descendants(os.getpid()) if b"grading/containment" in command_of(pid)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(autouse=True)
def verdicts(request, graded):
    return graded(request.node.callspec.id) if hasattr(request.node, "callspec") else None


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.lab} {mistake.name}")
def test_mistake_is_noticed_at_its_step(mistake, verdicts):
    (verdict,) = verdicts
    assert (verdict.step, verdict.passed) == (mistake.step, False)
    assert len(verdict.message) > 20
    assert "did not finish" not in verdict.message


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: path.stem)
def test_correct_variant_passes(variant, verdicts):
    failed = [verdict for verdict in verdicts if is_wrong(verdict)]
    assert [(verdict.step, verdict.message) for verdict in failed] == []
    assert sum(verdict.points for verdict in verdicts) == 100


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda path: path.stem)
def test_hostile_submission_is_contained(hostile, verdicts):
    assert sum(verdict.points for verdict in verdicts) == 0
    assert not any(verdict.passed for verdict in verdicts)
    said = " ".join(verdict.message for verdict in verdicts)
    assert HOSTILE_VERDICTS[hostile.stem] in said


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda path: path.stem)
def test_cheat_earns_nothing(cheat, verdicts):
    assert [(verdict.step, verdict.message) for verdict in verdicts if verdict.points or verdict.passed] == []
    said = " ".join(verdict.message for verdict in verdicts)
    assert CHEAT_VERDICTS[cheat.stem] in said


def test_the_set_is_as_large_as_it_should_be():
    assert len(MISTAKES) >= 40
    assert min(Counter(mistake.lab for mistake in MISTAKES).values()) >= 10
    assert len({(mistake.lab, mistake.name) for mistake in MISTAKES}) == len(MISTAKES)
    assert len(VARIANTS) >= 12
    assert len(HOSTILE) + len(CHEATS) >= 35
    assert CHEAT_VERDICTS.keys() == {path.stem for path in CHEATS}
