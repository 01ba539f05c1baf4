# ruff: noqa: F821
import torch
from torch.nn import functional as F


def window_masks(window: int, length: int = L) -> torch.Tensor:
    size = length + 2 * window
    bands = []
    for r in range(window + 1):
        band = torch.ones(length, size).triu(window - r) * torch.ones(length, size).tril(window + r)
        own = torch.ones(length, size).triu(window) * torch.ones(length, size).tril(window)
        bands.append(band - own)
    return torch.stack(bands, dim=1).bool()


def wrongness(v_c, u_o, halo):
    sign = torch.ones(u_o.shape[1], dtype=u_o.dtype, device=u_o.device)
    sign[:halo] = -1
    return torch.einsum("bld,bhd,h->blh", v_c, u_o, sign)


def block_loss(z, context, weight):
    halo = context.shape[-1]
    cost = F.softplus(z.double())
    inside = torch.einsum("blh,blh->", cost[..., :halo], context.double())
    return inside + torch.einsum("blk,bl->", cost[..., halo:], weight.double().squeeze(-1))


def block_gradients(z, v_c, u_o, context, weight):
    halo, sigma = context.shape[-1], z.sigmoid()
    pull = torch.einsum("blh,blh->blh", sigma[..., :halo], context)
    push = torch.einsum("blk,blx->blk", sigma[..., halo:], weight)
    g = torch.cat((pull, -push), dim=-1)
    return torch.einsum("blh,bhd->bld", g, u_o).contiguous(), torch.einsum("blh,bld->bhd", g, v_c).contiguous()
