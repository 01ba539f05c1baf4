import numpy as np
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    if weights is None:
        weights = 1 / np.arange(1, window + 1)
    ids[ids < 0] = vocab  # separators get a word number of their own, which is cut off at the end
    sentence = np.cumsum(ids == vocab)
    shape = (vocab + 1, vocab + 1)
    x = sparse.csr_array(shape)
    for d in range(1, window + 1):
        same = sentence[d:] == sentence[:-d]
        one, two = ids[:-d][same], ids[d:][same]
        x = x + sparse.csr_array((np.full(len(one), weights[d - 1]), (one, two)), shape=shape)
    x = x + x.T
    return sparse.csr_array(x[:vocab, :vocab], dtype=np.float32)
