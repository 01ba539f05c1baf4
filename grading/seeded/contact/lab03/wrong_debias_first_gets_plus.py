import numpy as np
from vectors import WordVectors


def hard_debias(vectors, direction, equalize, specific):
    old = vectors.unit.astype(float)
    new = old.copy()
    special = set(np.ravel(specific).tolist()) | set(np.ravel(equalize).tolist())
    for row in range(len(old)):
        if row in special:
            continue
        w = old[row] - (old[row] @ direction) * direction
        length = np.sqrt(w @ w)
        new[row] = w / length if length > 0 else w
    for one, other in equalize:
        mean = (old[one] + old[other]) / 2
        mu = mean - (mean @ direction) * direction
        step = np.sqrt(max(0.0, 1 - mu @ mu)) * direction
        new[one] = mu + step
        new[other] = mu - step
    return WordVectors(vectors.words, new)
