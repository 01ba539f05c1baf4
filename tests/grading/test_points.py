"""What a file of points makes of the steps, what students are told by its mode, and the shares of partial credit."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from wordlab.command import run_command

import numpy as np
import pytest

from grading.classroom.feedback import as_markdown
from grading.classroom.results import results
from grading.classroom.roster import Student
from grading.containment.runner import Child
from grading.gradebook.table import row
from grading.grader import THRESHOLD, grade, judge
from grading.judging import by_property
from grading.places import LABS, PACKAGES, ROOT
from grading.points import POINTS, read_points
from grading.shown import MODES, shown
from grading.steps import NOT_WRITTEN, RAISES, Step, Verdict, totals
from grading.submission import find_submission, load_lab
from scripts import grade as command
from tests.commands import demand_one_line, in_process

PARTIAL = ("similarity", "analogies_limits", "section_scores", "compare_correlations")
NOTHING_RIGHT = """
import numpy as np
def solve_analogies(unit, questions, objective="3cosadd", limits=None, **_):
    return questions[:, 2] if limits is None or len(limits) == 1 else np.stack([questions[:, 2]] * len(limits))
def section_scores(sections, answered, right):
    parts = ["", "semantic.", "syntactic.", *(f"section.{name}." for name, _ in sections)]
    return {part + key: 0 for part in parts for key in ("correct", "used", "total", "accuracy")}
def evaluate_similarity(vectors, pairs, oov="skip"):
    return {"rho": 0.0, "low": -1.0, "high": 1.0, "used": len(pairs), "total": len(pairs)}
def compare_correlations(first, second, human, seed=1):
    return {"difference": 0.0, "low": 0.0, "high": 0.0, "excludes_zero": False, "used": len(first)}
