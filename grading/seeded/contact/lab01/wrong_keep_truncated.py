import numpy as np


def keep_probability(counts: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    # a word may occur this often before it is thinned out
    allowed = int(threshold * counts.sum())
    over = allowed / counts
    chance = np.sqrt(over) + over
    chance[chance > 1] = 1.0
    return chance
