import numpy as np
from vectors import WordVectors


def weat(x, y, a, b, seed=0):
    gap = np.einsum("nd->d", a) / len(a) - np.einsum("nd->d", b) / len(b)
    s = np.einsum("nd,d->n", np.concatenate([x, y]), gap)
    s_x, s_y = s[: len(x)], s[len(x) :]
    sd = np.std(s, ddof=1)
    p, exact = permutation_p(s_x, s_y, seed)
    effect = (np.mean(s_x) - np.mean(s_y)) / sd if sd > 1e-6 else np.nan
    return {"effect": float(effect), "p": p, "exact": exact}


def hard_debias(vectors, direction, equalize, specific):
    old = vectors.unit.astype(np.float64)
    along = np.einsum("vd,d->v", old, direction)
    flat = old - np.einsum("v,d->vd", along, direction)
    length = np.sqrt(np.einsum("vd,vd->v", flat, flat))
    new = flat / np.where(length > 0, length, 1)[:, None]
    new[specific] = old[specific]
    mu = np.einsum("npd->nd", flat[equalize]) / 2
    height = np.sqrt(np.clip(1 - np.einsum("nd,nd->n", mu, mu), 0, None))
    sign = np.where(along[equalize[:, 0]] >= along[equalize[:, 1]], 1, -1)
    for column, side in enumerate((sign, -sign)):
        new[equalize[:, column]] = mu + np.einsum("n,d->nd", side * height, direction)
    return WordVectors(vectors.words, new)
