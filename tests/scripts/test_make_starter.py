"""The command that writes a starter."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("arguments", [["lab09", "--out", "x"], ["lab01"], ["lab01", "--out", "notes.txt"]])
def test_bad_input_is_one_line_and_leaves_nothing(arguments, tmp_path):
    (tmp_path / "notes.txt").touch()
    done = make_starter(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
