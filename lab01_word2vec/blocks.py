"""Skip-gram with negative sampling as block matrix products: the fast trainer.

The pair model asks for one dot product a pair. Neighbouring centers share most of their contexts, so a
block of L consecutive centers against its halo of L + 2w tokens is one matrix product, masked to each
center's own window; K negatives drawn for the block serve all its centers in the same product. A negative
stands for n_pos·k/K draws (n_pos: positives of that center), so that the expected objective is exactly the
pair model's with k negatives a pair. The gradients are written down by hand: WALKTHROUGH.md derives them.

    z  = −v_c·u_o for contexts, v_c·u_n for negatives        the score of being wrong
    L  = Σ weight · softplus(z)                              −log σ(−z)
    G  = weight · σ(z), minus for negatives                  −∂L/∂(v·u)
    ΔV = G U,  ΔU = Gᵀ V                                     two more products, no autograd

Left out: what neither speed nor scores asked for (momentum, dense optimisers, a compiled kernel).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional as F

from lab01_word2vec.adagrad import SQUARES_START
from lab01_word2vec.corpus import subsample

L = 64  # centers in a block
BLOCKS = 64  # blocks in a step, at most
STEPS_AT_LEAST = 500  # a small corpus takes smaller steps rather than fewer


def window_masks(window: int, length: int = L) -> torch.Tensor:
    """Masks (length, window + 1, length + 2·window): [i, r] marks the contexts of center i at radius r.

    Column j of the halo is the token at offset j − window from the block's start. Radius 0 marks nothing.
    """
    # BEGIN SOLUTION: [i, r, j] is 0 < |j − w − i| <= r
    offset = torch.arange(length + 2 * window) - window - torch.arange(length)[:, None]  # (L, H)
    radius = torch.arange(window + 1)[:, None]  # (w + 1, 1)
    near = offset[:, None, :].abs() <= radius  # (L, w + 1, H)
    return near & (offset[:, None, :] != 0)
    # END SOLUTION


def wrongness(v_c: torch.Tensor, u_o: torch.Tensor, halo: int) -> torch.Tensor:
    """z (B, L, H + K) for centers v_c (B, L, d) and u_o (B, H + K, d), whose first H rows are the halo."""
    # BEGIN SOLUTION: z = −v_c·u_o for the first H columns, v_c·u_n for the K others: one product
    z = torch.bmm(v_c, u_o.transpose(1, 2))
    z[..., :halo].neg_()
    return z
    # END SOLUTION


def block_loss(z: torch.Tensor, context: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Σ weight·softplus(z), the pair model's summed loss, added up in float64.

    context (B, L, H) is 1 in each center's window; weight (B, L, 1) is what one negative stands for.
    """
    # BEGIN SOLUTION: Σ context·softplus(z) over the halo + Σ weight·softplus(z) over the negatives
    loss, halo = F.softplus(z.to(torch.promote_types(z.dtype, torch.float32))), context.shape[2]
    loss[..., :halo] *= context
    loss[..., halo:] *= weight
    return loss.sum(dtype=torch.float64)
    # END SOLUTION


