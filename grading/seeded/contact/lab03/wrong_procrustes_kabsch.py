import numpy as np


def procrustes(source, target):
    source = np.asarray(source, dtype=float)
    target = np.asarray(target, dtype=float)
    u, _, vt = np.linalg.svd(source.T @ target)
    # make sure that it is a proper rotation
    if np.linalg.det(u @ vt) < 0:
        u[:, -1] = -u[:, -1]
    rotation = u @ vt
    residual = np.linalg.norm(source @ rotation - target) / np.linalg.norm(target)
    return rotation, float(residual)
