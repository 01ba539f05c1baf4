"""Which lengths of n-grams suit a vocabulary: known by enough words, and said of few enough.

A long n-gram says much about the words that hold it, and few words hold it, so an unknown word's may never have been
trained. A short one is always known and says little. How soon n-grams grow rare depends on how long a language's words
are. The lengths are therefore chosen by two shares that counting gives, and no training is needed. Novotný et al. 2021,
"One Size Does Not Fit All", choose by the coverage of n-grams too, with another measure of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wordlab.tables import markdown

import numpy as np

from lab02_glove_fasttext.solution import ngram_rows

HIDDEN = 0.1  # of the words, as a stand-in for unknown ones
TRAINED_BY = 5  # words that must hold an n-gram before what it says is more than one word's
KNOWN = 0.5  # of a hidden word's n-grams, at least, are trained
COMMON = 0.01  # of the words, at most, hold the median n-gram
LONGEST = 8  # letters that are looked at
DISTINCT = 2**31 - 1  # rows: so many that n-grams hardly ever share one


@dataclass(frozen=True)
class Length:
    """What is known of the n-grams of one length, by hidden words and the others."""

    n: int
    ngrams: int  # different ones
    trained: float  # share of the hidden words' n-grams that TRAINED_BY others or more hold
    holders: float  # median over the hidden words' n-grams: the share of the other words that hold it


def measure_lengths(words: Sequence[str], seed: int) -> list[Length]:
    """Each length from 1 on, as long as hidden words have n-grams of it. `seed` draws the words that are hidden."""
    count = len(words)
    hidden = np.zeros(count, dtype=bool)
    hidden[np.random.default_rng(seed).permutation(count)[: round(HIDDEN * count)]] = True
    lengths = []
    for n in range(1, LONGEST + 1):
        rows, offsets = ngram_rows(words, n, n, DISTINCT)
        distinct, ngram = np.unique(rows, return_inverse=True)
        held = np.unique(np.repeat(np.arange(count), np.diff(offsets)) * len(distinct) + ngram)  # each once per word
        word, ngram = np.divmod(held, max(1, len(distinct)))
        holders = np.bincount(ngram[~hidden[word]], minlength=len(distinct))[ngram[hidden[word]]]
        if not len(holders):
            break
        share = float(np.median(holders)) / max(1, count - hidden.sum())
        lengths.append(Length(n, len(distinct), float((holders >= TRAINED_BY).mean()), share))
    return lengths


def choose_range(lengths: Sequence[Length]) -> tuple[int, int]:
    """(minn, maxn): the shortest that is not too common, and the longest of which at least KNOWN are trained.

    Of a vocabulary that is too small for either, it is fastText's own 3 to 6 where that is allowed.
    """
    telling = [length.n for length in lengths if length.holders <= COMMON]
    known = [length.n for length in lengths if length.trained >= KNOWN]
    minn = min(telling, default=3)
    return minn, max([n for n in known if n >= minn], default=max(minn, 6))


def format_lengths(lengths: Sequence[Length], minn: int, maxn: int) -> str:
    """A row per length, with what is chosen."""
    rows = []
    for length in lengths:
        chosen = "chosen" if minn <= length.n <= maxn else ""
        shares = f"{100 * length.trained:.1f}", f"{100 * length.holders:.2f}"
        rows.append([str(length.n), f"{length.ngrams:,}", *shares, chosen])
    head = [
        "letters",
        "different n-grams",
        f"held by {TRAINED_BY} words or more, %",
        "words that hold the median, %",
        "",
    ]
    return markdown(head, rows)
