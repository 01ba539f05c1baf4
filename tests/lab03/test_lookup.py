"""One rule for all look-ups: as written, then in lower case, then in title case, whatever else the vocabulary holds."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from gensim.test.utils import datapath

from lab03_eval.benchmarks import gensim_data, read_pairs, read_questions
from lab03_eval.command import SHIPPED
from lab03_eval.eval_embeddings import (
    CORE,
    PROTOCOL_NOTE,
    compare,
    composed_for,
    coverage_notes,
    evaluate,
    evaluate_analogies,
    evaluate_similarity,
)
from lab03_eval.measures.bias import evaluate_weat, known_pairs, profession_figures
from lab03_eval.measures.senses import evaluate_senses, format_senses
from lab03_eval.sentences import SentenceEncoder
from lab03_eval.vectors import SubwordVectors, WordVectors
from lab03_eval.vectors.lookup import Lookup, shared_prefix, spellings, written_in


@pytest.fixture(scope="module")
def lower() -> WordVectors:
    """The 8,000 most frequent of the shipped vectors, all in lower case."""
    shipped = WordVectors.load(SHIPPED)
    return WordVectors(shipped.words[:8000], shipped.matrix[:8000])


def with_word(vectors: WordVectors, word: str) -> WordVectors:
    """The same vectors and one more, which is nobody's neighbour."""
    return WordVectors([*vectors.words, word], np.vstack([vectors.matrix, np.zeros((1, vectors.dim))]))


def in_case(vectors: WordVectors, case) -> WordVectors:
    return WordVectors([case(word) for word in vectors.words], vectors.matrix)


@pytest.mark.parametrize(
    ("vocabulary", "asked", "found"),
    [
        ("paris Paris PARIS", "Paris", "Paris"),  # as written, where it is
        ("Paris paris", "PARIS", "paris"),  # lower case comes before title case
        ("Paris", "paris", "Paris"),
        ("Paris", "PARIS", "Paris"),
        ("PARIS", "paris", None),  # no other case is tried
        ("New_York", "new_york", "New_York"),
        ("Don't", "don't", "Don't"),
    ],
)
def test_a_word_is_sought_as_written_then_lower_then_title(vocabulary, asked, found):
    words = vocabulary.split()
    row = Lookup(WordVectors(words, np.eye(len(words)))).row(asked)
    assert (words[row] if row >= 0 else None) == found