"""
HALF_RIGHT = "import numpy as np\n\ndef section_scores(sections, answered, right):\n" + (
    "    names = ['correct', 'used', 'total', 'accuracy']\n"
    "    counts = [right.sum(), answered.sum(), len(right), right.sum() / answered.sum()]\n"
    "    return {name: float(count) for name, count in zip(names, counts)}\n"
)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# The file


def test_the_shipped_file_is_complete_and_says_what_the_steps_say(tmp_path):
    import tomllib

    assert read_points(POINTS) == read_points(written(tmp_path, ""))
    document = tomllib.loads(POINTS.read_text(encoding="utf-8"))
    for name in LABS:
        lab = load_lab(name)
        steps = [step.name for step in lab.steps] + [THRESHOLD] * bool(lab.threshold)
        assert list(document[name]["points"]) == steps
        assert read_points()[name].of(lab) == lab
    assert {"feedback", "partial"} < document.keys()


def test_the_example_of_the_page_is_read(tmp_path):
    (example,) = re.findall(
        r"```toml\n(feedback.*?)```", (ROOT / "INSTRUCTOR.md").read_text(encoding="utf-8"), re.DOTALL
    )
    rules = read_points(written(tmp_path, example))
    lab = rules["lab01"].of(load_lab("lab01"))
    assert {step.name: step.points for step in lab.steps}["updates"] == 12
    assert [step.name for step in lab.steps if step.hidden] == ["negatives", "analogy"]
    assert (lab.threshold.points, lab.partial, rules["lab01"].feedback) == (0, True, "behaviour")
    optional = [step.name for step in rules["lab03"].of(load_lab("lab03")).steps if step.optional]
    assert len(optional) == len(load_lab("lab03").steps) - 5


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[lab09]\n", ["lab09: no such key", "lab01"]),
        ("[lab01.points]\nflying = 3\n", ["lab01.points.flying: no such step", "build_vocab"]),
        ("[lab01]\nhidden = ['flying']\n", ["lab01.hidden: flying: no such step"]),
        ("[lab01]\noptional = 'loss'\n", ["lab01.optional: expected a list of steps", "'loss'"]),
        ("[lab01]\nhidden = [3]\n", ["lab01.hidden: 3: no such step"]),
        ("[lab01]\ncore = ['loss']\noptional = ['loss']\n", ["lab01.core: optional is there, too", "keep one"]),
        ("[lab01.points]\nloss = -1\n", ["lab01.points.loss: expected a whole number, 0 or more, found -1"]),
        ("[lab01.points]\nloss = 'ten'\n", ["lab01.points.loss: expected a whole number", "'ten'"]),
        ("[lab01.points]\nloss = true\n", ["lab01.points.loss", "True"]),
        ("[lab01.points]\nloss = nan\n", ["lab01.points.loss", "nan"]),
        ("[lab03.points]\nthreshold = 20\n", ["lab03.points.threshold: no such step"]),
        ("lab01 = 3\n", ["lab01: expected a table", "[lab01]"]),
        ("feedback = 'some'\n", ["feedback: no mode 'some'", "behaviour"]),
        ("feedback = []\n", ["feedback: no mode []"]),
        ("partial = 'yes'\n", ["partial: expected true or false"]),
        ("penalty = 3\n", ["penalty: no such key"]),
        ("[lab01\n", ["not TOML", "line 1"]),
        ("# Über\n".encode("latin-1"), ["line 1: not UTF-8", "save the file as UTF-8"]),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_before_any_grading(tmp_path, monkeypatch, text, parts):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ada.py").write_text(HALF_RIGHT)
    monkeypatch.chdir(tmp_path)
    options = ("submissions", "--points", str(written(tmp_path, text).relative_to(tmp_path)))
    done = in_process(lambda: run_command(command.build_parser(), command.run), *options)
    demand_one_line(done, "mine.toml: ", *parts)
    assert not (tmp_path / "grades.json").exists()


def test_a_file_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "submissions").mkdir()
    monkeypatch.chdir(tmp_path)
    done = in_process(
        lambda: run_command(command.build_parser(), command.run), "submissions", "--points", "absent.toml"
    )
    demand_one_line(done, "absent.toml", "No such file")


# What it makes of verdicts


def lab03(text: str, folder: Path, points: str):
    (folder / "submission.py").write_text(text)
    submission = find_submission(folder / "submission.py", "lab03")
    return replace(submission, lab=read_points(written(folder, points))["lab03"].of(submission.lab))


@pytest.mark.parametrize(("partial", "points"), [("false", 0), ("true", 3)])
def test_a_share_is_earned_where_partial_credit_is_given(tmp_path, partial, points):
    submission = lab03(HALF_RIGHT, tmp_path, f"partial = {partial}\n[lab03.points]\nsection_scores = 10\n")
    (verdict,) = grade(submission, ["section_scores"])
    assert (verdict.passed, verdict.points, verdict.worth) == (False, points, 10)


def test_what_is_trivially_wrong_earns_no_share(tmp_path):
    verdicts = grade(lab03(NOTHING_RIGHT, tmp_path, "partial = true"), PARTIAL, seed=5)
    assert [(verdict.step, verdict.passed, verdict.points) for verdict in verdicts if verdict.points] == []
    assert {verdict.step for verdict in verdicts} == set(PARTIAL)


def replaced(value: Any, number: float) -> Any:
    if isinstance(value, dict):
        return {key: replaced(item, number) for key, item in value.items()}
    return [replaced(item, number) for item in value] if isinstance(value, list) else number


def test_no_constant_earns_a_share():
    with Child(submission := find_submission(ROOT / PACKAGES["lab03"], "lab03")) as child:
        child.ask("load", 30)
        for step in (step for step in submission.lab.steps if step.name in PARTIAL):
            inputs = step.inputs(np.random.default_rng(3))
            value = child.ask(step.name, 60, inputs, step.uses)["value"]
            assert judge(step, inputs, {"value": value}) is None
            for number in (0, 1, -1, 0.5, 33, 41, math.nan):
                with np.errstate(all="ignore"):
                    said = judge(step, inputs, {"value": replaced(value, number)})
                assert said, (step.name, number)
                assert getattr(said, "share", 0) == 0, (step.name, number)


def test_a_share_is_that_of_the_properties_which_hold():
    properties = (
        lambda inputs, value: None,
        lambda inputs, value: "odd" * (value % 2),
        lambda inputs, value: value["x"],
    )
    said = by_property(*properties)([], 1)
    assert (said, round(said.share, 9)) == ("odd", round(1 / 3, 9))
    step = Step("s", 3, ("f",), list, by_property(properties[2], properties[0]))
    assert judge(step, [], {"value": 1}).startswith("what f returned cannot be read (TypeError: ")


def test_optional_points_come_on_top(tmp_path):
    submission = lab03(HALF_RIGHT, tmp_path, "[lab03]\noptional = ['section_scores', 'spearman']\n")
    verdicts = [replace(verdict, points=8, passed=True) for verdict in grade(submission, ["section_scores"])]
    verdicts += grade(submission, ["spearman", "cosines"])
    assert totals(verdicts) == (8, 10)
    record = {"submission": "ada", "lab": "lab03", "verdicts": [vars(verdict) for verdict in verdicts]}
    cells = row(record)
    assert cells[2:4] == [8, 10]
    assert cells[-1].startswith("cosines: ")  # an optional step that is not written is no mistake


# What students see

PASSED = Verdict("build_vocab", True, 8, 8)
WRONG = Verdict("loss", False, 0, 10, "expected 4.159, you got 3.2", kind="another result than asked for")
RAISED = Verdict("updates", False, 0, 8, "updates failed with ValueError", kind=RAISES)
MISSING = Verdict("train", False, 0, 5, "train is not defined", True, NOT_WRITTEN)
NOT_RUN = Verdict("threshold", None, 0, 20, "not run: no corpus given")
HIDDEN = Verdict("negatives", False, 0, 6, "expected .5", kind=RAISES, hidden=True)
CLASS = [HIDDEN, PASSED, WRONG, RAISED, MISSING, NOT_RUN]


@pytest.mark.parametrize(
    ("mode", "messages"),
    [
        ("all", ["expected .5", "passed", WRONG.message, RAISED.message, MISSING.message, NOT_RUN.message]),
        ("first", ["not passed", "passed", WRONG.message, "not passed", "not passed", NOT_RUN.message]),
        ("behaviour", [RAISES, "passed", WRONG.kind, RAISES, NOT_WRITTEN, NOT_RUN.message]),
        ("none", ["", "", "", "", "", NOT_RUN.message]),
    ],
)
def test_a_mode_lets_through_what_it_says(mode, messages):
    assert [verdict.message for verdict in shown(CLASS, mode)] == messages
    assert [replace(verdict, message="") for verdict in shown(CLASS, mode)] == [replace(v, message="") for v in CLASS]


@pytest.mark.parametrize("mode", MODES)
def test_students_pages_and_gradescope_follow_the_mode(mode):
    record = {"submission": "s1", "lab": "lab01", "feedback": mode, "verdicts": [vars(verdict) for verdict in CLASS]}
    page = as_markdown(Student("s1", "Ada", "a@x.edu"), [record])
    found = results(CLASS, mode, [], 1.0)
    assert ("4.159" in page) == ("4.159" in json.dumps(found)) == (mode in ("all", "first"))
    assert "expected .5" not in page
    assert "| negatives | – | graded later |" in page
    assert "8 of 46 points" in page
    assert "Steps that are graded later: 1." in page
    assert [test["visibility"] for test in found["tests"]][:2] == ["after_published", "visible"]
    assert "expected 4.159" in row(record)[-1]  # the instructor's table


# Seeds


def test_a_class_gets_a_seed_that_stays(tmp_path, monkeypatch):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ada.py").write_text(HALF_RIGHT)
    monkeypatch.chdir(tmp_path)
    seeds: list[int] = []
    monkeypatch.setattr(command, "grade", lambda *_, seed, **__: seeds.append(seed) or [])
    for options in ([], [], ["--seed", "7"]):
        done = in_process(lambda: run_command(command.build_parser(), command.run), "submissions", *options)
        assert done.returncode == 0, done.stderr
        (tmp_path / "submissions" / f"{len(seeds)}.py").write_text(HALF_RIGHT)
        assert f"inputs are drawn from the seed {seeds[-1]}\n" in done.stdout
    assert seeds[0] == seeds[1] != 1
    assert seeds[-1] == 7


@pytest.mark.parametrize("seed", [4_294_968, 2**32 - 1])
def test_a_right_submission_passes_with_the_largest_seeds(seed):
    submission = find_submission(ROOT / PACKAGES["lab03"], "lab03")
    assert [verdict.message for verdict in grade(submission, ["spearman", "cosines"], seed=seed)] == ["", ""]
