"""Reading, vocabulary, subsampling and the noise table, against values worked out by hand."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path

from wordlab.errors import InputError

import numpy as np
import pytest

from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.solution import build_vocab, keep_probability, noise_table, subsample
from lab01_word2vec.text import Text, split_words

TEXT = "the cat sat on the mat the cat ran"  # the 3, cat 2, then sat on mat ran in order of appearance


def test_vocabulary_is_sorted_by_count_then_by_first_appearance():
    words, counts, ids, total = build_vocab(TEXT.split(), min_count=1)
    assert words == ["the", "cat", "sat", "on", "mat", "ran"]
    assert counts.tolist() == [3, 2, 1, 1, 1, 1]
    assert ids.tolist() == [0, 1, 2, 3, 0, 4, 0, 1, 5]
    assert total == 9


def test_rare_words_are_dropped_from_the_ids_and_counted_in_the_total():
    words, counts, ids, total = build_vocab(TEXT.split(), min_count=2)
    assert words == ["the", "cat"]
    assert counts.tolist() == [3, 2]
    assert ids.tolist() == [0, 1, 0, 0, 1]
    assert total == 9


def test_vocabulary_does_not_depend_on_the_piece_size(monkeypatch):
    whole = build_vocab(TEXT.split(), min_count=1)
    monkeypatch.setattr("lab01_word2vec.solution.PIECE", 2)
    pieces = build_vocab(TEXT.split(), min_count=1)
    assert whole[0] == pieces[0]
    assert [part.tolist() for part in whole[1:3]] == [part.tolist() for part in pieces[1:3]]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_words_cut_by_the_end_of_a_piece_are_joined(size):
    pieces = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    assert [word for words in split_words(pieces) for word in words] == TEXT.split()


def test_keep_probability_is_the_c_programs():
    # 10,000 tokens, t = 1e-2. f = .9: √(.01/.9) + .01/.9 = .105409 + .011111 = .116520.
    # f = .09: √(1/9) + 1/9 = .333333 + .111111. f = .01: √1 + 1 = 2, cut to 1.
    keep = keep_probability(np.array([9000, 900, 100]), threshold=1e-2)
    np.testing.assert_allclose(keep, [0.116520, 0.444444, 1.0], atol=1e-6)


def test_threshold_one_keeps_every_token():
    assert (keep_probability(np.array([90, 10]), threshold=1.0) == 1).all()


def test_subsampling_keeps_each_word_at_its_rate():
    ids = np.repeat(np.arange(3, dtype=np.int32), 100_000)
    keep = np.array([0.1, 0.5, 1.0])
    kept = np.bincount(subsample(ids, keep, np.random.default_rng(1)))
    # Five standard deviations of a binomial: √(n p (1 − p)) ≤ 158.
    np.testing.assert_allclose(kept, [10_000, 50_000, 100_000], atol=5 * 158)
    assert kept[2] == 100_000


def test_noise_follows_the_three_quarter_power():
    # 16^.75 = 8, 81^.75 = 27, 1^.75 = 1: shares 27/36, 8/36, 1/36 of 64·3 slots, give or take half a slot.
    table = noise_table(np.array([81, 16, 1]))
    np.testing.assert_allclose(np.bincount(table), 192 * np.array([27, 8, 1]) / 36, atol=1)


def test_noise_on_a_real_vocabulary(sample):
    shares = np.bincount(noise_table(sample.counts), minlength=len(sample.words)) / (64 * len(sample.words))
    exact = sample.counts**0.75 / (sample.counts**0.75).sum()
    np.testing.assert_allclose(shares, exact, atol=1 / (64 * len(sample.words)))
    assert shares.min() > 0


def test_sample_is_the_corpus_that_design_and_readme_describe(sample):
    assert (sample.tokens, len(sample.words)) == (469_147, 9_035)
    assert sample.counts[0] == sample.counts.max()
    assert (np.bincount(sample.ids) == sample.counts).all()


def _write(path: Path, data: bytes) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("text", data)
    else:
        {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}.get(path.suffix, open)(path, "wb").write(data)
    return path


@pytest.mark.parametrize("packed", ["", ".gz", ".bz2", ".xz", ".zip"])
@pytest.mark.parametrize("suffix", ["", ".txt"])
def test_every_packing_gives_the_same_corpus_by_the_same_name(tmp_path, suffix, packed):
    path = _write(tmp_path / f"corpus{suffix}{packed}", TEXT.encode())
    corpus = load_corpus(str(path), min_count=1)
    assert corpus.words[:2] == ["the", "cat"]
    assert corpus.tokens == 9
    assert corpus.name == "corpus"


@pytest.mark.parametrize(
    ("file", "name"), [("a.txt.b.txt", "a.txt.b"), ("v1.0", "v1.0"), (".txt", ".txt"), ("texts", "texts")]
)
def test_only_what_says_the_packing_is_left_out_of_a_name(tmp_path, file, name):
    (tmp_path / file).write_text(TEXT)
    assert Text(str(tmp_path / file)).name == name
    assert Text("sample").name == "sample"


def test_a_text_can_be_read_again_and_again(tmp_path):
    (tmp_path / "text").write_bytes(b"caf\xe9 noir")
    text = Text(str(tmp_path / "text"))
    for _ in range(2):
        assert list(text.tokens()) == ["caf\ufffd", "noir"]
        assert text.replaced == 1


def test_a_limit_keeps_the_first_tokens(tmp_path):
    (tmp_path / "text").write_text(TEXT)
    corpus = load_corpus(str(tmp_path / "text"), min_count=1, limit=4)
    assert (corpus.tokens, corpus.words) == (4, ["the", "cat", "sat", "on"])


def test_what_subsampling_keeps_per_epoch_is_foreseen(sample):
    # Five standard deviations of the sum: at most √n/2 each.
    kept = len(subsample(sample.ids, keep_probability(sample.counts), np.random.default_rng(1)))
    assert kept == pytest.approx(sample.kept, abs=5 * np.sqrt(len(sample.ids)) / 2)


def test_bytes_that_are_not_utf8_are_replaced_and_counted(tmp_path):
    path = _write(tmp_path / "latin1.txt", "caf\xe9 na\xefve caf\xe9".encode("latin-1"))
    corpus = load_corpus(str(path), min_count=1)
    assert corpus.replaced == 3
    assert corpus.tokens == 3


def _two_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", TEXT)
        archive.writestr("b", TEXT)


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("absent", lambda path: None, "no such file"),
        ("empty.txt", lambda path: path.write_bytes(b""), "empty"),
        ("blank.txt", lambda path: path.write_bytes(b" \n "), "empty"),
        ("folder", lambda path: path.mkdir(), "a folder without a file"),
        ("rare.txt", lambda path: path.write_text("each word once"), "--min-count"),
        ("noise.zip", lambda path: path.write_bytes(bytes(range(256)) * 20), "not packed as .zip"),
        ("noise.gz", lambda path: path.write_bytes(bytes(range(256)) * 20), "not packed as .gz"),
        ("noise.bz2", lambda path: path.write_bytes(bytes(range(256)) * 20), "not packed as .bz2"),
        ("noise.xz", lambda path: path.write_bytes(bytes(range(256)) * 20), "not packed as .xz"),
        ("two.zip", _two_members, "one text, found 2"),
    ],
)
def test_bad_corpora_name_the_file_and_the_trouble(tmp_path, name, make, says):
    path = tmp_path / name
    make(path)
    with pytest.raises(InputError, match=says) as caught:
        load_corpus(str(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_truncated_archive_is_reported(tmp_path):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(TEXT.encode() * 1000)[:-20])
    with pytest.raises(InputError, match="cannot be read: Compressed file ended"):
        load_corpus(str(path))
