"""Grades a submission, a test for each step; without --submission the repository's own solutions, which pass all."""

from __future__ import annotations

import pytest

from grading.grader import THRESHOLD, grade
from grading.steps import NOT_WRITTEN, Verdict
from grading.submission import LABS, ROOT, Submission, find_submission, load_lab


def submissions(config: pytest.Config) -> list[Submission]:
    if path := config.getoption("--submission"):
        return [find_submission(path, config.getoption("--lab"))]
    return [find_submission(ROOT / load_lab(lab).package, lab) for lab in LABS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases = []
    for submission in submissions(metafunc.config):
        names = [step.name for step in submission.lab.steps]
        if metafunc.config.getoption("--submission") and submission.lab.threshold:
            names.append(THRESHOLD)
        cases += [pytest.param(submission, name, id=f"{submission.lab.name}-{name}") for name in names]
    metafunc.parametrize(("submission", "step"), cases)


@pytest.fixture(scope="session")
def verdicts(request: pytest.FixtureRequest) -> dict[str, dict[str, Verdict]]:
    """Verdicts by lab and step, of the steps that are selected: one child runs them all."""
    chosen = [item.callspec.params for item in request.session.items if item.path.name == "test_submission.py"]
    submissions = {case["submission"].lab.name: case["submission"] for case in chosen}
    found = {}
    for lab, submission in submissions.items():
        steps = [case["step"] for case in chosen if case["submission"] is submission]
        verdicts = grade(submission, steps, corpus=request.config.getoption("--corpus"))
        found[lab] = {verdict.step: verdict for verdict in verdicts}
    return found


def test_step(submission, step, verdicts, record_property):
    verdict = verdicts[submission.lab.name][step]
    record_property("points", (verdict.points, 0 if verdict.optional else verdict.worth))
    if verdict.passed is None or (verdict.optional and verdict.kind == NOT_WRITTEN):
        pytest.skip(verdict.message)
    if not verdict.passed:
        pytest.fail(f"{verdict.message} ({verdict.worth} points)", pytrace=False)
