"""What a vector file holds, before it becomes WordVectors: the common ground of all readers and writers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wordlab.errors import InputError

CHECKED = 4 << 20  # bytes of a matrix checked at a time


class VectorFileError(InputError):
    """A vector file that cannot be read or written. The message is one line: file, place, what was expected."""


@dataclass(frozen=True)
class NGrams:
    """The rows (bucket, d) that fastText hashes n-grams of `minn` to `maxn` letters to."""

    matrix: np.ndarray
    minn: int
    maxn: int


@dataclass(frozen=True)
class Rows:
    """Words with a row of `matrix` (V, d) each, and what else a format may hold.

    `counts` (V,) are corpus counts. `replaced` is how many words held invalid UTF-8, which became U+FFFD. A word may
    occur more than once.
    """

    words: list[str]
    matrix: np.ndarray
    counts: np.ndarray | None = None
    replaced: int = 0
    ngrams: NGrams | None = None


def checked(
    path: Path,
    words: list[bytes],
    matrix: np.ndarray,
    counts: np.ndarray | None = None,
    ngrams: NGrams | None = None,
    place: str = "row",
    first: int = 1,
) -> Rows:
    """What a reader found, its words as text and its matrix as finite float32 numbers.

    `place` is what the format calls a row, `first` the number of the first. Raises VectorFileError for a file without
    words and for a row with a NaN or an infinity.
    """
    if not words:
        raise VectorFileError(f"{path}: holds no words")
    try:
        texts = [word.decode() for word in words]
        replaced = 0
    except UnicodeDecodeError:
        texts = [word.decode("utf-8", "replace") for word in words]
        replaced = sum(text.encode() != word for text, word in zip(texts, words))
    with np.errstate(over="ignore"):  # a float64 beyond float32 becomes an infinity, which is refused
        matrix = np.ascontiguousarray(matrix, dtype=np.float32)
    row = _not_finite(matrix)
    if row is not None:
        raise VectorFileError(f"{path}: {place} {row + first} ({texts[row]!r}) holds a NaN or an infinity")
    return Rows(texts, matrix, counts, replaced, ngrams)


def _not_finite(matrix: np.ndarray) -> int | None:
    """The first row with a NaN or an infinity."""
    step = max(1, CHECKED // (4 * matrix.shape[1]))
    for start in range(0, len(matrix), step):
        finite = np.isfinite(matrix[start : start + step])
        if not finite.all():
            return start + int(np.argmin(finite.all(axis=1)))
    return None


def refuse_words(words: list[str], path: Path, pattern: str) -> None:
    """Raise VectorFileError for a word that would be read back as something else, while the data are still at hand."""
    search = re.compile(pattern).search
    for row, word in enumerate(words, start=1):
        if search(word):
            raise VectorFileError(f"{path}: row {row}: {path.suffix} cannot hold the word {word!r}, other formats may")
