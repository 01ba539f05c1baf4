"""How a word that is asked is sought in a vocabulary: one rule for all measures, sentence vectors and exports.

A word is sought as it is written, then in lower case, then in title case. The rule looks at one word at a time, so
that no other entry of the vocabulary changes what is found for it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from unicodedata import normalize

import numpy as np

from lab03_eval.vectors.word_vectors import WordVectors

CASES: tuple[Callable[[str], str], ...] = (str, str.lower, str.title, str.capitalize)
ONE_CASE = 0.8  # of the words, at least, where a vocabulary counts as written in one case


def spellings(word: str) -> list[str]:
    """The spellings under which `word` is sought, best first.

    In title case every part of the word begins with a capital ("New_York"), or the first alone ("Don't"). Unicode
    writes some letters in two ways, such as é and e with an accent behind it. A word that has them is sought as it is
    written, then composed (NFC), then decomposed (NFD), each in all cases.

    >>> spellings("PARIS")
    ['PARIS', 'paris', 'Paris']
    """
    cased = [case(word) for case in CASES]
    if not word.isascii():  # in title case composed, since str.title takes a free accent for the end of a part
        composed = [case(normalize("NFC", word)) for case in CASES]
        cased += composed + [normalize("NFD", spelling) for spelling in composed]
    return list(dict.fromkeys(cased))


class _Found(dict[str, int]):
    """The row of every word that was asked, sought once: Google's questions ask 905 words 78,176 times."""

    def __init__(self, index: dict[str, int]):
        self.index = index

    def __missing__(self, word: str) -> int:
        row = next((self.index[spelling] for spelling in spellings(word) if spelling in self.index), -1)
        self[word] = row
        return row


class Lookup:
    """The rows of words that are asked, by the rule of `spellings`."""

    def __init__(self, vectors: WordVectors):
        self.index = vectors.index
        self._found = _Found(vectors.index)

    def row(self, word: str) -> int:
        """The word's row, −1 if unknown."""
        return self._found[word]

    def rows(self, items: Sequence[tuple[str, ...]]) -> np.ndarray:
        """The rows (n, k) of n items of k words each, −1 for an unknown word."""
        rows = list(map(self._found.__getitem__, chain.from_iterable(items)))
        return np.array(rows, dtype=np.int64).reshape(len(items), len(items[0]) if items else 0)

    def recased(self, words: Iterable[str]) -> int:
        """How many different `words` are found in another spelling only than the one they are asked in."""
        return sum(self.row(word) >= 0 and word not in self.index for word in set(words))


def written_in(words: Iterable[str]) -> Callable[[str], str]:
    """The case that a vocabulary is written in: str.lower, str.title, or str (as it is) where the cases are mixed.

    Four words in five must agree. A few odd entries decide nothing, and words with other signs than letters, such as
    <UNK>, are not asked.
    """
    letters = [word for word in words if word.isalpha() and word.lower() != word.upper()]
    cases: tuple[Callable[[str], str], ...] = (str.lower, str.title)
    return next((case for case in cases if sum(w == case(w) for w in letters) >= ONE_CASE * len(letters)), str)


def shared_prefix(words: Collection[str]) -> tuple[str, int]:
    """What more than half of the words begin with, such as "/c/en/", and how many do; ("", 0) where nothing is shared.

    The prefix ends with its last sign that is neither letter nor digit, if it has one.
    """
    ordered = sorted(words)  # words of one prefix lie side by side, and more than half of all include the middle one
    middle = ordered[len(ordered) // 2] if ordered else ""
    for end in range(len(middle) - 1, 0, -1):
        if not middle[end - 1].isalnum() or not any(not sign.isalnum() for sign in middle[:end]):
            prefix = middle[:end]
            shared = bisect_right(ordered, prefix + chr(0x10FFFF)) - bisect_left(ordered, prefix)
            if 2 * shared > len(ordered) and shared > 1:
                return prefix, shared
    return "", 0
