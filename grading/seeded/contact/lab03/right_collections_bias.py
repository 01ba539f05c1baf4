from statistics import fmean, stdev

import numpy as np


def weat(x, y, a, b, seed=0):
    def s(words):
        return [fmean(float(w @ v) for v in a) - fmean(float(w @ v) for v in b) for w in words]

    of_x, of_y = s(x), s(y)
    spread = stdev(of_x + of_y)
    effect = (fmean(of_x) - fmean(of_y)) / spread if spread > 1e-6 else float("nan")
    return {"effect": effect, **dict(zip(("p", "exact"), permutation_p(np.array(of_x), np.array(of_y), seed)))}
