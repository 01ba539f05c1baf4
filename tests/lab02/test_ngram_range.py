"""Lengths of n-grams by what a vocabulary's words share: against plain loops, by hand, and in Lab 2's command."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lab02_glove_fasttext import command
from lab02_glove_fasttext.ngram_range import HIDDEN, TRAINED_BY, Length, choose_range, measure_lengths
from lab02_glove_fasttext.solution import ngrams
from tests.commands import in_process

STEMS = ["haus", "häuser", "arbeit", "schule", "straße", "كتاب", "مدينة"]
ENDINGS = ["", "es", "en", "bau", "lich", "keit", "ها", "نا", "lehrerin"]
WORDS = [stem + ending for stem in STEMS for ending in ENDINGS] + ["papapa"]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_shares_are_those_of_plain_loops(seed):
    hidden = set(np.random.default_rng(seed).permutation(len(WORDS))[: round(HIDDEN * len(WORDS))])
    others = [word for place, word in enumerate(WORDS) if place not in hidden]
    found = measure_lengths(WORDS, seed)
    assert [length.n for length in found][:6] == [1, 2, 3, 4, 5, 6]
    for length in found:
        of_word = {word: set(ngrams(word, length.n, length.n)) for word in WORDS}
        held = [sum(ngram in of_word[other] for other in others) for place in hidden for ngram in of_word[WORDS[place]]]
        assert length.ngrams == len(set.union(*of_word.values()))
        assert length.trained == pytest.approx(np.mean([count >= TRAINED_BY for count in held]))
        assert length.holders == pytest.approx(np.median(held) / len(others))


@pytest.mark.parametrize(
    ("trained", "holders", "expected"),
    [
        ([1, 1, 0.97, 0.87, 0.71, 0.55, 0.41], [0.7, 0.06, 0.008, 0.002, 0, 0, 0], (3, 6)),  # German's, nearly
        ([1, 1, 0.97, 0.71, 0.31, 0.08, 0.01], [0.2, 0.015, 0.001, 0, 0, 0, 0], (3, 4)),  # Arabic's
        ([1, 0.4, 0.1], [0.005, 0, 0], (1, 1)),
        ([0.4, 0.2, 0.1], [0.5, 0.005, 0.004], (2, 6)),  # none is known: up to fastText's own 6
        ([0, 0, 0], [0.5, 0.4, 0.3], (3, 6)),
        ([], [], (3, 6)),
    ],
)
def test_the_range_is_from_telling_to_known(trained, holders, expected):
    lengths = [Length(n, 10, *shares) for n, shares in enumerate(zip(trained, holders), start=1)]
    assert choose_range(lengths) == expected


def test_a_vocabulary_without_letters_between_marks_has_lengths():
    assert measure_lengths(["a", "b"], 1) == []  # no word is hidden
    assert measure_lengths([], 1) == []


def test_lab_2_speaks_the_language_of_the_corpus_and_fits_its_ngrams(tmp_path):
    """German sets, words and notes; what is asked of the sets is not there in so small a text."""
    (tmp_path / "text").write_text(" ".join([*WORDS, "könig", "bank"] * 30))
    options = ["--min-count", "1", "--subsample", "1", "--epochs", "1", "--glove-epochs", "2", "--bucket", "1000"]
    out = tmp_path / "out"
    text = ("--data", str(tmp_path / "text"), "--out", str(out))
    done = in_process(command.main, *text, *options, "--dim", "4", "--lang", "de", "--fit-ngrams")
    assert done.returncode == 0, done.stderr
    found = json.loads((out / "comparison.json").read_text())
    lengths = [Length(**each) for each in found["lengths"]]
    minn, maxn = choose_range(lengths)
    assert (found["language"], found["config"]["minn"], found["config"]["maxn"]) == ("de", minn, maxn)
    assert f"n-grams of {minn} to {maxn} letters:\n| letters |" in done.stdout
    page = (out / "comparison.md").read_text()
    for expected in ("Gur350 ρ, all pairs composed", "Google syntactic %", "schulbibliothek", "haus/hauses", "bank"):
        assert expected in page
    for english in ("WordSim", "covid", "run/runs", "steam"):
        assert english not in page


def test_lab_2_in_a_language_without_sets_says_so(tmp_path):
    (tmp_path / "text").write_text("bir iki üç dört beş " * 40)
    options = ["--min-count", "1", "--subsample", "1", "--epochs", "1", "--glove-epochs", "2", "--bucket", "100"]
    out = tmp_path / "out"
    text = ("--data", str(tmp_path / "text"), "--out", str(out))
    done = in_process(command.main, *text, *options, "--dim", "2", "--lang", "tr")
    assert done.returncode == 0, done.stderr
    page = (out / "comparison.md").read_text()
    assert "no data set is known in Turkish" in page
    assert "## Unknown words" not in page
    assert "## Inflections" not in page
    assert "at least 6 are needed" in page  # of words that were drawn
