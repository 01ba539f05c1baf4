"""Variants: constants from a secret and an id, starters that have them, and verdicts that tell one from another."""

from __future__ import annotations

import doctest
import itertools
import json
import os
import shutil
import subprocess
import sys

import pytest

from grading.grader import grade
from grading.starters import lab_files, write_lab
from grading.submission import find_submission, load_lab
from grading.variants import draw, read_secret, usual
from tests.conftest import ROOT

SECRET = b"a secret of the tests"
STUDENTS = [f"s{number:03}" for number in range(200)]
WITH_CONSTANTS = ["lab01", "lab02"]


def paired(lab: str, student: str) -> list:
    constants = load_lab(lab).constants
    drawn = draw(constants, SECRET, student)
    return [(constant, drawn[constant.name]) for constant in constants]


@pytest.mark.parametrize("lab", WITH_CONSTANTS)
def test_constants_depend_on_secret_and_student_alone(lab):
    constants = load_lab(lab).constants
    drawn = [draw(constants, SECRET, student) for student in STUDENTS]
    assert drawn == [draw(constants, SECRET, f" {student.upper()} ") for student in STUDENTS]
    assert drawn != [draw(constants, b"another secret of the tests", student) for student in STUDENTS]
    for constant in constants:
        assert {values[constant.name] for values in drawn} == set(constant.choices)
        assert constant.usual not in constant.choices
    same = sum(a == b for a, b in itertools.combinations(drawn, 2))
    assert same / (200 * 199 / 2) < 0.02  # a copy goes unnoticed as seldom


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Solved variants of two students and the usual solution, by lab and name."""
    folders = {}
    for lab, student in itertools.product(WITH_CONSTANTS, ["ann", "bob", ""]):
        folders[lab, student] = tmp_path_factory.mktemp("variant") / "solved"
        write_lab(lab, folders[lab, student], solved=True, constants=paired(lab, student) if student else ())
    return folders


def failed(lab, folder, constants) -> dict[str, str]:
    steps = [constant.step for constant in load_lab(lab).constants]
    verdicts = grade(find_submission(folder, lab), steps, constants=constants)
    return {verdict.step: verdict.message for verdict in verdicts if not verdict.passed}


@pytest.mark.parametrize("lab", WITH_CONSTANTS)
def test_a_variant_passes_its_own_steps_and_fails_those_of_others(lab, written):
    constants = load_lab(lab).constants
    own = {student: draw(constants, SECRET, student) for student in ("ann", "bob")} | {"": usual(constants)}
    assert own["ann"] != own["bob"]
    for student, graded_as in itertools.product(own, own):
        found = failed(lab, written[lab, student], own[graded_as])
        differs = {c.step for c in constants if own[student][c.name] != own[graded_as][c.name]}
        assert found.keys() == differs
        for message in found.values():
            assert "where none is given" in message
            assert not any(character.isdigit() for character in message)


@pytest.mark.parametrize("lab", WITH_CONSTANTS)
def test_the_examples_of_a_variants_exercise_hold(lab, written):
    page = written[lab, "ann"] / "EXERCISE.md"
    text = page.read_text(encoding="utf-8")
    for constant, value in paired(lab, "ann"):
        assert f"| `{constant.name}` | `{value}` |" in text
    done = subprocess.run(
        [sys.executable, "-m", "doctest", "-f", page.name],
        cwd=page.parent, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert doctest.DocTestParser().get_examples(text)


def test_a_starter_without_constants_is_the_usual_one():
    files = lab_files("lab01")
    assert b"Your constants" not in files["EXERCISE.md"]
    assert b"threshold: float = 1e-4" in files["solution.py"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lab01", "--variant", "ann"], "--variant STUDENT and --secret FILE go together"),
        (["lab01", "--variant", "ann", "--secret", "none.txt"], "none.txt: No such file or directory; python -c"),
        (["lab01", "--variant", "ann", "--secret", "short.txt"], "short.txt: 5 bytes are no secret"),
        (["lab03", "--variant", "ann", "--secret", "secret.txt"], "lab03 has no constants to draw"),
    ],
)
def test_a_variant_that_cannot_be_made_is_refused_in_one_line(tmp_path, arguments, said):
    (tmp_path / "short.txt").write_text("12345\n")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_starter.py", *arguments, "--out", "starter"],
        cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "starter").exists()


def test_the_class_is_graded_by_each_students_variant(tmp_path, written):
    """Bob hands in what Ann has, and a stranger something else."""
    for name, student in (("Ann_s1", "ann"), ("Bob_s2", "ann"), ("stranger", "")):
        shutil.copytree(written["lab02", student], tmp_path / "submissions" / name)
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "roster.csv").write_text("name,id,email\nAnn,ann,s1\nBob,bob,s2\n", encoding="utf-8")
    command = ["scripts/grade.py", tmp_path / "submissions", "--report", tmp_path / "grades.csv", "--uncontained"]
    command += ["--secret", tmp_path / "secret.txt", "--roster", tmp_path / "roster.csv"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {record["submission"]: record for record in json.loads((tmp_path / "grades.json").read_text())}
    wrong = {name: {v["step"] for v in record["verdicts"] if not v["passed"]} for name, record in found.items()}
    constants = load_lab("lab02").constants
    ann, bob = (draw(constants, SECRET, student) for student in ("ann", "bob"))
    assert wrong["Ann_s1"] == set()
    assert wrong["Bob_s2"] == {c.step for c in constants if ann[c.name] != bob[c.name]}
    assert "of no student of the roster" in found["stranger"]["problem"]


def test_a_secret_is_read_without_the_line_end(tmp_path):
    (tmp_path / "secret.txt").write_bytes(SECRET + b"\r\n")
    assert read_secret(tmp_path / "secret.txt") == SECRET
