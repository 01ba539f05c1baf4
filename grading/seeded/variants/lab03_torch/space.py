import itertools

import torch
from search import nearest_rows
from torch.nn import functional as F


def double(values):
    return torch.as_tensor(values, dtype=torch.float64)


def anisotropy(matrix):
    unit = F.normalize(double(matrix))
    mean, n = unit.mean(0), len(unit)
    return (n * mean @ mean - 1) / (n - 1)


def hubness(matrix, k=10):
    counts = nearest_rows(matrix, k).flatten().bincount(minlength=len(matrix)).double()
    centred = counts - counts.mean()
    skewness = (centred**3).mean() / centred.square().mean() ** 1.5
    return {
        "skewness": skewness,
        "max": counts.max(),
        "hub": counts.argmax(),
        "antihubs": (counts == 0).double().mean(),
    }


def procrustes(source, target):
    source, target = double(source), double(target)
    u, _, v = torch.linalg.svd(source.T @ target, full_matrices=False)
    rotation = u @ v
    return rotation, (source @ rotation - target).norm() / target.norm()


def weat(x, y, a, b, seed=0):
    x, y, a, b = map(double, (x, y, a, b))
    scores = torch.cat([x, y]) @ (a.mean(0) - b.mean(0))
    effect = (scores[: len(x)].mean() - scores[len(x) :].mean()) / scores.std()
    splits = torch.tensor(list(itertools.combinations(range(len(scores)), len(x))))
    at_least = scores[splits].sum(1) >= scores[: len(x)].sum() - 1e-12
    return {"effect": effect, "p": at_least.double().mean(), "exact": True}


def hard_debias(vectors, direction, equalize, specific):
    unit, g = F.normalize(double(vectors.matrix)), double(direction)
    neutral = F.normalize(unit - (unit @ g)[:, None] * g)
    neutral[specific] = unit[specific]
    pairs = unit[torch.as_tensor(equalize)]  # (n, 2, d)
    middle = pairs.mean(1)
    middle = middle - (middle @ g)[:, None] * g
    along = pairs @ g
    side = torch.where(along[:, 0] >= along[:, 1], 1.0, -1.0)
    apart = (side * (1 - middle.square().sum(1)).sqrt())[:, None] * g
    neutral[equalize[:, 0]], neutral[equalize[:, 1]] = middle + apart, middle - apart
    return neutral
