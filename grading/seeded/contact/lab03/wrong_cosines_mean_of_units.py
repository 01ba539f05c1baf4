import numpy as np
from vectors.lookup import Lookup


def cosines(vectors, pairs, oov="skip"):
    lookup = Lookup(vectors)
    left = np.array([lookup.row(pair[0]) for pair in pairs], dtype=int)
    right = np.array([lookup.row(pair[1]) for pair in pairs], dtype=int)
    known = (left >= 0) & (right >= 0)

    # one more row at the end for all unknown words; -1 points to it
    extra = vectors.unit.mean(axis=0)
    extra = extra / max(np.linalg.norm(extra), 1e-12)
    table = np.vstack([vectors.unit, extra])
    cos = (table[left] * table[right]).sum(axis=1)
    if oov == "zero":
        cos = np.where(known, cos, 0.0)
    elif oov == "skip":
        cos = np.where(known, cos, np.nan)
    return cos, known
