"""Searches over passages: BM25, cosines of vectors, and several rankings joined by reciprocal rank.

A search is made from its passages, and scores all of them for each question. The best passages have the highest scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse, stats
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from lab03_eval.sentences import common_components, sif_weights, spells_digits, split_words, tokenize, word_probability
from lab03_eval.tasks.benchmark import Encoder
from lab03_eval.vectors import SubwordVectors
from lab03_eval.vectors.lookup import Lookup, written_in

K1, B = 1.2, 0.75  # within the ranges that Robertson & Zaragoza (2009, §3.4) found to work on many collections
RRF_K = 60  # Cormack, Clarke & Büttcher 2009, §2


class Search(Protocol):
    """Scores of all passages for each question, and the bytes of what is kept about the passages."""

    @property
    def index_bytes(self) -> int: ...

    def scores(self, questions: Sequence[str]) -> np.ndarray: ...


def held_bytes(index: Any) -> int:
    """The bytes of an index, an array or one of scipy's sparse ones."""
    parts = (index.data, index.indices, index.indptr) if sparse.issparse(index) else (index,)
    return sum(part.nbytes for part in parts)


class BM25:
    """BM25 (Robertson & Zaragoza 2009, eq. 3.15) of lower-case words. Raises ValueError where no passage has a word.

    The score of a passage p for a question is the sum over the question's words w, repeated ones included, of

        idf(w) · tf / (tf + k1 · (1 − b + b · |p| / average length)),   idf(w) = ln(1 + (D − df + ½) / (df + ½)),

    where w occurs tf times in p and in df of D passages, and |p| is the number of p's words. The 1 in the logarithm is
    Lucene's. Without it, a word of more than half of the passages would count against them. A word that no passage has
    adds nothing.
    """

    def __init__(self, passages: Sequence[str], k1: float = K1, b: float = B):
        self.words = CountVectorizer(analyzer=lambda text: tokenize(text, spell_digits=False), dtype=np.float32)
        tf = sparse.csr_array(self.words.fit_transform(passages))  # (D, V)
        df = np.bincount(tf.indices, minlength=tf.shape[1])  # (V,)
        length = tf.sum(axis=1)  # (D,)
        idf = np.log1p((len(passages) - df + 0.5) / (df + 0.5))
        norm = k1 * (1 - b + b * length / length.mean())
        weights = idf[tf.indices] * tf.data / (tf.data + np.repeat(norm, np.diff(tf.indptr)))
        weighted = sparse.csr_array((weights.astype(np.float32), tf.indices, tf.indptr), shape=tf.shape)
        self.index = weighted.T.tocsr()  # (V, D): an inverted index, so that a question reads its own words' rows only
        self.index_bytes = held_bytes(self.index)

    def scores(self, questions: Sequence[str]) -> np.ndarray:
        """Scores (q, D) float32; all 0 for a question without a word that a passage has."""
        counts = sparse.csr_array(self.words.transform(questions))  # (q, V)
        return np.asarray((counts @ self.index).toarray())


class VectorSearch:
    """Cosines of encoded questions with encoded passages; the encoder is fitted on the passages."""

    def __init__(self, encoder: Encoder, passages: list[str]):
        self.encoder = encoder.fit(passages)
        encoded = normalize(self.encoder.encode(passages)).astype(np.float32)  # (D, n)
        self.index = encoded.T.tocsr() if sparse.issparse(encoded) else encoded.T  # (n, D)
        self.index_bytes = held_bytes(self.index)

    def scores(self, questions: Sequence[str]) -> np.ndarray:
        """Cosines (q, D); all 0 for a question of which the encoder knows no word."""
        cosine = normalize(self.encoder.encode(list(questions))).astype(np.float32) @ self.index
        return np.asarray(cosine.toarray() if sparse.issparse(cosine) else cosine)


class _Composed(dict[str, np.ndarray | None]):
    """The vector of every unknown word that was asked, composed once; None where that cannot be done."""

    def __init__(self, vectors: SubwordVectors):
        self.vectors, self.case = vectors, written_in(vectors.words)

    def __missing__(self, word: str) -> np.ndarray | None:
        try:
            self[word] = vector = self.vectors[self.case(word)]
        except KeyError:
            self[word] = vector = None
        return vector


