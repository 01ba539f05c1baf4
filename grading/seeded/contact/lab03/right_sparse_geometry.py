import numpy as np
from scipy import linalg, sparse


def anisotropy(matrix):
    matrix = np.asarray(matrix, dtype=float)
    n = len(matrix)
    if n < 2:
        return float("nan")
    norm = np.linalg.norm(matrix, axis=1)
    weight = np.divide(1, norm, out=np.zeros(n), where=norm > 0)
    total = weight @ matrix  # the sum of the unit rows, which are never made
    return float((total @ total - np.count_nonzero(norm)) / (n * (n - 1)))


def hubness(matrix, k=10):
    n = len(matrix)
    near = nearest_rows(matrix, k)
    graph = sparse.csr_matrix((np.ones(n * k), near.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n))
    n_k = np.asarray(graph.sum(axis=0)).ravel()
    central = n_k - n_k.mean()
    spread = np.mean(central**2)
    return {
        "skewness": float(np.mean(central**3) / spread**1.5) if spread > 0 else 0.0,
        "max": int(n_k.max()),
        "hub": int(n_k.argmax()),
        "antihubs": float(np.mean(n_k < 1)),
    }


def procrustes(source, target):
    source, target = (np.asarray(m, dtype=float) for m in (source, target))
    rotation, _ = linalg.polar(source.T @ target)  # the orthogonal factor is the nearest rotation
    return rotation, float(np.linalg.norm(source @ rotation - target) / np.linalg.norm(target))
