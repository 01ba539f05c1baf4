"""Sentence vectors: weights and components by hand, the sparse computation against a plain loop and an SVD."""

from __future__ import annotations

import unicodedata
import warnings
from itertools import pairwise

import numpy as np
import pytest

from lab03_eval.sentences import (
    METHODS,
    SentenceEncoder,
    common_components,
    counter,
    sif_weights,
    spells_digits,
    tokenize,
    usif_weights,
    word_probability,
)
from lab03_eval.vectors import WordVectors


def named(words: str, matrix: np.ndarray, counts: list[int] | None = None) -> WordVectors:
    return WordVectors(words.split(), np.asarray(matrix), None if counts is None else np.array(counts))


@pytest.mark.parametrize(
    ("text", "spelt", "kept"),
    [
        ("Don't PAY £20!", "don t pay two zero", "don t pay 20"),
        ("MP3-player_v2 naïve", "mp three player v two naïve", "mp3 player v2 naïve"),
        ("...  ", "", ""),
        ("हिन्दी भाषा!", "हिन्दी भाषा", "हिन्दी भाषा"),  # vowel signs and the virama
        ("น้ำ ที่", "น้ำ ที่", "น้ำ ที่"),  # tones
        ("كِتَابٌ، שָׁלוֹם", "كِتَابٌ שָׁלוֹם", "كِتَابٌ שָׁלוֹם"),  # vowel points
        ("cafe\u0301 Zu\u0308rich", "cafe\u0301 zu\u0308rich", "cafe\u0301 zu\u0308rich"),  # NFD
        ("می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"),  # a joiner inside a word
        ("❤\ufe0flove 👨\u200d👩 \u0301x", "love x", "love x"),  # no word begins with a mark or joiner
    ],
)
def test_tokens_are_runs_of_letters_and_digits_spelt_or_kept(text, spelt, kept):
    assert tokenize(text) == spelt.split()
    assert tokenize(text, spell_digits=False) == kept.split()


def test_counts_of_known_words_and_coverage():
    counts = counter(named("the cat two", np.eye(3)))(["The cat, the dog", "", "42 dogs", "2 2"])
    assert counts.counts.toarray().tolist() == [[2, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 2]]
    assert counts.tokens.tolist() == [4, 0, 3, 2]  # "42" is the two tokens "four two"
    assert counts.known.tolist() == [3, 0, 1, 2]
    assert counts.coverage == pytest.approx(6 / 9)


def test_a_vocabulary_with_capitals_and_digits_is_asked_as_written_first():
    counts = counter(named("Apple apple pear 42", np.eye(4)))(["Apple apple APPLE Pear 42"])
    # APPLE falls back on "apple" and Pear on "pear"; 42 stays whole, since the vocabulary holds a digit.
    assert counts.counts.toarray().tolist() == [[1, 2, 1, 1]]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_text_and_vocabulary_may_write_their_accents_differently(form):
    words = ["café", "naïve", "हिन्दी"]
    count = counter(named(" ".join(unicodedata.normalize(form, word) for word in words), np.eye(3)))
    for other in ("NFC", "NFD"):
        texts = [unicodedata.normalize(other, text) for text in ("Café naïve हिन्दी", "CAFÉ, NAÏVE!")]
        assert count(texts).counts.toarray().tolist() == [[1, 1, 1], [1, 1, 0]]


def test_a_vocabulary_spells_digits_in_spite_of_an_odd_entry():
    words = [f"{a}{b}{c}" for a in "abcdefghijklmno" for b in "pqrstuvwxyz" for c in "aeiou"] + ["four", "two"] * 200
    assert spells_digits(words)
    assert spells_digits([*words, "mp3"])
    assert spells_digits([*words, *[f"<unk{i}>" for i in range(100)]])  # which are no words of a text
    assert not spells_digits([*words, "1", "2", "3", "1990"])


