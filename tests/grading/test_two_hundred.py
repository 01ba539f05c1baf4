"""The class that the grader's time and memory are measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.handed_in import submissions_in
from grading.seeded.collection import HOSTILE
from grading.seeded.two_hundred import measure, write_class
from grading.submission import find_submission


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}


def test_a_class_is_of_all_labs_and_the_same_again(tmp_path):
    for name in ("a", "b"):
        write_class(tmp_path / name, 40)
    paths = submissions_in(tmp_path / "a")
    assert [path.name[:4] for path in paths] == [f"s{number:03}" for number in range(1, 41)]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    hostile = {path.read_bytes() for path in HOSTILE}
    harmless = [path for path in paths if not (path.is_file() and path.read_bytes() in hostile)]
    assert len(harmless) == 39
    assert {find_submission(path).lab.name for path in harmless} == {"lab01", "lab02", "lab03"}


@pytest.mark.long
def test_an_interrupted_class_is_graded_to_its_end_and_leaves_nothing():
    measured = measure(9, early=2)
    assert (measured["submissions"], measured["graded"], measured["left"]) == (9, 9, 0)
    assert 3 <= measured["as_before"] < 9
    assert 0 < measured["memory_early"] <= measured["memory_end"] < 1000