def block_gradients(
    z: torch.Tensor, v_c: torch.Tensor, u_o: torch.Tensor, context: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """−∂L/∂v_c (B, L, d) and −∂L/∂u_o (B, H + K, d). Overwrites z."""
    # BEGIN SOLUTION: G = context·σ(z) for the halo, −weight·σ(z) for the negatives; (G U, Gᵀ V)
    g, halo = z.sigmoid_(), context.shape[2]
    g[..., :halo] *= context
    g[..., halo:] *= -weight
    return torch.bmm(g, u_o), torch.bmm(g.transpose(1, 2), v_c)
    # END SOLUTION


class BlockTrainer:
    """The two tables and the means to pass over a corpus once.

    `table` (2(V + 1) + extra, d) holds in_emb above out_emb, each followed by a row of zeros for tokens outside
    the corpus: one gather and one scatter a step serve both embeddings. `extra` rows below them are for models
    whose centers are made of more than a row of their own (Lab 2's FastText).
    """

    blocks = BLOCKS

    def __init__(
        self,
        counts: np.ndarray,
        keep: np.ndarray,
        noise: np.ndarray,
        *,
        dim: int,
        window: int,
        negatives: int,
        shared: int,
        seed: int,
        device: torch.device,
        precision: torch.dtype,
        extra: int = 0,
    ):
        self.vocab, self.keep, self.noise = len(counts), keep, noise
        self.window, self.negatives, self.shared = window, negatives, shared
        self.seed, self.device, self.precision = seed, device, precision
        self.halo = L + 2 * window
        table = np.zeros((2 * (self.vocab + 1) + extra, dim), dtype=np.float32)
        rng = np.random.default_rng(seed)
        table[: self.vocab] = (rng.random((self.vocab, dim), dtype=np.float32) - 0.5) / dim
        self.table = torch.from_numpy(table).to(device)
        # Row-wise Adagrad (Duchi et al. 2011, one accumulator a row): a rare word keeps long steps, a
        # frequent one, which meets thousands of gradients, takes short ones.
        self.squares = torch.full((len(table),), SQUARES_START, device=device)
        self.buffers: dict[str, torch.Tensor] = {}
        self.first_mask = torch.arange(L, device=device) * (window + 1)  # (L,)
        self.masks = window_masks(window).to(device, precision).flatten(0, 1)  # (L·(w + 1), H)

    def batches(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[np.ndarray, float]]:
        """The epoch's tokens (B, H) for each step, V outside the corpus, and the share of the epoch it is.

        Subsamples, cuts into blocks with halos and shuffles them: blocks of one article in one step would
        pull the same rows the same way. The stream depends on the seed and the epoch alone.
        """
        self.rng = np.random.default_rng([self.seed, epoch])
        kept = subsample(ids, self.keep, self.rng)
        blocks = -(-len(kept) // L)
        padded = np.full(blocks * L + 2 * self.window, self.vocab, dtype=np.int32)
        padded[self.window : self.window + len(kept)] = kept
        halos = np.lib.stride_tricks.sliding_window_view(padded, self.halo)[::L]  # (blocks, H), no copy
        order = self.rng.permutation(blocks)
        size = min(self.blocks, max(1, blocks // STEPS_AT_LEAST))
        for start in range(0, blocks, size):
            chosen = order[start : start + size]
            yield halos[chosen].astype(np.int64), len(chosen) / blocks

    def windows(self, tokens: np.ndarray) -> torch.Tensor:
        """The mask (B, L, H) of each center's contexts, radii drawn from 1 … window, for tokens (B, H)."""
        batch, w = len(tokens), self.window
        radius = self.rng.integers(1, w + 1, (batch, L))
        inside = tokens < self.vocab  # (B, H)
        radius *= inside[:, w : w + L]
        mask = torch.from_numpy(radius).to(self.device) + self.first_mask
        context = self.masks.index_select(0, mask.flatten()).view(batch, L, self.halo)
        if not inside.all():  # the ends of the corpus
            context *= torch.from_numpy(inside).to(self.device)[:, None, :]
        return context

    def step(self, tokens: np.ndarray, lr: float, measure: bool) -> tuple[float, float]:
        """One update from tokens (B, H). Returns (summed loss, positives), (0, 0) unless `measure`."""
        batch, w = len(tokens), self.window
        context = self.windows(tokens)  # (B, L, H)
        drawn = self.noise[self.rng.integers(0, len(self.noise), (batch, self.shared), dtype=np.int32)]
        weight = context.sum(2, keepdim=True) * (self.negatives / self.shared)  # (B, L, 1)

        outside = np.concatenate([tokens, drawn], axis=1) + (self.vocab + 1)  # (B, H + K)
        numbers = np.concatenate([tokens[:, w : w + L].flatten(), outside.flatten()])  # (N,)
        rows, centers, dim = torch.from_numpy(numbers).to(self.device), batch * L, self.table.shape[1]
        moved = self._buffer("moved", (len(rows), dim), self.table.dtype)  # (N, d), there and back
        self._gather(rows, centers, moved)
        operands = self._buffer("operands", (len(rows), dim), self.precision).copy_(moved)
        v_c = operands[:centers].view(batch, L, dim)
        u_o = operands[centers:].view(batch, -1, dim)  # (B, H + K, d)

        z = wrongness(v_c, u_o, self.halo)
        measured = (0.0, 0.0)
        if measure:
            measured = float(block_loss(z, context, weight)), float(context.sum(dtype=torch.float64))
        dv, du = block_gradients(z, v_c, u_o, context, weight)
        moved[:centers] = dv.view(-1, dim)
        moved[centers:] = du.view(-1, dim)

        self._scatter(rows, centers, moved, lr)
        self.table[[self.vocab, 2 * self.vocab + 1]] = 0  # padding
        return measured

    def _gather(self, rows: torch.Tensor, centers: int, out: torch.Tensor) -> None:
        """Vectors (N, d) of `rows` (N,) into `out`; the first `centers` rows are the centers' words."""
        torch.index_select(self.table, 0, rows, out=out)

    def _scatter(self, rows: torch.Tensor, centers: int, moved: torch.Tensor, lr: float) -> None:
        """Row-wise Adagrad's step from the gradients `moved` (N, d) of what `_gather` gave. Overwrites `moved`."""
        self.squares.index_add_(0, rows, torch.linalg.vector_norm(moved, dim=1).square_().div_(moved.shape[1]))
        moved *= self.squares.index_select(0, rows).rsqrt_().mul_(lr)[:, None]
        self.table.index_add_(0, rows, moved)  # a word that stands in `rows` twice is added twice

    def _buffer(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
        """Memory that is kept from step to step: fresh megabytes would cost a page fault every 4 kB."""
        size = math.prod(shape)
        if name not in self.buffers or len(self.buffers[name]) < size:
            self.buffers[name] = torch.empty(size, dtype=dtype, device=self.device)
        return self.buffers[name][:size].view(shape)

    def tensors(self) -> dict[str, torch.Tensor]:
        """What a checkpoint must hold, by reference."""
        return {"table": self.table, "squares": self.squares}

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb and out_emb, each (V, d)."""
        table = self.table.cpu().numpy()
        return table[: self.vocab], table[self.vocab + 1 : 2 * self.vocab + 1]
