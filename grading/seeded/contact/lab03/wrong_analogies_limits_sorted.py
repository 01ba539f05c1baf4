import numpy as np


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    size = len(unit)
    ends = sorted(size if limit is None else min(limit, size) for limit in limits)
    n = len(questions)
    best = np.full(n, -np.inf)
    answer = np.zeros(n, dtype=int)
    answers = []
    begin = 0
    for end in ends:  # go on from where the last limit ended, so that nothing is computed twice
        for first in range(begin, end, 2000):
            tile = np.arange(first, min(first + 2000, end))
            pa, pb, pc = (unit[questions[:, k]] @ unit[tile].T for k in range(3))
            score = pb - pa + pc if objective == "3cosadd" else (pb + 1) * (pc + 1) / 4 / ((pa + 1) / 2 + epsilon)
            for k in range(3):
                score[questions[:, k, None] == tile] = -np.inf
            top = score.argmax(axis=1)
            value = score[np.arange(n), top]
            better = value > best
            best[better] = value[better]
            answer[better] = tile[top[better]]
        begin = end
        answers.append(answer.copy())
    return np.array(answers) if len(answers) > 1 else answers[0]
