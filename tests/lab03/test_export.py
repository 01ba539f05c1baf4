"""Exported folders, opened by the tools they are for."""

from __future__ import annotations

import csv
import os

import numpy as np
import pytest

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
