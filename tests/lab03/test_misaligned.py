"""Binary files in which a word holds a space, and sound files that only look odd."""

from __future__ import annotations

import numpy as np
import pytest

from lab03_eval.vectors import VectorFileError, WordVectors

PHRASES = ["New York", "Rio de Janeiro", "windows 10", "New Day", "crème brûlée", "東京 タワー", "a b", " "]


def write_naively(path, words: list[str | bytes], matrix: np.ndarray, end: bytes) -> None:
    """The binary format as a program writes it that does not look at the words."""
    raw = [word if isinstance(word, bytes) else word.encode() for word in words]
    records = [word + b" " + row.astype("<f4").tobytes() + end for word, row in zip(raw, matrix)]
    path.write_bytes(b"%d %d\n" % matrix.shape + b"".join(records))


@pytest.mark.parametrize("end", [b"\n", b""], ids=["C tool", "gensim"])
@pytest.mark.parametrize("phrase", PHRASES)
def test_a_word_with_a_space_is_named_with_its_record(tmp_path, phrase, end):
    path = tmp_path / "phrases.bin"
    for seed, place in enumerate((0, 6, 39)):
        words = [f"word{i}" for i in range(40)]
        words[place] = phrase
        write_naively(path, words, 0.3 * np.random.default_rng(seed).standard_normal((40, 50)), end)
        with pytest.raises(VectorFileError) as caught:
            WordVectors.load(path)
        said = str(caught.value)
        assert said.startswith(f"{path}: record {place + 1}: the word {phrase!r} holds a space")
        assert said.endswith("write spaces as _, or save as .txt or .safetensors")
        assert "\n" not in said


def test_the_first_of_several_phrases_is_named(tmp_path):
    path = tmp_path / "phrases.bin"
    words = ["the", "of", "New York", "and", "Los Angeles", "San Francisco", "in"]
    write_naively(path, words, np.random.default_rng(0).standard_normal((7, 100)), b"\n")
    with pytest.raises(VectorFileError, match="record 3: the word 'New York'"):
        WordVectors.load(path)


@pytest.fixture
def shifted(tmp_path):
    """A file of 20 words, and its bytes up to the numbers of word7, those of word7, and from word8 on."""
    path = tmp_path / "shifted.bin"
    matrix = np.random.default_rng(2).uniform(-1, 1, (20, 25)).astype(np.float32)
    write_naively(path, [f"word{i}" for i in range(20)], matrix, b"")
    before, name, after = path.read_bytes().partition(b"word7 ")
    return path, before + name, after[:100], after[100:]


def test_bytes_too_many_are_called_a_misalignment(shifted):
    """Three bytes too many in one record and three too few in a later word keep the file's size."""
    path, before, row, after = shifted
    path.write_bytes(before + b"\x01\x02\x03" + row + after.replace(b"word9", b"w9", 1))
    with pytest.raises(VectorFileError, match=r"record 8: values beyond 1e\+20 .* the records are misaligned"):
        WordVectors.load(path)


def test_values_that_no_training_yields_are_noted_where_nothing_else_speaks_of_damage(shifted):
    """Three bytes too few take the next word's first letters, so that "d8" follows a garbled row."""
    path, before, row, after = shifted
    path.write_bytes(before + row[3:] + after.replace(b"word9", b"word9abc", 1))
    vectors = WordVectors.load(path)
    assert vectors.words[7:10] == ["word7", "d8", "word9abc"]
    assert vectors.note == "rows with values of 1e20 or more, which no training yields: 1"


@pytest.mark.parametrize("end", [b"\n", b""])
def test_sound_files_of_odd_words_are_read(tmp_path, end):
    """The C tool cuts a long word within a letter; other programs keep control characters."""
    path = tmp_path / "odd.bin"
    rng = np.random.default_rng(2)
    words = [b"caf\xc3", b"\xff\xfe", b"a\x00b", b"tab\there", b"a\nb", "naïve".encode("latin-1"), b"", b"plain"]
    for dim in (1, 2, 3, 50):
        matrix = rng.standard_normal((len(words), dim)).astype(np.float32)
        matrix[::3] = 0
        write_naively(path, words, matrix, end)
        np.testing.assert_array_equal(WordVectors.load(path).matrix, matrix)


@pytest.mark.parametrize("end", [b"\n", b""])
def test_sound_files_of_any_finite_values_are_read(tmp_path, end):
    """Whatever the bits of a row are, and however its bytes look, no value is proof of anything by itself."""
    path = tmp_path / "values.bin"
    rng = np.random.default_rng(3)
    for dim in (1, 2, 3, 4, 5, 20, 100) * 10:
        matrix = rng.integers(0, 2**32, (40, dim), dtype=np.uint32).view(np.float32)
        matrix[~np.isfinite(matrix)] = 3e38
        write_naively(path, [f"word{i}" for i in range(40)], matrix, end)
        np.testing.assert_array_equal(WordVectors.load(path).matrix, matrix)


def test_values_below_1e20_and_odd_words_together_are_read(tmp_path):
    path = tmp_path / "both.bin"
    matrix = np.full((4, 8), 9e19, dtype=np.float32)
    matrix[1] = 1e-30
    write_naively(path, [b"caf\xc3", b"\x01\x02", b"\xff", b"d"], matrix, b"\n")
    np.testing.assert_array_equal(WordVectors.load(path).matrix, matrix)
