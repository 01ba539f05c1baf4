from wordlab.errors import InputError

import numpy as np


def build_vocab(tokens, min_count=5):
    tokens = np.array(list(tokens))
    words, first, inverse, counts = np.unique(tokens, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -counts))
    order = order[counts[order] >= min_count]
    if order.size == 0:
        raise InputError("nothing is left")
    row = np.full(len(words), -1)
    row[order] = np.arange(len(order))
    ids = row[inverse]
    return words[order].tolist(), counts[order], ids[ids >= 0], len(tokens)


def keep_probability(counts, threshold=1e-4):
    frequency = counts / counts.sum()
    return np.clip((np.sqrt(frequency / threshold) + 1) * threshold / frequency, 0, 1)


def subsample(ids, keep, rng):
    return np.delete(ids, np.flatnonzero(rng.random(len(ids)) >= keep[ids]))


def noise_table(counts, power=0.75):
    """The distribution itself, (V,): negatives are drawn with `choice`."""
    weights = np.asarray(counts, dtype=float) ** power
    return weights / weights.sum()
