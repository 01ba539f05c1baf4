"""Word vectors in memory: what the three labs pass around, and the library's entry to every file format.

`WordVectors` is a list of words with one float32 row each, sorted by falling corpus frequency. `SubwordVectors` also
composes words that it has not seen from their n-grams. The files are read and written by formats.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lab03_eval.vectors import formats
from lab03_eval.vectors.maps import Composition
from lab03_eval.vectors.rows import NGrams, Rows
from lab03_eval.vectors.subwords import ngram_rows

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

FEW, MANY = 10, 60  # words: a list may begin with special tokens, and chance sorts few words but not this many
ALPHABETICAL = (
    "words are in alphabetical order, not by falling frequency, so that the top 30,000 and Zipf's ranks mean nothing"
)


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Rows of `matrix` (n, d) scaled to length one; a zero row stays zero."""
    unit = matrix.copy()
    for start in range(0, len(unit), 4096):  # in the cache, and without squares as large as the matrix
        rows = unit[start : start + 4096]
        with np.errstate(over="ignore"):
            length = np.linalg.norm(rows, axis=1, keepdims=True)
        extreme = np.flatnonzero((length < 1e-15) | (length > 1e15))  # whose squares leave float32's range
        if len(extreme):
            largest = np.abs(rows[extreme]).max(axis=1, keepdims=True)
            rows[extreme] /= np.where(largest > 0, largest, 1)
            length[extreme] = np.linalg.norm(rows[extreme], axis=1, keepdims=True)
        rows /= np.where(length > 0, length, 1)
    return unit


def alphabetical(words: list[str]) -> bool:
    """Whether the words rise throughout, the first few aside, in the order of their letters, with or without capitals.

    A list that is sorted by frequency never does, even where words of one count are sorted among themselves. Of a list
    of fewer than MANY words nothing is said.
    """
    keys: tuple[Callable[[str], str], ...] = (str, str.casefold)
    return len(words) >= MANY and any(
        all(one <= other for one, other in pairwise(map(key, islice(words, FEW, None)))) for key in keys
    )


