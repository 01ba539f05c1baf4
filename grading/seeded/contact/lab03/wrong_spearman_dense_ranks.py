import numpy as np


def spearman(x, y):
    # equal values get equal ranks: np.unique says which distinct value each entry is
    _, rx = np.unique(np.asarray(x), return_inverse=True)
    _, ry = np.unique(np.asarray(y), return_inverse=True)
    if len(rx) < 2 or rx.max() == 0 or ry.max() == 0:
        return float("nan")
    return float(np.corrcoef(rx, ry)[0, 1])
