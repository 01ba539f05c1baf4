"""A text that is numbered in pieces and kept encoded: the same corpus as in memory, read once, and never wrong."""

from __future__ import annotations

import json
import os
from collections import Counter
from io import BytesIO
from pathlib import Path

from wordlab.errors import InputError

import numpy as np
import pytest

from lab01_word2vec import command, encoding
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.encoding import Numbers, encode, whole_words
from lab01_word2vec.text import Text
from tests.commands import Done, demand_one_line, in_process

SMALL = ["--epochs", "2", "--dim", "20", "--threads", "1"]
ODD = "a\u2003b\u3000猫  c\n\n" + "x" * 300 + " a b\u2028b naïve\t猫 " + "d " * 100


def lab01(*arguments: str) -> Done:
    return in_process(command.main, *arguments)


def same(one: Corpus, other: Corpus) -> bool:
    return (
        (one.words, one.tokens, one.kept, one.replaced, one.identity)
        == (other.words, other.tokens, other.kept, other.replaced, other.identity)
        and np.array_equal(one.counts, other.counts)
        and np.array_equal(one.ids, other.ids)
        and one.ids.dtype == other.ids.dtype
    )


@pytest.fixture
def in_pieces(monkeypatch):
    """Pieces so short that a small text has many of them."""
    monkeypatch.setattr(encoding, "CHARACTERS", 10_000)


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("limit", [None, 7_000])
def test_numbered_in_pieces_a_text_is_the_same_corpus(small_text, tmp_path, in_pieces, processes, limit):
    whole = load_corpus(str(small_text), limit=limit)
    assert same(load_corpus(str(small_text), limit=limit, cache=str(tmp_path), processes=processes), whole)


@pytest.mark.parametrize("size", [1, 7, 50, 10_000])
def test_pieces_are_cut_between_words(size):
    pieces = list(whole_words([ODD[:13], ODD[13:400], ODD[400:]], size))
    assert all(len(piece) <= size for piece in pieces)
    longest = max(map(len, ODD.split()))
    if size > longest:
        assert " ".join(pieces).split() == ODD.split()
    assert "".join("".join(pieces).split()) == "".join(ODD.split())


def test_words_get_numbers_as_they_appear_and_keep_them():
    numbers = Numbers(limit=10)
    assert numbers.add(0, "b a c a a b").tolist() == [0, 1, 2, 1, 1, 0]
    assert numbers.add(3, "d a").tolist() == [3, 1]
    table = numbers.table(0, "")
    assert (table.words, table.counts.tolist(), table.pieces.tolist()) == (
        ["b", "a", "c", "d"],
        [2, 4, 1, 1],
        [0, 0, 0, 3],
    )
    assert table.sizes == {0: 6, 3: 2}


def test_ties_are_broken_by_the_first_appearance_in_the_whole_text(tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "CHARACTERS", 6)
    (tmp_path / "text").write_text("z y x y z x w w")
    assert load_corpus(str(tmp_path / "text"), 1, cache=str(tmp_path)).words == ["z", "y", "x", "w"]


def test_a_full_table_loses_the_rarest_words_and_the_ids_stay_right(small_text, tmp_path, in_pieces):
    tokens = small_text.read_text().split()
    with open(tmp_path / "ids.npy", "wb+") as file:
        vocabulary = encode(Text(str(small_text)), 5, None, file, most=2_000)
    ids = np.load(tmp_path / "ids.npy")
    counts = Counter(tokens)
    assert 0 < vocabulary.pruned < 20
    assert vocabulary.tokens == len(tokens)
    for word, count in zip(vocabulary.words, vocabulary.counts, strict=True):
        assert count <= counts[word]
    frequent = {word for word, count in counts.items() if count > 100}
    assert frequent <= set(vocabulary.words)
    known = [vocabulary.words[i] for i in ids if vocabulary.words[i] in frequent]
    assert known == [token for token in tokens if token in frequent]
    assert np.array_equal(np.bincount(ids), vocabulary.counts)


def test_the_table_never_holds_more_than_its_limit():
    numbers = Numbers(limit=50)
    for place in range(40):
        numbers.add(place, " ".join(f"w{place}-{i}" for i in range(20)) + " often")
        assert len(numbers.of_word) <= 50
    assert numbers.pruned == 1
    assert numbers.counts[numbers.of_word["often"]] > 1


def test_that_the_table_was_full_is_told(small_text, tmp_path, monkeypatch):
    monkeypatch.setattr(encoding.encode, "__defaults__", (*encoding.encode.__defaults__[:-1], 500))
    monkeypatch.setattr(encoding, "CHARACTERS", 10_000)
    done = lab01("--data", str(small_text), "--cache", str(tmp_path / "c"), "--out", str(tmp_path), "--dry-run")
    assert "may be missing" in done.stdout


