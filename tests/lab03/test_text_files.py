"""Text: white space, words with spaces, files without a header, and what faulty lines are told."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from gensim.models import KeyedVectors

from lab03_eval.vectors import VectorFileError, WordVectors


def load_text(tmp_path, text: str | bytes, name: str = "vectors.txt") -> WordVectors:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return WordVectors.load(path)


def test_glove_tokens_may_hold_spaces(tmp_path):
    vectors = load_text(tmp_path, "the 0.1 0.2\n. . . -1 2e-1\nat name@domain.com 3 4\n2008 5 6\n")
    assert vectors.words == ["the", ". . .", "at name@domain.com", "2008"]
    np.testing.assert_allclose(vectors.matrix, [[0.1, 0.2], [-1, 0.2], [3, 4], [5, 6]])


@pytest.mark.parametrize(
    "text",
    [
        "2 2\na 1 2 \nb 3 4 \n",  # the C tools end each line with a space
        "2 2\r\na 1 2\r\nb 3 4\r\n",
        "2 2\na 1 2\nb 3 4",
        "2 2\na\t1\t2\nb\t3\t4\n",
        "a  1   2\n b 3 4\n",
    ],
)
def test_white_space_varies(tmp_path, text):
    vectors = load_text(tmp_path, text)
    assert vectors.words == ["a", "b"]
    assert vectors.matrix.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("text", [b"2 2\nking 1 2\nqueen 3 4\n", b"king 1 2\nqueen 3 4"])
def test_a_byte_order_mark_belongs_to_no_word(tmp_path, text):
    path = tmp_path / "marked.TXT"  # the suffix in capitals too
    path.write_bytes(b"\xef\xbb\xbf" + text)
    assert WordVectors.load(path).words == ["king", "queen"]


def test_text_longer_than_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr("lab03_eval.vectors.text_file.CHUNK", 100)
    monkeypatch.setattr("lab03_eval.vectors.word2vec_file.CACHED", 100)
    rng = np.random.default_rng(0)
    vectors = WordVectors([f"w{i}" for i in range(300)], rng.standard_normal((300, 4)))
    for name in ("a.txt", "a.bin"):
        vectors.save(tmp_path / name)
        loaded = WordVectors.load(tmp_path / name)
        assert loaded.words == vectors.words
        np.testing.assert_array_equal(loaded.matrix, vectors.matrix)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("4 2\na 1 2\nb 3 4\nc 5 6\n", "promises 4 words, found 3"),
        ("a 1 2\nb 3\n", "line 2: expected a word and 2 numbers, found 1"),
        ("a 1 2\nb 3 4\nc 5 6 7\n", "line 3: expected a word and 2 numbers, found 3"),
        ("a 1 2\nb 3 4\nc 5 x6\n", "line 3: expected a word and 2 numbers, found 0"),
        ("\n\n3 2\na 1 2\n\nb 3 4\n \n", "promises 3 words, found 2 lines"),  # blank lines are no words
        ("\na 1 2\n\n\nb 3\n", "line 5: expected a word and 2 numbers, found 1"),  # but an editor counts them
        ("2 2\n\na 1 2\n\nb nan 4\n", r"line 5 \('b'\) holds a NaN or an infinity"),
        ("2 2\na 1 2\n3 4\n", "line 3: expected a word and 2 numbers, found 1"),  # not blank before the numbers
        ("2 2\na 1 2\n x\n", "line 3"),
        ("1 2\n 3 4\n", "holds no words, only numbers"),
        ("2 2\nthe 0.5 1 2\nof 0.25 3 4\n", "line 2: the header says dimension 2, found 3 numbers"),
        ("a 0.1 2\nb 3\n", "line 2: expected a word and 2 numbers, found 1"),
        ("cat .1 .2\n2 000 .1 .2\n", 'line 2: .*found 3 at its end; if its word .* put a line "words dimension"'),
        ("a 1 2\nb 1-2  3\n", "line 2"),  # as many fields as numbers, but not each its own
        ("a 1 2\nb nan 4\n", r"line 2 \('b'\) holds a NaN or an infinity"),
        ("2 2\na 1 2\nb nan 4\n", r"line 3 \('b'\) holds a NaN or an infinity"),
        ("a 1 2\rb 3 4\r", "line 1: a carriage return inside"),
        ("a 1 2\nb 3 1e39\n", r"line 2 \('b'\) holds a NaN or an infinity"),  # beyond float32
        ("3 0\na\nb\nc\n", "line 1"),
        ("99999999999 300\na 1 2\n", "promises 99999999999 words, found 1"),
        ("1 99999999999\na 1 2\n", "at least 199999999998 bytes; found 6"),
    ],
)
def test_text_that_lies(tmp_path, text, says):
    with pytest.raises(VectorFileError, match=says):
        load_text(tmp_path, text)


def test_a_real_file_whose_header_is_short_by_one_is_read_as_gensim_reads_it(data_set):
    path = data_set("pretrained/cs124_glove50_4k.txt")
    vectors, theirs = WordVectors.load(path), KeyedVectors.load_word2vec_format(path)
    assert vectors.words == theirs.index_to_key
    np.testing.assert_allclose(vectors.matrix, theirs.vectors, rtol=1e-6)
    assert vectors.note == "lines beyond those that the header promises, not read: 1"


@pytest.mark.parametrize(
    ("text", "words", "note"),
    [
        # A header's d tells where a word ends.
        ("3 2\n2 000 1 2\nr$ 0 3 4\nb 5 6\n", ["2 000", "r$ 0", "b"], "words that end in a number: 2"),
        ("2 2\n2 000\t1\t2\nwindows 10  3 4 \n", ["2 000", "windows 10"], "words that end in a number: 2"),
        ("2 2\nversion 1.5 1 2\nb 3 4\n", ["version 1.5", "b"], "words that end in a number: 1"),
        # Without one only the first row's word may end in a number, where the second row shows it.
        ("2 000 .1 .2\nb .3 .4\n", ["2 000", "b"], "words that end in a number: 1"),
        ("2 000 10 .1 -2e-3\nb .3 .4\nc .5 .6", ["2 000 10", "b", "c"], "words that end in a number: 1"),
        # Blank lines, anywhere.
        ("2 2\na 1 2\nb 3 4\n\n", ["a", "b"], "blank lines skipped: 1"),
        ("\n \n2 2\n\na 1 2\n\t\nb 3 4\n\r\n", ["a", "b"], "blank lines skipped: 5"),
        ("a 1 2\n\nb 3 4\n  ", ["a", "b"], "blank lines skipped: 2"),
        ("\na 1 2\nb 3 4", ["a", "b"], "blank lines skipped: 1"),
        # A row of an empty word, and of a word that is a space.
        ("3 2\na 1 2\n 9 9\nb 3 4\n", ["a", "b"], "rows without a word dropped: 1"),
        ("a 1 2\n  9 9\n\t9\t9\nb 3 4\n", ["a", "b"], "rows without a word dropped: 2"),
        (" .9 .9\na 1 2\nb 3 4\n", ["a", "b"], "rows without a word dropped: 1"),
        ("a 1 .5\n .9 .9\nb 3 4\n", ["a", "b"], "rows without a word dropped: 1"),
        # More lines than promised, and everything at once.
        ("2 2\na 1 2\nb 3 4\nc 5 6\nd x\n", ["a", "b"], "lines beyond those that the header promises, not read: 2"),
        (
            "2 2\na 1 2\n\n 3 4\n\nb 5 6\n",
            ["a"],
            "blank lines skipped: 2; lines beyond those that the header promises, not read: 1; "
            "rows without a word dropped: 1",
        ),
    ],
)
@pytest.mark.parametrize("block", [1, 4 << 20])
def test_faults_that_leave_the_rest_as_good_as_it_is_are_read_and_noted(
    tmp_path, monkeypatch, text, words, note, block
):
    """Whatever is read at a time, a line or the file."""
    monkeypatch.setattr("lab03_eval.vectors.text_file.CHUNK", max(block, max(map(len, text.split("\n"))) + 1))
    vectors = load_text(tmp_path, text)
    assert vectors.words == words
    assert vectors.note == note
    for word in words:
        line = next(line for line in text.split("\n") if line.startswith(word))
        assert vectors[word].tolist() == [np.float32(number) for number in line.split()[-2:]]


def test_words_of_the_plain_and_the_odd_lines_keep_their_own_rows(tmp_path):
    rows = np.random.default_rng(0).standard_normal((400, 4)).astype(np.float32)
    words = [f"route {i}" if i % 7 == 3 else f"w{i}" for i in range(400)]
    lines = [f"{word} {' '.join(map(repr, row.tolist()))}" for word, row in zip(words, rows)]
    vectors = load_text(tmp_path, "400 4\n" + "\n\n".join(lines))
    assert vectors.words == words
    np.testing.assert_array_equal(vectors.matrix, rows)
    assert vectors.noted == {"blank lines skipped": 399, "words that end in a number": 57}


def test_duplicates_zeros_and_invalid_utf8_are_counted(tmp_path):
    vectors = load_text(tmp_path, b"a 1 2\nb 0 0\na 3 4\n\xff\xfeq 5 6\nb 7 8\n")
    assert vectors.words == ["a", "b", "��q"]
    assert vectors.matrix.tolist() == [[1, 2], [0, 0], [5, 6]]
    assert vectors.noted == {"duplicate words dropped, the first kept": 2, "words with invalid UTF-8, replaced": 1}
    assert vectors.note == (
        "duplicate words dropped, the first kept: 2; words with invalid UTF-8, replaced: 1; "
        "zero vectors, of cosine 0: 1"
    )


def test_sound_files_have_no_note(vectors, tmp_path):
    vectors.save(tmp_path / "a.bin")
    assert WordVectors.load(tmp_path / "a.bin").note == ""


def test_the_limit_on_memory_holds_where_a_header_promises_much(tmp_path):
    path = tmp_path / "promise.txt"
    path.write_bytes(b"20000000 300\n" + b"\n" * 20_000_000)
    code = (
        "import resource; from lab03_eval.vectors import formats\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        f"formats.read({str(path)!r})"
    )
    limits = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | limits)
    assert "VectorFileError" in child.stderr
    assert "promises 20000000 words of dimension 300, at least" in child.stderr
