import numpy as np


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    limits = [len(unit) if limit is None else limit for limit in limits]
    found = [[] for _ in limits]
    for first in range(0, len(questions), 256):
        batch = questions[first : first + 256]
        to_a, to_b, to_c = (unit[batch[:, column]] @ unit.T for column in range(3))
        if objective == "3cosadd":
            score = to_b - to_a + to_c
        else:
            score = (to_b + 1) / 2 * ((to_c + 1) / 2) / ((to_a + 1) / 2 + epsilon)
        score[:, batch] = -np.inf
        for answers, limit in zip(found, limits):
            answers.extend(np.argmax(score[:, :limit], axis=1))
    found = np.array(found, dtype=int).reshape(len(limits), len(questions))
    return found[0] if len(limits) == 1 else found
