# ruff: noqa: F821
import torch
from torch.nn import functional as F


def rows(window, length):
    for i in range(length):
        yield from ([0 < abs(j - window - i) <= r for j in range(length + 2 * window)] for r in range(window + 1))


def window_masks(window, length=L):
    return torch.tensor(list(rows(window, length))).reshape(length, window + 1, -1)


def wrongness(v_c, u_o, halo):
    near, far = u_o.split((halo, u_o.shape[1] - halo), dim=1)
    return torch.cat([torch.matmul(part, other.transpose(-1, -2)) for part, other in ((-v_c, near), (v_c, far))], -1)


def block_loss(z, context, weight):
    parts = z.double().split((context.shape[2], z.shape[2] - context.shape[2]), dim=2)
    return sum((w * F.softplus(part)).sum() for w, part in zip((context.double(), weight.double()), parts))
