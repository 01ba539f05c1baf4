"""Lab 1's steps on blocks, by PyTorch: bands of matrices, its own loss, and gradients by autograd."""

from __future__ import annotations

import torch
from torch.nn import functional as F

L = 64  # as in the file that these bodies go into


def window_masks(window: int, length: int = L) -> torch.Tensor:
    # BEGIN SOLUTION: bands of a matrix of ones
    ones = torch.ones(length, length + 2 * window)
    ones.diagonal(window).zero_()
    bands = [ones.triu(window - radius).tril(window + radius) for radius in range(window + 1)]
    return torch.stack(bands, dim=1).bool()
    # END SOLUTION


def wrongness(v_c: torch.Tensor, u_o: torch.Tensor, halo: int) -> torch.Tensor:
    # BEGIN SOLUTION: one sum over the dimensions
    return torch.einsum("bld,bnd->bln", v_c, torch.cat([-u_o[:, :halo], u_o[:, halo:]], dim=1))
    # END SOLUTION


def block_loss(z: torch.Tensor, context: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    # BEGIN SOLUTION: PyTorch's cross-entropy
    z = z.to(torch.promote_types(z.dtype, torch.float32))
    counted = torch.cat([context, weight.expand(-1, -1, z.shape[2] - context.shape[2])], dim=2)
    each = F.binary_cross_entropy_with_logits(-z, torch.ones_like(z), counted, reduction="none")
    return each.sum(dtype=torch.float64)
    # END SOLUTION


def block_gradients(
    z: torch.Tensor, v_c: torch.Tensor, u_o: torch.Tensor, context: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    # BEGIN SOLUTION: autograd
    v_c, u_o = v_c.detach().requires_grad_(), u_o.detach().requires_grad_()
    loss = block_loss(wrongness(v_c, u_o, context.shape[2]), context, weight)
    dv, du = torch.autograd.grad(-loss, (v_c, u_o))
    return dv, du
    # END SOLUTION
