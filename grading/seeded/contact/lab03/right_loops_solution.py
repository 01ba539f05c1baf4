import numpy as np
from vectors.lookup import Lookup


def ranks_of(values):
    places = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(places):
        stop = start
        while stop < len(places) and values[places[stop]] == values[places[start]]:
            stop += 1
        for place in places[start:stop]:
            ranks[place] = (start + 1 + stop) / 2
        start = stop
    return ranks


def spearman(x, y):
    x, y = ranks_of(list(x)), ranks_of(list(y))
    n = len(x)
    mean = (n + 1) / 2
    xy = xx = yy = 0.0
    for i in range(n):
        xy += (x[i] - mean) * (y[i] - mean)
        xx += (x[i] - mean) ** 2
        yy += (y[i] - mean) ** 2
    if xx == 0 or yy == 0:
        return float("nan")
    return xy / (xx * yy) ** 0.5


def cosines(vectors, pairs, oov="skip"):
    lookup = Lookup(vectors)
    average = vectors.matrix.astype(np.float64).mean(axis=0)
    cosine, known = [], []
    for one, other, _ in pairs:
        i, j = lookup.row(one), lookup.row(other)
        both = i >= 0 and j >= 0
        known.append(both)
        if not both and oov == "skip":
            cosine.append(float("nan"))
        elif not both and oov == "zero":
            cosine.append(0.0)
        else:
            v = vectors.matrix[i].astype(np.float64) if i >= 0 else average
            w = vectors.matrix[j].astype(np.float64) if j >= 0 else average
            length = (v @ v) ** 0.5 * (w @ w) ** 0.5
            cosine.append(v @ w / length if length > 0 else 0.0)
    return np.array(cosine), np.array(known, dtype=bool)


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    limits = [len(unit) if limit is None else min(limit, len(unit)) for limit in limits]
    answers = [[] for _ in limits]
    for start in range(0, len(questions), 64):
        some = questions[start : start + 64]
        near_a, near_b, near_c = unit[some[:, 0]] @ unit.T, unit[some[:, 1]] @ unit.T, unit[some[:, 2]] @ unit.T
        for q, (a, b, c) in enumerate(some):
            if objective == "3cosmul":
                score = (near_b[q] + 1) / 2 * (near_c[q] + 1) / 2 / ((near_a[q] + 1) / 2 + epsilon)
            else:
                score = near_b[q] - near_a[q] + near_c[q]
            for word in (a, b, c):
                score[word] = float("-inf")
            for found, limit in zip(answers, limits):
                found.append(int(score[:limit].argmax()))
    if len(limits) == 1:
        return np.array(answers[0], dtype=int)
    return np.array(answers, dtype=int)


def section_scores(sections, answered, right):
    counts = {"": [0, 0, 0]}  # right, answered, asked
    question = 0
    for number, (name, questions) in enumerate(sections):
        parts = [""]
        if len(sections) > 1:
            parts.append("semantic." if number < 5 else "syntactic.")
            parts.append("section." + name + ".")
            counts.setdefault("semantic.", [0, 0, 0])
            counts.setdefault("syntactic.", [0, 0, 0])
            counts.setdefault(parts[-1], [0, 0, 0])
        for _ in questions:
            for part in parts:
                counts[part][0] += int(right[question])
                counts[part][1] += int(answered[question])
                counts[part][2] += 1
            question += 1
    scores = {}
    for part, (correct, used, total) in counts.items():
        scores[part + "accuracy"] = correct / used if used > 0 else float("nan")
        scores[part + "low"], scores[part + "high"] = proportion_interval(correct, used)
        scores[part + "correct"] = correct
        scores[part + "used"] = used
        scores[part + "total"] = total
    return scores


def proportion_interval(correct, n):
    if n == 0:
        return float("nan"), float("nan")
    z = 1.96
    p = correct / n
    middle = p + z**2 / (2 * n)
    half = z * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    low = (middle - half) / (1 + z**2 / n)
    high = (middle + half) / (1 + z**2 / n)
    if low < 0 or correct == 0:
        low = 0.0
    if high > 1 or correct == n:
        high = 1.0
    return low, high
