"""The tasks without make: what they set up and run, and how bad input ends. The environment itself is not made here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import tasks
from tests.conftest import ROOT


@pytest.fixture
def calls(monkeypatch, tmp_path) -> list[list[str]]:
    """The commands that would run, with paths of the environment as they are; all end well."""
    ran: list[list[str]] = []

    def call(command: list[str], **options: object) -> int:
        ran.append(command)
        return 0

    def run(command: list[str], **options: object) -> SimpleNamespace:
        ran.append(command)
        return SimpleNamespace(returncode=0, stdout="wiki8\n")

    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    monkeypatch.setattr(tasks, "VENV", venv)
    monkeypatch.setattr(tasks, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setattr(subprocess, "run", run)
    return ran


def task(monkeypatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["tasks.py", *arguments])
    tasks.main()


def test_run_sets_up_once_and_trains_on_the_corpus_at_hand(monkeypatch, calls):
    python = str(tasks.PYTHON)
    task(monkeypatch, "run")
    assert [command[1:4] for command in calls[:2]] == [["-m", "venv", str(tasks.VENV)], ["-m", "pip", "install"]]
    assert calls[2:] == [
        [python, "scripts/get_data.py", "--corpus"],
        [python, "lab01_word2vec/solution.py", "--data", "wiki8"],
    ]
    calls.clear()
    task(monkeypatch, "run", "--data", "sample")
    assert calls == [[python, "lab01_word2vec/solution.py", "--data", "sample"]]


def test_what_tests_need_is_added_for_them_alone(monkeypatch, calls):
    task(monkeypatch, "lab3", "--vectors", "a.bin", "b.txt")
    assert calls[-1][1:] == ["lab03_eval/solution.py", "--vectors", "a.bin", "b.txt"]
    assert not any("requirements-dev.txt" in command for command in calls)
    calls.clear()
    task(monkeypatch, "test")
    assert "requirements-dev.txt" in calls[-2]
    assert calls[-1][1:3] == ["-m", "pytest"]


def test_figures_need_no_more_than_the_labs(monkeypatch, calls):
    task(monkeypatch, "figures")
    assert not any("requirements-dev.txt" in command for command in calls)
    assert calls[-1][1:] == ["-m", "scripts.figures"]


def test_a_course_goes_where_it_is_asked_to_from_the_folder_that_one_is_in(monkeypatch, calls, tmp_path):
    monkeypatch.chdir(tmp_path)
    task(monkeypatch, "course", "--out", "mine")
    assert calls[-1][1:] == ["scripts/course.py", "--out", str(tmp_path / "mine")]
    task(monkeypatch, "course")
    assert calls[-1][1:] == ["scripts/course.py"]  # which says that --out is needed


@pytest.mark.parametrize("name", tasks.TASKS)
def test_every_task_runs_files_that_exist(monkeypatch, calls, name):
    task(monkeypatch, name, "--data", "sample", "--subwords")
    for command in calls:
        assert all((ROOT / word).exists() for word in command if word.endswith(".py") or word.startswith("require"))


def test_make_has_the_same_tasks():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [declared] = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert set(declared.split()) == {*tasks.TASKS, "clean"}


def test_a_task_that_fails_gives_its_status(monkeypatch, calls):
    task(monkeypatch, "check")
    monkeypatch.setattr(subprocess, "call", lambda *command, **options: 3)
    with pytest.raises(SystemExit) as left:
        task(monkeypatch, "check")
    assert left.value.code == 3


@pytest.mark.parametrize(
    ("prepare", "arguments", "parts"),
    [
        (None, ["fly"], ["invalid choice: 'fly'", "--help"]),
        (None, [], ["TASK", "--help"]),
        ("old", ["run"], ["Python 3.11 or newer", "3.8"]),
        ("venv", ["run"], ["python3-venv"]),
        ("pip", ["run"], ["pip could not install requirements.txt", "network"]),
    ],
)
def test_bad_input_is_one_line(monkeypatch, calls, capsys, prepare, arguments, parts):
    if prepare == "old":
        monkeypatch.setattr(sys, "version_info", (3, 8, 1))
    elif prepare:
        monkeypatch.setattr(subprocess, "call", lambda command, **options: prepare in command)
    with pytest.raises(SystemExit) as left:
        task(monkeypatch, *arguments)
    assert left.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert all(part in line for part in parts)
    assert not Path(tasks.VENV / "ready").exists()


def test_it_needs_nothing_that_is_not_in_the_standard_library():
    done = subprocess.run(
        [sys.executable, "-S", "-I", str(ROOT / "tasks.py"), "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert all(f"  {name} " in done.stdout for name in tasks.TASKS)