class ComposingEncoder:
    """SIF (Arora et al. 2017) over known words and over unknown ones that are composed of their n-grams.

    A composed word has the probability 0, so that its weight is 1, the largest. It is rarer than every known word. A
    word that cannot be composed is left out, and a text of such words only becomes the zero vector.
    """

    def __init__(self, vectors: SubwordVectors):
        self.vectors = vectors
        self.lookup, self.composed = Lookup(vectors), _Composed(vectors)
        self.spell_digits = spells_digits(vectors.words)
        self.weights = sif_weights(word_probability(vectors)[0]).astype(np.float32)  # (V,)

    def fit(self, texts: list[str]) -> ComposingEncoder:
        """Take the common component from `texts`, which should be many."""
        self.component, _ = common_components(self._average(texts), 1)  # (1, d), or (0, d) without a known word
        return self

    def encode(self, texts: list[str]) -> np.ndarray:
        """Text vectors (n, d) float32, less their part along the component of `fit`."""
        average = self._average(texts)
        return np.asarray(average - average @ self.component.T @ self.component, dtype=np.float32)

    def read(self, texts: Sequence[str]) -> tuple[int, int]:
        """How many tokens have a vector, and how many there are."""
        counts, weights, _ = self._counts(texts)
        return int(counts[:, weights > 0].sum()), int(counts.sum())

    def _average(self, texts: Sequence[str]) -> np.ndarray:
        """Weighted averages (n, d) of the words that have a vector."""
        counts, weights, matrix = self._counts(texts)
        used = counts @ (weights > 0).astype(np.float32)  # (n,)
        return np.asarray((counts * weights) @ matrix / np.maximum(used, 1)[:, None])

    def _counts(self, texts: Sequence[str]) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
        """Counts (n, w) of the w different words of `texts`, their weights (w,) and their vectors (w, d).

        The weight is 0 for a word that has no vector.
        """
        split = [split_words(text, self.spell_digits) for text in texts]
        words, columns = np.unique(np.array([*chain.from_iterable(split)], dtype=str), return_inverse=True)
        offsets = np.cumsum([0, *map(len, split)])
        counts = sparse.csr_array((np.ones(len(columns), np.float32), columns, offsets), (len(split), len(words)))
        rows = np.array([self.lookup.row(word) for word in words.tolist()], dtype=np.int64)  # (w,) −1 if unknown
        weights, matrix = np.zeros(len(words), np.float32), np.zeros((len(words), self.vectors.dim), np.float32)
        weights[rows >= 0], matrix[rows >= 0] = self.weights[rows[rows >= 0]], self.vectors.matrix[rows[rows >= 0]]
        for place in np.flatnonzero(rows < 0):
            if (vector := self.composed[str(words[place])]) is not None:
                weights[place], matrix[place] = 1, vector
        return counts, weights, matrix


def ranks(scores: np.ndarray) -> np.ndarray:
    """Ranks (q, D) of passages by scores (q, D), from 1 for the best; equal scores share the better rank."""
    return np.asarray(stats.rankdata(-scores, method="min", axis=1))


def reciprocal_rank_fusion(rankings: Sequence[ArrayLike], k: float = RRF_K) -> np.ndarray:
    """Scores (q, D) of several rankings (q, D) joined: the sum of 1 / (k + rank) (Cormack, Clarke & Büttcher 2009).

    Ranks are counted from 1. A ranking that does not tell the passages apart gives all of them the same, so that the
    others decide.
    """
    return np.asarray(np.sum(1 / (k + np.asarray(rankings)), axis=0))  # (m, q, D) to (q, D)


class Fusion:
    """Several searches over the same passages, joined by reciprocal rank."""

    def __init__(self, searches: Sequence[Search]):
        self.searches = searches
        self.index_bytes = sum(search.index_bytes for search in searches)

    def scores(self, questions: Sequence[str]) -> np.ndarray:
        """Sums of reciprocal ranks (q, D)."""
        return reciprocal_rank_fusion([ranks(search.scores(questions)) for search in self.searches])
