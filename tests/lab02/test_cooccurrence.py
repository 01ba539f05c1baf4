"""Counts against a plain double loop, a hand-computed case, and the bound on memory."""

from __future__ import annotations

from wordlab.errors import InputError

import numpy as np
import pytest

from lab02_glove_fasttext.solution import SEPARATOR, cooccurrence


def reference(ids: np.ndarray, vocab: int, window: int) -> np.ndarray:
    """The definition, one pair at a time."""
    counts = np.zeros((vocab, vocab))
    for i, word in enumerate(ids):
        for distance in range(1, min(window, i) + 1):
            if SEPARATOR in ids[i - distance : i + 1]:
                break
            other = ids[i - distance]
            counts[word, other] += 1 / distance
            counts[other, word] += 1 / distance
    return counts


def test_three_sentences_counted_by_hand():
    # River is beside bank in the first sentence and beside water in the third, and water beside bank in both.
    words = ["river", "bank", "water", "money", "loan"]
    sentences = ["river bank water", "bank money loan", "river water bank"]
    ids = [row for text in sentences for row in [*map(words.index, text.split()), SEPARATOR]]
    counts = cooccurrence(np.array(ids), len(words), window=1).toarray()
    expected = {("river", "bank"): 1, ("bank", "water"): 2, ("bank", "money"): 1, ("money", "loan"): 1}
    expected |= {("river", "water"): 1}
    found = {(words[i], words[j]): counts[i, j] for i, j in zip(*np.nonzero(counts)) if i < j}
    assert found == expected
    assert (counts == counts.T).all()


def test_a_pair_of_equal_words_counts_in_both_directions():
    # a b a: a–b twice at distance 1; a–a once at distance 2, from the left and from the right.
    counts = cooccurrence(np.array([0, 1, 0]), 2, window=2).toarray()
    np.testing.assert_array_equal(counts, [[2 * 0.5, 2], [2, 0]])


@pytest.mark.parametrize("window", [1, 2, 10])
@pytest.mark.parametrize("vocab", [1, 7, 60])
def test_equal_to_the_definition_on_random_corpora(vocab, window):
    rng = np.random.default_rng([vocab, window])
    ids = np.minimum(rng.geometric(0.15, 500) - 1, vocab - 1)
    ids[rng.random(500) < 0.05] = SEPARATOR
    counts = cooccurrence(ids, vocab, window)
    expected = reference(ids, vocab, window)
    np.testing.assert_allclose(counts.toarray(), expected, rtol=1e-6)
    assert counts.nnz == np.count_nonzero(expected)
    assert counts.dtype == np.float32
    assert counts.shape == (vocab, vocab)
    assert all((np.diff(counts.indices[a:b]) > 0).all() for a, b in zip(counts.indptr, counts.indptr[1:]))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_tight_bound_cuts_words_and_changes_no_count(threads):
    # 1e-5 gigabytes hold a dozen positions at most, fewer than the places of the most frequent word.
    ids = np.minimum(np.random.default_rng(3).geometric(0.3, 400) - 1, 19)
    tight = cooccurrence(ids, 20, 5, memory_gb=1e-5, threads=threads)
    np.testing.assert_allclose(tight.toarray(), reference(ids, 20, 5), rtol=1e-6)


@pytest.mark.parametrize("memory", [0, 1e-9, -1])
def test_too_small_a_bound_is_one_clear_line(memory):
    with pytest.raises(InputError, match=r"^--memory .*at least \S+ gigabytes$"):
        cooccurrence(np.arange(5), 5, memory_gb=memory)


@pytest.mark.parametrize("ids", [[], [2], [SEPARATOR], [0, SEPARATOR, 1]])
def test_no_pairs_no_entries(ids):
    counts = cooccurrence(np.array(ids, dtype=np.int32), 3)
    assert counts.shape == (3, 3)
    assert counts.nnz == 0
