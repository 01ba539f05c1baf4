import numpy as np


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    limits = list(limits)
    answers = np.zeros((len(limits), len(questions)), dtype=int)
    chunk = 200
    for start in range(0, len(questions), chunk):
        q = questions[start : start + chunk]
        a, b, c = unit[q[:, 0]], unit[q[:, 1]], unit[q[:, 2]]
        if objective == "3cosadd":
            scores = (a - b + c) @ unit.T
        else:
            sa, sb, sc = ((v @ unit.T + 1) / 2 for v in (a, b, c))
            scores = sb * sc / (sa + epsilon)
        scores[np.arange(len(q))[:, None], q] = -np.inf
        for i, limit in enumerate(limits):
            answers[i, start : start + chunk] = scores[:, :limit].argmax(axis=1)
    return answers if len(limits) > 1 else answers[0]
