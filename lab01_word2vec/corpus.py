"""From words to a corpus: the vocabulary, and the text as rows of it, at four bytes per token."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from wordlab.errors import InputError

import numpy as np

from lab01_word2vec.cache import identify, read_cached
from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import build_vocab, keep_probability
from lab01_word2vec.text import Text


@dataclass
class Corpus:
    """A text as ids: `ids` (n,) int32 are rows of the vocabulary, words below min_count left out."""

    name: str
    words: list[str]  # by falling count, ties by first appearance
    counts: np.ndarray  # (V,) int64
    ids: np.ndarray  # (n,) int32; of several ranks, those of this one's pieces of the text
    tokens: int  # before rare words were dropped
    kept: float  # tokens that subsampling keeps per epoch, on average
    replaced: int  # characters that were not UTF-8
    identity: str  # equal texts have equal ones, edited texts have not
    pruned: int = 0  # words that were seen so often or less may be missing, because the table was full


def load_corpus(
    data: str, min_count: int = 5, limit: int | None = None, subsample: float = 1e-4, cache: str | None = None,
    processes: int = 1, ranks: Ranks = ALONE,
) -> Corpus:  # fmt: skip
    """Read and encode `data`, as Text knows it; `limit` keeps only its first tokens. Raises InputError.

    With a folder `cache`, or as one of several `ranks`, the ids are in a file (cache.py), and `processes` number the
    words. The result is the same.
    """
    text = Text(data)
    try:
        if cache is None and ranks.count == 1:
            words, counts, ids, total = build_vocab(itertools.islice(text.tokens(), limit), min_count)
            found: dict[str, Any] = {"ids": ids, "tokens": total, "replaced": text.replaced}
            found["identity"] = identify(words, ids)
        else:
            cached = read_cached(text, min_count, limit, cache, processes, ranks)
            words, counts = cached.words, cached.counts
            found = {key: getattr(cached, key) for key in ("ids", "tokens", "replaced", "identity", "pruned")}
    except InputError as error:
        named = str(error).startswith((data, *map(str, text.paths)))
        raise InputError(str(error) if named else f"{data}: {error}") from None
    return Corpus(text.name, words, counts, kept=float(counts @ keep_probability(counts, subsample)), **found)
