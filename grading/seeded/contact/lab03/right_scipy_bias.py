import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist


def weat(x, y, a, b, seed=0):
    def association(words):
        return cdist(words, b, "cosine").mean(axis=1) - cdist(words, a, "cosine").mean(axis=1)

    s_x, s_y = association(x), association(y)
    s = np.r_[s_x, s_y]
    effect = (s_x.mean() - s_y.mean()) / stats.tstd(s) if np.ptp(s) > 1e-6 else np.nan
    p, exact = permutation_p(s_x, s_y, seed)
    return {"effect": float(effect), "p": p, "exact": exact}
