import numpy as np
import torch
from vectors import WordVectors


def weat(x, y, a, b, seed=0):
    x, y, a, b = (torch.tensor(rows, dtype=torch.float64) for rows in (x, y, a, b))
    s_x, s_y = ((words @ a.T).mean(1) - (words @ b.T).mean(1) for words in (x, y))
    sd = torch.cat([s_x, s_y]).std()  # torch divides by n - 1
    p, exact = permutation_p(s_x.numpy(), s_y.numpy(), seed)
    effect = (s_x.mean() - s_y.mean()) / sd
    return {"effect": effect.item() if sd > 1e-6 else float("nan"), "p": p, "exact": exact}


def hard_debias(vectors, direction, equalize, specific):
    unit, g = torch.tensor(vectors.unit, dtype=torch.float64), torch.tensor(direction, dtype=torch.float64)
    pairs = torch.tensor(np.asarray(equalize), dtype=torch.long).reshape(-1, 2)
    kept = torch.tensor(np.asarray(specific), dtype=torch.long)
    flat = unit - torch.outer(unit @ g, g)
    result = torch.nn.functional.normalize(flat, dim=1, eps=1e-30)
    result[kept] = unit[kept]
    mu = flat[pairs].mean(1)  # what lies along g is gone already
    step = torch.outer((1 - mu.square().sum(1)).clamp(min=0).sqrt(), g)
    first_is_further = (unit[pairs[:, 0]] - unit[pairs[:, 1]]) @ g >= 0
    step = torch.where(first_is_further[:, None], step, -step)
    result[pairs[:, 0]] = mu + step
    result[pairs[:, 1]] = mu - step
    return WordVectors(vectors.words, result.numpy())
