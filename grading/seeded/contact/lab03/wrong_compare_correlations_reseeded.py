import numpy as np
from measures.significance import RESAMPLES, difference_of


def compare_correlations(first, second, human, seed=1):
    n = len(human)

    def draw():
        rng = np.random.default_rng(seed)
        return rng.integers(0, n, size=n)

    differences = []
    for _ in range(RESAMPLES):
        i = draw()
        differences.append(spearman(first[i], human[i]) - spearman(second[i], human[i]))
    return difference_of(spearman(first, human) - spearman(second, human), np.array(differences), n)
