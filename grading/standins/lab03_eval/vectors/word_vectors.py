"""Word vectors in memory and in files, by gensim: words with a row of a matrix each, and fastText's n-grams.

Files are .bin (word2vec's, or a fastText model) and .txt (word2vec's). Nothing in them is unpickled.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from wordlab.files import replacing

import numpy as np
from sklearn.preprocessing import normalize

from lab03_eval.vectors.rows import VectorFileError

if TYPE_CHECKING:
    from gensim.models import KeyedVectors
    from gensim.models.fasttext import FastTextKeyedVectors

FASTTEXT = 793712314  # the number that its models begin with
BINARY = {".bin": True, ".txt": False, ".vec": False}


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Rows of `matrix` (n, d) scaled to length one; a zero row stays zero."""
    return np.asarray(normalize(matrix))


class WordVectors:
    """Words and their vectors: row i of `matrix` (V, d) belongs to `words[i]`, and `counts` (V,) are corpus counts."""

    def __init__(self, words: list[str], matrix: np.ndarray, counts: np.ndarray | None = None):
        self.words, self.counts = words, counts
        self.matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        self.index = {word: row for row, word in enumerate(words)}
        if not len(self.index) == len(words) == len(self.matrix):
            raise ValueError(f"{len(self.index)} different words of {len(words)} for {len(self.matrix)} rows")

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """The word's vector (d,). Raises KeyError for an unknown word."""
        row: np.ndarray = self.matrix[self.index[word]]
        return row

    def __str__(self) -> str:
        return f"{len(self):,} words, {self.dim} dimensions"

    @property
    def dim(self) -> int:
        return int(self.matrix.shape[1])

    @cached_property
    def unit(self) -> np.ndarray:
        """Rows scaled to length one (V, d); a zero row stays zero."""
        return unit_rows(self.matrix)

    def distinct(self) -> WordVectors:
        """These vectors, whose words are all different."""
        return self

    def to_gensim(self) -> KeyedVectors:
        """gensim's KeyedVectors with the same rows."""
        from gensim.models import KeyedVectors  # which takes a second to import

        vectors = KeyedVectors(self.dim)
        vectors.add_vectors(self.words, self.matrix)
        return vectors

    def save(self, path: str | Path) -> None:
        """Write word2vec's .bin or .txt. Raises VectorFileError for another suffix, OSError where it fails."""
        binary = _is_binary(Path(path))
        with replacing(path) as temporary:
            self.to_gensim().save_word2vec_format(str(temporary), binary=binary)

    @staticmethod
    def load(path: str | Path) -> WordVectors:
        """Read word2vec's .bin or .txt, or a fastText model, whose n-grams come along as SubwordVectors.

        Raises VectorFileError for a file that gensim cannot read, OSError where it cannot be opened.
        """
        from gensim.models import KeyedVectors
        from gensim.models.fasttext import load_facebook_vectors

        binary = _is_binary(Path(path))
        with open(path, "rb") as file:
            fasttext = binary and int.from_bytes(file.read(4), "little") == FASTTEXT
        try:
            if fasttext:
                model = load_facebook_vectors(str(path))
                counts = np.array([model.get_vecattr(word, "count") for word in model.index_to_key])
                of_ngrams = model.vectors_ngrams, model.min_n, model.max_n
                return SubwordVectors(list(model.index_to_key), model.vectors, *of_ngrams, counts)
            read = KeyedVectors.load_word2vec_format(str(path), binary=binary)
        except (ValueError, EOFError, NotImplementedError, AssertionError) as error:
            reason = str(error).partition("\n")[0]
            expected = "expected vectors of word2vec or fastText"
            raise VectorFileError(f"{path}: gensim cannot read it ({reason}): {expected}") from None
        return WordVectors(list(read.index_to_key), read.vectors)


class SubwordVectors(WordVectors):
    """Vectors with the rows (bucket, d) of n-grams: gensim composes the vector of an unknown word from them."""

    def __init__(
        self, words: list[str], matrix: np.ndarray, ngram_matrix: np.ndarray, minn: int, maxn: int,
        counts: np.ndarray | None = None,
    ):  # fmt: skip
        super().__init__(words, matrix, counts)
        self.ngram_matrix, self.minn, self.maxn = ngram_matrix, minn, maxn

    @cached_property
    def _unknown(self) -> FastTextKeyedVectors:
        """gensim's model without words, to which every word is unknown."""
        from gensim.models.fasttext import FastTextKeyedVectors

        model = FastTextKeyedVectors(self.dim, self.minn, self.maxn, len(self.ngram_matrix))
        model.vectors_ngrams = self.ngram_matrix
        return model

    def __contains__(self, word: str) -> bool:
        """Whether it is known, or with the marks at its ends long enough to have an n-gram."""
        return word in self.index or (len(self.ngram_matrix) > 0 and len(word) + 2 >= self.minn)

    def __getitem__(self, word: str) -> np.ndarray:
        """The word's vector (d,). Raises KeyError for an unknown word that cannot be composed."""
        if word not in self:
            raise KeyError(word)
        return super().__getitem__(word) if word in self.index else np.asarray(self._unknown.get_vector(word))


def _is_binary(path: Path) -> bool:
    if path.suffix.lower() not in BINARY:
        known = " ".join(BINARY)
        raise VectorFileError(f"{path}: unknown format {path.suffix or '(no suffix)'}; known here: {known}")
    return BINARY[path.suffix.lower()]
