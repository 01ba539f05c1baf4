import random
from collections import Counter, defaultdict
from itertools import accumulate, chain
from math import fsum, isnan, nan, sqrt

import numpy as np
from measures.significance import difference_of
from vectors.lookup import Lookup


def centred_ranks(values):
    values = [float(value) for value in values]
    times = Counter(values)
    ordered = sorted(times)
    last = dict(zip(ordered, accumulate(times[value] for value in ordered)))
    return [last[value] - (times[value] - 1) / 2 - (len(values) + 1) / 2 for value in values]


def spearman(x, y):
    x, y = centred_ranks(x), centred_ranks(y)
    norm = sqrt(fsum(r * r for r in x)) * sqrt(fsum(r * r for r in y))
    return fsum(r * s for r, s in zip(x, y)) / norm if norm else nan


def cosines(vectors, pairs, oov="skip"):
    row = Lookup(vectors).row
    stand_in = defaultdict(lambda: vectors.matrix.mean(axis=0))  # row -1 of no word
    stand_in.update((r, vectors.matrix[r]) for r in set(map(row, chain.from_iterable(p[:2] for p in pairs))) if r >= 0)

    def each():
        for one, other, *_ in pairs:
            rows = row(one), row(other)
            if min(rows) < 0 and oov != "mean":
                yield {"skip": nan, "zero": 0.0}[oov]
                continue
            v, w = (stand_in[r].tolist() for r in rows)
            norm = sqrt(fsum(e * e for e in v)) * sqrt(fsum(e * e for e in w))
            yield fsum(e * f for e, f in zip(v, w)) / norm if norm else 0.0

    known = [row(one) >= 0 and row(other) >= 0 for one, other, *_ in pairs]
    return np.array(list(each()), dtype=float), np.array(known, dtype=bool)


def evaluate_similarity(vectors, pairs, oov="skip"):
    cosine, known = cosines(vectors, pairs, oov)
    judged = [(c, score) for c, (_, _, score) in zip(cosine.tolist(), pairs) if not isnan(c)]
    model, human = (np.array(side) for side in zip(*judged)) if judged else (np.empty(0), np.empty(0))
    result = {"rho": spearman(model, human), "used": sum(known.tolist()), "total": len(pairs)}
    result["low"], result["high"] = spearman_interval(result["rho"], len(judged))
    return result


def section_scores(sections, answered, right):
    names = [(number, name) for number, (name, questions) in enumerate(sections) for _ in questions]
    tally = defaultdict(Counter)
    tally[""].update()
    if len(sections) > 1:
        for part in ("semantic.", "syntactic.", *(f"section.{name}." for name, _ in sections)):
            tally[part].update()
    for (number, name), was_answered, was_right in zip(names, answered, right):
        parts = [""]
        if len(sections) > 1:
            parts += ["semantic." if number < 5 else "syntactic.", f"section.{name}."]
        for part in parts:
            tally[part].update(total=1, used=int(was_answered), correct=int(was_right))
    scores = {}
    for part, count in tally.items():
        correct, used = count["correct"], count["used"]
        low, high = proportion_interval(correct, used)
        accuracy = correct / used if used else nan
        for key, figure in zip(("accuracy", "low", "high"), (accuracy, low, high)):
            scores[part + key] = figure
        scores.update({part + key: count[key] for key in ("correct", "used", "total")})
    return scores


def compare_correlations(first, second, human, seed=1):
    n = len(human)
    dice = random.Random(seed)

    def differences():
        for _ in range(1000):
            drawn = dice.choices(range(n), k=n)
            yield spearman(first[drawn], human[drawn]) - spearman(second[drawn], human[drawn])

    return difference_of(spearman(first, human) - spearman(second, human), np.fromiter(differences(), float), n)
