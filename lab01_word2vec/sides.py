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

from lab01_word2vec.blocks import BlockTrainer, L, window_masks


class SidedTrainer(BlockTrainer):
    """Block skip-gram with a context table per side: out_emb is the left one, and the right one lies below it."""

    def __init__(self, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, **shape: Any):
        super().__init__(counts, keep, noise, extra=len(counts) + 1, **shape)
        self.shared //= 2  # on each side
        self.table.padding.append(len(self.table.rows) - 1)  # the right table's
        # The halo's positions that can be left contexts of a block's centers, then those that can be right ones.
        window, self.side = self.blocks.window, L + self.blocks.window
        self.blocks.columns = np.r_[0 : self.side, window : window + self.side]  # (2(L + w),)
        masks = window_masks(window)[..., self.blocks.columns]  # (L, w + 1, 2(L + w))
        before = torch.from_numpy(self.blocks.columns) < torch.arange(L)[:, None] + window  # (L, 2(L + w))
        before[:, self.side :] ^= True  # on the right, after
        self.blocks.masks = (masks & before[:, None]).to(self.blocks.masks).flatten(0, 1)
        first, second = self.vocab + 1, 2 * (self.vocab + 1)  # rows where the two context tables begin
        self.starts = np.repeat([first, second, first, second], [self.side, self.side, self.shared, self.shared])

    def _outside(self, tokens: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
        """As in blocks.py, for both sides: (B, L, 2(L + w)), (B, L, 2K) and rows (B, 2(L + w) + 2K)."""
        context = self.blocks.windows(tokens)
        sizes = context.unflatten(2, (2, self.side)).sum(3)  # (B, L, 2) contexts on either side
        weight = (sizes * (self.negatives / self.shared)).repeat_interleave(self.shared, dim=2)
        drawn = self.blocks.draw(self.noise, len(tokens), 2 * self.shared)  # (B, 2K)
        return context, weight, np.concatenate([tokens[:, self.blocks.columns], drawn], axis=1) + self.starts

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb, and the sum of both context tables: each (V, d)."""
        in_emb, left = self.table.embeddings()
        right = self.table.rows[2 * (self.vocab + 1) : -1].cpu().numpy()
        return in_emb, left + right
