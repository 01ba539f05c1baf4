import numpy as np
from vectors import WordVectors


def weat(x, y, a, b, seed=0):
    def s(word):
        to_a = 0.0
        for attribute in a:
            to_a += float(word @ attribute)
        to_b = 0.0
        for attribute in b:
            to_b += float(word @ attribute)
        return to_a / len(a) - to_b / len(b)

    of_x = [s(word) for word in x]
    of_y = [s(word) for word in y]
    everything = of_x + of_y
    mean = sum(everything) / len(everything)
    variance = sum((value - mean) ** 2 for value in everything) / (len(everything) - 1)
    p, exact = permutation_p(np.array(of_x), np.array(of_y), seed)
    effect = float("nan")
    if variance**0.5 > 1e-6:
        effect = (sum(of_x) / len(of_x) - sum(of_y) / len(of_y)) / variance**0.5
    return {"effect": effect, "p": p, "exact": exact}


def hard_debias(vectors, direction, equalize, specific):
    rows = [row.astype(float) for row in vectors.unit]
    result = list(rows)
    untouched = {int(row) for row in specific} | {int(row) for pair in equalize for row in pair}
    for i, w in enumerate(rows):
        if i not in untouched:
            w = w - (w @ direction) * direction
            length = (w @ w) ** 0.5
            result[i] = w / length if length > 0 else w
    for i, j in equalize:
        mu = (rows[i] + rows[j]) / 2
        mu = mu - (mu @ direction) * direction
        step = max(0.0, 1 - mu @ mu) ** 0.5
        if rows[i] @ direction < rows[j] @ direction:
            step = -step
        result[i] = mu + step * direction
        result[j] = mu - step * direction
    return WordVectors(vectors.words, np.array(result))
