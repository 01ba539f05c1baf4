"""The command that writes a starter."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from grading.marks import without_marks
from tests.conftest import ROOT


def make_starter(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "make_starter.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_writes_a_folder_that_says_where_to_start(tmp_path):
    done = make_starter("lab01", "--out", "my_lab01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "EXERCISE.md" in done.stdout
    assert {"solution.py", "corpus.py", "blocks.py", "EXERCISE.md"} <= {
        p.name for p in (tmp_path / "my_lab01").iterdir()
    }
    again = make_starter("lab01", "--out", "my_lab01", cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "error: my_lab01: not empty, and nothing in it is overwritten; give another --out\n"


def test_the_core_is_named_where_a_lab_has_one(tmp_path):
    assert make_starter("lab03", "--out", "mine", cwd=tmp_path).stdout == (
        "mine: start with EXERCISE.md, whose first 8 steps are the core\n"
    )


def test_with_the_steps_up_to_the_updates_it_trains_and_shows_neighbours(tmp_path, small_text):
    """Day 2 of the course: no block, `nearest` and `analogy` not written yet."""
    folder = tmp_path / "my_lab01"
    assert make_starter("lab01", "--out", str(folder)).returncode == 0
    source = (ROOT / "lab01_word2vec" / "solution.py").read_text(encoding="utf-8")
    last = "def nearest("
    written, _, _ = without_marks(source).partition(last)
    _, _, hints = (folder / "solution.py").read_text(encoding="utf-8").partition(last)
    (folder / "solution.py").write_text(written.replace("lab01_word2vec.", "") + last + hints, encoding="utf-8")
    command = [sys.executable, "solution.py", "--data", str(small_text), "--engine", "pairs", "--epochs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    shown = done.stdout.partition("Nearest neighbours")[2]
    assert "not written yet: nearest" in shown
    assert re.search(r"^  (king|paris|python) +\S+ ", shown, flags=re.MULTILINE)
    assert "WordSim-353" in shown
    assert (folder / "runs" / "lab01" / "vectors.bin").exists()


@pytest.mark.parametrize("arguments", [["lab09", "--out", "x"], ["lab01"], ["lab01", "--out", "notes.txt"]])
def test_bad_input_is_one_line_and_leaves_nothing(arguments, tmp_path):
    (tmp_path / "notes.txt").touch()
    done = make_starter(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