def test_word_probability_from_counts_or_zipfs_rank():
    p, source = word_probability(named("a b c", np.eye(3), [6, 3, 1]))
    assert source == "counts"
    assert p == pytest.approx([0.6, 0.3, 0.1])
    p, source = word_probability(named("a b c", np.eye(3)))
    assert source == "Zipf's rank"
    assert p == pytest.approx([6 / 11, 3 / 11, 2 / 11])  # 1, 1/2, 1/3 over 11/6


def test_usif_weights_by_hand():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    # n = 1: threshold 1 − 3/4 = 1/4, which one word of four exceeds: α = 1/4, Z = 2, a = (3/4)/(1/4 · 2) = 1.5.
    assert usif_weights(p, 1) == pytest.approx(1.5 / (0.75 + p))
    # n = 2: threshold 1 − 9/16 = .4375: the same word, the same a. n = 3: 1 − 27/64 = .578: α = 0, a infinite.
    assert usif_weights(p, 2) == pytest.approx(usif_weights(p, 1))
    assert usif_weights(p, 3).tolist() == [2, 2, 2, 2]


def test_sif_by_hand():
    # p = .75, .25: weights w = .001/.751 and .001/.251. The sentences "x" and "y" have the vectors w_x e_1 and
    # w_y e_2, and "x x" has that of "x". The first singular vector is e_2, the rarer word's: "y" vanishes, "x y" keeps
    # half of w_x e_1.
    vectors = named("x y", np.eye(2), [3, 1])
    w_x, w_y = sif_weights(np.array([0.75, 0.25]))
    assert (w_x, w_y) == pytest.approx((0.001 / 0.751, 0.001 / 0.251))
    encoder = SentenceEncoder(vectors, "sif").fit(["x", "y", "x x"])
    np.testing.assert_allclose(encoder.encode(["x", "y", "x y"]), [[w_x, 0], [0, 0], [w_x / 2, 0]], atol=1e-9)


def test_usif_removes_each_component_by_its_share():
    # Two words of p = 1/2, n ≥ 1: threshold 1/2 or more, exceeded by none, so both weights are 2. Six sentence vectors
    # 4 e_1 and six 2 e_2: squared singular values 96 and 24, shares .8 and .2. What stays is 4 · .2 and 2 · .8.
    twelve = [" ".join([word] * times) for word in "xy" for times in range(1, 7)]
    encoder = SentenceEncoder(named("x y", [[2, 0], [0, 1]], [1, 1]), "usif").fit(twelve)
    assert encoder.shares == pytest.approx([0.8, 0.2])
    np.testing.assert_allclose(encoder.encode(["x", "y"]), [[0.8, 0], [0, 1.6]], atol=1e-6)


@pytest.mark.parametrize(("method", "needed"), [("sif", 3), ("usif", 11)])
def test_few_sentences_have_no_common_component(method, needed):
    rng = np.random.default_rng(0)
    words = [f"w{a}{b}" for a in "abcd" for b in "efgh"]
    vectors = WordVectors(words, rng.standard_normal((16, 20)) + 1)
    texts = [f"{a} {b}" for a, b in pairwise(words)][:needed]
    for few in (texts[:1], texts[:2], texts[: needed - 1], texts[:1] * 50, [*texts[: needed - 1], "", "unknown"]):
        with pytest.warns(UserWarning, match=f"no common component is removed; {needed} are needed"):
            encoder = SentenceEncoder(vectors, method).fit(few)
        assert len(encoder.components) == 0
        assert (np.linalg.norm(encoder.encode(few[:1]), axis=1) > 1e-3).all()  # SIF's weights are small
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(SentenceEncoder(vectors, method).fit(texts).components) == {"sif": 1, "usif": 5}[method]
        SentenceEncoder(vectors, "mean").fit(texts[:1])


def test_two_sentences_are_not_opposites():
    """With one component taken from two sentences, their cosine would be −1."""
    vectors = named("cat dog king queen", np.random.default_rng(1).standard_normal((4, 9)) + 1)
    with pytest.warns(UserWarning, match="fitted on 2 different sentences"):
        first, second = SentenceEncoder(vectors, "sif").fit(["cat dog", "king dog"]).encode(["cat dog", "king dog"])
    assert first @ second > 0


