"""Word vectors in memory, and every file format that they come in."""

from lab03_eval.vectors.rows import VectorFileError
from lab03_eval.vectors.word_vectors import SubwordVectors, WordVectors, unit_rows

__all__ = ["SubwordVectors", "VectorFileError", "WordVectors", "unit_rows"]
