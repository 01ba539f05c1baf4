"""Word vectors in memory: what the three labs pass around, and the library's entry to every file format.

`WordVectors` is a list of words and one float32 row for each, sorted by falling corpus frequency; formats.py
reads and writes its files. `SubwordVectors` also composes the words it has not seen from their n-grams.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lab03_eval.subwords import ngram_rows

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


class VectorFileError(ValueError):
    """A vector file that cannot be read; the message is one line: file, place, what was expected."""


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` and move it into place only if the block succeeds.

    A reader never sees half a file, and what was saved before survives a crash or a full disk.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix is kept: matplotlib and others choose a format by it.
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp's 0600 would make the result private
        os.replace(temporary, path)
    except OSError as error:
        if ".part-" in str(error.filename):  # the reader knows the file by its own name
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


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


class WordVectors:
    """Words and their vectors, row i of `matrix` (V, d) belonging to `words[i]`.

    `counts` (V,) are the words' corpus counts where they are known. A file's reader leaves behind how many
    rows it dropped because their word had stood before (`duplicates`), and how many words held invalid UTF-8
    (`replaced`, by U+FFFD).
    """

    duplicates = 0
    replaced = 0

    def __init__(self, words: list[str], matrix: np.ndarray, counts: np.ndarray | None = None):
        if len(words) != len(matrix):
            raise ValueError(f"{len(words)} words for {len(matrix)} rows")
        if counts is not None and np.shape(counts) != (len(words),):
            raise ValueError(f"counts of shape {np.shape(counts)} for {len(words)} words")
        self.words = words
        self.matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        self.counts = counts
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
        return self.matrix[self.index[word]]

    @property
    def dim(self) -> int:
        return self.matrix.shape[1]

    @property
    def note(self) -> str:
        """What is odd about the vectors, in one line; empty where nothing is."""
        zeros = len(self) - int(np.count_nonzero(self.matrix.any(axis=1)))
        oddities = {
            "duplicate words dropped, the first kept": self.duplicates,
            "words with invalid UTF-8, replaced": self.replaced,
            "zero vectors, of cosine 0": zeros,
        }
        return "; ".join(f"{what}: {count:,}" for what, count in oddities.items() if count)

    @cached_property
    def unit(self) -> np.ndarray:
        """Rows scaled to length one (V, d); a zero row stays zero, so its cosine with anything is 0."""
        return unit_rows(self.matrix)

    def nearest(
        self,
        query: np.ndarray,
        topn: int = 10,
        restrict: int | None = None,
        exclude: tuple[str, ...] = (),
    ) -> list[tuple[str, float]]:
        """The `topn` words of highest cosine with `query` (d,), best first, among the first `restrict` rows."""
        cosine = self.unit[:restrict] @ unit_rows(query[None])[0]  # (restrict,)
        rows = [self.index[word] for word in exclude if word in self.index]
        cosine[[row for row in rows if row < len(cosine)]] = -np.inf
        topn = min(topn, len(cosine) - sum(row < len(cosine) for row in set(rows)))
        best = np.argsort(-cosine, kind="stable")[:topn]
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
        from lab03_eval import formats

        formats.write(self, path)

    @staticmethod
    def load(path: str | Path) -> WordVectors:
        """Read `path` in the format that its suffix names (see formats.py).

        Raises VectorFileError with one line that names the file, the place and what was expected there;
        OSError where the file cannot be opened.
        """
        from lab03_eval import formats

        return formats.read(path)

    @classmethod
    def from_gensim(cls, vectors: KeyedVectors) -> WordVectors:
        """Words, vectors and, where gensim has them, counts. Raises ValueError for rows that have no word yet."""
        if any(not isinstance(word, str) for word in vectors.index_to_key):
            raise ValueError("KeyedVectors with rows that have no word yet: add the words first")
        return cls(list(vectors.index_to_key), vectors.vectors, vectors.expandos.get("count"))

    def to_gensim(self) -> KeyedVectors:
        """gensim's KeyedVectors with the same rows; of two equal words the first is kept."""
        from gensim.models import KeyedVectors

        rows = list(self.index.values())
        vectors = KeyedVectors(self.dim)
        vectors.add_vectors(list(self.index), self.matrix[rows])
        if self.counts is not None:
            vectors.expandos["count"] = np.asarray(self.counts)[rows]
        return vectors


class SubwordVectors(WordVectors):
    """Vectors that compose an unknown word: the mean of its character n-grams' rows, as fastText does.

    `ngram_matrix` (bucket, d) holds the rows that n-grams of `minn` to `maxn` letters are hashed to
    (Bojanowski et al. 2017, §3.2). Files written by `save` hold the words only, not the n-grams.
    """

    def __init__(
        self,
        words: list[str],
        matrix: np.ndarray,
        ngram_matrix: np.ndarray,
        minn: int,
        maxn: int,
        counts: np.ndarray | None = None,
    ):
        super().__init__(words, matrix, counts)
        self.ngram_matrix = ngram_matrix
        self.minn, self.maxn = minn, maxn

    def _composed(self, word: str) -> np.ndarray | None:
        """None for a word without n-grams, or where one has a row that is no number (training never met it)."""
        rows, _ = ngram_rows([word], self.minn, self.maxn, len(self.ngram_matrix))
        with np.errstate(over="ignore", invalid="ignore"):
            vector = self.ngram_matrix[rows].sum(axis=0) / max(1, len(rows))
        return vector if len(rows) and np.isfinite(vector).all() else None

    def __contains__(self, word: str) -> bool:
        return word in self.index or self._composed(word) is not None

    def __getitem__(self, word: str) -> np.ndarray:
        """The word's vector (d,). Raises KeyError for an unknown word that cannot be composed."""
        if word in self.index:
            return self.matrix[self.index[word]]
        vector = self._composed(word)
        if vector is None:
            raise KeyError(word)
        return vector

    def with_words(self, words: Iterable[str]) -> WordVectors:
        """These words and rows, then those of `words` that are unknown and can be composed."""
        unknown = {word: self._composed(word) for word in dict.fromkeys(words) if word not in self.index}
        found = {word: vector for word, vector in unknown.items() if vector is not None}
        return WordVectors(self.words + list(found), np.vstack([self.matrix, *found.values()]))


def save_tensors(path: str | Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write named arrays as safetensors. `load` reads the one named `matrix`, its words from the metadata.

    Raises OSError where the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}  # save_file takes raw memory
    with replacing(path) as temporary:
        try:
            save_file(tensors, temporary, metadata)
        except SafetensorError as error:  # its own wrapping of the system's error
            raise OSError(f"{path}: cannot be written: {error}") from None
