import numpy as np


def noise_table(counts, power=0.75):
    weights = np.power(counts.astype(float), power)
    probs = weights / weights.sum()
    slots = np.rint(probs * 64 * len(counts)).astype(int)
    return np.repeat(np.arange(len(counts), dtype=np.int32), slots)
