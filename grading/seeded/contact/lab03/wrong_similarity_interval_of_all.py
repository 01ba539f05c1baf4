import numpy as np
from measures.significance import settled


def evaluate_similarity(vectors, pairs, oov="skip"):
    model, known = cosines(vectors, pairs, oov)
    people = np.array([float(score) for _, _, score in pairs])
    n = len(people)
    has_cosine = np.isfinite(model)
    model, people = model[has_cosine], people[has_cosine]
    out = {"rho": spearman(settled(model), people)}
    out["low"], out["high"] = spearman_interval(out["rho"], n)
    out["used"] = int(np.count_nonzero(known))
    out["total"] = n
    return out
