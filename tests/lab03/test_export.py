"""Exported folders, opened by the tools they are for."""

from __future__ import annotations

import csv
import json
import os
import unicodedata

import numpy as np
import pytest
from sklearn.preprocessing import normalize

from lab03_eval.sentences import SentenceEncoder
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.export import export_projector, export_sentence_transformer


def test_projector_files_hold_the_rows_and_words(vectors, tmp_path):
    vectors.words[3] = "two\twords"
    export_projector(vectors, tmp_path)
    matrix = np.loadtxt(tmp_path / "vectors.tsv", delimiter="\t", dtype=np.float32)
    np.testing.assert_array_equal(matrix, vectors.matrix)
    with open(tmp_path / "metadata.tsv", encoding="utf-8") as file:
        words = [row for (row,) in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert words == [*vectors.words[:3], "two words", *vectors.words[4:]]


def test_projector_takes_the_most_frequent(vectors, tmp_path):
    export_projector(vectors, tmp_path, limit=7)
    assert (tmp_path / "vectors.tsv").read_text().count("\n") == 7
    assert (tmp_path / "metadata.tsv").read_text().split() == vectors.words[:7]


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("\u00a0", "<U+00A0>"),
        ("\u3000\u2028", "<U+3000><U+2028>"),
        ("\ufeff", "<U+FEFF>"),
        ("\u200b", "<U+200B>"),
        ("", "<empty>"),
        ("\t", "<U+0009>"),
        ("a\u00a0\nb", "a b"),
        ("東京", "東京"),
    ],
)
def test_no_line_of_the_projector_is_blank(word, line, tmp_path):
    export_projector(WordVectors(["first", word, "last"], np.eye(3)), tmp_path)
    lines = (tmp_path / "metadata.tsv").read_text(encoding="utf-8").split("\n")
    assert lines == ["first", line, "last", ""]
    assert (tmp_path / "vectors.tsv").read_text().count("\n") == 3


@pytest.fixture
def open_model(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    library = pytest.importorskip("sentence_transformers")
    return lambda folder: library.SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def test_sentence_transformers_encodes_the_mean_of_word_vectors(vectors, tmp_path, open_model):
    export_sentence_transformer(vectors, tmp_path)
    model = open_model(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["model.safetensors", "modules.json", "tokenizer.json"]
    known, unknown, mixed, shouted = model.encode(["word3 naïve 東京", "qwerty", "word3 qwerty", "WORD3"])
    np.testing.assert_allclose(known, np.mean([vectors[w] for w in ("word3", "naïve", "東京")], axis=0), atol=1e-6)
    assert not unknown.any()
    np.testing.assert_allclose(mixed, vectors["word3"] / 2, atol=1e-6)
    np.testing.assert_allclose(shouted, vectors["word3"], atol=1e-6)


def test_a_vocabulary_with_capitals_and_its_own_unknown_word(tmp_path, open_model):
    vectors = WordVectors(["[UNK]", "Paris", "paris"], np.array([[5, 5], [1, 0], [0, 1]]))
    export_sentence_transformer(vectors, tmp_path)
    rows = open_model(tmp_path).encode(["Paris", "paris", "qwerty"])
    np.testing.assert_array_equal(rows, [[1, 0], [0, 1], [0, 0]])


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


WORDS = [
    "the", "cat", "paris", "naïve", "हिन्दी", "two", "four", "nasa", "ελλάδα", "straße", "o", "clock", ",", "foo",
    "می\u200cخواهم",
]  # fmt: skip
VOCABULARIES = {
    "lower": WORDS,
    "an odd entry": [*WORDS, "<UNK>"],
    "title": [word.title() for word in WORDS],
    "mixed": [*WORDS, "Paris", "NASA", "iPhone", "[UNK]"],
    "digits": [*WORDS, "42", "mp3", "2"],
    "decomposed": [nfd(word) for word in WORDS],
    "decomposed capitals": [nfd(word.title()) for word in WORDS],
}
TEXTS = [
    "the cat", "The CAT", "PARIS Paris paris", "NASA nasa Nasa", "42 cats", "mp3 player", nfd("naïve"), nfd("NAÏVE"),
    "naïve NAÏVE", "हिन्दी भाषा", "o'clock", "foo_bar, the", "ΕΛΛΆΔΑ Ελλάδα", "", "...", "straße", "①x 2²",
    "می\u200cخواهم", "iPhone", "❤\ufe0fcat 👨\u200d👩",
]  # fmt: skip


@pytest.mark.parametrize("name", VOCABULARIES)
def test_the_exported_model_reads_a_text_as_the_sentence_encoder_does(name, tmp_path, open_model):
    words = VOCABULARIES[name]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 16)))
    export_sentence_transformer(vectors, tmp_path)
    mine = SentenceEncoder(vectors, "mean").fit(TEXTS).encode(TEXTS)
    theirs = open_model(tmp_path).encode(TEXTS)
    assert mine.any(axis=1).sum() >= 15
    np.testing.assert_allclose(normalize(theirs), normalize(mine), atol=1e-5)  # unknown tokens count, in its mean only


@pytest.mark.parametrize(("words", "lower"), [(WORDS, True), ([*WORDS, "<UNK>"], True), ([*WORDS, "Paris"], False)])
def test_a_vocabulary_in_lower_case_keeps_the_lower_case_normaliser(words, lower, tmp_path):
    export_sentence_transformer(WordVectors(words, np.eye(len(words))), tmp_path)
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    assert ({"type": "Lowercase"} in tokenizer["normalizer"]["normalizers"]) == lower
    assert {row for row in tokenizer["model"]["vocab"].values()} == set(range(len(words) + 1))
