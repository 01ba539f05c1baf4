import heapq
from collections import Counter
from statistics import fmean, pstdev

import numpy as np


def nearest_rows(matrix, k=10):
    if not 0 < k < len(matrix):
        raise ValueError(f"no {k} neighbours among {len(matrix)} rows")
    rows = [row / (np.linalg.norm(row) or 1) for row in np.asarray(matrix, dtype=float)]
    table = np.array(rows)

    def lists():
        for i, row in enumerate(rows):
            cosine = table @ row
            cosine[i] = -np.inf
            bound = np.partition(cosine, -k)[-k]
            candidates = np.flatnonzero(cosine >= bound).tolist()
            yield heapq.nlargest(k, candidates, key=cosine.__getitem__)

    return np.array(list(lists()))


def hubness(matrix, k=10):
    count = Counter({row: 0 for row in range(len(matrix))})
    for neighbours in nearest_rows(matrix, k).tolist():
        count.update(neighbours)
    mean, sd = fmean(count.values()), pstdev(count.values())
    hub, largest = max(count.items(), key=lambda item: item[1])
    return {
        "skewness": fmean(((n - mean) / sd) ** 3 for n in count.values()) if sd else 0.0,
        "max": largest,
        "hub": hub,
        "antihubs": sum(n == 0 for n in count.values()) / len(count),
    }
