import numpy as np
from vectors import unit_rows


def nearest_rows(matrix, k=10):
    n = len(matrix)
    if not 0 < k < n:
        raise ValueError("k must be smaller than the number of rows")
    unit = unit_rows(np.array(matrix, dtype=np.float32))
    result = np.zeros((n, k), dtype=np.int64)
    for begin in range(0, n, 1000):
        end = min(begin + 1000, n)
        cos = unit[begin:end] @ unit.T
        cos[np.arange(end - begin), np.arange(begin, end)] = -2.0
        result[begin:end] = np.argpartition(cos, n - k, axis=1)[:, n - k :]
    return result
