# ruff: noqa: F821
# The function is appended to solution.py, whose names it uses.
import numpy as np


def carried(vectors, word):
    names = ngrams(word, vectors.minn, vectors.maxn)
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if len(rows) == 0:
        raise KeyError(word)
    everything = vectors.ngram_matrix[rows].sum(axis=0)
    result = []
    for name, row in zip(names, rows):
        rest = vectors.ngram_matrix[rows[rows != row]].sum(axis=0)
        length = np.linalg.norm(everything) * np.linalg.norm(rest)
        result.append((name, float(everything @ rest / length) if length > 0 else 0.0))
    return sorted(result, key=lambda pair: pair[1])
