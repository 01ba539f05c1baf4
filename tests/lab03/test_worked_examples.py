"""Lab 3's examples worked by hand: asserted here, and its walkthrough must show these figures."""

from __future__ import annotations

import itertools
import json
import math
import re

import numpy as np
import pytest
import torch
from scipy import stats

from demos.classifier import CLASSES, Classifier
from lab03_eval.benchmarks import find, read_pairs
from lab03_eval.measures.bias import hard_debias, weat
from lab03_eval.measures.geometry import anisotropy, hubness, isotropy, nearest_rows, procrustes
from lab03_eval.measures.significance import bootstrap_p, compare_proportions, holm, percentile_interval, spearman_rows
from lab03_eval.sentences import common_components, sif_weights
from lab03_eval.solution import (
    compare_correlations,
    cosines,
    evaluate_similarity,
    proportion_interval,
    solve_analogies,
    spearman,
    spearman_interval,
)
from lab03_eval.tasks.scores import ndcg
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT
from tests.test_documents import measured
from tests.test_worked_examples import shown


def test_a_cosine_that_hides_a_coordinate():
    vectors = WordVectors(["surgeon", "operate"], np.array([[3, -0.2], [3, 0.2]]))
    found, _ = cosines(vectors, [("surgeon", "operate", 0.0)])
    assert found.tolist() == pytest.approx([8.96 / 9.04], abs=1e-6)
    assert found.tolist() == pytest.approx([0.991], abs=5e-4)
    shown("lab03_eval", "(9 - .04) / (9 + .04) = .991")


def test_spearman_of_four_pairs_with_a_tie():
    human, cosine = np.array([9.0, 7, 7, 2]), np.array([0.60, 0.75, 0.30, 0.10])
    assert stats.rankdata(human).tolist() == [4, 2.5, 2.5, 1]
    assert stats.rankdata(cosine).tolist() == [3, 4, 2, 1]
    assert spearman(human, cosine) == pytest.approx(3 / math.sqrt(4.5 * 5))
    assert spearman(human, cosine) == pytest.approx(0.632, abs=5e-4)
    difference = stats.rankdata(human) - stats.rankdata(cosine)
    assert difference.tolist() == [1, -1.5, 0.5, 0]
    assert 1 - 6 * (difference @ difference) / (4 * 15) == pytest.approx(0.650)
    shown("lab03_eval", "{4.743} = .632", "= .650$")


def test_rules_for_an_unknown_word():
    vectors = WordVectors(["cat", "dog", "rocket"], np.array([[1, 0.2], [0.9, 0.3], [0.1, 1]]))
    pairs = [("cat", "dog", 9.0), ("dog", "rocket", 3.0), ("cat", "rocket", 2.0), ("cat", "unicorn", 10.0)]
    skipped, zero = (evaluate_similarity(vectors, pairs, oov) for oov in ("skip", "zero"))
    assert (skipped["rho"], skipped["used"], skipped["total"]) == (1, 3, 4)
    assert zero["rho"] == pytest.approx(1 - 6 * (1 + 1 + 1 + 9) / 60)
    shown("lab03_eval", "3 of 4 pairs", "1 - 6 \\cdot 12/60 = -.2")


def test_judgements_quoted_from_the_sets():
    judged = {name: {pair[:2]: pair[2] for pair in read_pairs(find(name))} for name in ("wordsim353", "simlex999")}
    assert judged["wordsim353"]["tiger", "cat"] == 7.35
    assert judged["wordsim353"]["king", "cabbage"] == 0.23
    assert judged["wordsim353"]["closet", "clothes"] == 8.00
    assert judged["simlex999"]["clothes", "closet"] == 3.27
    shown("lab03_eval", "7.35", ".23", "3.27", "8.00")


