"""The command that grades a folder: resumable, unimpressed by bad submissions, its page read in a real browser."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from wordlab.command import run_command

import pytest

from grading.gradebook.page import write_page
from grading.gradebook.table import as_text, write_csv
from grading.places import ROOT
from grading.seeded.collection import HERE
from scripts import grade
from tests.commands import in_process
from tests.lab03.test_browser import browser  # noqa: F401  (a fixture)

GOOD = HERE / "variants" / "lab01_numpy"
HOSTILE = HERE / "hostile"
ONE_RIGHT = (
    "def keep_probability(counts, t=1e-4):\n    r = t * counts.sum() / counts\n    return (r ** 0.5 + r).clip(max=1)\n"
)


def command(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, str(ROOT / "scripts" / "grade.py"), "submissions", *options]
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """A folder of five submissions, graded."""
    folder = tmp_path_factory.mktemp("course")
    submissions = folder / "submissions"
    shutil.copytree(GOOD, submissions / "ada")
    (submissions / "<b>bob & co.py").write_text(ONE_RIGHT)
    shutil.copy(HOSTILE / "exit_zero.py", submissions / "eve.py")
    shutil.copy(HOSTILE / "syntax_error.txt", submissions / "=zed.py")
    (submissions / "empty").mkdir()
    (submissions / ".hidden.py").write_text("")
    run = command(folder, "--report", "grades.csv", "--lab", "lab01")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "5 of 5 submissions, 0 of them as before: grades.csv, grades.html"
    return folder


def read(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "grades.csv", newline="", encoding="utf-8") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def test_the_table_holds_every_submission(folder):
    rows = read(folder)
    assert list(rows) == ["<b>bob & co.py", "'=zed.py", "ada", "empty", "eve.py"]
    assert (rows["ada"]["points"], rows["ada"]["of"], rows["ada"]["what failed"]) == ("100", "120", "")
    bob = rows["<b>bob & co.py"]
    assert (bob["points"], bob["steps passed"], bob["steps"]) == ("8", "1", "15")
    assert bob["what failed"].startswith("build_vocab: build_vocab is not defined in the submission | subsample:")
    assert rows["eve.py"]["points"] == rows["'=zed.py"]["points"] == "0"
    assert rows["empty"]["what failed"].startswith("submissions/empty: no Python file in it")


def test_only_what_changed_is_graded_again(folder):
    state = json.loads((folder / "grades.json").read_text())
    for record in state:  # a mark that only an earlier run's record can have
        record["verdicts"] = [verdict | {"message": "from before"} for verdict in record["verdicts"]]
    (folder / "grades.json").write_text(json.dumps(state))
    (folder / "submissions" / "eve.py").write_text(ONE_RIGHT)
    run = command(folder, "--report", "grades.csv", "--lab", "lab01")
    assert run.stdout.splitlines()[-1].startswith("5 of 5 submissions, 3 of them as before")
    rows = read(folder)
    assert rows["eve.py"]["points"] == "8"
    assert "from before" in rows["'=zed.py"]["what failed"]
    shutil.copy(HOSTILE / "exit_zero.py", folder / "submissions" / "eve.py")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "submissions: no such folder; give the one that holds the submissions"),
        (["--lab", "lab09"], "invalid choice"),
        (["--jobs", "0"], "expected int in [1, 256]"),
        (["--corpus", "absent"], "--corpus absent: no such file"),
        (["--report", "x.json"], "end it in .csv"),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, said):
    run = command(tmp_path, *arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_one_submission_is_no_folder_of_them(tmp_path):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "solution.py").write_text(ONE_RIGHT)
    run = command(tmp_path)
    assert run.returncode == 2
    assert run.stderr.endswith("submissions: holds solution.py, so it is one submission; give the folder of them all\n")


def test_a_fault_of_the_grader_is_told_and_ends_the_command(tmp_path, monkeypatch):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ada.py").write_text(ONE_RIGHT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grade, "grade", lambda *_, **__: 1 / 0)
    done = in_process(lambda: run_command(grade.build_parser(), grade.run), "submissions")
    assert done.returncode == 2
    assert "the grader failed on ada.py: this is a fault of the grader" in done.stderr
    assert "the grader failed: division by zero" in read(tmp_path)["ada.py"]["what failed"]


def test_a_damaged_record_of_earlier_runs_is_not_believed(tmp_path):
    (tmp_path / "submissions" / "empty").mkdir(parents=True)
    (tmp_path / "grades.json").write_text('{"submission": ')
    assert command(tmp_path).returncode == 0
    assert json.loads((tmp_path / "grades.json").read_text())[0]["submission"] == "empty"


def test_cells_are_no_formulas():
    assert as_text("=1+1") == "'=1+1"
    assert as_text("lab01: a = b") == "lab01: a = b"


# The page


@pytest.fixture(scope="module")
def records() -> list[dict]:
    nasty = "<script>document.title = 'broken'</script> & \"quoted\""
    right = {"step": "build_vocab", "passed": True, "points": 8, "worth": 8, "message": ""}
    wrong = {"step": "loss", "passed": False, "points": 0, "worth": 10, "message": nasty}
    not_run = {"step": "threshold", "passed": None, "points": 0, "worth": 20, "message": "not run: no corpus given"}
    return [
        {"submission": "ada", "lab": "lab01", "verdicts": [right, wrong | {"passed": True, "points": 10}, not_run]},
        {"submission": nasty, "lab": "lab01", "verdicts": [right, wrong, not_run]},
        {"submission": "zed", "lab": None, "verdicts": [], "problem": f"no Python file: {nasty}"},
    ]


@pytest.fixture
def opened(browser, records, tmp_path):  # noqa: F811
    write_page(records, ["it may use the <network>"], tmp_path / "grades.html")
    browser.get((tmp_path / "grades.html").as_uri())
    yield browser
    assert browser.get_log("browser") == []


def texts(browser, selector: str) -> list[str]:  # noqa: F811
    return [element.text for element in browser.find_elements("css selector", selector)]


def test_the_page_shows_points_and_steps(opened, records):
    assert opened.title == "Grades"
    assert texts(opened, "h2") == ["Of no lab", "lab01"]
    assert texts(opened, "tbody th") == ["zed", records[1]["submission"], "ada"]
    assert texts(opened, "td.points") == ["0/0", "8/38", "18/38"]
    assert texts(opened, "td.failed") == ["✗ 0"]
    assert texts(opened, "tfoot td")[1:] == ["2/2", "1/2", "0/2"]
    assert texts(opened, "p.note") == ["Not enforced on this system: it may use the <network>."]


def test_messages_unfold_and_are_text(opened, records):
    (zed, nasty) = opened.find_elements("css selector", "details")
    assert zed.get_attribute("open") is None
    nasty.find_element("css selector", "summary").click()
    assert records[1]["verdicts"][1]["message"] in nasty.text
    assert opened.find_elements("css selector", "script") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_modes_are_legible(opened, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    pairs = opened.execute_script(
        "return [...document.querySelectorAll('td, th, p, summary, summary span')].map(node => {"
        " const background = element => getComputedStyle(element).backgroundColor;"
        " let behind = node; while (background(behind) === 'rgba(0, 0, 0, 0)') behind = behind.parentNode;"
        " return [getComputedStyle(node).color, background(behind)] })"
    )
    assert len(pairs) > 20
    assert min(contrast(*pair) for pair in pairs) > 4.5  # WCAG 2.2


def contrast(first: str, second: str) -> float:
    """Ratio of the relative luminances of two CSS colours."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


