import numpy as np


def keep_probability(counts, threshold=1e-3):
    f = counts / counts.sum()
    p = np.sqrt(threshold / f) + threshold / f
    return np.clip(p, 0.0, 1.0)
