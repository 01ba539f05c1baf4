import numpy as np
from measures.significance import settled


def evaluate_similarity(vectors, pairs, oov="skip"):
    cos, _ = cosines(vectors, pairs, oov)
    gold = np.array([pair[2] for pair in pairs], dtype=float)
    keep = ~np.isnan(cos)
    used = int(keep.sum())
    rho = spearman(settled(cos[keep]), gold[keep])
    low, high = spearman_interval(rho, used)
    return {"rho": rho, "low": low, "high": high, "used": used, "total": len(pairs)}
