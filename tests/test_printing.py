"""A result outlives its printing: consoles that lack letters or are gone, full disks, packages that are missing."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest import mock

from wordlab import files
from wordlab.command import OneLineParser, run_command, unless_impossible
from wordlab.console import lasting_output
from wordlab.errors import InputError
from wordlab.files import replacing, save_tensors, to_json, write_text
from wordlab.packages import MissingPackage, needs
from wordlab.tables import figure, finite

import numpy as np
import pytest

from lab03_eval.command import SHIPPED
from tests.conftest import ROOT
from tests.sources import commands

TEXT = "ρ = 0.7 … 東京 مرحبا"


@contextlib.contextmanager
def console(encoding: str):
    """Inside it, standard output is a console of this encoding; yields what it has got."""
    got = io.BytesIO()
    with mock.patch.object(sys, "stdout", io.TextIOWrapper(got, encoding=encoding)):
        yield got


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", b"? = 0.7 ? ?? ?????"),
        ("cp1252", b"? = 0.7 \x85 ?? ?????"),
        ("utf-8", TEXT.encode()),
    ],
)
def test_letters_that_a_console_lacks_become_question_marks(encoding, shown):
    with console(encoding) as got:
        with lasting_output():
            print(TEXT)
        assert got.getvalue().rstrip() == shown


def test_half_a_letter_of_a_file_name_can_be_printed_and_written(tmp_path):
    """Names that are no UTF-8 reach Python with surrogates in them, which UTF-8 refuses."""
    with console("utf-8") as got:
        with lasting_output():
            print("vectors\udcff.bin")
        assert got.getvalue().rstrip() == b"vectors?.bin"
    write_text(tmp_path / "report.md", "vectors\udcff.bin")
    assert (tmp_path / "report.md").read_text() == "vectors?.bin"


@pytest.mark.parametrize("path", commands(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_helps_on_a_console_that_knows_ascii_only(path):
    with console("ascii") as got, mock.patch.object(sys, "argv", [path.name, "--help"]):
        with pytest.raises(SystemExit) as stopped:
            runpy.run_path(str(path), run_name="__main__")
        assert stopped.value.code == 0
        assert b"usage:" in got.getvalue()


def command(out: Path) -> None:
    """A command that prints much, then saves its result, and prints again."""

    def run(args) -> None:
        print("x" * 100_000)
        write_text(out / "result", "whole")
        print("done")

    parser = OneLineParser("")
    parser.add_argument("--out", default=str(out))
    with mock.patch.object(sys, "argv", ["command"]):
        run_command(parser, run)


def test_a_pipe_that_nobody_reads_loses_no_result(tmp_path, capsys):
    reading, writing = os.pipe()
    os.close(reading)
    with mock.patch.object(sys, "stdout", os.fdopen(writing, "w")) as out, out:
        command(tmp_path)
    assert (tmp_path / "result").read_text() == "whole"
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_standard_output_is_told_after_the_work(tmp_path, capsys):
    with open("/dev/full", "w") as out, mock.patch.object(sys, "stdout", out), pytest.raises(SystemExit) as stopped:
        command(tmp_path)
    assert stopped.value.code == 2
    assert (tmp_path / "result").read_text() == "whole"
    assert capsys.readouterr().err == (
        "error: standard output: No space left on device; only what is printed is lost\n"
    )


def test_where_there_is_no_standard_output_the_work_is_done(tmp_path):
    with mock.patch.object(sys, "stdout", None), mock.patch.object(sys, "stderr", None):
        command(tmp_path)
        assert sys.stdout is None
    assert (tmp_path / "result").read_text() == "whole"


@pytest.mark.parametrize("closing", ["| head -c 9", ">&-", ">&- 2>&-", "2>&1 | true"])
def test_scores_are_written_whatever_becomes_of_the_console(tmp_path, closing):
    """As processes, since only those end as a shell sees it; in a locale that knows ASCII only."""
    script = f"{sys.executable} {ROOT}/lab03_eval/eval_embeddings.py {SHIPPED} --only wordsim353 --json scores.json"
    environment = os.environ | {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    shell = ["bash", "-o", "pipefail", "-c", f"{script} {closing}"]
    done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads((tmp_path / "scores.json").read_text())["wordsim353.used"] > 300


def failing(*arguments: object):
    def run(args) -> None:
        with replacing(args.out / "vectors.bin") as temporary:
            temporary.write_bytes(b"half")
            raise OSError(*arguments)

    return run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((errno.ENOSPC, "No space left on device"), "No space left on device"),
        (("100 requested and 20 written",), "100 requested and 20 written"),  # as NumPy says it
    ],
)
def test_a_file_that_cannot_be_written_is_the_one_that_is_named(tmp_path, capsys, arguments, says):
    (tmp_path / "vectors.bin").write_bytes(b"saved before")
    parser = OneLineParser("")
    parser.add_argument("--out", type=Path, default=tmp_path)
    with mock.patch.object(sys, "argv", ["command"]), pytest.raises(SystemExit) as stopped:
        run_command(parser, failing(*arguments))
    assert stopped.value.code == 2
    assert capsys.readouterr().err == f"error: {tmp_path}/vectors.bin: {says}\n"
    assert (tmp_path / "vectors.bin").read_bytes() == b"saved before"
    assert os.listdir(tmp_path) == ["vectors.bin"]


def test_tensors_that_cannot_be_written_name_their_file_once(tmp_path, capsys, monkeypatch):
    """safetensors wraps the system's error, here of a temporary file in a folder that is not there."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    monkeypatch.setattr(files.tempfile, "mkstemp", lambda **_: (descriptor, str(tmp_path / "nowhere" / "part")))

    def run(args) -> None:
        save_tensors(args.out / "tables.safetensors", {"a": np.ones(3)}, {})

    parser = OneLineParser("")
    parser.add_argument("--out", type=Path, default=tmp_path)
    with mock.patch.object(sys, "argv", ["command"]), pytest.raises(SystemExit):
        run_command(parser, run)
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path}/tables.safetensors: cannot be written: ")
    assert said.count("tables.safetensors") == 1
    assert said.count("\n") == 1


