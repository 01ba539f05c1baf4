"""Skip-gram with negative sampling as block matrix products: the fast trainer, and the second file to read.

The pair model computes one dot product per pair. Neighbouring centers share most of their contexts, so the scores of a
block of L consecutive centers against its halo of L + 2w tokens are one matrix product, masked to each center's own
window. K negatives, drawn once per block, serve all its centers in the same product. A center with n contexts should
meet n·k negatives; it meets only K, so each counts n·k/K times, and the expected objective is exactly the pair
model's with k negatives per pair. The gradients are written down by hand, and WALKTHROUGH.md derives them.

    z  = −v_c·u_o for contexts, v_c·u_n for negatives        the score of being wrong
    L  = Σ weight · softplus(z)                              −log σ(−z)
    G  = weight · σ(z), minus for negatives                  −∂L/∂(v·u)
    ΔV = G U,  ΔU = Gᵀ V                                     two more products, no autograd

Left out, because neither speed nor scores asked for them: momentum, dense optimisers, a compiled kernel.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional as F

from lab01_word2vec.solution import PIECE, subsample
from lab01_word2vec.table import Table

L = 64  # centers in a block
BLOCKS = 64  # blocks in a step, at most
STEPS_AT_LEAST = 500  # a small corpus takes smaller steps rather than fewer
MIXED = 1 << 25  # tokens that are shuffled together, which are 130 MB before subsampling and about 60 after it


def window_masks(window: int, length: int = L) -> torch.Tensor:
    """Masks (length, window + 1, length + 2·window), of which [i, r] marks the contexts of center i at radius r.

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


