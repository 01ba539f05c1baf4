import numpy as np


def weat(x, y, a, b, seed=0):
    def association(w):
        return sum(w @ each for each in a) - sum(w @ each for each in b)

    sx = np.array([association(w) for w in x])
    sy = np.array([association(w) for w in y])
    sd = np.concatenate((sx, sy)).std(ddof=1)
    effect = (sx.mean() - sy.mean()) / sd if sd > 1e-6 else np.nan
    p, exact = permutation_p(sx, sy, seed)
    return {"effect": float(effect), "p": p, "exact": exact}
