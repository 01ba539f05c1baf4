import numpy as np
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    total = sparse.csr_array((vocab, vocab))
    for d in range(1, window + 1):
        a, b = ids[:-d], ids[d:]
        ok = (a != -1) & (b != -1)  # no separator in a pair
        value = weights[d - 1] if weights is not None else 1.0 / d
        data = np.full(ok.sum(), value)
        total = total + sparse.coo_array((data, (a[ok], b[ok])), shape=(vocab, vocab)).tocsr()
    return (total + total.T).tocsr().astype(np.float32)
