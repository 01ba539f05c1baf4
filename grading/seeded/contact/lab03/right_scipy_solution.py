import warnings

import numpy as np
from measures.significance import difference_of, spearman_rows
from scipy import stats
from scipy.spatial import distance
from vectors.lookup import Lookup


def spearman(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if len(x) < 2 or np.all(x == x[0]) or np.all(y == y[0]):
        return float("nan")
    return float(stats.spearmanr(x, y).statistic)


def cosines(vectors, pairs, oov="skip"):
    lookup = Lookup(vectors)
    mean = np.mean(vectors.matrix, axis=0)

    def vector(row):
        return mean if row < 0 else vectors.matrix[row]

    cosine = np.full(len(pairs), {"skip": np.nan}.get(oov, 0.0))
    known = np.zeros(len(pairs), dtype=bool)
    for i, pair in enumerate(pairs):
        rows = [lookup.row(word) for word in pair[:2]]
        known[i] = min(rows) >= 0
        if known[i] or oov == "mean":
            v, w = map(vector, rows)
            cosine[i] = 1 - distance.cosine(v, w) if v.any() and w.any() else 0.0
    return cosine, known


def evaluate_similarity(vectors, pairs, oov="skip"):
    cosine, known = cosines(vectors, pairs, oov)
    scored = np.flatnonzero(~np.isnan(cosine))
    human = np.array([pair[2] for pair in pairs], dtype=float)
    rho = spearman(cosine[scored], human[scored])
    low, high = spearman_interval(rho, len(scored))
    return {"rho": rho, "low": low, "high": high, "used": int(known.sum()), "total": len(pairs)}


def proportion_interval(correct, n):
    if n == 0:
        return float("nan"), float("nan")
    interval = stats.binomtest(int(correct), int(n)).proportion_ci(0.95, method="wilson")
    return min(max(float(interval.low), 0.0), correct / n), max(min(float(interval.high), 1.0), correct / n)


def compare_correlations(first, second, human, seed=1):
    def difference(one, other, people, axis=-1):
        one, other, people = (np.atleast_2d(values) for values in (one, other, people))
        return np.squeeze(spearman_rows(one, people) - spearman_rows(other, people))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # difference_of leaves out what is NaN
        result = stats.bootstrap(
            (first, second, human),
            difference,
            n_resamples=1000,
            paired=True,
            vectorized=True,
            axis=-1,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
    return difference_of(float(difference(first, second, human)), result.bootstrap_distribution, len(human))