def test_a_narrow_window_scrolls_the_table_alone(opened):
    opened.set_window_size(500, 700)
    page, window = opened.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    opened.set_window_size(1300, 900)
    assert page <= window


def test_an_empty_folder_of_records_makes_a_table_and_a_page(tmp_path):
    write_csv([], tmp_path / "grades.csv")
    write_page([], [], tmp_path / "grades.html")
    assert (tmp_path / "grades.csv").read_text().startswith("submission,lab,points")
    assert "0 of 0" in (tmp_path / "grades.html").read_text()


# As a learner and as an instructor run pytest


def graded_by_pytest(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "pytest", "-q", "tests/grading", "--submission", str(path), *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, env=environment)


def test_pytest_grades_one_step_of_a_submission(tmp_path):
    (tmp_path / "mine.py").write_text(ONE_RIGHT)
    run = graded_by_pytest(tmp_path / "mine.py", "-k", "keep_probability or noise_table")
    assert run.returncode == 1
    assert "noise_table is not defined in the submission (8 points)" in run.stdout
    assert "8 of 16 points" in run.stdout
    assert "1 failed, 1 passed" in run.stdout


def test_pytest_says_what_it_cannot_grade(tmp_path):
    run = graded_by_pytest(tmp_path / "absent.py")
    assert run.returncode == 4
    assert "absent.py: no such file or folder" in run.stderr + run.stdout
