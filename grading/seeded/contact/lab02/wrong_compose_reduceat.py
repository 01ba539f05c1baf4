# ruff: noqa: F821
# The function is appended to solution.py, whose names it uses.
import numpy as np


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    sums = np.add.reduceat(ngram_matrix[rows], offsets[:-1], axis=0)
    n = offsets[1:] - offsets[:-1]
    return (word_matrix + sums) / (1 + n[:, None])
