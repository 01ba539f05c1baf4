"""CBOW: the mean of the context words predicts the center (Mikolov et al. 2013, "Efficient Estimation", §3.1).

    h = Σ v_o / C over the C contexts of a center             H = S V,  S the window's mask, rows divided by their sum
    L = softplus(−h·u_c) + k/K Σ softplus(h·u_n)              one positive a center, K negatives a block
    ∂L/∂v_o = Σ ∂L/∂h / C over the centers that o helps       ΔV = Sᵀ ΔH

The blocks, the halos, the table and its optimiser are Lab 1's. The tables change roles: in_emb holds v_o, a word as
context, and out_emb holds u_c, a word as what is to be found, as in the C program, which saves the former.

word2vec.c and gensim (cbow_mean=1) leave out the 1/C of the gradient: ΔV = Mᵀ ΔH, M the mask itself (İrsoy, Benton
& Stratos 2021, "Corrected CBOW Performs as well as Skip-gram"). `divide=False` does so too. Under their plain SGD
that multiplies the step of in_emb, and of it alone, by C. Here row-wise Adagrad divides every row's gradient by its own
past size, so that a constant factor would cancel. What remains of the fault is that centers with many contexts count
for more, and that the accumulators' start damps less.
"""

from __future__ import annotations

import numpy as np
import torch

from lab01_word2vec.blocks import Blocks, L, block_loss
from lab01_word2vec.table import Table


def context_means(context: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """h (B, L, d): the mean of the rows v (B, H, d) that context (B, L, H) marks with 1, or 0 where it marks none."""
    # BEGIN SOLUTION: h = Σ v_o / C over the C contexts of a center, and 0 where C is 0
    share = context / context.sum(2, keepdim=True).clamp(min=1)  # (B, L, H)
    return torch.bmm(share, v)
    # END SOLUTION


def context_gradients(context: torch.Tensor, dh: torch.Tensor, divide: bool = True) -> torch.Tensor:
    """−∂L/∂v (B, H, d) for context (B, L, H) and −∂L/∂h (B, L, d). Without `divide`, the 1/C is left out."""
    # BEGIN SOLUTION: −∂L/∂v_o = Σ −∂L/∂h / C over the centers that o helps; the mask in place of its shares otherwise
    share = context / context.sum(2, keepdim=True).clamp(min=1) if divide else context  # (B, L, H)
    return torch.bmm(share.transpose(1, 2), dh)
    # END SOLUTION


def wrongness(h: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """z (B, L, 1 + K): −h·u_c and the h·u_n, for h (B, L, d) and u (B, L + K, d), the centers before the negatives."""
    positive = (h * u[:, :L]).sum(2, keepdim=True)
    return torch.cat([-positive, torch.bmm(h, u[:, L:].transpose(1, 2))], dim=2)


def gradients(
    z: torch.Tensor, h: torch.Tensor, u: torch.Tensor, positive: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """−∂L/∂h (B, L, d) and −∂L/∂u (B, L + K, d). Overwrites z.

    positive (B, L, 1) is 1 where a center has a context, weight (B, L, 1) what one negative stands for.
    """
    g = z.sigmoid_()
    right, wrong = g[..., :1].mul_(positive), g[..., 1:].mul_(-weight)
    dh = torch.bmm(wrong, u[:, L:]).addcmul_(right, u[:, :L])
    return dh, torch.cat([right * h, torch.bmm(wrong.transpose(1, 2), h)], dim=1)


class CbowTrainer:
    """CBOW on Lab 1's blocks and table. `divide=False` leaves out the 1/C of the gradient."""

    def __init__(
        self, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, *, dim: int, window: int, negatives: int,
        shared: int, seed: int, device: torch.device, precision: torch.dtype, divide: bool = True,
    ):  # fmt: skip
        self.vocab, self.noise, self.negatives, self.shared = len(counts), noise, negatives, shared
        self.precision, self.divide = precision, divide
        self.blocks = Blocks(self.vocab, keep, window, seed, device, precision)
        self.table = Table(self.vocab, dim, seed, device)
        self.batches, self.tensors, self.embeddings = self.blocks.batches, self.table.tensors, self.table.embeddings

    @property
    def rng(self) -> np.random.Generator:
        return self.blocks.rng

    def step(self, tokens: np.ndarray, lr: float, measure: bool) -> tuple[float, float]:
        """One update from tokens (B, H). Returns (summed loss, centers with a context), (0, 0) unless `measure`."""
        batch, table = len(tokens), self.table
        context = self.blocks.windows(tokens)  # (B, L, H)
        positive = context.sum(2, keepdim=True).clamp(max=1)  # (B, L, 1)
        weight = positive * (self.negatives / self.shared)

        drawn = self.blocks.draw(self.noise, batch, self.shared)  # (B, K)
        found = np.concatenate([self.blocks.centers(tokens), drawn], axis=1) + (self.vocab + 1)  # (B, L + K)
        rows = torch.from_numpy(np.concatenate([tokens.flatten(), found.flatten()])).to(table.device)  # (N,)
        moved, operands = table.look_up(rows, self.precision)  # (N, d) each
        v = operands[: tokens.size].view(batch, -1, table.dim)  # (B, H, d)
        u = operands[tokens.size :].view(batch, -1, table.dim)  # (B, L + K, d)

        h = context_means(context, v)  # (B, L, d)
        z = wrongness(h, u)
        measured = (0.0, 0.0)
        if measure:
            measured = float(block_loss(z, positive, weight)), float(positive.sum(dtype=torch.float64))
        dh, du = gradients(z, h, u, positive, weight)
        moved[: tokens.size] = context_gradients(context, dh, self.divide).view(-1, table.dim)
        moved[tokens.size :] = du.view(-1, table.dim)
        table.scatter(rows, moved, lr)
        return measured
