"""The corpus that ships: whole, known to every command by name, and restored where it is damaged."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from wordlab.errors import InputError

import pytest

from lab01_word2vec import text
from lab01_word2vec.command import main as lab01
from lab01_word2vec.text import Text
from lab02_glove_fasttext.command import main as lab02
from tests.commands import demand_one_line, in_process
from tests.conftest import ROOT
from tests.scripts.commands import script

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:f5201379\nsize 23129484\n"


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A repository of which the commands take the corpus: data/sources.toml, and a corpus that is not there yet."""
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "data" / "sources.toml", tmp_path / "data")
    monkeypatch.setattr(text, "ROOT", tmp_path)
    return tmp_path


def test_the_corpus_is_the_one_on_record():
    digest, size = hashlib.md5(), 0
    for piece in Text("wiki8").pieces():
        digest.update(piece.encode())
        size += len(piece)
    assert (size, digest.hexdigest()) == (100_000_000, "74d094aa3346187eaefe8cf9d38ebc00")
    assert Text("wiki8").name == "wiki8"


def damaged(kind: str) -> bytes:
    whole = (ROOT / "data" / "wiki8.xz").read_bytes()
    return {"empty": b"", "pointer": POINTER, "cut short": whole[:-1], "changed": whole[:-9] + b"?" + whole[-8:]}[kind]


@pytest.mark.parametrize("kind", ["empty", "pointer", "cut short", "changed"])
def test_a_damaged_corpus_is_one_line_with_both_hashes_and_what_restores_it(clone, tmp_path, kind):
    content = damaged(kind)
    (clone / "data" / "wiki8.xz").write_bytes(content)
    for command in (lab01, lab02):
        done = in_process(command, "--data", "wiki8", "--out", str(tmp_path / "out"))
        found = hashlib.sha256(content).hexdigest()
        demand_one_line(done, "wiki8.xz: damaged", "expected sha256 f5201379", found, "git checkout -- data/wiki8.xz")


def test_without_the_corpus_the_line_says_where_it_is(clone):
    with pytest.raises(InputError, match=r"comes with the repository.*--data PATH/data/wiki8\.xz.*get_data\.py wiki8"):
        Text("wiki8")


def test_get_data_finds_it_or_says_how_to_restore_it(clone):
    done = script("get_data.py", "wiki8")
    assert done.returncode == 0
    assert done.stdout == f"wiki8: {ROOT / 'data' / 'wiki8.xz'}\n"


def test_what_make_run_trains_on_without_a_network(monkeypatch):
    """Where text8 is not there and its address does not answer: wiki8, and one line that says why."""
    if (ROOT / "data" / "text8").exists():
        pytest.skip("data/text8 is there: make run takes it")
    monkeypatch.delenv("LAB_DATA_MIRROR", raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    done = script("get_data.py", "--corpus")
    assert (done.returncode, done.stdout) == (0, "wiki8\n")
    assert done.stderr.startswith("text8: not to be had: http://mattmahoney.net/dc/text8.zip: ")
    assert done.stderr.endswith(". Training on wiki8, which is in the repository.\n")
    assert done.stderr.count("\n") == 1


def test_the_makefile_asks_for_it():
    makefile, tasks = ((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "tasks.py"))
    assert re.search(r"^run .*:\n\t@\$\(TASK\) \$@", makefile, flags=re.MULTILINE)
    assert '"scripts/get_data.py", "--corpus"' in tasks
