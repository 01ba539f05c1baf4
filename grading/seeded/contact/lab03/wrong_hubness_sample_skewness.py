import numpy as np
from scipy import stats


def hubness(matrix, k=10):
    counts = np.zeros(len(matrix), dtype=int)
    for neighbours in nearest_rows(matrix, k):
        counts[neighbours] += 1
    skewness = 0.0 if counts.std() == 0 else float(stats.skew(counts, bias=False))
    hub = int(np.argmax(counts))
    return {"skewness": skewness, "max": int(counts[hub]), "hub": hub, "antihubs": float((counts == 0).mean())}
