import numpy as np


def cosines(vectors, pairs, oov="skip"):
    def find(word):
        if word in vectors.index:
            return vectors.index[word]
        return vectors.index.get(word.lower())

    average = vectors.matrix.mean(axis=0)
    result = np.full(len(pairs), np.nan)
    known = np.zeros(len(pairs), dtype=bool)
    for i, (left, right, *_) in enumerate(pairs):
        rows = [find(left), find(right)]
        known[i] = None not in rows
        if not known[i] and oov == "skip":
            continue
        if not known[i] and oov == "zero":
            result[i] = 0
            continue
        v, w = (average if row is None else vectors.matrix[row] for row in rows)
        lengths = np.linalg.norm(v) * np.linalg.norm(w)
        result[i] = v @ w / lengths if lengths > 0 else 0
    return result, known
