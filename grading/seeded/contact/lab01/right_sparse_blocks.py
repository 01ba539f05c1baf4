# ruff: noqa: F821
import numpy as np
import torch
from scipy import sparse


def window_masks(window, length=L):
    shape = (length, length + 2 * window)
    masks = np.zeros((length, window + 1, length + 2 * window), dtype=bool)
    for r in range(1, window + 1):
        diagonals = [window + d for d in range(-r, r + 1) if d != 0]
        masks[:, r] = sparse.diags_array(
            np.ones((2 * r, length + 2 * window)), offsets=diagonals, shape=shape
        ).toarray()
    return torch.from_numpy(masks)


def block_gradients(z, v_c, u_o, context, weight):
    negatives = z.size(2) - context.size(2)
    factor = torch.cat((context, (-weight).expand(-1, -1, negatives)), dim=2)
    g = torch.mul(torch.sigmoid(z), factor)
    dv = torch.baddbmm(torch.zeros_like(v_c), g, u_o)
    du = torch.matmul(v_c.transpose(1, 2), g).transpose(1, 2).contiguous()
    return dv, du
