import numpy as np


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    limits = list(limits)
    result = np.empty((len(limits), len(questions)), dtype=np.int64)

    def shifted(vectors):
        return 1 + vectors @ unit.T / 2

    for lo in range(0, len(questions), 128):
        part = questions[lo : lo + 128]
        a, b, c = unit[part].transpose(1, 0, 2)
        if objective == "3cosmul":
            score = shifted(b) * shifted(c)
            score /= shifted(a) + epsilon
        else:
            score = (b - a + c) @ unit.T
        np.put_along_axis(score, part, -np.inf, axis=1)
        for row, limit in enumerate(limits):
            result[row, lo : lo + 128] = score[:, :limit].argmax(axis=1)
    return result[0] if len(limits) == 1 else result
