import numpy as np
import torch
from torch.nn.functional import normalize


def anisotropy(matrix):
    u = normalize(torch.tensor(np.asarray(matrix), dtype=torch.float64), dim=1, eps=1e-30)
    if len(u) < 2:
        return float("nan")
    return ((u.sum(0).square().sum() - u.square().sum()) / (len(u) * (len(u) - 1))).item()


def nearest_rows(matrix, k=10):
    u = normalize(torch.tensor(np.asarray(matrix), dtype=torch.float32), dim=1, eps=1e-30)
    if not 0 < k < len(u):
        raise ValueError(f"{k} of {len(u)} rows")
    nearest = []
    for rows in torch.arange(len(u)).split(200):
        cosine = u[rows] @ u.T
        cosine[torch.arange(len(rows)), rows] = float("-inf")
        nearest.append(cosine.topk(k, dim=1).indices)
    return torch.cat(nearest).numpy()


def hubness(matrix, k=10):
    count = torch.bincount(torch.tensor(nearest_rows(matrix, k)).flatten(), minlength=len(matrix)).double()
    deviation = count - count.mean()
    variance = deviation.pow(2).mean()
    skewness = deviation.pow(3).mean() / variance.pow(1.5) if variance > 0 else torch.zeros(())
    hub = int(count.argmax())
    return {
        "skewness": skewness.item(),
        "max": int(count[hub]),
        "hub": hub,
        "antihubs": (count == 0).double().mean().item(),
    }


def procrustes(source, target):
    s, t = (torch.tensor(np.asarray(m), dtype=torch.float64) for m in (source, target))
    u, _, vh = torch.linalg.svd(s.T @ t)
    r = u @ vh
    return r.numpy(), (torch.linalg.norm(s @ r - t) / torch.linalg.norm(t)).item()
