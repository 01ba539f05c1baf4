"""Plain Python: loops over lists, no array library. Returns lists and floats."""

import math
import random
from itertools import combinations

Z = 1.959964


def ranks(values):
    order = sorted(values)
    return [order.index(v) + (order.count(v) + 1) / 2 for v in values]


def pearson(x, y):
    mx, my = sum(x) / len(x), sum(y) / len(y)
    top = sum((a - mx) * (b - my) for a, b in zip(x, y))
    bottom = math.sqrt(sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y))
    return top / bottom if bottom else float("nan")


def spearman(x, y):
    return pearson(ranks(list(x)), ranks(list(y)))


def dot(v, w):
    return sum(float(a) * float(b) for a, b in zip(v, w))


def cosine(v, w):
    length = math.sqrt(dot(v, v) * dot(w, w))
    return dot(v, w) / length if length else 0.0


def spelling(word, vectors):
    for each in (word, word.lower(), word.title()):
        if each in vectors:
            return each
    return word


def cosines(vectors, pairs, oov="skip"):
    size = len(vectors.words)
    mean = [sum(float(row[i]) for row in vectors.matrix) / size for i in range(len(vectors.matrix[0]))]
    found, known = [], []
    for first, second, *_ in pairs:
        first, second = (spelling(word, vectors) for word in (first, second))
        known.append(first in vectors and second in vectors)
        if known[-1] or oov == "mean":
            found.append(cosine(*([*vectors.matrix, mean][vectors.index.get(word, size)] for word in (first, second))))
        else:
            found.append(0.0 if oov == "zero" else math.nan)
    return found, known


def evaluate_similarity(vectors, pairs, oov="skip"):
    found, known = cosines(vectors, pairs, oov)
    scored = [(c, pair[2]) for c, pair in zip(found, pairs) if not math.isnan(c)]
    rho = spearman([c for c, _ in scored], [human for _, human in scored])
    half = Z * math.sqrt((1 + rho * rho / 2) / (len(scored) - 3))
    low, high = (math.tanh(math.atanh(rho) + side * half) for side in (-1, 1))
    return {"rho": rho, "low": low, "high": high, "used": sum(known), "total": len(pairs)}


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    rows = [[float(x) for x in row] for row in unit]
    answers = []
    for limit in limits:
        column = []
        for a, b, c in questions:
            best, answer = -math.inf, None
            for w in range(len(rows) if limit is None else min(limit, len(rows))):
                if w in (a, b, c):
                    continue
                to_a, to_b, to_c = (dot(rows[w], rows[q]) for q in (a, b, c))
                score = to_b - to_a + to_c
                if objective == "3cosmul":
                    score = (to_b + 1) * (to_c + 1) / (to_a + 1 + 2 * epsilon)
                if score > best:
                    best, answer = score, w
            column.append(answer)
        answers.append(column)
    return answers if len(answers) > 1 else answers[0]


