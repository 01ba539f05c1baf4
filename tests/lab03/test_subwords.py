"""Lab 2's n-grams, one word at a time, and Lab 3's, many at once, against fastText, gensim, and one word by hand."""

from __future__ import annotations

import fasttext
import numpy as np
import pytest
from gensim.models.fasttext import ft_ngram_hashes

from lab02_glove_fasttext.solution import hash_ngram, ngrams
from lab03_eval.vectors.subwords import compose, ngram_rows

WORDS = ["where", "a", "of", "naïvetés", "東京タワー", "ſ", "o'clock", "🙂🙂", "ёж", "x" * 40, ""]


def test_where_is_the_papers_example():
    assert ngrams("where", 3, 3) == ["<wh", "whe", "her", "ere", "re>"]


def test_the_marked_word_is_among_its_ngrams_where_its_length_allows():
    assert ngrams("it", 3, 4) == ["<it", "<it>", "it>"]
    assert "<where>" not in ngrams("where", 3, 6)


def test_single_letters_are_ngrams_but_not_the_marks_alone():
    assert ngrams("ab", 1, 2) == ["<a", "a", "ab", "b", "b>"]


def test_hash_by_hand():
    # FNV-1a of "a": (2166136261 ^ 97) · 16777619 mod 2³², the published test value e40c292c. é is C3 A9 in UTF-8,
    # sign-extended FFFFFFC3 and FFFFFFA9, which is what sets it apart from the published FNV-1a.
    assert hash_ngram("a") == 0xE40C292C
    value = (2166136261 ^ 0xFFFFFFC3) * 16777619 % 2**32
    assert hash_ngram("é") == (value ^ 0xFFFFFFA9) * 16777619 % 2**32


@pytest.mark.parametrize(("minn", "maxn", "bucket"), [(3, 6, 2_000_000), (1, 3, 1000), (2, 2, 7), (5, 9, 2**31 - 1)])
def test_rows_equal_gensims_and_the_plain_functions(minn, maxn, bucket):
    rows, offsets = ngram_rows(WORDS, minn, maxn, bucket)
    for word, start, end in zip(WORDS, offsets, offsets[1:]):
        plain = [hash_ngram(ngram) % bucket for ngram in ngrams(word, minn, maxn)]
        assert rows[start:end].tolist() == plain
        if minn > 1:  # gensim also takes the marks alone for n-grams
            assert sorted(plain) == sorted(ft_ngram_hashes(word, minn, maxn, bucket))


@pytest.mark.parametrize(("minn", "maxn"), [(3, 6), (1, 4)])
def test_ngrams_and_rows_equal_fasttexts(tmp_path, minn, maxn):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("the cat sat on the naïve mat " * 20)
    bucket = 5000
    model = fasttext.train_unsupervised(
        str(corpus), minn=minn, maxn=maxn, bucket=bucket, dim=4, epoch=1, minCount=1, thread=11, verbose=0
    )
    words = len(model.get_words())
    unknown = [word for word in WORDS if word]
    rows, offsets = ngram_rows(unknown, minn, maxn, bucket)
    for word, start, end in zip(unknown, offsets, offsets[1:]):
        subwords, ids = model.get_subwords(word)
        assert ngrams(word, minn, maxn) == subwords
        assert (rows[start:end] + words).tolist() == ids.tolist()


@pytest.mark.parametrize(("minn", "maxn", "bucket"), [(3, 0, 100), (7, 6, 100), (3, 6, 0), (90, 99, 100)])
def test_no_ngrams(minn, maxn, bucket):
    rows, offsets = ngram_rows(["where", "it"], minn, maxn, bucket)
    assert rows.tolist() == []
    assert offsets.tolist() == [0, 0, 0]


def test_bytes_that_are_no_utf8_are_taken_as_they_are():
    rows, _ = ngram_rows([b"ab\xff"], 3, 3, 1000)
    assert len(rows) == 3  # <ab, ab\xff, b\xff>: a stray byte counts as a letter
    assert ngram_rows([b"abc"], 3, 6, 1000)[0].tolist() == ngram_rows(["abc"], 3, 6, 1000)[0].tolist()


def test_compose_is_the_mean_of_own_row_and_ngrams(monkeypatch):
    rng = np.random.default_rng(0)
    own, table = rng.standard_normal((len(WORDS), 5)), rng.standard_normal((50, 5))
    expected = []
    for word, row in zip(WORDS, own):
        rows = [hash_ngram(ngram) % 50 for ngram in ngrams(word, 3, 6)]
        expected.append(np.mean([row, *table[rows]], axis=0))
    np.testing.assert_allclose(compose(WORDS, own, table, 3, 6), expected, atol=1e-6)
    monkeypatch.setattr("lab03_eval.vectors.subwords.GATHERED", 200)  # many blocks give the same
    np.testing.assert_allclose(compose(WORDS, own, table, 3, 6), expected, atol=1e-6)
