"""Skip-gram that tells left from right: what stands before a word and what stands after it are two questions.

"new" is often followed by "york" and hardly ever preceded by it. A window that does not tell the two apart learns that
both words keep company; two context tables, one for each side, also learn the order, which is grammar rather than topic
(Ling, Dyer, Black & Trancoso 2015, "Two/Too Simple Adaptations of Word2Vec for Syntax Problems", §3.2). The blocks, the
loss and the gradients are those of blocks.py: a center is scored against the left table's rows of the tokens before it
and against the right table's rows of those after it. Each side has half of a block's shared negatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lab01_word2vec.blocks import BlockTrainer, L


class SidedTrainer(BlockTrainer):
    """Block skip-gram with a context table per side: out_emb is the left one, and the right one lies below it."""

    def __init__(self, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, **shape: Any):
        super().__init__(counts, keep, noise, extra=len(counts) + 1, **shape)
        self.shared //= 2  # on each side
        self.table.padding.append(len(self.table.rows) - 1)  # the right table's
        # Positions of the halo that can be left contexts of a block's centers, and right ones.
        self.left = slice(0, L + self.blocks.window)
        self.right = slice(self.blocks.window, L + 2 * self.blocks.window)
        here = torch.arange(L, device=self.blocks.device)[:, None] + self.blocks.window  # (L, 1) the centers' positions
        before = torch.arange(self.blocks.halo, device=self.blocks.device) < here  # (L, H)
        self.before, self.after = before[:, self.left], ~before[:, self.right]

    def _outside(self, tokens: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
        """As in blocks.py, for both sides: (B, L, 2(L + w)), (B, L, 2K) and rows (B, 2(L + w) + 2K)."""
        context = self.blocks.windows(tokens)  # (B, L, H), which never marks the center itself
        left, right = context[..., self.left] * self.before, context[..., self.right] * self.after
        share = self.negatives / self.shared
        weight = [side.sum(2, keepdim=True).mul(share).expand(-1, -1, self.shared) for side in (left, right)]
        drawn = self.blocks.draw(self.noise, len(tokens), 2 * self.shared)  # (B, 2K)
        first, second = self.vocab + 1, 2 * (self.vocab + 1)  # rows where the two context tables begin
        outside = [
            tokens[:, self.left] + first,
            tokens[:, self.right] + second,
            drawn[:, : self.shared] + first,
            drawn[:, self.shared :] + second,
        ]
        return torch.cat([left, right], 2), torch.cat(weight, 2), np.concatenate(outside, axis=1)

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb, and the sum of both context tables: each (V, d)."""
        in_emb, left = self.table.embeddings()
        right = self.table.rows[2 * (self.vocab + 1) : -1].cpu().numpy()
        return in_emb, left + right
