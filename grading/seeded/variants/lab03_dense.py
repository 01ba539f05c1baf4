"""NumPy on whole matrices: no tiles, other formulas, a sampled permutation test, 2000 resamples."""

import numpy as np


def average_ranks(values):
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def spearman(x, y):
    x, y = average_ranks(x), average_ranks(y)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.corrcoef(x, y)[0, 1]


def unit_rows(matrix):
    return matrix / np.sqrt(np.sum(np.square(matrix, dtype=np.float64), axis=1))[:, None]


def cosines(vectors, pairs, oov="skip"):
    gram = unit_rows(np.vstack([vectors.matrix, np.mean(vectors.matrix, axis=0)]))
    gram = gram @ gram.T
    unknown = len(vectors.words)
    values, known = np.empty(len(pairs)), np.zeros(len(pairs), dtype=bool)
    for place, (first, second, _) in enumerate(pairs):
        i, j = (
            next((vectors.index[each] for each in (word, word.lower(), word.title()) if each in vectors.index), unknown)
            for word in (first, second)
        )
        known[place] = i != unknown and j != unknown
        values[place] = gram[i, j]
        if not known[place] and oov != "mean":
            values[place] = 0 if oov == "zero" else np.nan
    return values, known


def evaluate_similarity(vectors, pairs, oov="skip"):
    values, known = cosines(vectors, pairs, oov)
    kept = values == values
    human = np.array([score for _, _, score in pairs])
    rho = spearman(values[kept], human[kept])
    half = 1.959964 * np.sqrt((1 + rho**2 / 2) / (kept.sum() - 3))
    low, high = np.tanh([np.arctanh(rho) - half, np.arctanh(rho) + half])
    return {"rho": rho, "low": low, "high": high, "used": int(known.sum()), "total": int(known.size)}


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    cosine = unit.astype(np.float64) @ unit.T
    answers = []
    for limit in limits:
        row = []
        for a, b, c in questions:
            if objective == "3cosadd":
                scores = cosine[b] - cosine[a] + cosine[c]
            else:
                scores = (cosine[b] + 1) / 2 * (cosine[c] + 1) / 2 / ((cosine[a] + 1) / 2 + epsilon)
            order = np.argsort(-scores[:limit])
            row.append(next(w for w in order if w not in (a, b, c)))
        answers.append(row)
    return np.array(answers) if len(answers) > 1 else np.array(answers[0])


def proportion_interval(correct, n):
    """The ends are where the score test's statistic reaches z: the roots of a quadratic."""
    if n == 0:
        return np.nan, np.nan
    z2, p = 1.959964**2, correct / n
    low, high = np.sort(np.roots([1 + z2 / n, -2 * p - z2 / n, p * p]).real)
    return max(low, 0.0), min(high, 1.0)


def section_scores(sections, answered, right):
    results = {}
    names = np.array([name for name, questions in sections for _ in questions])
    semantic = np.isin(names, [name for name, _ in sections[:5]])
    masks = {"": np.ones(len(names), bool), "semantic.": semantic, "syntactic.": ~semantic}
    masks |= {f"section.{name}.": names == name for name, _ in sections}
    for part, mask in masks.items():
        used, correct = np.count_nonzero(answered & mask), np.count_nonzero(right & mask)
        with np.errstate(invalid="ignore"):
            results[part + "accuracy"] = np.float64(correct) / used
        results[part + "used"], results[part + "correct"] = used, correct
        results[part + "total"] = np.count_nonzero(mask)
    return results


def compare_correlations(first, second, human, seed=1):
    rng, n = np.random.default_rng(seed + 100), len(human)
    resampled = np.empty(2000)
    for i in range(2000):
        drawn = rng.choice(n, n)
        resampled[i] = spearman(first[drawn], human[drawn]) - spearman(second[drawn], human[drawn])
    low, high = np.nanquantile(resampled, [0.025, 0.975])
    difference = spearman(first, human) - spearman(second, human)
    return {"difference": difference, "low": low, "high": high, "used": n, "excludes_zero": bool(low * high > 0)}


def anisotropy(matrix):
    cosine = unit_rows(matrix) @ unit_rows(matrix).T
    return cosine[~np.eye(len(matrix), dtype=bool)].mean()


def nearest_rows(matrix, k=10):
    unit = unit_rows(matrix)
    distance = np.square(unit[:, None] - unit).sum(axis=2)  # of unit vectors: 2 − 2 cos
    np.fill_diagonal(distance, np.inf)
    near = np.argpartition(distance, k, axis=1)[:, :k]
    order = np.take_along_axis(distance, near, axis=1).argsort(axis=1)
    return np.take_along_axis(near, order, axis=1)


def hubness(matrix, k=10):
    counts = np.zeros(len(matrix))
    np.add.at(counts, nearest_rows(matrix, k), 1)
    centred = counts - k
    return {
        "skewness": np.mean(centred**3) / np.std(counts) ** 3,
        "max": int(max(counts)),
        "hub": int(np.argmax(counts)),
        "antihubs": np.mean(counts < 1),
    }


def procrustes(source, target):
    cross = source.T @ target
    values, vectors = np.linalg.eigh(cross.T @ cross)
    rotation = cross @ vectors @ np.diag(1 / np.sqrt(values)) @ vectors.T  # cross (crossᵀ cross)^(−1/2)
    return rotation, np.sqrt(np.sum((source @ rotation - target) ** 2) / np.sum(np.square(target)))


def weat(x, y, a, b, seed=0):
    scores = np.vstack([x, y]) @ (a.mean(axis=0) - b.mean(axis=0))
    n, rng = len(x), np.random.default_rng(seed)
    effect = (scores[:n].mean() - scores[n:].mean()) / np.sqrt(np.var(scores, ddof=1))
    sums = np.array([rng.permutation(scores)[:n].sum() for _ in range(20_000)])
    return {"effect": effect, "p": np.mean(sums >= scores[:n].sum() - 1e-12), "exact": False}


def hard_debias(vectors, direction, equalize, specific):
    unit = unit_rows(vectors.matrix)
    fixed = set(np.ravel(equalize)) | set(specific)
    for row in set(range(len(unit))) - fixed:
        unit[row] -= unit[row] @ direction * direction
        unit[row] /= np.linalg.norm(unit[row])
    for first, second in equalize:
        middle = 0.5 * (unit[first] + unit[second])
        middle -= middle @ direction * direction
        apart = np.sqrt(1 - np.sum(middle**2)) * direction
        if unit[first] @ direction < unit[second] @ direction:
            apart = -apart
        unit[first], unit[second] = middle + apart, middle - apart
    return unit
