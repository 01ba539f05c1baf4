"""As much as possible left to scipy and scikit-learn."""

import numpy as np
from scipy import linalg, stats
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors


def spearman(x, y):
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    return stats.spearmanr(x, y).statistic


def cosines(vectors, pairs, oov="skip"):
    table = np.vstack([vectors.matrix, vectors.matrix.mean(axis=0)])
    outside = len(vectors.words)
    spellings = np.array([[(word, word.lower(), word.title()) for word in pair[:2]] for pair in pairs])  # (n, 2, 3)
    rows = np.vectorize(lambda word: vectors.index.get(word, outside))(spellings)
    rows = np.take_along_axis(rows, (rows < outside).argmax(axis=2)[..., None], axis=2)[..., 0]
    values = 1 - np.array([cdist(table[[i]], table[[j]], "cosine")[0, 0] for i, j in rows])
    known = ~(rows == outside).any(axis=1)
    if oov == "mean":
        return values, known
    return np.where(known, values, {"skip": np.nan, "zero": 0}[oov]), known


def evaluate_similarity(vectors, pairs, oov="skip"):
    values, known = cosines(vectors, pairs, oov)
    human = np.array([pair[2] for pair in pairs])
    found = stats.spearmanr(values, human, nan_policy="omit")
    rho = float(found.statistic)
    spread = np.sqrt((1 + rho**2 / 2) / (np.isfinite(values).sum() - 3))
    low, high = np.tanh(stats.norm.interval(0.95, np.arctanh(rho), spread))
    return {"rho": rho, "low": low, "high": high, "used": known.sum(), "total": len(pairs)}


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    similarity = cosine_similarity(unit)
    to_a, to_b, to_c = (similarity[questions[:, i]] for i in range(3))
    scores = to_b - to_a + to_c
    if objective == "3cosmul":
        scores = (1 + to_b) * (1 + to_c) / 2 / (1 + to_a + 2 * epsilon)
    np.put_along_axis(scores, questions, -np.inf, axis=1)
    answers = np.array([scores[:, :limit].argmax(axis=1) for limit in limits])
    return answers.squeeze(axis=0) if len(answers) == 1 else answers


def proportion_interval(correct, n):
    if n == 0:
        return np.nan, np.nan
    return tuple(stats.binomtest(correct, n).proportion_ci(method="wilson"))


def section_scores(sections, answered, right):
    lengths = [len(questions) for _, questions in sections]
    ends = np.cumsum(lengths)
    stretches = {f"section.{name}.": (end - n, end) for (name, _), n, end in zip(sections, lengths, ends)}
    stretches = {"": (0, ends[-1]), "semantic.": (0, ends[4]), "syntactic.": (ends[4], ends[-1])} | stretches
    results = {}
    for part, (start, end) in stretches.items():
        used, correct = int(np.sum(answered[start:end])), int(np.sum(right[start:end]))
        accuracy = correct / used if used else None
        results |= {
            part + "accuracy": accuracy,
            part + "correct": correct,
            part + "used": used,
            part + "total": end - start,
        }
    return results


def compare_correlations(first, second, human, seed=1):
    def difference(x, y, z, axis=-1):
        ranks = (stats.zscore(stats.rankdata(side, axis=axis), axis=axis) for side in (x, y, z))
        x, y, z = ranks
        return ((x - y) * z).mean(axis=axis)

    data = (first, second, human)
    low, high = (0.0, 0.0)
    if np.any(stats.rankdata(first) != stats.rankdata(second)):
        found = stats.bootstrap(
            data, difference, paired=True, n_resamples=1500, method="percentile", vectorized=True, rng=seed
        )
        low, high = found.confidence_interval
    return {
        "difference": difference(*data),
        "low": low,
        "high": high,
        "used": len(human),
        "excludes_zero": low > 0 or high < 0,
    }


def anisotropy(matrix):
    return 1 - cdist(matrix, matrix, "cosine")[np.triu_indices(len(matrix), 1)].mean()


def nearest_rows(matrix, k=10):
    return NearestNeighbors(n_neighbors=k, metric="cosine").fit(matrix).kneighbors(return_distance=False)


def hubness(matrix, k=10):
    counts = np.asarray(
        NearestNeighbors(n_neighbors=k, metric="cosine").fit(matrix).kneighbors_graph().sum(axis=0)
    ).ravel()
    return {
        "skewness": stats.skew(counts),
        "max": counts.max(),
        "hub": counts.argmax(),
        "antihubs": 1 - np.count_nonzero(counts) / len(counts),
    }


def procrustes(source, target):
    rotation, _ = linalg.orthogonal_procrustes(source, target)
    return rotation, linalg.norm(source @ rotation - target) / linalg.norm(target)


def weat(x, y, a, b, seed=0):
    of_x, of_y = (
        cosine_similarity(words, a).mean(axis=1) - cosine_similarity(words, b).mean(axis=1) for words in (x, y)
    )
    test = stats.permutation_test(
        (of_x, of_y), lambda u, v: u.mean() - v.mean(), alternative="greater", n_resamples=np.inf
    )
    effect = (of_x.mean() - of_y.mean()) / stats.tstd(np.concatenate([of_x, of_y]))
    return {"effect": effect, "p": test.pvalue, "exact": True}


def hard_debias(vectors, direction, equalize, specific):
    unit = vectors.matrix / linalg.norm(vectors.matrix, axis=1, keepdims=True)
    projector = np.eye(len(direction)) - np.outer(direction, direction)
    result = unit @ projector
    result = result / linalg.norm(result, axis=1, keepdims=True)
    result[specific] = unit[specific]
    for pair in equalize:
        middle = unit[pair].mean(axis=0) @ projector
        sign = np.sign(np.diff(unit[pair] @ direction))[0]
        apart = np.sqrt(1 - middle @ middle) * direction
        result[pair] = middle - sign * apart, middle + sign * apart
    return result
