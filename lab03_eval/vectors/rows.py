"""What a vector file holds, before it becomes WordVectors: the common ground of all readers and writers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wordlab.errors import InputError

import numpy as np

from lab03_eval.vectors.maps import Composition

CHECKED = 1 << 20  # bytes of a matrix checked at a time
HUGE = 1e20  # no trained vector holds such a value; its square leaves float32's range


class VectorFileError(InputError):
    """A vector file that cannot be read or written. The message is one line: file, place, what was expected."""


@dataclass(frozen=True)
class NGrams:
    """The rows (bucket, d) that fastText hashes n-grams of `minn` to `maxn` letters to.

    `composition` is what becomes of their mean, where the words' vectors are of another space.
    """

    matrix: np.ndarray
    minn: int
    maxn: int
    composition: Composition | None = None


@dataclass(frozen=True)
class Rows:
    """Words with a row of `matrix` (V, d) each, and what else a format may hold.

    `counts` (V,) are corpus counts. `noted` says what the reader met that is odd and did not stop it, and how often,
    such as words with invalid UTF-8, which becomes U+FFFD. A word may occur more than once.
    """

    words: list[str]
    matrix: np.ndarray
    counts: np.ndarray | None = None
    ngrams: NGrams | None = None
    noted: Mapping[str, int] = field(default_factory=dict)


def _numbered_row(row: int) -> str:
    return f"row {row + 1}"


def checked(
    path: Path,
    words: list[bytes],
    matrix: np.ndarray,
    counts: np.ndarray | None = None,
    ngrams: NGrams | None = None,
    noted: Mapping[str, int] | None = None,
    place: Callable[[int], str] = _numbered_row,
    extreme: np.ndarray | None = None,
) -> Rows:
    """What a reader found, its words as text and its matrix as finite float32 numbers.

    `place` says where the file has a row. `extreme` are the matrix's `extreme_rows`, if the reader has them already.
    Raises VectorFileError for a file without words and for a row with a NaN or an infinity.
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
    extreme = extreme_rows(matrix) if extreme is None else extreme
    for row in extreme:
        if not np.isfinite(matrix[row]).all():
            raise VectorFileError(f"{path}: {place(row)} ({texts[row]!r}) holds a NaN or an infinity")
    huge = {"rows with values of 1e20 or more, which no training yields": len(extreme)}
    found = {"words with invalid UTF-8, replaced": replaced, **huge, **(noted or {})}
    return Rows(texts, matrix, counts, ngrams, {what: number for what, number in found.items() if number})


def extreme_rows(matrix: np.ndarray) -> np.ndarray:
    """The rows (n,) of `matrix` (V, d), rising, that hold a NaN or a value as large as HUGE or larger."""
    found = []
    step = max(1, CHECKED // (4 * matrix.shape[1]))
    for start in range(0, len(matrix), step):
        block = matrix[start : start + step]
        if not (block.min() > -HUGE and block.max() < HUGE):  # a NaN makes both false, so it is found as well
            found.append(start + np.flatnonzero(~(np.abs(block) < HUGE).all(axis=1)))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def refuse_words(words: list[str], path: Path, pattern: str) -> None:
    """Raise VectorFileError for a word that would be read back as something else, while the data are still at hand."""
    search = re.compile(pattern).search
    for row, word in enumerate(words, start=1):
        if search(word):
            raise VectorFileError(f"{path}: row {row}: {path.suffix} cannot hold the word {word!r}, other formats may")
