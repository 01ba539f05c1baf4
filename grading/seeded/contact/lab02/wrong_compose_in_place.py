# ruff: noqa: F821
# The function is appended to solution.py, whose names it uses.
import numpy as np


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    vectors = np.asarray(word_matrix)
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    for i in range(len(words)):
        mine = rows[offsets[i] : offsets[i + 1]]
        vectors[i] += ngram_matrix[mine].sum(axis=0)
        vectors[i] /= 1 + len(mine)
    return vectors
