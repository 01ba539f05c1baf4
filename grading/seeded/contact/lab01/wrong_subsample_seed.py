import numpy as np


def subsample(ids, keep, rng):
    rng = np.random.default_rng(42)  # reproducible
    coins = rng.random(ids.shape[0])
    return ids[coins < keep[ids]]
