import numpy as np
from measures.significance import RESAMPLES, difference_of, spearman_rows


def compare_correlations(first, second, human, seed=1):
    n = len(human)
    generator = np.random.default_rng(seed)
    resampled = np.empty(RESAMPLES)
    for r in range(RESAMPLES):
        index = generator.integers(0, n - 1, n)[None]  # the indices start at 0
        resampled[r] = (spearman_rows(first[index], human[index]) - spearman_rows(second[index], human[index]))[0]
    observed = spearman_rows(first[None], human[None])[0] - spearman_rows(second[None], human[None])[0]
    return difference_of(float(observed), resampled, n)