def test_the_ladder_of_wordsim():
    ladder = (ROOT / "lab03_eval" / "WALKTHROUGH.md").read_text(encoding="utf-8")
    # The floor: ρ of an order that knows nothing has the variance 1/(n − 1).
    assert 1.96 / math.sqrt(352) == pytest.approx(0.10, abs=0.005)
    assert 1.96 / math.sqrt(319) == pytest.approx(0.11, abs=0.005)
    human, rng = np.arange(353.0), np.random.default_rng(1)
    orders = np.array([rng.permutation(353) for _ in range(2000)])
    assert spearman_rows(orders, np.broadcast_to(human, orders.shape)).std() == pytest.approx(
        1 / math.sqrt(352), rel=0.1
    )
    published = json.loads((ROOT / "reports" / "published.json").read_text(encoding="utf-8"))
    glove = next(row["published"] for row in published["glove"] if row["what"] == "WordSim-353")
    google = next(row for row in published["gensim"] if row["what"].startswith("WordSim-353"))
    shown("lab03_eval", "0 ± .10", f"{glove / 100:.3f}".lstrip("0"), f"| {google['ours']:.3f}".replace("0.", "."))
    shown("lab03_eval", f"| {google['used']} |", "1.96 \\cdot .053 = .10")
    # The rungs that are measured here. A pipe in a cell would end it, so that no comment can name their places there.
    for place, pairs in (
        ("lab03_scores | WordSim-353 | lab01: 70,454 x 100", 352),
        ("lab03_scores | WordSim-353 | wiki8_20k: 20,000 x 100", 320),
        ("scores | best (wiki8) | WordSim-353 ρ", 352),
    ):
        rung = re.search(rf"\| (\.\d+) \| {pairs} \|", ladder)
        ladder = ladder.replace(rung[0], "", 1)
        assert f"0{rung[1]}" in measured(place)


