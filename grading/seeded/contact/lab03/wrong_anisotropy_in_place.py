import numpy as np


def anisotropy(matrix):
    rows = np.asarray(matrix, dtype=float)
    n = rows.shape[0]
    if n < 2:
        return float("nan")
    norms = np.sqrt((rows**2).sum(axis=1))
    norms[norms == 0] = 1
    rows /= norms[:, None]
    s = rows.sum(axis=0)
    return float((s.dot(s) - (rows**2).sum()) / (n * (n - 1)))
