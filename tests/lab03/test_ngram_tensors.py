"""n-grams in safetensors: written, read back, composed through their maps, and refused where they do not fit."""

from __future__ import annotations

from wordlab.files import save_tensors

import numpy as np
import pytest

from lab03_eval.vectors import SubwordVectors, VectorFileError, WordVectors
from lab03_eval.vectors.maps import Composition, Map
from lab03_eval.vectors.subwords import ngram_rows


def subword_vectors(composition: Composition | None = None, dim: int = 3) -> SubwordVectors:
    rng = np.random.default_rng(0)
    table = rng.standard_normal((50, 3)).astype(np.float32)
    return SubwordVectors(["cat", "dog"], rng.standard_normal((2, dim)), table, 2, 4, np.array([5, 2]), composition)


def maps(dim: int = 5) -> Composition:
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in ((3,), (3, 4), (4,), (4, dim))]
    return Composition(Map(*arrays[:2]), Map(*arrays[2:]))


@pytest.mark.parametrize(("composition", "dim"), [(None, 3), (maps(), 5)])
def test_unknown_words_are_the_same_after_saving(tmp_path, composition, dim):
    vectors = subword_vectors(composition, dim)
    vectors.save(tmp_path / "vectors.safetensors")
    again = WordVectors.load(tmp_path / "vectors.safetensors")
    assert isinstance(again, SubwordVectors)
    np.testing.assert_array_equal(again.matrix, vectors.matrix)
    np.testing.assert_array_equal(again["catdog"], vectors["catdog"])
    assert again["catdog"].shape == (dim,)


def test_a_composed_vector_by_hand():
    composition = maps()
    vectors = subword_vectors(composition, 5)
    rows, _ = ngram_rows(["catdog"], 2, 4, 50)
    mean = vectors.ngram_matrix[rows].mean(axis=0)
    inner = (mean - composition.first.mean) @ composition.first.matrix
    inner /= np.linalg.norm(inner)
    expected = (inner - composition.second.mean) @ composition.second.matrix
    np.testing.assert_allclose(vectors["catdog"], expected, rtol=1e-5)


def test_other_formats_hold_the_words_only(tmp_path):
    subword_vectors().save(tmp_path / "vectors.bin")
    assert type(WordVectors.load(tmp_path / "vectors.bin")) is WordVectors


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ngram_lengths": np.array([0, 4])}, "n-grams of 0 to 4 letters"),
        ({"ngram_lengths": np.array([2, 999])}, "2 to 999"),
        ({"ngram_lengths": np.array([5, 4])}, "5 to 4"),
        ({"ngram_lengths": np.array([2.0, 4.0])}, "two whole numbers"),
        ({"ngram_lengths": None}, "two whole numbers"),
        ({"first.mean": np.zeros(2, np.float32)}, "shapes"),
        ({"second.matrix": np.zeros((4, 6), np.float32)}, "shapes"),
        ({"second.matrix": None}, "shapes"),
        ({"first.matrix": np.full((3, 4), np.nan, np.float32)}, "first.matrix holds what is not a finite number"),
        ({"ngrams": np.zeros((50, 3), np.int64)}, "ngrams holds what is not a finite number"),
        ({"ngrams": np.zeros(50, np.float32)}, "shapes"),
    ],
)
def test_what_does_not_fit_is_one_line(tmp_path, change, says):
    composition, path = maps(), tmp_path / "vectors.safetensors"
    tensors = {
        "matrix": np.ones((2, 5), np.float32), "ngrams": np.ones((50, 3), np.float32),
        "first.mean": composition.first.mean, "first.matrix": composition.first.matrix,
        "second.mean": composition.second.mean, "second.matrix": composition.second.matrix,
        "ngram_lengths": np.array([2, 4]),
    }  # fmt: skip
    tensors = {name: value for name, value in (tensors | change).items() if value is not None}
    save_tensors(path, tensors, {"words": "cat\ndog"})
    with pytest.raises(VectorFileError, match=says) as caught:
        WordVectors.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
