"""A corpus of several files: a folder, a pattern, several names, plain or packed; and what cannot be read of them."""

from __future__ import annotations

import gzip
import json
import lzma
import os
from pathlib import Path

from wordlab.errors import InputError

import pytest

from lab01_word2vec.command import main as lab01
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.text import Text, resolve
from lab02_glove_fasttext.command import main as lab02
from tests.commands import demand_one_line, in_process

PARTS = ["the cat sat on the mat", "and the dog\nran", "the naïve 猫 ran on"]
WHOLE = "\n".join(PARTS)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three parts of a text under several packings, one in a folder of its own, and a file that is not meant."""
    place = tmp_path / "texts"
    (place / "b").mkdir(parents=True)
    (place / "a.txt").write_text(PARTS[0])
    (place / "b" / "part.txt.gz").write_bytes(gzip.compress(PARTS[1].encode()))
    (place / "c.xz").write_bytes(lzma.compress(PARTS[2].encode()))
    (place / ".hidden").write_bytes(bytes(range(256)))
    (place / "a.txt.json").write_text('{"language": "en"}')
    return place


def test_a_folder_a_pattern_and_several_names_are_the_same_corpus(folder, tmp_path, monkeypatch):
    (tmp_path / "whole.txt").write_text(WHOLE)
    whole = load_corpus(str(tmp_path / "whole.txt"), min_count=1)
    names = [folder / "a.txt", folder / "b" / "part.txt.gz", folder / "c.xz"]
    monkeypatch.chdir(tmp_path)
    for data in (str(folder), "texts", f"{folder}/**/*", "texts/**/*.*", os.pathsep.join(map(str, names))):
        corpus = load_corpus(data, min_count=1)
        assert corpus.identity == whole.identity
        assert (corpus.words, corpus.tokens) == (whole.words, whole.tokens)


@pytest.mark.parametrize(
    ("data", "name"),
    [("texts", "texts"), ("texts/", "texts"), ("texts/*.txt", "a"), ("texts/*.*", "a and 1 more"), ("texts/b", "b")],
)
def test_what_reports_call_several_files(folder, monkeypatch, data, name):
    monkeypatch.chdir(folder.parent)
    assert Text(data).name == name


def test_files_are_read_in_the_order_of_their_names(folder):
    (folder / "A.txt").write_text("first")
    assert [path.name for path in resolve(str(folder))] == ["A.txt", "a.txt", "part.txt.gz", "c.xz"]


@pytest.mark.parametrize("name", ["what[1].txt", "a*b", f"a{os.pathsep}b"])
def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path, name):
    (tmp_path / name).write_text(WHOLE)
    (tmp_path / "a").write_text("other")
    assert resolve(str(tmp_path / name)) == [tmp_path / name]


def test_words_do_not_run_together_where_one_file_ends(tmp_path):
    for name, text in (("1", "river"), ("2", "bank")):
        (tmp_path / name).write_text(text)
    assert list(Text(str(tmp_path)).tokens()) == ["river", "bank"]


def spoil(folder: Path, what: str) -> str:
    """A --data that cannot be read, and what the line must name."""
    if what == "empty":
        (folder / "none").mkdir()
        return str(folder / "none")
    if what == "no name":
        return ""
    if what == "pattern":
        return str(folder / "*.parquet")
    if what == "absent":
        return os.pathsep.join([str(folder / "a.txt"), str(folder / "absent.txt")])
    (folder / "d.txt").write_bytes(
        {"latin": "größer ".encode("latin-1") * 50, "cut": gzip.compress(b"x" * 999)[:-9]}[what]
    )
    return str(folder)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("empty", ["none: a folder without a file"]),
        ("no name", ["error: : no such file"]),
        ("pattern", ["*.parquet: no file matches"]),
        ("absent", ["absent.txt: no such file"]),
        ("latin", ["d.txt", "are not UTF-8", "iconv"]),
        ("cut", ["d.txt", "cannot be read"]),
    ],
)
@pytest.mark.parametrize("main", [lab01, lab02], ids=["lab01", "lab02"])
def test_what_cannot_be_read_is_one_line_that_names_the_file(folder, tmp_path, main, what, says):
    done = in_process(main, "--data", spoil(folder, what), "--min-count", "1", "--out", str(tmp_path / "out"))
    demand_one_line(done, *says)
    assert not list((tmp_path / "out").glob("*"))


def test_all_of_them_blank_is_said_of_the_folder(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(" \n")
    with pytest.raises(InputError, match="empty") as caught:
        load_corpus(str(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_the_command_takes_several_names_and_trains_the_same_bytes(small_text, tmp_path):
    """Also the note of a folder is read, and a run can be continued from the same text in one file."""
    words = small_text.read_text().split()
    parts = tmp_path / "parts"
    parts.mkdir()
    for number, start in enumerate(range(0, len(words), 12_000)):
        (parts / f"{number}.txt").write_text(" ".join(words[start : start + 12_000]))
    Path(f"{parts}.json").write_text(json.dumps({"language": "de"}))
    quick = ("--dim", "8", "--epochs", "1", "--threads", "1", "--dry-run")
    told = in_process(lab01, "--data", str(parts), *quick, "--out", str(tmp_path / "out")).stdout
    assert f"language: parts: German, as {parts}.json says" in told
    files = sorted(map(str, parts.iterdir()))
    made = {}
    for name, data in (("one", [str(small_text)]), ("several", files)):
        done = in_process(lab01, "--data", *data, *quick[:-1], "--out", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        made[name] = (tmp_path / name / "vectors.bin").read_bytes()
    assert made["one"] == made["several"]
    assert f"corpus: 0 and {len(files) - 1} more, 30,000 tokens" in done.stdout
