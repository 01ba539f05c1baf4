import numpy as np
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None):
    """One triangle by sorting pairs, then its mirror image."""
    ids = np.asarray(ids, dtype=np.int64)
    sentence = np.cumsum(ids < 0)
    keys, shares = [], []
    for distance in range(1, window + 1):
        a, b = ids[distance:], ids[:-distance]
        good = (a >= 0) & (b >= 0) & (sentence[distance:] == sentence[:-distance])
        keys.append(np.maximum(a, b)[good] * vocab + np.minimum(a, b)[good])
        shares.append(np.full(good.sum(), 1 / distance))
    keys, place = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.bincount(place, np.concatenate(shares), len(keys))
    lower = sparse.coo_array((total, (keys // vocab, keys % vocab)), (vocab, vocab))
    return (lower + lower.T).tocsc()  # the diagonal is doubled here: equal words count from both ends