def proportion_interval(correct, n):
    if not n:
        return math.nan, math.nan
    root = Z * math.sqrt(Z * Z + 4 * correct * (n - correct) / n)
    low, high = ((2 * correct + Z * Z + sign * root) / (2 * (n + Z * Z)) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def section_scores(sections, answered, right):
    names = [name for name, questions in sections for _ in questions]
    order = [name for name, _ in sections]
    parts = {"": lambda name: True}
    if len(sections) > 1:
        parts["semantic."] = lambda name: name in order[:5]
        parts["syntactic."] = lambda name: name in order[5:]
        parts |= {f"section.{each}.": (lambda name, each=each: name == each) for each in order}
    results = {}
    for part, belongs in parts.items():
        chosen = [i for i, name in enumerate(names) if belongs(name)]
        correct, used = sum(bool(right[i]) for i in chosen), sum(bool(answered[i]) for i in chosen)
        low, high = proportion_interval(correct, used)
        results |= {f"{part}correct": correct, f"{part}used": used, f"{part}total": len(chosen)}
        results |= {f"{part}low": low, f"{part}high": high}
        results[f"{part}accuracy"] = correct / used if used else math.nan
    return results


def compare_correlations(first, second, human, seed=1):
    draw, n = random.Random(seed), len(human)

    def difference(places):
        one, two, people = ([side[i] for i in places] for side in (first, second, human))
        return spearman(one, people) - spearman(two, people)

    resampled = sorted(difference([draw.randrange(n) for _ in range(n)]) for _ in range(1000))
    low, high = resampled[25], resampled[974]
    whole = difference(range(n))
    return {"difference": whole, "low": low, "high": high, "used": n, "excludes_zero": low > 0 or high < 0}


def anisotropy(matrix):
    pairs = [cosine(v, w) for v, w in combinations(matrix, 2)]
    return sum(pairs) / len(pairs)


def nearest_rows(matrix, k=10):
    size = range(len(matrix))
    return [sorted((j for j in size if j != i), key=lambda j: -cosine(matrix[i], matrix[j]))[:k] for i in size]


def hubness(matrix, k=10):
    lists = nearest_rows(matrix, k)
    counts = [sum(j in near for near in lists) for j in range(len(matrix))]
    n, mean = len(counts), sum(counts) / len(counts)
    variance = sum((c - mean) ** 2 for c in counts) / n
    third = sum((c - mean) ** 3 for c in counts) / n
    skewness = third / variance**1.5 if variance else 0.0
    return {"skewness": skewness, "max": max(counts), "hub": counts.index(max(counts)), "antihubs": counts.count(0) / n}


def procrustes(source, target):
    """By the polar factor of M = sourceᵀ·target: Newton's iteration X ← (X + X⁻ᵀ)/2 goes to it."""
    d = len(source[0])
    x = [[sum(float(s[i]) * float(t[j]) for s, t in zip(source, target)) for j in range(d)] for i in range(d)]
    for _ in range(60):
        inverse = invert(x)
        x = [[(x[i][j] + inverse[j][i]) / 2 for j in range(d)] for i in range(d)]
    error = sum((dot(s, [row[j] for row in x]) - float(t[j])) ** 2 for s, t in zip(source, target) for j in range(d))
    return x, math.sqrt(error / sum(dot(t, t) for t in target))


def invert(matrix):
    d = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(d))] for i, row in enumerate(matrix)]
    for i in range(d):
        pivot = max(range(i, d), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(d):
            if r != i:
                rows[r] = [value - rows[r][i] * own for value, own in zip(rows[r], rows[i])]
    return [row[d:] for row in rows]


def weat(x, y, a, b, seed=0):
    def lean(w):
        return sum(dot(w, v) for v in a) / len(a) - sum(dot(w, v) for v in b) / len(b)

    of_x, of_y = [lean(w) for w in x], [lean(w) for w in y]
    both = of_x + of_y
    mean = sum(both) / len(both)
    spread = math.sqrt(sum((s - mean) ** 2 for s in both) / (len(both) - 1))
    splits = [sum(chosen) for chosen in combinations(both, len(of_x))]
    p = sum(total >= sum(of_x) - 1e-12 for total in splits) / len(splits)
    return {"effect": (sum(of_x) / len(of_x) - sum(of_y) / len(of_y)) / spread, "p": p, "exact": True}


def hard_debias(vectors, direction, equalize, specific):
    def scaled(v):
        length = math.sqrt(dot(v, v))
        return [float(value) / length for value in v]

    def without(v):
        along = dot(v, direction)
        return [value - along * float(g) for value, g in zip(v, direction)]

    matrix = [scaled(row) for row in vectors.matrix]
    kept = set(specific) | {row for pair in equalize for row in pair}
    result = [row if i in kept else scaled(without(row)) for i, row in enumerate(matrix)]
    for first, second in equalize:
        middle = without([(v + w) / 2 for v, w in zip(matrix[first], matrix[second])])
        apart = math.sqrt(1 - dot(middle, middle))
        if dot(matrix[first], direction) < dot(matrix[second], direction):
            apart = -apart
        result[first] = [m + apart * float(g) for m, g in zip(middle, direction)]
        result[second] = [m - apart * float(g) for m, g in zip(middle, direction)]
    return result