class WordVectors:
    """Words and their vectors: row i of `matrix` (V, d) belongs to `words[i]`.

    `counts` (V,) are the words' corpus counts where they are known. If a word occurs twice, its first row is the one
    that lookups find, and `load` drops the later ones. `noted` says what else was odd in the file and how often.
    `str(vectors)` is their size and their note, which every command prints. `language` is a code of ISO 639, which a
    command sets: pictures look for the families of English words in English vectors only.

    >>> vectors = WordVectors(["cat", "dog", "car"], np.array([[1, 0.2], [0.9, 0.3], [0, 1]]))
    >>> [word for word, cosine in vectors.most_similar("cat")]
    ['dog', 'car']
    """

    def __init__(self, words: list[str], matrix: np.ndarray, counts: np.ndarray | None = None):
        if len(words) != len(matrix):
            raise ValueError(f"{len(words)} words for {len(matrix)} rows")
        if counts is not None and np.shape(counts) != (len(words),):
            raise ValueError(f"counts of shape {np.shape(counts)} for {len(words)} words")
        self.words = words
        self.matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        self.counts = counts
        self.noted: dict[str, int] = {}
        self.language = "en"
        self.index = dict(zip(words, range(len(words))))
        if len(self.index) < len(words):  # the first of two equal words wins
            self.index = {}
            for row, word in enumerate(words):
                self.index.setdefault(word, row)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """The word's vector (d,). Raises KeyError for an unknown word."""
        row: np.ndarray = self.matrix[self.index[word]]
        return row

    @property
    def dim(self) -> int:
        return int(self.matrix.shape[1])

    @property
    def note(self) -> str:
        """What is odd about the vectors, in one line; empty where nothing is."""
        zeros = len(self) - int(np.count_nonzero(self.matrix.any(axis=1)))
        oddities = self.noted | {"zero vectors, of cosine 0": zeros}
        lines = [f"{what}: {count:,}" for what, count in oddities.items() if count]
        by_frequency = self.counts is not None and bool((np.diff(self.counts) <= 0).all())
        return "; ".join(lines + [ALPHABETICAL] * (not by_frequency and alphabetical(self.words)))

    def __str__(self) -> str:
        note = self.note
        return f"{len(self):,} words, {self.dim} dimensions{f' ({note})' if note else ''}"

    @cached_property
    def unit(self) -> np.ndarray:
        """Rows scaled to length one (V, d); a zero row stays zero, so its cosine with anything is 0."""
        return unit_rows(self.matrix)

    def rows_of(self, words: Collection[str]) -> np.ndarray:
        """Every row (n,) that holds one of `words`, rising. Unknown words have none, repeated ones several."""
        if len(self.index) == len(self):
            return np.array(sorted(self.index[word] for word in {*words} if word in self.index), dtype=np.int64)
        return np.array([row for row, word in enumerate(self.words) if word in words], dtype=np.int64)

    def distinct(self) -> WordVectors:
        """These vectors with the first row of each word only: themselves where no word is repeated."""
        if len(self.index) == len(self):
            return self
        rows = list(self.index.values())
        counts = None if self.counts is None else np.asarray(self.counts)[rows]
        return self._with(list(self.index), self.matrix[rows], counts)

    def _with(self, words: list[str], matrix: np.ndarray, counts: np.ndarray | None) -> WordVectors:
        return WordVectors(words, matrix, counts)

    def nearest(
        self,
        query: np.ndarray,
        topn: int = 10,
        restrict: int | None = None,
        exclude: tuple[str, ...] = (),
    ) -> list[tuple[str, float]]:
        """The `topn` words of highest cosine with `query` (d,), best first, among the first `restrict` rows.

        No row of a word in `exclude` is among them.
        """
        cosine = self.unit[:restrict] @ unit_rows(query[None])[0]  # (restrict,)
        rows = self.rows_of(exclude)
        rows = rows[rows < len(cosine)]
        cosine[rows] = -np.inf
        best = np.argsort(-cosine, kind="stable")[: min(topn, len(cosine) - len(rows))]
        return [(self.words[row], float(cosine[row])) for row in best]

    def most_similar(self, word: str, topn: int = 10, restrict: int | None = None) -> list[tuple[str, float]]:
        """The nearest neighbours of `word`, itself left out. Raises KeyError for an unknown word."""
        return self.nearest(self[word], topn, restrict, exclude=(word,))

    def analogy(self, a: str, b: str, c: str, topn: int = 5, restrict: int | None = None) -> list[tuple[str, float]]:
        """Words d for "a is to b as c is to d" by 3CosAdd: argmax cos(d, b − a + c) on unit vectors.

        The three query words are left out (Mikolov et al. 2013, "Linguistic Regularities", §4).
        Raises KeyError for an unknown word.
        """
        va, vb, vc = unit_rows(np.stack([self[word] for word in (a, b, c)]))
        return self.nearest(vb - va + vc, topn, restrict, exclude=(a, b, c))

    def save(self, path: str | Path) -> None:
        """Write to `path` in the format that its suffix names (see formats.py).

        Raises VectorFileError for another suffix, or where the format cannot hold one of the words;
        OSError where the file cannot be written.
        """
        formats.write(self._rows(), path)

    def _rows(self) -> Rows:
        return Rows(self.words, self.matrix, self.counts)

    @staticmethod
    def load(path: str | Path, limit: int | None = None) -> WordVectors:
        """Read `path` in the format that its suffix names (see formats.py). Of two equal words the first is kept.

        `limit` reads the first, most frequent words only. The result is SubwordVectors where the file holds n-grams.
        Raises VectorFileError with one line that names the file, the place and what was expected there; OSError where
        the file cannot be opened.
        """
        rows = formats.read(path, limit)
        if rows.ngrams is None:
            every = WordVectors(rows.words, rows.matrix, rows.counts)
        else:
            of_ngrams = rows.ngrams.matrix, rows.ngrams.minn, rows.ngrams.maxn
            every = SubwordVectors(rows.words, rows.matrix, *of_ngrams, rows.counts, rows.ngrams.composition)
        vectors = every.distinct()
        dropped = len(every) - len(vectors)
        vectors.noted = {"duplicate words dropped, the first kept": dropped} if dropped else {}
        vectors.noted |= rows.noted
        return vectors

    @classmethod
    def from_gensim(cls, vectors: KeyedVectors) -> WordVectors:
        """Words, vectors and, where gensim has them, counts. Raises ValueError for rows whose key is no word."""
        others = [key for key in vectors.index_to_key if not isinstance(key, str)]
        if None in others:
            raise ValueError("KeyedVectors with rows that have no word yet: add the words first")
        if others:
            remedy = "build WordVectors(words, vectors.vectors) with the words that they stand for"
            raise ValueError(f"KeyedVectors with integer keys, such as {others[0]}, which are no words: {remedy}")
        return cls(list(vectors.index_to_key), vectors.vectors, vectors.expandos.get("count"))

    def to_gensim(self) -> KeyedVectors:
        """gensim's KeyedVectors with the same rows; of two equal words the first is kept."""
        from gensim.models import KeyedVectors

        own = self.distinct()
        vectors = KeyedVectors(self.dim)
        vectors.add_vectors(own.words, own.matrix)
        if own.counts is not None:
            vectors.expandos["count"] = np.array(own.counts)
        return vectors


