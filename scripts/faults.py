"""Faults that people make in skip-gram, each put into Lab 1's block trainer alone, so that its cost can be measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from lab01_word2vec.blocks import BlockTrainer, L
from lab01_word2vec.solution import noise_table

Fault = Callable[[BlockTrainer, np.ndarray], None]  # breaks a fresh trainer in one place; gets the words' counts, too


def _no_negatives(trainer: BlockTrainer, counts: np.ndarray) -> None:
    trainer.negatives = 0


def _noise_power(power: float) -> Fault:
    def change(trainer: BlockTrainer, counts: np.ndarray) -> None:
        trainer.noise = noise_table(counts, power)

    return change


def _no_subsampling(trainer: BlockTrainer, counts: np.ndarray) -> None:
    trainer.blocks.keep = np.ones(len(counts))


def _masks(trainer: BlockTrainer) -> torch.Tensor:
    """The masks (L, w + 1, H) by center and radius, as a view of what the trainer looks up."""
    return trainer.blocks.masks.view(L, trainer.blocks.window + 1, -1)


def _short_window(trainer: BlockTrainer, counts: np.ndarray) -> None:
    """The largest radius gets the mask of the one before it."""
    window = trainer.blocks.window
    trainer.blocks.masks = _masks(trainer)[:, [*range(window), window - 1]].flatten(0, 1)


def _right_end_missed(trainer: BlockTrainer, counts: np.ndarray) -> None:
    masks, window = _masks(trainer), trainer.blocks.window
    for i in range(L):
        for radius in range(1, window + 1):
            masks[i, radius, i + window + radius] = 0


def _duplicates_dropped(trainer: BlockTrainer, counts: np.ndarray) -> None:
    """`rows[index] += source`, which keeps only one of several updates of the same row."""

    class Dropping(torch.Tensor):
        def index_add_(
            self, dim: int, index: torch.Tensor, source: torch.Tensor, *, alpha: complex = 1
        ) -> torch.Tensor:
            plain = self.as_subclass(torch.Tensor)
            plain[index] = plain[index] + alpha * source
            return self

    trainer.table.rows = trainer.table.rows.as_subclass(Dropping)


FAULTS: dict[str, Fault | None] = {
    "none (the reference)": None,
    "k = 0: no negatives": _no_negatives,
    "negatives drawn uniformly (power 0)": _noise_power(0.0),
    "negatives in proportion to count (power 1)": _noise_power(1.0),
    "no subsampling": _no_subsampling,
    "the radius never reaches the window": _short_window,
    "windows miss their right end": _right_end_missed,
    "of equal rows only the last is updated": _duplicates_dropped,
}
