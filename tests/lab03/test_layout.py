"""Which words a map shows, and the three layouts: reproducible, true to planted structure, clear about bad input."""

from __future__ import annotations

import sys
import types

from wordlab.packages import MissingPackage

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from lab03_eval.pictures.layout import (
    FAMILIES,
    METHODS,
    LayoutError,
    known_capitals,
    known_families,
    known_form,
    lay_out,
    map_words,
    named_words,
    shown_variance,
)
from lab03_eval.vectors import SubwordVectors, WordVectors


@pytest.fixture(scope="module")
def planted() -> WordVectors:
    """300 words in ten tight clusters of 30, 20 dimensions; word i belongs to cluster i mod 10."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((10, 20))
    return WordVectors(
        [f"w{i}" for i in range(300)], centres[np.arange(300) % 10] + 0.1 * rng.standard_normal((300, 20))
    )


@pytest.fixture(scope="module")
def layouts(planted) -> dict[str, np.ndarray]:
    return {method: lay_out(planted, planted.words, method, seed=1) for method in METHODS}


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bytes(planted, layouts, method):
    again = lay_out(planted, planted.words, method, seed=1)
    assert again.shape == (300, 2)
    assert again.tobytes() == layouts[method].tobytes()


def test_another_seed_gives_another_layout(planted, layouts):
    assert not np.allclose(lay_out(planted, planted.words, "UMAP", seed=2), layouts["UMAP"])


@pytest.mark.parametrize("method", ["t-SNE", "UMAP"])
def test_neighbours_on_the_map_are_neighbours_by_cosine(planted, layouts, method):
    """Of the 29 words nearest on the map all are of the word's own cluster; scikit-learn's measure agrees."""
    places = layouts[method]
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    near = np.argsort(distance, axis=1)[:, 1:30]
    assert (near % 10 == np.arange(300)[:, None] % 10).all()
    assert trustworthiness(planted.unit, places, n_neighbors=10, metric="cosine") > 0.95


def test_pca_keeps_the_variance_that_the_singular_values_say(planted, layouts):
    centred = planted.unit - planted.unit.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    np.testing.assert_allclose((layouts["PCA"].astype(float) ** 2).sum(axis=0), singular[:2] ** 2, rtol=1e-4)
    expected = PCA(2).fit(planted.unit).explained_variance_ratio_.sum()
    assert shown_variance(planted, planted.words, layouts["PCA"]) == pytest.approx(expected, rel=1e-4)


def test_length_does_not_count(planted):
    """Cosine decides: rows of other lengths have the same layout."""
    lengths = np.random.default_rng(1).uniform(0.1, 9, (300, 1))
    scaled = WordVectors(planted.words, planted.matrix * lengths)
    np.testing.assert_allclose(lay_out(scaled, planted.words, "PCA"), lay_out(planted, planted.words, "PCA"), atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_four_words_and_a_zero_row_are_enough(method):
    vectors = WordVectors(list("abcd"), [[1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 1, 1]])
    assert np.isfinite(lay_out(vectors, vectors.words, method)).all()


def test_what_cannot_be_laid_out_is_said_in_one_line(planted):
    with pytest.raises(LayoutError, match="at least 4 words and 2 dimensions, found 3 and 20"):
        lay_out(planted, planted.words[:3], "PCA")
    with pytest.raises(LayoutError, match=r"unknown method 'tsne'; known: t-SNE, UMAP, PCA"):
        lay_out(planted, planted.words, "tsne")
    with pytest.raises(KeyError):
        lay_out(planted, [*planted.words, "missing"], "PCA")


def test_the_map_shows_frequent_words_then_rarer_ones_of_the_families():
    words = ["the", "paris", "of", "the", "and", "cat", "zebra", "france"]
    vectors = WordVectors(words, np.eye(8))
    assert map_words(vectors, top=4) == ["the", "paris", "of", "france", "cat"]
    assert known_families(vectors) == {"countries": ["france"], "capitals": ["paris"], "animals": ["cat"]}
    assert known_capitals(vectors) == [("france", "paris")]


def test_the_more_frequent_spelling_is_shown():
    vectors = WordVectors(["Paris", "cat", "paris", "Cat", "PHP", "France"], np.eye(6))
    assert [known_form(vectors, word) for word in ("paris", "cat", "php", "dog")] == ["Paris", "cat", "PHP", None]
    assert known_capitals(vectors) == [("France", "Paris")]


def test_the_families_are_named_and_frequent_words_where_few_of_those_are_known():
    rng, others = np.random.default_rng(0), [f"o{i}" for i in range(80)]
    ours = [*FAMILIES["countries"], "cat"]
    english = WordVectors([*others, *ours], rng.standard_normal((91, 4)))
    assert named_words(english) == ours
    foreign = WordVectors(["</s>", ",", "1", *others, "berlin"], rng.standard_normal((84, 4)))
    assert named_words(foreign) == ["berlin", *others[:49]]
    few = WordVectors(["。", "猫", "7"], np.eye(3))
    assert named_words(few) == ["猫", "。", "7"]


@pytest.mark.parametrize(
    ("method", "missing", "package"),
    [("t-SNE", "sklearn.manifold", "scikit-learn"), ("UMAP", "sklearn.neighbors", "scikit-learn"),
     ("UMAP", "umap", "umap-learn")],
)  # fmt: skip
def test_a_layout_whose_package_is_missing_says_what_to_install(planted, monkeypatch, method, missing, package):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingPackage, match=rf"^{package} cannot be imported .*: pip install {package}$"):
        lay_out(planted, planted.words, method)


def test_another_package_of_the_name_umap_is_told(planted, monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", types.ModuleType("umap"))
    with pytest.raises(MissingPackage, match=r"cannot import name 'UMAP' from 'umap'.*: pip install umap-learn$"):
        lay_out(planted, planted.words, "UMAP")


def test_pca_needs_no_package_and_gives_scikit_learns_places(planted, layouts, monkeypatch):
    np.testing.assert_allclose(layouts["PCA"], PCA(2, svd_solver="full").fit_transform(planted.unit), atol=1e-5)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.decomposition", None)
    assert lay_out(planted, planted.words, "PCA").tobytes() == layouts["PCA"].tobytes()


def test_words_of_one_direction_are_refused_before_t_sne_meets_them():
    words = [f"w{i}" for i in range(50)]
    for matrix in (np.ones((50, 5)), np.zeros((50, 5)), np.arange(1, 51)[:, None] * np.ones((50, 5))):
        with pytest.raises(LayoutError, match="different directions"):
            lay_out(WordVectors(words, matrix), words, "t-SNE")


def test_words_that_could_be_composed_are_not_on_the_map():
    rng = np.random.default_rng(0)
    vectors = SubwordVectors(["king"], rng.standard_normal((1, 4)), rng.standard_normal((100, 4)), 3, 6)
    assert "france" in vectors
    assert known_form(vectors, "france") is None
