"""Geometry against hand-computed values, brute force, scikit-learn and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import skew, special_ortho_group
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors

from lab03_eval.measures import geometry
from lab03_eval.measures.geometry import (
    alignment,
    anisotropy,
    common_rows,
    evaluate_geometry,
    hubness,
    isotropy,
    nearest_rows,
    neighbour_overlap,
    procrustes,
)
from lab03_eval.measures.report import geometry_table
from lab03_eval.vectors import WordVectors


@pytest.fixture(scope="module")
def cloud() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((700, 12)) + 0.3


def named(matrix: np.ndarray) -> WordVectors:
    return WordVectors([f"w{i}" for i in range(len(matrix))], matrix)


def test_anisotropy_by_hand():
    # Cosines: right angle 0, and 45° twice: (0 + 2·.70711)/3.
    assert anisotropy(np.array([[1, 0], [0, 3], [2, 2]])) == pytest.approx(2 * math.sqrt(0.5) / 3)
    # A zero row's cosine is 0 with each of the two others, whose cosine is 1: one of three pairs.
    assert anisotropy(np.array([[1, 0], [2, 0], [0, 0]])) == pytest.approx(1 / 3)
    assert math.isnan(anisotropy(np.ones((1, 4))))


def test_anisotropy_is_the_mean_over_every_pair(cloud):
    pairs = cosine_similarity(cloud)[np.triu_indices(len(cloud), 1)]
    assert anisotropy(cloud) == pytest.approx(pairs.mean(), abs=1e-12)
    assert abs(anisotropy(cloud - cloud.mean(axis=0))) < 0.01 < anisotropy(cloud)


def test_isotropy_by_hand():
    # Rows (1, 0), (−1, 0): XᵀX has the eigenvectors e₁ and e₂; Z(±e₁) = e + 1/e, Z(±e₂) = 2.
    assert isotropy(np.array([[1, 0], [-1, 0]])) == pytest.approx(2 / (math.e + 1 / math.e))
    # One row (1, 0) alone: Z(e₁) = e is the largest, Z(−e₁) = 1/e the smallest.
    assert isotropy(np.array([[1, 0]])) == pytest.approx(math.exp(-2))


def test_isotropy_is_one_where_no_direction_is_preferred_and_does_not_overflow():
    square = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    assert isotropy(square) == pytest.approx(1)
    assert isotropy(5000 * np.array([[1.0, 0], [-1, 0]])) == 0  # exp(5000) is no float64


@pytest.mark.parametrize("n", [13, 100, 700])
def test_nearest_rows_equal_scikit_learns(cloud, n, monkeypatch):
    monkeypatch.setattr(geometry, "BLOCK", 90 * n)  # several blocks, the last one shorter
    k = 10
    theirs = NearestNeighbors(n_neighbors=k + 1, metric="cosine").fit(cloud[:n]).kneighbors(return_distance=False)
    np.testing.assert_array_equal(nearest_rows(cloud[:n], k), theirs[:, :k])


def test_equal_cosines_keep_the_order_of_the_rows():
    np.testing.assert_array_equal(nearest_rows(np.ones((40, 3)), 2)[:3], [[1, 2], [0, 2], [0, 1]])
    with pytest.raises(ValueError, match="10 neighbours asked of 10 words"):
        nearest_rows(np.ones((10, 3)))


def test_hubness_by_hand():
    # A star: three rows at 60° around the axis have each other at cos² = .25 + .75·cos 120° = −.125 and the axis at .5:
    # each one's nearest is the axis (row 0), the axis's own nearest is row 1 (all equal, the first wins): N₁ = 3 1 0 0.
    ring = [[0.5, 0.75**0.5 * math.cos(t), 0.75**0.5 * math.sin(t)] for t in (0, 2 * math.pi / 3, 4 * math.pi / 3)]
    ring[0][0] += 1e-3  # nearer to the axis than the others, whatever the rounding
    found = hubness(np.array([[1, 0, 0], *ring]), k=1)
    assert (found["max"], found["hub"], found["antihubs"]) == (3, 0, 0.5)
    # N₁ − 1 is 2 0 −1 −1: third moment (8 − 2)/4 = 1.5, variance 6/4: 1.5/1.5^1.5.
    assert found["skewness"] == pytest.approx(1.5**-0.5)


def test_hubness_equals_a_count_by_brute_force(cloud):
    cosine = cosine_similarity(cloud)
    np.fill_diagonal(cosine, -2)
    occurrences = np.bincount(np.argsort(-cosine, axis=1)[:, :10].ravel(), minlength=len(cloud))
    found = hubness(cloud)
    assert found["skewness"] == pytest.approx(skew(occurrences))
    assert (found["max"], found["antihubs"]) == (occurrences.max(), np.mean(occurrences == 0))


def test_where_everybody_is_a_neighbour_as_often_there_is_no_skew():
    assert hubness(np.eye(4), k=3)["skewness"] == 0


def test_common_rows_are_frequent_in_both_and_counted_once():
    a = WordVectors(["x", "y", "x", "z", "rare"], np.eye(5))
    b = WordVectors(["z", "x", "u", "y", "rare"], np.eye(5))
    rows_a, rows_b = common_rows(a, b, top_words=4)
    assert rows_a.tolist() == [0, 1, 3]
    assert rows_b.tolist() == [1, 3, 0]


def test_overlap_by_hand():
    # On a line of angles 0°, 10°, 30°, 60°, 100° the two nearest are: 0: 1 2; 1: 0 2; 2: 1 0 (30° = 30°, made 29°);
    # 3: 2 and 4 (30°, 40°); 4: 3 2. Swapping the last two words' names gives 0: 1 2; 1: 0 2; 2: 1 0; 3: 4 2; 4: 2 3,
    # the same sets: overlap 1. Swapping words 0 and 4 instead: 0: 3 2; 1: 4 2; 2: 1 4; 3: 2 0; 4: 1 2.
    angles = np.radians([0, 10, 29, 60, 100])
    line = named(np.column_stack([np.cos(angles), np.sin(angles)]))
    same = WordVectors(["w0", "w1", "w2", "w4", "w3"], line.matrix)
    other = WordVectors(["w4", "w1", "w2", "w3", "w0"], line.matrix)
    assert neighbour_overlap(line, same, k=2) == {"shared": 1, "jaccard": 1, "chance": 0.5, "words": 5}
    # Shared with the second: {1,2}∩{3,2} 1, {0,2}∩{4,2} 1, {1,0}∩{1,4} 1, {2,4}∩{2,0} 1, {3,2}∩{1,2} 1, of 2 each;
    # each union holds three: Jaccard 1/3.
    found = neighbour_overlap(line, other, k=2)
    assert found["shared"] == pytest.approx(0.5)
    assert found["jaccard"] == pytest.approx(1 / 3)


def test_overlap_of_a_rotation_is_whole_and_of_noise_is_chance(cloud):
    rotation = special_ortho_group.rvs(12, random_state=1)
    noise = np.random.default_rng(2).standard_normal(cloud.shape)
    assert neighbour_overlap(named(cloud), named(cloud @ rotation))["shared"] > 0.999
    found = neighbour_overlap(named(cloud), named(noise))
    # 700 words with 10 of 699 by chance: standard error about √(.0143/7000) = .0014.
    assert found["shared"] == pytest.approx(found["chance"], abs=0.006)


def test_procrustes_equals_scipys(cloud):
    rng = np.random.default_rng(3)
    target = cloud @ special_ortho_group.rvs(12, random_state=2) + 0.1 * rng.standard_normal(cloud.shape)
    rotation, residual = procrustes(cloud, target)
    theirs, _ = orthogonal_procrustes(cloud, target)
    np.testing.assert_allclose(rotation, theirs, atol=1e-10)
    assert residual == pytest.approx(np.linalg.norm(cloud @ theirs - target) / np.linalg.norm(target))


def test_alignment_undoes_a_rotation_into_more_dimensions(cloud):
    wider = np.pad(cloud, ((0, 0), (0, 3))) @ special_ortho_group.rvs(15, random_state=4)
    for first, second in ((cloud, wider), (wider, cloud)):
        found = alignment(named(first), named(second))
        assert found["residual"] == pytest.approx(0, abs=1e-5)
        assert found["cosine"] == pytest.approx(1, abs=1e-6)


def test_residual_follows_from_the_cosine(cloud):
    # For unit rows |AR − B|² = 2n − 2Σcos and |B|² = n.
    other = np.random.default_rng(5).standard_normal(cloud.shape)
    found = alignment(named(cloud), named(other))
    assert found["residual"] == pytest.approx(math.sqrt(2 - 2 * found["cosine"]), abs=1e-6)
    with pytest.raises(ValueError, match="no word in common"):
        alignment(named(cloud), WordVectors(["other"], np.ones((1, 12))))


def test_evaluate_takes_the_frequent_rows_without_the_zero_ones(cloud):
    matrix = cloud.copy()
    matrix[[3, 50]] = 0
    found = evaluate_geometry(named(matrix), top_words=300)
    kept = np.delete(matrix[:300], [3, 50], axis=0).astype(np.float32)
    assert (found["geometry.words"], found["geometry.zero"]) == (298, 2)
    assert found["geometry.anisotropy"] == pytest.approx(anisotropy(kept))
    assert found["geometry.isotropy.centred"] == pytest.approx(isotropy(kept - kept.mean(axis=0)), rel=1e-4)
    hub = hubness(kept)["hub"]
    assert found["geometry.hubness.hub"] == f"w{[i for i in range(300) if i not in (3, 50)][hub]}"
    assert found["geometry.hubness.skewness"] == hubness(kept)["skewness"]


def test_too_few_words_are_said():
    found = evaluate_geometry(named(np.vstack([np.eye(9), np.zeros((20, 9))])))
    assert found["geometry.not_run"] == "9 words with a direction; 11 are needed"
    assert found["geometry.zero"] == 20


@pytest.mark.parametrize("vector", [[1, 1, 1], [0.1, -0.3, 7]])
def test_constant_vectors_have_no_shape_once_their_mean_is_removed(vector):
    vectors = WordVectors([f"w{i}" for i in range(100)], np.tile(vector, (100, 1)))
    figures = evaluate_geometry(vectors)
    assert figures["geometry.anisotropy"] == pytest.approx(1)
    assert np.isnan(figures["geometry.anisotropy.centred"])
    assert np.isnan(figures["geometry.isotropy.centred"])
    table = geometry_table({"constant": figures})
    assert "not defined" in table
    assert "nan" not in table


def test_what_keeps_two_embeddings_apart_is_named():
    words = ["a", "b", "c"]
    zero, some = WordVectors(words, np.zeros((3, 2))), WordVectors(words, np.ones((3, 2)))
    with pytest.raises(ValueError, match="no word in common whose vector is not zero in both"):
        alignment(zero, some)
    with pytest.raises(ValueError, match="no word in common among their most frequent ones"):
        alignment(some, WordVectors(["x", "y", "z"], np.ones((3, 2))))