@pytest.mark.parametrize(("stored", "asked"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_both_ways_of_writing_an_accent_are_one_word(stored, asked):
    vectors = WordVectors([unicodedata.normalize(stored, "café")], np.eye(1))
    assert Lookup(vectors).row(unicodedata.normalize(asked, "CAFÉ")) == 0


def test_an_ascii_word_has_few_spellings():
    assert spellings("cat") == ["cat", "Cat"]
    assert spellings("Cat") == ["Cat", "cat"]


@pytest.mark.parametrize("odd", ["<UNK>", "Zürich", "IPhone", "/c/en/cat", " ", "U.S."])
def test_one_odd_entry_changes_no_score(lower, odd):
    found, expected = evaluate(with_word(lower, odd)), evaluate(lower)
    assert expected["google.full.used"] > 3000
    assert found == expected


@pytest.mark.parametrize("case", [str.title, str.capitalize])
def test_a_vocabulary_in_title_case_is_found_as_well(lower, case):
    found, expected = evaluate(in_case(lower, case)), evaluate(lower)
    assert {key for key in expected if found[key] != expected[key]} <= {f"{name}.recased" for name in CORE}


def test_the_words_found_in_another_case_are_counted_and_said(lower):
    pairs = read_pairs(gensim_data("wordsim353.tsv"))
    capitals = {word for *both, _ in pairs for word in both if word != word.lower() and word.lower() in lower}
    results = evaluate(lower)
    assert results["wordsim353.recased"] == len(capitals) > 5
    assert results["simlex999.recased"] == 0
    google = results["google.recased"]
    assert coverage_notes(lower, results) == [
        f"Words found in another case than they are asked in: WordSim-353 {len(capitals)}, Google {google}."
    ]
    assert "as written, then in lower case, then in title case" in PROTOCOL_NOTE


def test_the_question_words_are_no_answers_in_whichever_case_they_are_found():
    # b − a + c = (0, 1, 1) is nearest to king itself, which the question asks as "KING", and then to Queen.
    words = ["man", "Woman", "king", "Queen", "table"]
    vectors = WordVectors(words, np.array([[1, 0, 0], [1, 0, 0.1], [0, 1, 0.9], [0, 1, 0.5], [0, 0.1, 1]]))
    scores = evaluate_analogies(vectors, [("family", [("Man", "woman", "KING", "queen")])])
    assert (scores["used"], scores["correct"]) == (1, 1)


def test_scores_are_gensims_where_both_look_up_alike(lower):
    """gensim is given the vocabulary and its own case rule, we are given the same words in title case and ours."""
    theirs = lower.to_gensim()
    mine = in_case(lower, str.title)
    _, rho, _ = theirs.evaluate_word_pairs(datapath("wordsim353.tsv"))
    pairs, questions = read_pairs(gensim_data("wordsim353.tsv")), read_questions(gensim_data("questions-words.txt"))
    assert evaluate_similarity(mine, pairs)["rho"] == pytest.approx(rho.statistic, abs=1e-7)
    accuracy, _ = theirs.evaluate_word_analogies(datapath("questions-words.txt"), restrict_vocab=len(lower))
    assert evaluate_analogies(mine, questions)["accuracy"] == accuracy


def test_two_embeddings_are_compared_in_spite_of_an_odd_entry(lower):
    title = with_word(in_case(lower, str.title), "iPod")
    plain, odd = compare(lower, lower), compare(with_word(lower, "<UNK>"), title)
    assert odd["google.used"] == plain["google.used"] > 3000
    assert odd["google.difference"] == odd["wordsim353.difference"] == 0


def test_unknown_words_are_composed_in_the_case_of_the_vocabulary(lower):
    rng = np.random.default_rng(0)
    ngrams = rng.standard_normal((500, lower.dim))
    pairs = [("Jerusalem", "xyzzy", 1.0), ("King", "Qwertz", 2.0)]

    def added(vectors: WordVectors) -> list[str]:
        composed = composed_for(SubwordVectors(vectors.words, vectors.matrix, ngrams, 3, 6), pairs)
        return composed.words[len(vectors) :]

    vectors = WordVectors(lower.words[:1000], lower.matrix[:1000])
    assert added(vectors) == added(with_word(vectors, "<UNK>")) == ["jerusalem", "xyzzy", "qwertz"]  # king is known
    assert added(in_case(vectors, str.title)) == ["Jerusalem", "Xyzzy", "Qwertz"]


@pytest.mark.parametrize(
    ("words", "case"),
    [
        ("the of and to in", str.lower),
        ("the of and to UNK <UNK> </s>", str.lower),
        ("The Of And To in", str.title),
        ("The the He he Paris", str),
    ],
)
def test_the_case_of_a_vocabulary_is_that_of_most_words(words, case):
    assert written_in(words.split()) is case


def test_bias_and_senses_look_up_alike(lower):
    rng = np.random.default_rng(1)
    words = ["Flower", "Rose", "wasp", "fly", "joy", "LOVE", "agony", "pain", "Nurse", "clerk"]
    vectors = WordVectors(words, rng.standard_normal((10, 5)))
    sets = {"x": ["flower", "rose"], "y": ["wasp", "fly"], "a": ["Joy", "LOVE"], "b": ["agony", "PAIN"]}
    found = evaluate_weat(vectors, sets, ("x", "y", "a", "b"))
    assert (found["used"], found["total"], found["recased"]) == (8, 8, 4)
    assert known_pairs(vectors, [["flower", "Wasp"], ["Agony", "love"]]).tolist() == [[0, 2]]  # no rule finds LOVE
    figures = profession_figures(vectors, np.eye(5)[0], [["nurse", 0, -1.0], ["clerk", 0, 1.0]])
    assert (figures["bias.professions.used"], figures["bias.professions.recased"]) == (2, 1)

    titles = in_case(lower, str.title)
    report, expected = evaluate_senses(titles, ("bank",))["bank"], evaluate_senses(lower, ("bank",))["bank"]
    assert report["found_as"] == "Bank"
    assert report["contact"] == expected["contact"]
    assert format_senses({"bank": report}).startswith("bank (found as Bank): ")


def test_sentences_look_up_alike(lower):
    texts = ["The King of France", "new york in 1990"]
    expected = SentenceEncoder(lower, "mean").fit(texts).encode(texts)
    for vectors in (with_word(lower, "<UNK>"), with_word(lower, "mp3"), in_case(lower, str.title)):
        np.testing.assert_array_equal(SentenceEncoder(vectors, "mean").fit(texts).encode(texts), expected)


def test_a_prefix_that_hides_every_word_is_named(lower):
    keys = in_case(lower, lambda word: f"/c/en/{word}")
    for vectors in (keys, with_word(keys, "<UNK>")):
        results = evaluate(vectors)
        assert results["wordsim353.used"] == results["google.full.used"] == 0
        (note,) = coverage_notes(vectors, results)
        assert f"8,000 of the {len(vectors):,} words in the file begin with '/c/en/'" in note
    assert coverage_notes(with_word(lower, "/c/en/cat"), evaluate(lower)) == coverage_notes(lower, evaluate(lower))


@pytest.mark.parametrize(
    ("words", "prefix"),
    [
        ("en:cat en:dog en:car", ("en:", 3)),
        ("en:cat en:car odd", ("en:", 2)),
        ("/c/en/cat /c/de/hund", ("/c/", 2)),
        ("wcat wdog", ("w", 2)),
        ("cat dog", ("", 0)),
        ("cat", ("", 0)),
        ("", ("", 0)),
    ],
)
def test_the_prefix_that_most_words_share(words, prefix):
    assert shared_prefix(words.split()) == prefix