class Blocks:
    """Cuts a text into blocks of L centers with their halos of H = L + 2w tokens, and draws each center's window.

    The random stream starts afresh in every epoch and depends on the seed and the epoch alone.
    """

    def __init__(
        self, vocab: int, keep: np.ndarray, window: int, seed: int, device: torch.device, precision: torch.dtype
    ):
        self.vocab, self.keep, self.window, self.seed, self.device = vocab, keep, window, seed, device
        self.halo = L + 2 * window
        # The masks of all radii are made once, one row per center and radius, and looked up in every step.
        self.masks = window_masks(window).to(device, precision).flatten(0, 1)  # (L·(w + 1), H)
        self.first_mask = torch.arange(L, device=device) * (window + 1)  # (L,)
        self.columns = np.arange(self.halo)  # positions in the halo that the masks' columns stand for

    def batches(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[np.ndarray, float]]:
        """The epoch's tokens (B, H) for each step, V outside the text, and the share of the epoch that they are.

        The text is subsampled and cut, and the blocks are shuffled, because blocks of one article in one step would
        pull the same rows the same way.
        """
        self.rng = np.random.default_rng([self.seed, epoch])
        for pieces, rng in self.mixtures(ids, epoch):
            kept = np.concatenate([subsample(piece, self.keep, rng) for piece in pieces])
            if not len(kept):
                continue
            blocks = -(-len(kept) // L)
            padded = np.full(blocks * L + 2 * self.window, self.vocab, dtype=np.int32)
            padded[self.window : self.window + len(kept)] = kept
            halos = np.lib.stride_tricks.sliding_window_view(padded, self.halo)[::L]  # (blocks, H), no copy
            order, share = rng.permutation(blocks), sum(map(len, pieces)) / len(ids)
            size = min(BLOCKS, max(1, blocks // STEPS_AT_LEAST))
            for start in range(0, blocks, size):
                chosen = order[start : start + size]
                yield halos[chosen].astype(np.int64), share * len(chosen) / blocks

    def mixtures(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[list[np.ndarray], np.random.Generator]]:
        """The parts of a text that are shuffled at a time, each with the stream that shuffles it.

        A text of up to MIXED tokens is one part. A longer one, which may be larger than memory, is mixed from pieces
        that are drawn from all over it, so that no part is of one topic.
        """
        if len(ids) <= MIXED:
            yield [ids], self.rng
            return
        pieces = np.array_split(ids, -(-len(ids) // PIECE))
        order = np.random.default_rng([self.seed, epoch, 1]).permutation(len(pieces))
        for number, chosen in enumerate(np.array_split(order, -(-len(ids) // MIXED))):
            # Not self.rng, from which steps draw: a run that is resumed repeats no step, and must mix as before.
            yield [pieces[i] for i in chosen], np.random.default_rng([self.seed, epoch, 2 + number])

    def centers(self, tokens: np.ndarray) -> np.ndarray:
        """The centers (B, L) of tokens (B, H)."""
        return tokens[:, self.window : self.window + L]

    def windows(self, tokens: np.ndarray) -> torch.Tensor:
        """The mask (B, L, H) of each center's contexts among tokens (B, H), radii drawn from 1 … window."""
        radius = self.rng.integers(1, self.window + 1, (len(tokens), L))
        inside = tokens < self.vocab  # (B, H)
        radius *= self.centers(inside)
        mask = torch.from_numpy(radius).to(self.device) + self.first_mask
        context = self.masks.index_select(0, mask.flatten()).view(len(tokens), L, -1)
        if not inside.all():  # the ends of the text
            context *= torch.from_numpy(inside[:, self.columns]).to(self.device)[:, None, :]
        return context

    def draw(self, noise: np.ndarray, batch: int, shared: int) -> np.ndarray:
        """Negatives (batch, shared) for as many blocks, from a noise table."""
        return noise[self.rng.integers(0, len(noise), (batch, shared), dtype=np.int32)]


class BlockTrainer:
    """Skip-gram on blocks: a text cut into blocks, a table, and the step that the module describes."""

    def __init__(
        self, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, *, dim: int, window: int, negatives: int,
        shared: int, seed: int, device: torch.device, precision: torch.dtype, extra: int = 0,
    ):  # fmt: skip
        self.vocab, self.noise, self.negatives, self.shared, self.precision = (
            len(counts), noise, negatives, shared, precision,
        )  # fmt: skip
        self.blocks = Blocks(self.vocab, keep, window, seed, device, precision)
        self.table = Table(self.vocab, dim, seed, device, extra)
        self.batches, self.tensors = self.blocks.batches, self.table.tensors

    @property
    def rng(self) -> np.random.Generator:
        return self.blocks.rng

    def step(self, tokens: np.ndarray, lr: float, measure: bool) -> tuple[float, float]:
        """One update from tokens (B, H). Returns (summed loss, positives), (0, 0) unless `measure`."""
        batch, table = len(tokens), self.table
        context, weight, outside = self._outside(tokens)  # (B, L, H), (B, L, 1), (B, H + K)
        numbers = np.concatenate([self.blocks.centers(tokens).flatten(), outside.flatten()])  # (N,)
        rows, centers = torch.from_numpy(numbers).to(table.device), batch * L
        moved = table.buffer("moved", (len(rows), table.dim), table.rows.dtype)  # (N, d), there and back
        self._gather(rows, centers, moved)
        operands = table.buffer("operands", (len(rows), table.dim), self.precision).copy_(moved)
        v_c = operands[:centers].view(batch, L, -1)  # (B, L, d)
        u_o = operands[centers:].view(batch, -1, table.dim)  # (B, H + K, d)

        z = wrongness(v_c, u_o, context.shape[2])
        measured = (0.0, 0.0)
        if measure:
            measured = float(block_loss(z, context, weight)), float(context.sum(dtype=torch.float64))
        dv, du = block_gradients(z, v_c, u_o, context, weight)
        moved[:centers] = dv.view(-1, table.dim)
        moved[centers:] = du.view(-1, table.dim)

        self._scatter(rows, centers, moved, lr)
        table.clear_padding()
        return measured

    def _outside(self, tokens: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
        """The mask (B, L, H) of contexts, what a negative stands for (B, L, 1), and the table's rows (B, H + K)."""
        context = self.blocks.windows(tokens)
        drawn = self.blocks.draw(self.noise, len(tokens), self.shared)  # (B, K)
        weight = context.sum(2, keepdim=True) * (self.negatives / self.shared)
        return context, weight, np.concatenate([tokens, drawn], axis=1) + (self.vocab + 1)

    def _gather(self, rows: torch.Tensor, centers: int, out: torch.Tensor) -> None:
        """Vectors (N, d) of `rows` (N,) into `out`; the first `centers` rows are the centers' words."""
        self.table.gather(rows, out)

    def _scatter(self, rows: torch.Tensor, centers: int, moved: torch.Tensor, lr: float) -> None:
        """Adagrad's step from the gradients `moved` (N, d) of what `_gather` gave. Overwrites `moved`."""
        self.table.scatter(rows, moved, lr)

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb and out_emb, each (V, d)."""
        return self.table.embeddings()