def test_a_system_error_without_a_file_names_what_was_typed(capsys):
    def run(args) -> None:
        raise OSError(errno.EIO, "Input/output error")

    parser = OneLineParser("")
    parser.add_argument("names", nargs="*")
    with mock.patch.object(sys, "argv", ["command", "text8", "men"]), pytest.raises(SystemExit):
        run_command(parser, run, place="names")
    assert capsys.readouterr().err == "error: text8 men: Input/output error\n"


def refuse(constant: str) -> None:
    pytest.fail(f"{constant} is no JSON")


def test_json_holds_what_every_reader_knows():
    values = {"nan": np.nan, "inf": [np.inf, -np.inf], "scalar": np.float32(0.5), "count": np.int64(3), "yes": np.True_}
    values |= {"array": np.array([[1.0, np.nan], [np.inf, 2.0]]), "tuple": (1, None), 7: "a number as key"}
    assert json.loads(to_json(values), parse_constant=refuse) == {
        "nan": None, "inf": [None, None], "scalar": 0.5, "count": 3, "yes": True,
        "array": [[1.0, None], [None, 2.0]], "tuple": [1, None], "7": "a number as key",
    }  # fmt: skip
    assert to_json({"x": 0.1 + 0.2}) == '{\n  "x": 0.30000000000000004\n}\n'


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -float("inf")])
def test_a_figure_that_is_none_is_a_dash_in_every_table(value):
    assert figure("wordsim353.rho", [0.5, value]) == "–"
    assert not finite(0.5, value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No module named 'package_of_this_test'"),
        ("", "cannot import name 'Thing' from 'package_of_this_test'"),  # another package of that name
        ("raise SystemError('built for another NumPy\\nsee below')", "built for another NumPy see below"),
        ("import package_of_this_test.core", "No module named 'package_of_this_test.core'"),
    ],
)
def test_a_missing_wrong_or_broken_package_is_one_line(tmp_path, monkeypatch, content, reason):
    if content is not None:
        (tmp_path / "package_of_this_test.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "package_of_this_test", raising=False)
    with pytest.raises(MissingPackage) as raised, needs("the-package"):
        from package_of_this_test import Thing  # noqa: F401
    assert str(raised.value).startswith(f"the-package cannot be imported ({reason}")
    assert str(raised.value).endswith("): pip install the-package")
    assert "\n" not in str(raised.value)


def test_what_is_impossible_is_named_and_the_rest_is_made(capsys):
    made = []

    def impossible() -> None:
        raise InputError("the reason")

    for name, make in (("one", impossible), ("two", lambda: made.append("two"))):
        unless_impossible(name, make)
    assert made == ["two"]
    assert capsys.readouterr().out == "one left out: the reason\n"


@pytest.mark.parametrize("module", ["lab01_word2vec", "lab02_glove_fasttext", "lab03_eval", "lab03_eval.tasks"])
def test_a_missing_package_that_a_command_cannot_do_without_is_one_line(module, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "tqdm" or name.startswith(module)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module(module, run_name="__main__")
    assert "tqdm" in stopped.value.code
    assert stopped.value.code.endswith("type: pip install -r requirements.txt")
