"""What the training loop needs of a trainer: of PairTrainer (solution.py), BlockTrainer (blocks.py), Lab 2's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch


class Saved(Protocol):
    """What a checkpoint can hold."""

    def tensors(self) -> dict[str, torch.Tensor]:
        """Everything that a checkpoint must hold, by reference."""


class Trainer(Saved, Protocol):
    """Its random stream starts afresh in every epoch: a checkpoint needs its tensors, a place and `rng`'s state."""

    @property
    def rng(self) -> np.random.Generator:
        """The stream that the running epoch draws from; there is none before the first batch."""

    def batches(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[Any, float]]:
        """Batches of one epoch over the text `ids` (n,), each with the share of the epoch that it is."""

    def step(self, batch: Any, lr: float, measure: bool) -> tuple[float, float]:
        """One update. Returns the summed loss and the number of positives, or (0, 0) unless `measure`."""
