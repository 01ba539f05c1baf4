# ruff: noqa: F821
import torch
from torch.nn import functional as F


def window_masks(window, length=L):
    masks = torch.zeros(length, window + 1, length + 2 * window, dtype=torch.bool)
    for i in range(length):
        middle = i + window
        for r in range(1, window + 1):
            masks[i, r, middle - r : middle] = True
            masks[i, r, middle + 1 : middle + r + 1] = True
    return masks


def wrongness(v_c, u_o, halo):
    scores = []
    for v, u in zip(v_c, u_o):
        scores.append(torch.cat([-(v @ u[:halo].T), v @ u[halo:].T], dim=1))
    return torch.stack(scores)


def block_loss(z, context, weight):
    halo = context.shape[2]
    total = torch.zeros((), dtype=torch.float64, device=z.device)
    for b in range(len(z)):
        pulled = F.softplus(z[b, :, :halo].double()) * context[b]
        pushed = F.softplus(z[b, :, halo:].double()) * weight[b]
        total = total + pulled.sum() + pushed.sum()
    return total


def block_gradients(z, v_c, u_o, context, weight):
    halo = context.shape[2]
    of_centers, of_others = torch.empty_like(v_c), torch.empty_like(u_o)
    for b in range(len(z)):
        g = torch.sigmoid(z[b])
        pull = g[:, :halo] * context[b]
        push = g[:, halo:] * weight[b]
        of_centers[b] = pull @ u_o[b, :halo] - push @ u_o[b, halo:]
        of_others[b, :halo] = pull.T @ v_c[b]
        of_others[b, halo:] = -(push.T @ v_c[b])
    return of_centers, of_others