def test_the_second_start_does_not_read_the_text(small_text, tmp_path, monkeypatch):
    first = load_corpus(str(small_text), cache=str(tmp_path))
    monkeypatch.setattr(Text, "pieces", lambda _: pytest.fail("the text was read again"))
    again = load_corpus(str(small_text), cache=str(tmp_path), subsample=1e-3)
    assert isinstance(again.ids, np.memmap)
    assert again.identity == first.identity
    assert again.kept > first.kept


def test_another_text_or_option_is_encoded_anew(small_text, tmp_path):
    data, cache = tmp_path / "text", str(tmp_path / "cache")
    data.write_text(small_text.read_text())
    load_corpus(str(data), cache=cache)
    assert same(load_corpus(str(data), 7, cache=cache), load_corpus(str(data), 7))
    assert same(load_corpus(str(data), limit=9_000, cache=cache), load_corpus(str(data), limit=9_000))
    changed = small_text.read_text().replace("the", "teh")
    data.write_text(changed)
    os.utime(data, ns=(1, 1))
    assert same(load_corpus(str(data), cache=cache), load_corpus(str(data)))


def damage_ids(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("*.npy", damage_ids),
        ("*.npy", lambda path: path.write_bytes(path.read_bytes()[:-400])),
        ("*.npy", lambda path: path.write_bytes(b"")),
        ("*.npy", Path.unlink),
        ("*.npy", lambda path: np.save(path, np.array(["a", {}], dtype=object), allow_pickle=True)),
        ("*.json", lambda path: path.write_text(path.read_text()[:-50])),
        ("*.json", lambda path: path.write_text("[]")),
        ("*.json", lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {"counts": [1]}))),
        ("*.json", lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {"more": 1}))),
        ("*.json", lambda path: path.write_bytes(b"\xff")),
    ],
)
def test_a_damaged_cache_is_noticed_and_built_again(small_text, tmp_path, capsys, name, damage):
    whole = load_corpus(str(small_text))
    load_corpus(str(small_text), cache=str(tmp_path))
    [path] = tmp_path.glob(name)
    damage(path)
    assert same(load_corpus(str(small_text), cache=str(tmp_path)), whole)
    assert "damaged; it is built again" in capsys.readouterr().out
    assert same(load_corpus(str(small_text), cache=str(tmp_path)), whole)
    assert not capsys.readouterr().out


def test_nothing_but_the_two_files_is_left(small_text, tmp_path):
    load_corpus(str(small_text), cache=str(tmp_path))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".npy"]


@pytest.mark.parametrize("text", ["", " \n ", "one two three"])
def test_too_little_text_is_told_as_without_a_cache_and_leaves_nothing(tmp_path, text):
    data = tmp_path / "text"
    data.write_text(text)
    with pytest.raises(InputError) as plain:
        load_corpus(str(data))
    with pytest.raises(InputError, match=f"^{plain.value}$"):
        load_corpus(str(data), cache=str(tmp_path / "cache"))
    assert not list((tmp_path / "cache").iterdir())


def test_a_damaged_text_ends_in_its_line_with_several_processes_too(tmp_path, in_pieces):
    data = tmp_path / "text"
    data.write_bytes(b"many words " * 10_000 + b"\0")
    with pytest.raises(InputError, match="is NUL"):
        load_corpus(str(data), cache=str(tmp_path / "cache"), processes=2)


def test_a_cache_that_cannot_be_written_is_one_line(small_text, tmp_path):
    place = tmp_path / "file"
    place.write_text("")
    out = ("--out", str(tmp_path / "out"))
    demand_one_line(lab01("--data", str(small_text), "--cache", str(place), *out), "file", "--cache")


class Full(BytesIO):
    """A file on a disk that is full."""

    def write(self, _: bytes) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_what_was_cached(small_text, tmp_path, monkeypatch):
    load_corpus(str(small_text), cache=str(tmp_path))
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("lab01_word2vec.cache.open", lambda path, mode: Full(), raising=False)
    monkeypatch.setattr(Full, "name", str(tmp_path / "x"), raising=False)
    with pytest.raises(InputError, match=f"^.*{tmp_path.name}: No space left on device; give --cache"):
        load_corpus(str(small_text), 7, cache=str(tmp_path))
    assert sorted(tmp_path.iterdir()) == before


def test_training_from_the_cache_gives_the_same_bytes(small_text, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "draw", lambda *_: None)
    outs = [tmp_path / name for name in ("plain", "first", "second")]
    for out, extra in zip(outs, ([], *[["--cache", str(tmp_path / "cache")]] * 2)):
        done = lab01("--data", str(small_text), "--out", str(out), *SMALL, *extra)
        assert done.returncode == 0, done.stderr
    assert len({(out / "vectors.bin").read_bytes() for out in outs}) == 1
