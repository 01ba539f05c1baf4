"""The rows that the fast trainers learn: gather, scatter, and row-wise Adagrad in between.

`RowAdagrad` in solution.py takes the same step from autograd's gradients. Here the gradients are already at hand, one
per gathered row, and the two tables are one, so that a single gather and a single scatter per step serve both.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from lab01_word2vec.solution import SQUARES_START


class Table:
    """in_emb above out_emb, each followed by one row of zeros for the tokens outside the text.

    `rows` (2(V + 1) + extra, d) are float32. `squares` (rows,) are Adagrad's accumulators (Duchi et al. 2011, one per
    row, the sum of its gradients' mean squares): a rare word keeps long steps, and a frequent one, which meets
    thousands of gradients, takes short ones. The `extra` rows below are for models whose centers are made of more
    than a row of their own (Lab 2's FastText).
    """

    def __init__(self, vocab: int, dim: int, seed: int, device: torch.device, extra: int = 0):
        self.vocab, self.device = vocab, device
        rows = np.zeros((2 * (vocab + 1) + extra, dim), dtype=np.float32)
        rows[:vocab] = (np.random.default_rng(seed).random((vocab, dim), dtype=np.float32) - 0.5) / dim
        self.rows = torch.from_numpy(rows).to(device)
        self.squares = torch.full((len(rows),), SQUARES_START, device=device)
        self.padding = [vocab, 2 * vocab + 1]  # the rows for the tokens outside the text
        self._buffers: dict[str, torch.Tensor] = {}

    @property
    def dim(self) -> int:
        return self.rows.shape[1]

    def gather(self, rows: torch.Tensor, out: torch.Tensor) -> None:
        """Copy the vectors of `rows` (N,) into `out` (N, d)."""
        torch.index_select(self.rows, 0, rows, out=out)

    def look_up(self, rows: torch.Tensor, precision: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        """The vectors of `rows` (N,) in two buffers (N, d), one for their gradients, one to multiply in `precision`."""
        moved = self.buffer("moved", (len(rows), self.dim), self.rows.dtype)
        self.gather(rows, moved)
        return moved, self.buffer("operands", (len(rows), self.dim), precision).copy_(moved)

    def scatter(self, rows: torch.Tensor, gradients: torch.Tensor, lr: float) -> None:
        """One Adagrad step of `rows` (N,) along `gradients` (N, d), which are overwritten. Rows may recur."""
        mean_square = torch.linalg.vector_norm(gradients, dim=1).square_().div_(gradients.shape[1])  # (N,)
        self.squares.index_add_(0, rows, mean_square)
        gradients *= self.squares.index_select(0, rows).rsqrt_().mul_(lr)[:, None]
        self.rows.index_add_(0, rows, gradients)

    def clear_padding(self) -> None:
        """Set the rows for the tokens outside the text back to zero."""
        self.rows[self.padding] = 0

    def buffer(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
        """Memory that is kept from step to step, because fresh megabytes cost a page fault per 4 kB."""
        size = math.prod(shape)
        if name not in self._buffers or len(self._buffers[name]) < size:
            self._buffers[name] = torch.empty(size, dtype=dtype, device=self.device)
        return self._buffers[name][:size].view(shape)

    def tensors(self) -> dict[str, torch.Tensor]:
        """What a checkpoint must hold, by reference."""
        return {"table": self.rows, "squares": self.squares}

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb and out_emb, each (V, d)."""
        rows = self.rows.cpu().numpy()
        return rows[: self.vocab], rows[self.vocab + 1 : 2 * self.vocab + 1]
