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


@pytest.fixture
def broken(mine) -> Path:
    """Of the same lab, with an open bracket in keep_probability, the second step."""
    path = mine / "solution.py"
    text = path.read_text(encoding="utf-8")
    head = "def keep_probability("
    assert text.count(head) == 1
    path.write_text(text.replace(head, "def keep_probability(("), encoding="utf-8")
    return mine


def test_the_next_step_is_named_with_its_first_hint(mine):
    done = script("progress.py", mine)
    assert done.returncode == 0, done.stderr
    first, *steps = done.stdout.splitlines()
    assert first == f"{mine}: 8 of 100 points"
    assert re.fullmatch(r"  done  build_vocab +8 of 8", steps[0])
    assert re.fullmatch(r"  next  keep_probability +0 of 8", steps[1])
    assert steps[2] == "        keep_probability is not written yet"
    assert steps[3].startswith("        Think of this: A word that is a hundred times as frequent")
    assert "√" not in done.stdout  # the formula, which the starter's error holds, is the second hint
    assert not any("not written yet" in line for line in steps[3:])
    assert steps[-1].startswith("With --more")


def test_the_second_hint_is_the_formula(mine):
    done = script("progress.py", mine, "--more")
    assert "Think of this: " in done.stdout
    assert "The formula: The chance of word w is min(1, √(t/f) + t/f)" in done.stdout
    assert "With --more" not in done.stdout


def test_the_hint_is_that_of_the_learners_page_where_it_has_one(mine):
    page = mine / "EXERCISE.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("A word that is a hundred times as frequent", "My teacher's own hint:"))
    assert "Think of this: My teacher's own hint:" in script("progress.py", mine).stdout
    page.write_text("a page without hints\n")
    assert "Think of this: A word that is a hundred times" in script("progress.py", mine).stdout


def test_a_file_that_python_cannot_read_costs_only_its_own_steps(mine):
    with (mine / "blocks.py").open("a", encoding="utf-8") as file:
        file.write("\ndef f(:\n")
    done = script("progress.py", mine)
    assert done.returncode == 0
    line = len((mine / "blocks.py").read_text(encoding="utf-8").splitlines())
    assert done.stderr.startswith(f"{mine / 'blocks.py'}:{line}:7: invalid syntax")
    assert "8 of 100 points" in done.stdout


def test_a_slip_in_one_function_of_the_solution_costs_only_that_step(broken):
    before = (broken / "solution.py").read_bytes()
    [line] = [number for number, text in enumerate(before.split(b"\n"), start=1) if b"probability((" in text]
    done = script("progress.py", broken)
    assert re.match(rf"{re.escape(str(broken / 'solution.py'))}:{line}:\d+: \S", done.stderr)
    assert done.stderr.count("\n") == 1
    assert re.search(r"^  done  build_vocab +8 of 8$", done.stdout, re.MULTILINE)
    assert f"keep_probability failed with SyntaxError: Python cannot read it (solution.py, line {line})" in done.stdout
    assert (broken / "solution.py").read_bytes() == before


def test_what_cannot_be_confined_to_a_function_is_one_line(mine):
    path = mine / "solution.py"
    path.write_text("import (\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    demand_one_line(script("progress.py", mine), "solution.py:1:", "no step")


def test_bad_input_is_one_line(mine, tmp_path):
    (tmp_path / "empty").mkdir()
    demand_one_line(script("progress.py", tmp_path / "nowhere"), "nowhere", "no such file or folder")
    demand_one_line(script("progress.py", tmp_path / "empty"), "no solution.py in it", "make_starter.py")
    (tmp_path / "lone.py").write_text("x = (1\n")
    demand_one_line(script("progress.py", tmp_path / "lone.py"), "lone.py:1:5: '(' was never closed", "--lab")
    (mine / "solution.py").unlink()  # the starter holds another lab's as a tool
    demand_one_line(script("progress.py", mine), "no solution.py in it", "make_starter.py")


def test_a_whole_lab_is_told_what_remains():
    done = script("progress.py", ROOT / "lab01_word2vec")
    assert "114 of 100 points" in done.stdout
    assert "threshold" in done.stdout.splitlines()[-1]


def test_a_lab_with_a_core_is_told_when_it_is_done(tmp_path):
    """The measures of Lab 3, beyond its core, are left to be written."""
    write_lab("lab03", tmp_path / "mine")
    assert script("progress.py", tmp_path / "mine").stdout.splitlines()[-2] == "The core: 0 of 8 steps"
    write_lab("lab03", tmp_path / "solved", solved=True)
    shutil.copy(tmp_path / "solved" / "solution.py", tmp_path / "mine")
    done = script("progress.py", tmp_path / "mine").stdout.splitlines()
    assert done[-2] == "The core is done: 8 of 8 steps"
    assert [line.split()[-1] for line in done if re.match(r"  .{4}  debias", line)] == ["more"]
    assert "All steps are done." not in done
