"""How far a lab is: a starter, one with a first answer, one with a file that Python cannot read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from grading.starters import write_lab
from tests.commands import demand_one_line
from tests.conftest import ROOT
from tests.scripts.commands import script


@pytest.fixture
def mine(tmp_path) -> Path:
    """A starter of Lab 1 in which build_vocab is written."""
    folder = tmp_path / "mine"
    write_lab("lab01", folder)
    solved = (ROOT / "lab01_word2vec" / "solution.py").read_text(encoding="utf-8")
    [answer] = re.findall(r"^def build_vocab.*?(?=^def )", solved, flags=re.DOTALL | re.MULTILINE)
    path = folder / "solution.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^def build_vocab.*?(?=^def )", lambda _: answer, text, flags=re.DOTALL | re.MULTILINE))
    return folder


def test_the_next_step_is_named_with_its_hint(mine):
    done = script("progress.py", mine)
    assert done.returncode == 0, done.stderr
    first, *steps = done.stdout.splitlines()
    assert first == f"{mine}: 8 of 100 points"
    assert re.fullmatch(r"  done  build_vocab +8 of 8", steps[0])
    assert re.fullmatch(r"  next  keep_probability +0 of 8", steps[1])
    assert "not written yet" in steps[2]
    assert "√(t/f)" in steps[2]
    assert not any("not written yet" in line for line in steps[3:])


def test_a_file_that_python_cannot_read_costs_only_its_own_steps(mine):
    with (mine / "blocks.py").open("a", encoding="utf-8") as file:
        file.write("\ndef f(:\n")
    done = script("progress.py", mine)
    assert done.returncode == 0
    line = len((mine / "blocks.py").read_text(encoding="utf-8").splitlines())
    assert done.stderr.startswith(f"{mine / 'blocks.py'}:{line}:7: invalid syntax")
    assert "8 of 100 points" in done.stdout


def test_bad_input_is_one_line(mine, tmp_path):
    (tmp_path / "empty").mkdir()
    demand_one_line(script("progress.py", tmp_path / "nowhere"), "nowhere", "no such file or folder")
    demand_one_line(script("progress.py", tmp_path / "empty"), "no Python file in it")
    shutil.copy(mine / "solution.py", tmp_path / "broken.py")
    with (mine / "solution.py").open("a", encoding="utf-8") as file:
        file.write("\nx = (1\n")
    demand_one_line(script("progress.py", mine), "solution.py:", "was never closed", "no step")


def test_a_whole_lab_is_told_what_remains():
    done = script("progress.py", ROOT / "lab01_word2vec")
    assert "100 of 100 points" in done.stdout
    assert "threshold" in done.stdout.splitlines()[-1]
