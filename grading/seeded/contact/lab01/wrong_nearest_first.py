# ruff: noqa: F821
import numpy as np


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    query = vectors.unit[vectors.index[word]]
    sims = vectors.unit[:restrict] @ query
    best = np.argsort(-sims)[1 : topn + 1]  # place 0 is the word itself
    return [(vectors.words[i], float(sims[i])) for i in best]
