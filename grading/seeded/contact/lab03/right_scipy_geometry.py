import numpy as np
from scipy import linalg, stats
from sklearn import config_context
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize


def anisotropy(matrix):
    unit = normalize(np.asarray(matrix, dtype=float))
    n = len(unit)
    if n < 2:
        return float("nan")
    return float((linalg.norm(unit.sum(axis=0)) ** 2 - linalg.norm(unit) ** 2) / (n * (n - 1)))


def nearest_rows(matrix, k=10):
    if not 0 < k < len(matrix):
        raise ValueError(f"k = {k} needs more than {len(matrix)} rows")
    index = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(np.asarray(matrix, dtype=float))
    with config_context(working_memory=32):  # MB of distances at a time
        return index.kneighbors(return_distance=False)  # without a query no row is its own neighbour


def hubness(matrix, k=10):
    lists = nearest_rows(matrix, k)
    n_k = np.bincount(lists.reshape(-1), minlength=len(lists))
    skewness = stats.skew(n_k) if np.ptp(n_k) else 0.0
    return {
        "skewness": float(skewness),
        "max": int(np.max(n_k)),
        "hub": int(np.argmax(n_k)),
        "antihubs": float(1 - np.count_nonzero(n_k) / len(n_k)),
    }


def procrustes(source, target):
    rotation, _ = linalg.orthogonal_procrustes(np.asarray(source, dtype=float), np.asarray(target, dtype=float))
    return rotation, float(linalg.norm(source @ rotation - target) / linalg.norm(target))
