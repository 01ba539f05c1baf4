"""From words to a corpus: the vocabulary, and the text as rows of it, at four bytes per token."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

from wordlab.errors import InputError

import numpy as np

from lab01_word2vec.solution import build_vocab, keep_probability
from lab01_word2vec.text import Text


@dataclass
class Corpus:
    """A text as ids: `ids` (n,) int32 are rows of the vocabulary, words below min_count left out."""

    name: str
    words: list[str]  # by falling count, ties by first appearance
    counts: np.ndarray  # (V,) int64
    ids: np.ndarray  # (n,) int32
    tokens: int  # before rare words were dropped
    kept: float  # tokens that subsampling keeps per epoch, on average
    replaced: int  # characters that were not UTF-8

    @property
    def identity(self) -> str:
        """The number of tokens and a digest of words and ids: equal texts have equal ones, edited texts have not."""
        digest = hashlib.sha256("\n".join(self.words).encode())
        digest.update(self.ids.astype("<i4", copy=False).data)
        return f"{len(self.ids)} tokens, sha256 {digest.hexdigest()[:16]}"


def load_corpus(data: str, min_count: int = 5, limit: int | None = None, subsample: float = 1e-4) -> Corpus:
    """Read and encode `data`, as Text knows it; `limit` keeps only its first tokens. Raises InputError."""
    text = Text(data)
    try:
        words, counts, ids, total = build_vocab(itertools.islice(text.tokens(), limit), min_count)
    except InputError as error:
        named = str(error).startswith((data, *map(str, text.paths)))
        raise InputError(str(error) if named else f"{data}: {error}") from None
    kept = float(counts @ keep_probability(counts, subsample))
    return Corpus(text.name, words, counts, ids, total, kept, text.replaced)
