import numpy as np


def nearest_rows(matrix, k=10):
    matrix = np.array(matrix, dtype=np.float64)
    n = len(matrix)
    if k < 1 or k >= n:
        raise ValueError(f"k = {k} must be between 1 and {n - 1}")
    norms = np.linalg.norm(matrix, axis=1)
    matrix /= np.where(norms == 0, 1, norms)[:, None]
    lists = []
    for start in range(0, n, 500):
        similarity = matrix[start : start + 500] @ matrix.T
        order = np.argsort(-similarity, axis=1, kind="stable")
        lists.append(order[:, 1 : k + 1])  # everybody is nearest to oneself
    return np.concatenate(lists)
