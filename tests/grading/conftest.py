"""`pytest tests/grading --submission PATH` grades that submission and runs nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.grader import Uncontained, agreed
from grading.submission import SubmissionError, find_submission


def pytest_sessionstart(session: pytest.Session) -> None:
    """What cannot be graded at all is one line and exit status 4."""
    if path := session.config.getoption("--submission"):
        try:
            find_submission(path, session.config.getoption("--lab"))
        except SubmissionError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Nothing else is even imported: a learner's own environment may lack what other tests need."""
    other = collection_path.name.startswith("test_") and collection_path.name != "test_submission.py"
    return True if other and config.getoption("--submission") else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--submission"):
        others = [item for item in items if item.path.name != "test_submission.py"]
        items[:] = [item for item in items if item.path.name == "test_submission.py"]
        config.hook.pytest_deselected(items=others)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What this system cannot enforce is said before grading starts, and must have been agreed to."""
    if not session.config.getoption("--submission") or session.config.getoption("--collect-only"):
        return
    try:
        missing = agreed(session.config.getoption("--uncontained"))
    except Uncontained as error:
        raise pytest.UsageError(str(error)) from None
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    for text in missing if reporter else ():
        reporter.write_line(f"not enforced on this system: {text}", yellow=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--submission"):
        return
    reports = [report for key in ("passed", "failed", "skipped") for report in terminalreporter.getreports(key)]
    points = [dict(report.user_properties).get("points", (0, 0)) for report in reports if report.when == "call"]
    earned, worth = (sum(part) for part in zip(*points, strict=True)) if points else (0, 0)
    terminalreporter.write_line(f"{earned} of {worth} points", bold=True)
