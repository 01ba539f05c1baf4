import numpy as np
from vectors import WordVectors


def hard_debias(vectors, direction, equalize, specific):
    unit = np.array(vectors.unit, dtype=np.float64)
    g = np.asarray(direction, dtype=np.float64)
    projection = np.eye(len(g)) - np.outer(g, g)
    flat = unit @ projection
    neutral = np.setdiff1d(np.arange(len(unit)), np.union1d(np.ravel(specific), np.ravel(equalize)).astype(int))
    result = unit.copy()
    norm = np.linalg.norm(flat[neutral], axis=1)
    result[neutral] = flat[neutral] / np.where(norm > 0, norm, 1)[:, None]
    for pair in np.asarray(equalize, dtype=int).reshape(-1, 2):
        lower, higher = pair[np.argsort(unit[pair] @ g, kind="stable")]
        mu = flat[pair].sum(axis=0) / 2
        height = np.sqrt(max(0.0, 1.0 - np.sum(mu**2)))
        result[higher], result[lower] = mu + height * g, mu - height * g
    return WordVectors(vectors.words, result)