class SubwordVectors(WordVectors):
    """Vectors that compose an unknown word: the mean of its character n-grams' rows, as fastText does.

    `ngram_matrix` (bucket, d) holds the rows that n-grams of `minn` to `maxn` letters are hashed to
    (Bojanowski et al. 2017, §3.2). `composition` is what becomes of the mean where the words' vectors are of another
    space, such as several models joined. `save` keeps the n-grams in .safetensors; other files hold the words only.
    """

    def __init__(
        self,
        words: list[str],
        matrix: np.ndarray,
        ngram_matrix: np.ndarray,
        minn: int,
        maxn: int,
        counts: np.ndarray | None = None,
        composition: Composition | None = None,
    ):
        super().__init__(words, matrix, counts)
        self.ngram_matrix = ngram_matrix
        self.minn, self.maxn, self.composition = minn, maxn, composition

    def _rows(self) -> Rows:
        ngrams = NGrams(self.ngram_matrix, self.minn, self.maxn, self.composition)
        return Rows(self.words, self.matrix, self.counts, ngrams)

    def _with(self, words: list[str], matrix: np.ndarray, counts: np.ndarray | None) -> WordVectors:
        return SubwordVectors(words, matrix, self.ngram_matrix, self.minn, self.maxn, counts, self.composition)

    def _composed(self, word: str) -> np.ndarray | None:
        """None for a word without n-grams, or where one has a row that is no number (training never met it)."""
        rows, _ = ngram_rows([word], self.minn, self.maxn, len(self.ngram_matrix))
        with np.errstate(over="ignore", invalid="ignore"):
            vector = self.ngram_matrix[rows].sum(axis=0) / max(1, len(rows))
            if self.composition:
                vector = self.composition(vector)
        return vector if len(rows) and np.isfinite(vector).all() else None

    def __contains__(self, word: str) -> bool:
        return word in self.index or self._composed(word) is not None

    def __getitem__(self, word: str) -> np.ndarray:
        """The word's vector (d,). Raises KeyError for an unknown word that cannot be composed."""
        if word in self.index:
            return super().__getitem__(word)
        vector = self._composed(word)
        if vector is None:
            raise KeyError(word)
        return vector

    def with_words(self, words: Iterable[str]) -> WordVectors:
        """These words and rows, then those of `words` that are unknown and can be composed."""
        unknown = {word: self._composed(word) for word in dict.fromkeys(words) if word not in self.index}
        found = {word: vector for word, vector in unknown.items() if vector is not None}
        return WordVectors(self.words + list(found), np.vstack([self.matrix, *found.values()]))
