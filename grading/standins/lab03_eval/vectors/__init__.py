"""Word vectors in memory and in files, by gensim."""

from lab03_eval.vectors.rows import VectorFileError
from lab03_eval.vectors.word_vectors import SubwordVectors, WordVectors, unit_rows

__all__ = ["SubwordVectors", "VectorFileError", "WordVectors", "unit_rows"]