def test_common_components_are_those_of_an_uncentred_svd():
    sentences = np.random.default_rng(0).standard_normal((50, 8)) + 1
    directions, squares = common_components(sentences, 3)
    _, singular, rows = np.linalg.svd(sentences, full_matrices=False)
    assert squares == pytest.approx(singular[:3] ** 2)
    assert np.abs((directions * rows[:3]).sum(axis=1)) == pytest.approx(np.ones(3))  # equal but for the sign


def test_no_more_components_than_the_sentences_span():
    directions, squares = common_components(np.array([[1.0, 2, 2], [2, 4, 4]]), 5)
    assert squares == pytest.approx([45])  # 9 + 36
    assert np.abs(directions) == pytest.approx(np.array([[1, 2, 2]]) / 3)


def encode_plainly(vectors: WordVectors, sentences: list[list[str]], method: str) -> np.ndarray:
    """The definitions, word by word, with numpy's SVD."""
    p = vectors.counts / vectors.counts.sum()
    size, n = len(p), np.mean([len(words) for words in sentences if words])
    alpha = sum(x > 1 - (1 - 1 / size) ** n for x in p) / size
    a = (1 - alpha) / (alpha * size / 2)
    weight = {"mean": lambda x: 1, "sif": lambda x: 0.001 / (0.001 + x), "usif": lambda x: a / (a / 2 + x)}[method]
    rows = np.zeros((len(sentences), vectors.dim))
    for row, words in zip(rows, sentences):
        known = [vectors.index[word] for word in words if word in vectors]
        for i in known:
            row += weight(p[i]) * vectors.matrix[i] / len(known)
    count = {"mean": 0, "sif": 1, "usif": 5}[method]
    _, singular, directions = np.linalg.svd(rows, full_matrices=False)
    removed = np.zeros_like(rows)
    for i in range(count):
        share = singular[i] ** 2 / (singular[:count] ** 2).sum()
        removed += share * np.outer(rows @ directions[i], directions[i])
    return rows - removed


@pytest.mark.parametrize("method", METHODS)
def test_the_sparse_computation_equals_a_plain_loop(method):
    rng = np.random.default_rng(1)
    words = [a + b for a in "abcdefghij" for b in "klmno"]
    vectors = WordVectors(words, rng.standard_normal((50, 12)) + 0.5, 10_000 // np.arange(1, 51))
    sentences = [rng.choice([*words, "unknown"], size=rng.integers(0, 9)).tolist() for _ in range(80)]
    texts = [" ".join(words) for words in sentences]
    found = SentenceEncoder(vectors, method).fit(texts).encode(texts)
    np.testing.assert_allclose(found, encode_plainly(vectors, sentences, method), atol=2e-6)


@pytest.mark.parametrize("method", METHODS)
def test_sentences_without_a_known_word_are_zero(method):
    encoder = SentenceEncoder(named("x y", np.eye(2)), method)
    found = encoder.fit(["x", "x y", "", "unknown words"]).encode(["", "unknown", "x"])
    assert found.shape == (3, 2)
    assert not found[:2].any()
    assert not SentenceEncoder(named("x y", np.eye(2)), method).fit([]).encode(["", "q"]).any()


def test_a_sentence_is_encoded_the_same_alone_as_among_others(vectors):
    texts = ["naïve word1", "o'clock 東京", "東京 naïve"]
    encoder = SentenceEncoder(vectors).fit(texts)
    np.testing.assert_allclose(encoder.encode(texts[1:2])[0], encoder.encode(texts)[1], atol=1e-6)


def test_an_unknown_method_is_named(vectors):
    with pytest.raises(ValueError, match="unknown sentence method 'bert'; known: mean sif usif"):
        SentenceEncoder(vectors, "bert")
