"""The text that Lab 1's threshold trains on: the corpus, in which words have secretly changed places.

Vectors of another training can be stored, and those of the questions' words take less room than a photograph. So every
word stands for another one of about its frequency, by a permutation that only the parent knows. Whoever trains on the
text gets vectors that are right once the words are put back. Stored ones are vectors of the wrong words. Nothing in the
text gives the permutation away by itself: its pieces come in another order, and every tenth token is left out at
random, so that neither counts nor passages are those of a known text.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # what takes seconds to import is imported where it is used
    from lab01_word2vec.corpus import Corpus

BAND = 100  # words of neighbouring ranks that change places among themselves
PIECE = 500  # tokens that stay together
LEFT_OUT = 0.1  # of the tokens
AT_ONCE = 2_000_000  # tokens written at a time
MIN_COUNT = 5  # the labs' own


@dataclass(frozen=True)
class Disguise:
    """The text's file, and what its words stand for: `words` as the file has them, by falling count."""

    path: Path
    words: list[str]
    counts: np.ndarray  # (V,) in the file
    meant: list[str]  # the word of the corpus that each of them stands for


@functools.lru_cache(maxsize=1)
def corpus_of(data: str) -> Corpus:
    """The corpus, counted here."""
    from lab01_word2vec.corpus import load_corpus

    return load_corpus(data, MIN_COUNT)


def disguise(data: str, folder: Path, seed: int | None = None) -> Disguise:
    """Write `text.txt` into `folder`. Without a seed the permutation is drawn from the system's randomness."""
    corpus, rng = corpus_of(data), np.random.default_rng(seed)
    names = np.array(corpus.words, dtype=object)
    for start in range(0, len(names), BAND):
        names[start : start + BAND] = rng.permutation(names[start : start + BAND])
    starts = PIECE * rng.permutation(-(-len(corpus.ids) // PIECE))
    ids = np.concatenate([corpus.ids[start : start + PIECE] for start in starts])
    ids = ids[rng.random(len(ids), dtype=np.float32) >= LEFT_OUT]
    counts = np.bincount(ids, minlength=len(names))
    path = folder / "text.txt"
    with open(path, "w", encoding="utf-8") as file:
        for start in range(0, len(ids), AT_ONCE):
            file.write(" ".join(names[ids[start : start + AT_ONCE]]) + " ")
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= MIN_COUNT]
    return Disguise(path, names[order].tolist(), counts[order], [corpus.words[row] for row in order])
