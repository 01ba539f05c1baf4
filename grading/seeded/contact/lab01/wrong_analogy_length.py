# ruff: noqa: F821
import numpy as np


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    rows = [vectors.index[w] for w in (a, b, c)]
    va, vb, vc = vectors.unit[rows]
    score = vectors.unit[:restrict] @ (vb - va + vc)
    answers = []
    for row in np.argsort(-score):
        if row not in rows:
            answers.append((vectors.words[row], float(score[row])))
        if len(answers) == topn:
            break
    return answers
