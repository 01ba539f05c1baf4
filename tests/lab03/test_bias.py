"""Bias measures against hand-computed values, brute force and scikit-learn; published figures are in test_published."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from lab03_eval.measures import bias
from lab03_eval.measures.bias import (
    NoCoverage,
    evaluate_bias,
    evaluate_weat,
    gender_direction,
    hard_debias,
    known_pairs,
    permutation_p,
    profession_figures,
    weat,
)
from lab03_eval.measures.geometry import unit_rows
from lab03_eval.measures.report import bias_text
from lab03_eval.measures.word_lists import FILES, read_words
from lab03_eval.vectors import WordVectors

TEST = ("x", "y", "a", "b")


def test_weat_by_hand():
    # a is e₁, b is e₂, so s(w) = w₁ − w₂. x: (1, 0), (.6, .8) give 1 and −.2; y: (0, 1), (.8, .6) give −1 and .2.
    # Means .4 and −.4; the four sum to 0, squares 1 + .04 + 1 + .04 = 2.08, deviation √(2.08/3); effect .8/.83267.
    x, y = np.array([[1, 0], [0.6, 0.8]]), np.array([[0, 1], [0.8, 0.6]])
    found = weat(x, y, np.array([[1, 0]]), np.array([[0, 1]]))
    assert found["effect"] == pytest.approx(0.8 / math.sqrt(2.08 / 3))
    # Σx = .8. Of the six pairs of {1, −.2, −1, .2} the sums ≥ .8 are 1 − .2 and 1 + .2: p = 2/6.
    assert found["p"] == pytest.approx(2 / 6)
    assert found["exact"]


def test_equal_associations_have_no_effect_size():
    same = np.ones((3, 2))
    assert math.isnan(weat(same, same, same, same)["effect"])
    assert weat(same, same, same, same)["p"] == 1


@pytest.mark.parametrize("sizes", [(5, 5), (4, 7)])
def test_exact_p_equals_a_count_of_every_split(sizes):
    rng = np.random.default_rng(sum(sizes))
    x, y = rng.standard_normal(sizes[0]) + 0.7, rng.standard_normal(sizes[1])
    scores = np.concatenate([x, y])

    def statistic(chosen: tuple[int, ...]) -> float:  # the paper's Σx − Σy
        rest = [i for i in range(len(scores)) if i not in chosen]
        return sum(scores[i] for i in chosen) - sum(scores[i] for i in rest)

    observed = statistic(tuple(range(sizes[0])))
    all_splits = [statistic(chosen) for chosen in combinations(range(len(scores)), sizes[0])]
    expected = np.mean([value >= observed - 1e-9 for value in all_splits])
    assert permutation_p(x, y) == (pytest.approx(expected), True)


def test_sampled_p_agrees_with_the_exact_one_and_depends_on_the_seed(monkeypatch):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(8) + 0.6, rng.standard_normal(8)
    exact, _ = permutation_p(x, y)
    monkeypatch.setattr(bias, "EXACT_PARTITIONS", 1)
    sampled, counted = permutation_p(x, y, seed=1)
    assert not counted
    # The standard error of a share p among 100,000 is √(p(1 − p)/100,000): four of them.
    assert sampled == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 100_000))
    assert sampled == permutation_p(x, y, seed=1)[0]
    assert sampled != permutation_p(x, y, seed=2)[0]


def test_a_sampled_p_is_never_zero():
    x, y = np.arange(100.0, 125), np.arange(25.0)
    assert permutation_p(x, y) == (pytest.approx(1 / 100_001), False)


def test_unknown_words_are_counted_and_too_few_are_no_coverage():
    vectors = WordVectors(["one", "two", "three", "four"], np.random.default_rng(0).standard_normal((4, 3)))
    sets = {"x": ["One", "two", "unknown"], "y": ["three", "four"], "a": ["one", "three"], "b": ["two", "four"]}
    found = evaluate_weat(vectors, sets, TEST)
    assert (found["used"], found["total"]) == (8, 9)
    sets["y"] = ["three", "absent"]
    with pytest.raises(NoCoverage, match="no coverage: 1 of the 2 words of y"):
        evaluate_weat(vectors, sets, TEST)


def test_the_gender_direction_is_scikit_learns_first_component():
    rng = np.random.default_rng(2)
    unit = unit_rows(rng.standard_normal((20, 8)) + np.outer(np.tile([1, -1], 10), np.ones(8)))
    pairs = np.arange(20).reshape(10, 2)
    direction, share = gender_direction(unit, pairs)
    middle = (unit[pairs[:, 0]] + unit[pairs[:, 1]]) / 2
    pca = PCA(n_components=3).fit(np.vstack([unit[pairs[:, 0]] - middle, unit[pairs[:, 1]] - middle]))
    assert abs(direction @ pca.components_[0]) == pytest.approx(1)
    assert share == pytest.approx(pca.explained_variance_ratio_[0])
    assert np.mean((unit[pairs[:, 0]] - unit[pairs[:, 1]]) @ direction) > 0
    with pytest.raises(NoCoverage, match="1 definitional pairs"):
        gender_direction(unit, pairs[:1])


@pytest.fixture
def people() -> WordVectors:
    words = ["she", "he", "woman", "man", "nurse", "engineer", "aunt", "uncle", "actress", "zero"]
    matrix = np.random.default_rng(3).standard_normal((10, 6))
    matrix[::2, 0] += 2
    matrix[1::2, 0] -= 2
    matrix[9] = 0
    return WordVectors(words, matrix)


def test_hard_debiasing_does_what_the_paper_asks(people):
    direction, _ = gender_direction(people.unit, known_pairs(people, [["she", "he"], ["woman", "man"]]))
    equalize = known_pairs(people, [["uncle", "aunt"], ["she", "he"], ["unknown", "man"]])
    specific = np.array([people.index[word] for word in ("woman", "man", "actress")])
    after = hard_debias(people, direction, equalize, specific)

    for word in ("nurse", "engineer"):  # neutral: no gender left, the rest of the direction kept
        assert after[word] @ direction == pytest.approx(0, abs=1e-6)
        rest = people[word] - people[word] @ direction * direction
        np.testing.assert_allclose(after[word], rest / np.linalg.norm(rest), atol=1e-6)
        # equidistant from both words of each equalised pair
        assert after[word] @ after["aunt"] == pytest.approx(after[word] @ after["uncle"], abs=1e-6)
    for a, b in (("aunt", "uncle"), ("she", "he")):  # equalised: apart along the direction only, the side kept
        difference = after[a] - after[b]
        assert abs(difference @ direction) == pytest.approx(np.linalg.norm(difference), rel=1e-5)
        assert np.sign(difference @ direction) == np.sign(
            (people.unit[people.index[a]] - people.unit[people.index[b]]) @ direction
        )
        middle = (people.unit[people.index[a]] + people.unit[people.index[b]]) / 2
        middle -= middle @ direction * direction
        np.testing.assert_allclose((after[a] + after[b]) / 2, middle, atol=1e-6)
    for word in ("woman", "man", "actress"):  # gendered by definition: as it was
        np.testing.assert_allclose(after[word], people.unit[people.index[word]], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(after.matrix[:9], axis=1), 1, atol=1e-6)
    assert not after["zero"].any()


def test_professions_by_hand():
    # Cosines with e₁: nurse .8, clerk .6, engineer −.8, actress 1. Ratings of the three that are not gendered by
    # definition, negated: 1, 0, −1: the same order as the cosines, ρ = 1. With the last two exchanged: 1 − 6·2/24 = .5.
    vectors = WordVectors(["nurse", "clerk", "engineer", "actress"], np.array([[4, 3], [3, 4], [-4, 3], [1, 0]]))
    direction = np.array([1.0, 0])
    listed = [["nurse", 0, -1.0], ["clerk", 0, 0.0], ["engineer", 0, 1.0], ["actress", -1.0, 0], ["unknown", 0, 0.3]]
    found = profession_figures(vectors, direction, listed)
    assert (found["bias.professions.used"], found["bias.professions.total"]) == (4, 5)
    assert found["bias.professions.rated"] == 3
    assert found["bias.professions.rho"] == pytest.approx(1)
    assert [word for word, _ in found["bias.professions.she"]] == ["actress", "nurse"]  # half of the known
    assert found["bias.professions.he"] == [["engineer", pytest.approx(-0.8)], ["clerk", pytest.approx(0.6)]]
    listed[1][2], listed[2][2] = 1.0, 0.0
    assert profession_figures(vectors, direction, listed)["bias.professions.rho"] == pytest.approx(0.5)


def test_every_figure_on_googlenews(data_set):
    for file in FILES.values():
        data_set(file)
    found = evaluate_bias(WordVectors.load(data_set("pretrained/googlenews300_union.npz")))
    assert found["bias.weat.7_math_arts.effect"] == pytest.approx(0.97, rel=0.01)
    # This part of GoogleNews has 23 of the names, in lower case only ("justin"), which is counted.
    assert (found["bias.weat.3_names.used"], found["bias.weat.3_names.recased"]) == (91, 23)
    assert found["bias.weat.7_math_arts.recased"] == 0
    assert (found["bias.gender.used"], found["bias.gender.total"]) == (9, 10)  # "gal" is not in the file
    # Bolukbasi et al. (2016), Figure 1, name these as the extremes on the same vectors.
    assert {"nurse", "librarian", "housekeeper"} <= {word for word, _ in found["bias.professions.she"]}
    assert {"skipper", "architect", "captain"} <= {word for word, _ in found["bias.professions.he"]}
    assert found["bias.professions.rho"] > 0.4
    # §8 of the paper: debiasing leaves the analogies about as they were.
    assert found["bias.analogies.all.after"] == pytest.approx(found["bias.analogies.all.before"], abs=0.01)
    assert found["bias.analogies.family.used"] == 240


@pytest.mark.usefixtures("no_data")
def test_word_lists_that_are_not_at_hand_are_said(people):
    found = evaluate_bias(people)
    assert set(found) == {"bias.weat.not_run", "bias.gender.not_run"}
    assert "python scripts/get_data.py bias" in found["bias.weat.not_run"]


def test_vectors_without_a_single_listed_word(data_set):
    for file in FILES.values():
        data_set(file)
    found = evaluate_bias(WordVectors(["α", "β"], np.eye(2)))
    assert found["bias.weat.1_flowers_insects.not_run"] == "no coverage: 0 of the 25 words of flowers"
    assert found["bias.gender.not_run"].startswith("no coverage")
    assert not any(isinstance(value, float) for value in found.values())


@pytest.mark.parametrize("lengths", [np.ones(6000), np.linspace(0.2, 5, 6000)])
def test_constant_vectors_have_no_bias_to_report(lengths, data_set):
    for file in FILES.values():
        data_set(file)
    words = {word for words in read_words("weat").values() if isinstance(words, list) for word in words}
    words |= {word for pair in read_words("definitional_pairs") for word in pair}
    words |= {word for word, *_ in read_words("professions")}
    listed = sorted(words)
    vectors = WordVectors(listed, lengths[: len(listed), None] * np.linspace(-1, 3, 25))
    found = evaluate_bias(vectors)
    assert math.isnan(found["bias.weat.7_math_arts.effect"])
    assert found["bias.gender.not_run"] == "no coverage: the definitional pairs do not differ"
    text = bias_text("constant", found)
    assert "constant    | –" in text
    assert "nan" not in text


def test_professions_that_lie_alike_have_no_correlation():
    vectors = WordVectors(["nurse", "clerk", "smith"], np.array([[1.0, 2], [2, 4], [0.3, 0.6]]))
    ratings = [["nurse", 0, -1.0], ["clerk", 0, 0.2], ["smith", 0, 1.0]]
    found = profession_figures(vectors, np.array([0.6, 0.8]), ratings)
    assert math.isnan(found["bias.professions.rho"])
    gender = {"bias.gender.share": 0.5, "bias.gender.used": 3, "bias.gender.total": 10}
    assert "professions: not defined" in bias_text("alike", found | gender)