def test_3cosmul_by_hand():
    words = ["king", "man", "woman", "child", "queen"]
    unit = np.array([[2, 0], [1, 0], [1, 1], [0, 2], [2, 1]], dtype=np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    s = (unit @ unit.T + 1) / 2
    king, man, woman, child, queen = range(5)
    assert s[queen, [king, man, woman]].tolist() == pytest.approx([0.947, 0.947, 0.974], abs=5e-4)
    assert s[child, [king, man, woman]].tolist() == pytest.approx([0.5, 0.5, 0.854], abs=5e-4)
    scores = [s[word, king] * s[word, woman] / (s[word, man] + 0.001) for word in (queen, child)]
    assert scores == pytest.approx([0.973, 0.852], abs=5e-4)
    assert words[solve_analogies(unit, np.array([[man, king, woman]]), "3cosmul")[0]] == "queen"
    # Without the exclusion the answer of 3CosAdd would be woman.
    assert words[int(np.argmax(unit @ (unit[king] - unit[man] + unit[woman])))] == "woman"
    shown("lab03_eval", ".947 \\cdot .974 / .948 = .973", ".5 \\cdot .854 / .501 = .852")


def test_purity_of_two_clusters():
    clusters = [["animal", "animal", "vehicle"], ["vehicle", "vehicle", "animal"]]
    majorities = sum(max(cluster.count(name) for name in set(cluster)) for cluster in clusters)
    assert majorities / 6 == pytest.approx(0.667, abs=5e-4)
    shown("lab03_eval", "$4/6 = .667$")


def test_wilson_and_fisher():
    assert proportion_interval(7, 10) == pytest.approx((0.397, 0.892), abs=5e-4)
    assert proportion_interval(0, 10) == pytest.approx((0, 0.278), abs=5e-4)
    for p in proportion_interval(7, 10):  # the ends are where the observation is exactly z deviations away
        assert (0.7 - p) ** 2 == pytest.approx(1.959964**2 * p * (1 - p) / 10)
    z, deviation = math.atanh(0.7), math.sqrt((1 + 0.7**2 / 2) / 350)
    assert (z, deviation) == (pytest.approx(0.867, abs=5e-4), pytest.approx(0.0596, abs=5e-5))
    assert (z - 1.96 * deviation, z + 1.96 * deviation) == pytest.approx((0.750, 0.984), abs=5e-4)
    assert spearman_interval(0.7, 353) == pytest.approx((0.635, 0.755), abs=5e-4)
    shown("lab03_eval", ".397 to .892", ".278", ".0596", "from .750", ".635 to .755")


def test_bootstrap_of_five_pairs():
    human, first, second = np.array([[9, 7, 5, 3, 1], [0.8, 0.7, 0.6, 0.2, 0.3], [0.9, 0.3, 0.7, 0.5, 0.1]])
    whole = spearman(first, human), spearman(second, human)
    assert whole == pytest.approx((0.9, 0.7))
    for draw, expected in (("AACDE", (0.895, 1, -0.105)), ("ACCDB", (1, 0.368, 0.632)), ("CDEEB", (0.684, 0.684, 0))):
        rows = ["ABCDE".index(letter) for letter in draw]
        one, other = spearman(first[rows], human[rows]), spearman(second[rows], human[rows])
        assert (one, other, one - other) == pytest.approx(expected, abs=5e-4)
    draws = np.array(list(itertools.product(range(5), repeat=5)))
    assert len(draws) == 3125
    differences = spearman_rows(first[draws], human[draws]) - spearman_rows(second[draws], human[draws])
    assert percentile_interval(differences) == pytest.approx((-0.89, 1.88), abs=5e-3)
    assert not compare_correlations(first, second, human)["excludes_zero"]
    shown(
        "lab03_eval", "| .895 | 1.000 | −.105 |", "| 1.000 | .368 | +.632 |", "| .684 | .684 | .000 |", "−.89 to 1.88"
    )


def test_six_questions_decide():
    first = np.arange(100) < 70
    second = np.arange(100) < 64
    (low, _), (_, high) = proportion_interval(70, 100), proportion_interval(64, 100)
    assert low < high  # the intervals of the two scores overlap
    half = 1.959964 * math.sqrt((0.06 - 0.06**2) / 100)
    assert (0.06 - half, 0.06 + half) == pytest.approx((0.013, 0.107), abs=5e-4)
    paired = compare_proportions(first, second)
    assert paired["excludes_zero"]
    assert (paired["low"], paired["high"]) == pytest.approx((0.013, 0.107), abs=0.02)
    unpaired = 1.959964 * math.sqrt((0.7 * 0.3 + 0.64 * 0.36) / 100)
    assert unpaired == pytest.approx(0.130, abs=5e-4)
    assert stats.binomtest(6, 6, alternative="greater").pvalue == pytest.approx(0.016, abs=5e-4)
    assert stats.binomtest(6, 6).pvalue == pytest.approx(0.031, abs=5e-4)
    shown("lab03_eval", "= .0564$", "from .013 to .107", "\\pm .130", "= .016$", "= .031$")


def test_two_sided_p_and_holm():
    resampled = np.array([-1.0] * 12 + [1.0] * 988)
    assert bootstrap_p(resampled) == pytest.approx(2 * 13 / 1001)
    assert bootstrap_p(resampled) == pytest.approx(0.026, abs=5e-4)
    assert holm([0.004, 0.03, 0.04]) == [True, False, False]
    assert pytest.approx(0.57, abs=5e-3) == 0.95**11
    shown("lab03_eval", "2 \\cdot 13/1001 = .026", ".004, .03 and .04", ".95^{11} = .57")


def test_shapes_of_small_spaces():
    assert anisotropy(np.array([[1, 0], [0, 3], [2, 2]])) == pytest.approx(0.471, abs=5e-4)
    assert isotropy(np.array([[2, 0], [-2, 0], [0, 1], [0, -1]])) == pytest.approx(0.534, abs=5e-4)
    star = np.array([[0, 0, 1], [0.5, 0, 1], [0, 1, 1], [-1, 0, 1]])
    assert nearest_rows(star, 1).tolist() == [[1], [0], [0], [0]]
    assert hubness(star, 1)["skewness"] == pytest.approx(0.816, abs=5e-4)
    rotation, residual = procrustes(np.array([[1, 0], [0, 1], [1, 1]]), np.array([[0, 1], [-1, 0], [-1, 1]]))
    np.testing.assert_allclose(rotation, [[0, 1], [-1, 0]], atol=1e-12)
    assert residual == pytest.approx(0, abs=1e-12)
    shown("lab03_eval", "the mean is .471", "$(5.83 - 3)/6 = .471$", "= 9.52$", "= 5.09$", ".534", "= .816$")


def test_weat_and_debiasing_of_four_words():
    x, y, a, b = (np.array(rows) for rows in ([[1, 0], [0.8, 0.6]], [[0.6, 0.8], [0, 1]], [[1, 0]], [[0, 1]]))
    found = weat(x, y, a, b)
    assert (found["effect"], found["p"]) == (pytest.approx(1.441, abs=5e-4), pytest.approx(1 / 6))
    assert 1.2 / np.std([1, 0.2, -0.2, -1]) == pytest.approx(1.664, abs=5e-4)
    words = WordVectors(["she", "he", "nurse"], np.array([[0.8, 0.6], [-0.6, 0.8], [0.6, 0.8]]))
    fair = hard_debias(words, np.array([1.0, 0]), np.array([[0, 1]]), np.array([], dtype=int))
    np.testing.assert_allclose(fair.matrix, [[0.714, 0.7], [-0.714, 0.7], [0, 1]], atol=5e-4)
    shown("lab03_eval", "{.833} = 1.441", "1.664", "$p = 1/6$", "(\\pm .714, .7)")


def test_a_mixture_of_senses():
    bank = np.array([0.8, 0.2])
    assert (bank / np.linalg.norm(bank)).tolist() == pytest.approx([0.970, 0.243], abs=5e-4)
    # Two neighbours in one cluster, one in another: mean cosine across over mean cosine within.
    one, other, far = np.array([[1, 0], [0.8, 0.6], [0, 1]])
    assert ((one @ far + other @ far) / 2) / (one @ other) == pytest.approx(0.375)
    shown("lab03_eval", "money is .970", ".243", "= .375$")


def test_terms_of_t_sne():
    assert 0.4 * math.log(0.4 / 0.1) == pytest.approx(0.555, abs=5e-4)
    assert 0.1 * math.log(0.1 / 0.4) == pytest.approx(-0.139, abs=5e-4)
    shown("lab03_eval", ".4 \\ln 4 = .555", "= -.139$")


def test_sif_weights_and_the_common_component():
    assert sif_weights(np.array([0.05, 0.00001])).tolist() == pytest.approx([0.020, 0.990], abs=5e-4)
    sentences = np.array([[3.0, 1], [3, -1]])
    assert sentences[0] @ sentences[1] / 10 == pytest.approx(0.8)
    component, _ = common_components(sentences, 1)
    left = sentences - sentences @ component.T @ component
    np.testing.assert_allclose(left, [[0, 1], [0, -1]], atol=1e-12)
    shown("lab03_eval", "gets .020", "gets .990", "the cosine .8.", "with cosine −1")


def test_a_passage_in_second_place():
    assert ndcg(np.array([[0.9, 0.8, 0.1]]), np.array([[0, 1, 0]])).tolist() == pytest.approx([0.631], abs=5e-4)
    shown("lab03_eval", "= .631$")


def test_numbers_of_a_probe():
    linear = Classifier(torch.zeros(1, 100), classes=10, frozen=True).linear
    assert sum(weight.numel() for weight in linear.parameters()) == 1010
    assert len(CLASSES) == 10
    shown("lab03_eval", "1{,}010")
