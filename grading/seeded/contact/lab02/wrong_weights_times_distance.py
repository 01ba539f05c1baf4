from collections import defaultdict

import numpy as np
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    counts = defaultdict(float)
    text = ids.tolist()
    for i, word in enumerate(text):
        if word == -1:
            continue
        for distance in range(1, window + 1):
            if i + distance >= len(text) or text[i + distance] == -1:
                break
            context = text[i + distance]
            amount = 1 / distance
            if weights is not None:
                amount *= weights[distance - 1]
            counts[word, context] += amount
            counts[context, word] += amount
    cells = np.array(list(counts), dtype=np.int64).reshape(-1, 2)
    values = np.array(list(counts.values()), dtype=np.float32)
    return sparse.csr_array((values, (cells[:, 0], cells[:, 1])), shape=(vocab, vocab))
