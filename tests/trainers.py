"""What tests of several trainers share: a tiny vocabulary, tables of order one, and what a step drew and changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lab01_word2vec import blocks
from lab01_word2vec.table import Table

VOCAB, DIM = 12, 7
PADDING = [VOCAB, 2 * VOCAB + 1]  # a row of zeros after in_emb, one after out_emb
CPU = torch.device("cpu")
DEVICE = torch.device(os.environ.get("LAB_TEST_DEVICE", "cpu"))  # of the trainers whose gradients are tested


@dataclass(frozen=True)
class Schedule:
    """As much of a configuration as a run of the training loop needs."""

    epochs: int = 3
    lr: float = 0.2


class Recorded(np.random.Generator):
    """A generator that remembers the integers it gave."""

    def integers(self, *arguments: Any, **options: Any) -> Any:
        drawn = super().integers(*arguments, **options)
        self.given = [*getattr(self, "given", []), drawn]
        return drawn


def pairs_of(tokens: np.ndarray, radius: np.ndarray, window: int) -> list[tuple[int, int, int]]:
    """(block, center, context) by plain loops over positions: what the pair model would stream."""
    pairs = []
    for block, halo in enumerate(tokens):
        for i in range(blocks.L):
            if halo[i + window] == VOCAB:
                continue
            for j in range(i + window - radius[block, i], i + window + radius[block, i] + 1):
                if j != i + window and halo[j] < VOCAB:
                    pairs.append((block, int(halo[i + window]), int(halo[j])))
    return pairs


def in_double(table: Table) -> None:
    """Turn the table and its accumulators into float64."""
    table.rows, table.squares = table.rows.double(), table.squares.double()


def random_rows(table: Table, scale: float = 1.0) -> torch.Tensor:
    """Fill the table with numbers of order `scale`, in float64; returns a copy on the CPU that wants gradients."""
    in_double(table)
    rows = table.rows.cpu().normal_(0, scale, generator=torch.Generator().manual_seed(1))
    rows[PADDING] = 0
    table.rows.copy_(rows)
    return rows.clone().requires_grad_()


def record_gradient(table: Table) -> torch.Tensor:
    """A tensor (rows, d) on the CPU that adds up the gradients which the table is given to scatter."""
    gradient, scatter = torch.zeros_like(table.rows, device=CPU), table.scatter

    def record(rows: torch.Tensor, gradients: torch.Tensor, lr: float) -> None:
        gradient.index_add_(0, rows.cpu(), gradients.cpu())
        scatter(rows, gradients, lr)

    table.scatter = record
    return gradient
