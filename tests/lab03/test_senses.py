"""Neighbourhoods whose clusters are known because the test made them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lab03_eval.measures.senses import evaluate_senses, format_senses, neighbourhood
from lab03_eval.vectors import WordVectors

DIM = 40


def planted(similarity: float) -> WordVectors:
    """`target` between two bunches of 20 words around axes of the given cosine, and 400 words elsewhere."""
    rng = np.random.default_rng(0)
    second = np.zeros(DIM)
    second[:2] = similarity, math.sqrt(1 - similarity**2)
    axes = np.vstack([np.eye(DIM)[0], second])
    bunches = [8 * axis + 0.5 * rng.standard_normal((20, DIM)) for axis in axes]
    words = ["target", *(f"left{i}" for i in range(20)), *(f"right{i}" for i in range(20))]
    others = rng.standard_normal((400, DIM))
    others[:, :2] -= 2  # so that the mean lies elsewhere than the bunches
    words += [f"other{i}" for i in range(400)]
    return WordVectors(words, np.vstack([8 * axes.sum(axis=0, keepdims=True), *bunches, others]))


def test_two_planted_senses_are_told_apart():
    report = neighbourhood(planted(similarity=0), "target", neighbours=40)
    assert len(report["clusters"]) == 2
    found = [{word.rstrip("0123456789") for word in cluster["words"]} for cluster in report["clusters"]]
    assert sorted(map(tuple, found)) == [("left",), ("right",)]
    assert [cluster["share"] for cluster in report["clusters"]] == [0.5, 0.5]
    assert report["contact"] < 0.5
    assert "2 groups that have little to do with each other mix" in report["verdict"]


def test_one_cloud_is_not_taken_for_two_senses():
    report = neighbourhood(planted(similarity=0.97), "target", neighbours=40)
    assert report["contact"] > 0.7
    assert report["verdict"].startswith("one sense")


def test_the_figures_are_what_they_are_said_to_be():
    vectors = planted(similarity=0)
    report = neighbourhood(vectors, "target", neighbours=40)
    centred = vectors.matrix - vectors.matrix.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    groups = [centred[[vectors.index[word] for word in cluster["words"]]] for cluster in report["clusters"]]
    near = np.vstack(groups)
    upper = np.triu_indices(40, 1)
    assert report["coherence"] == pytest.approx((near @ near.T)[upper].mean(), abs=1e-5)
    assert report["similarity"] == pytest.approx((near @ centred[0]).mean(), abs=1e-5)
    within = [(group @ group.T)[np.triu_indices(20, 1)].mean() for group in groups]
    assert [cluster["coherence"] for cluster in report["clusters"]] == pytest.approx(within, abs=1e-5)
    between = (groups[0] @ groups[1].T).mean()
    assert report["contact"] == pytest.approx(between / np.mean(within), abs=1e-5)  # groups of one size
    for group in groups:  # nearest first
        assert (np.diff(group @ centred[0]) <= 1e-6).all()


def test_words_that_cannot_be_reported_say_why():
    vectors = planted(similarity=0)
    vectors.matrix[1] = 0
    reports = evaluate_senses(vectors, ("absent", "other399", "left0", "target"), top_words=300)
    assert reports["absent"] == {"not_run": "not in the vocabulary"}
    assert reports["other399"] == {"not_run": "not among the 300 most frequent words (it is number 441)"}
    assert reports["left0"] == {"not_run": "its vector is zero"}
    text = format_senses(reports)
    assert "absent: not run: not in the vocabulary" in text
    assert f"target: {reports['target']['verdict']}\n" in text
    assert f"{reports['target']['clusters'][0]['share']:4.0%}  " in text
    few = WordVectors(["a", "b", "c"], np.eye(3))
    assert neighbourhood(few, "a") == {"not_run": "2 neighbours; at least 6 are needed"}


def test_equal_vectors_are_one_sense():
    vectors = WordVectors([f"w{i}" for i in range(30)], np.vstack([np.ones((20, 4)), -np.ones((10, 4))]))
    report = neighbourhood(vectors, "w0", neighbours=19)
    assert report["verdict"].startswith("one sense")
    assert [len(cluster["words"]) for cluster in report["clusters"]] == [19]


@pytest.mark.parametrize("vector", [[0.1, 0.3, -7], [1, 1, 1], [1e-12, 0, 1e-9]])
def test_words_that_are_all_alike_are_not_said_to_be_zero(vector):
    vectors = WordVectors([f"w{i}" for i in range(2000)], np.tile(vector, (2000, 1)))
    vectors.matrix[7] = 0
    reports = evaluate_senses(WordVectors(vectors.words[:7], vectors.matrix[:7]), ("w3",))
    assert reports["w3"] == {"not_run": "its vector is the mean of all vectors, so no neighbour is nearer than another"}
    assert evaluate_senses(vectors, ("w7",))["w7"] == {"not_run": "its vector is zero"}
    vectors.matrix[7] = vectors.matrix[0]
    assert evaluate_senses(vectors, ("w7",))["w7"]["not_run"].startswith("its vector is the mean of all vectors")


def test_the_report_is_the_same_each_time():
    vectors = planted(similarity=0.5)
    assert neighbourhood(vectors, "target") == neighbourhood(vectors, "target")
