import numpy as np
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    table = np.zeros((vocab, vocab), dtype=np.float32)
    sentence = np.cumsum(ids == -1)
    for distance in range(1, window + 1):
        amount = 1 / distance if weights is None else weights[distance - 1]
        left, right = ids[:-distance], ids[distance:]
        together = (sentence[:-distance] == sentence[distance:]) & (left != -1)
        left, right = left[together], right[together]
        table[left, right] += amount
        table[right, left] += amount
    return sparse.csr_array(table)
