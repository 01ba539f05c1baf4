"""A run of the training loop that a user can watch, interrupt and resume: progress, checkpoints, Ctrl-C."""

from __future__ import annotations

import math
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from lab01_word2vec.checkpoint import CHECKPOINT, State, load_checkpoint, save_checkpoint
from lab01_word2vec.solution import Place, train
from lab01_word2vec.trainer import Trainer
from wordlab.errors import InputError, Interrupted


class _InterruptFlag:
    """Ctrl-C waits for the end of the running step, where the tables are whole; a second one does not."""

    def __enter__(self) -> _InterruptFlag:
        self.raised = False
        self.previous = signal.signal(signal.SIGINT, self._raise)
        return self

    def _raise(self, *_: object) -> None:
        self.raised = True
        signal.signal(signal.SIGINT, self.previous)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.previous)


@dataclass
class Run:
    """One trainer on one text. `config` is a frozen dataclass with `epochs` and `lr`; `out` holds the checkpoint."""

    trainer: Trainer
    ids: np.ndarray
    config: Any
    out: Path

    @property
    def checkpoint(self) -> Path:
        return self.out / CHECKPOINT

    def train(self, resume: bool = False) -> dict[str, Any]:
        """Train to the end, with a checkpoint after every epoch but the last.

        Returns the seconds spent by this call and the mean loss of each epoch. Raises InputError when the loss is no
        longer finite or the checkpoint belongs to another configuration, Interrupted after Ctrl-C.
        """
        fresh = State(0, 0, 0.0, [[0.0, 0.0]])
        state = load_checkpoint(self.checkpoint, self.trainer, self.config) if resume else fresh
        epochs, started = self.config.epochs, time.perf_counter()
        bar = tqdm(total=len(self.ids) * epochs, unit="words", unit_scale=True, disable=None, smoothing=0.05)
        with bar, _InterruptFlag() as interrupt:
            for place in train(self.trainer, self.ids, epochs, self.config.lr, state.place):
                if state.rng is not None:
                    self.trainer.rng.bit_generator.state, state.rng = state.rng, None
                self._note_loss(place, state, bar)
                bar.update(round(len(self.ids) * (place.epoch + place.progress)) - bar.n)
                while state.epoch < place.epoch:
                    self._end_epoch(state, bar)
                if interrupt.raised and place.epoch < epochs:
                    self._save_inside_epoch(place, state)
                    where = f"epoch {place.epoch + 1}, step {place.step}"
                    raise Interrupted(f"the checkpoint is saved ({where}): run the same command with --resume")
        losses = [total / pairs if pairs else math.nan for total, pairs in state.losses]
        return {"seconds": time.perf_counter() - started, "losses": losses}

    def save(self, path: Path) -> None:
        """Keep the trained tables in a file of their own."""
        save_checkpoint(path, self.trainer, self.config, State(self.config.epochs, 0, 0.0, []))

    def load(self, path: Path) -> None:
        """Fill the tables from such a file. Raises InputError where it is of another configuration."""
        load_checkpoint(path, self.trainer, self.config)

    def _note_loss(self, place: Place, state: State, bar: tqdm) -> None:
        """Add what the step before `place` measured to its epoch, which is the one that `state` is in."""
        if place.pairs:
            self._demand_finite(math.isfinite(place.loss), state)
            epoch = state.losses[state.epoch]
            epoch[0] += place.loss
            epoch[1] += place.pairs
            bar.set_postfix(loss=f"{epoch[0] / epoch[1]:.4f}", refresh=False)
        if place.epoch == state.epoch:
            state.step, state.progress = place.step, place.progress

    def _end_epoch(self, state: State, bar: tqdm) -> None:
        finite = all(bool(tensor.isfinite().all()) for tensor in self.trainer.tensors().values())
        self._demand_finite(finite, state)
        total, pairs = state.losses[state.epoch]
        if bar.disable:
            mean = f"mean loss {total / pairs:.4f}" if pairs else "no pair was measured"
            print(f"epoch {state.epoch + 1}/{self.config.epochs}: {mean}", flush=True)
        state.epoch, state.step, state.progress = state.epoch + 1, 0, 0.0
        if state.epoch < self.config.epochs:
            state.losses.append([0.0, 0.0])
            save_checkpoint(self.checkpoint, self.trainer, self.config, state)

    def _save_inside_epoch(self, place: Place, state: State) -> None:
        state.rng = dict(self.trainer.rng.bit_generator.state) if place.step else None
        save_checkpoint(self.checkpoint, self.trainer, self.config, state)

    def _demand_finite(self, finite: bool, state: State) -> None:
        if not finite:
            kept = f"; the last good checkpoint is {self.checkpoint}" if self.checkpoint.exists() else ""
            raise InputError(
                f"the loss is not finite in epoch {state.epoch + 1}, step {state.step}: "
                f"lower --lr (now {self.config.lr:g}){kept}"
            )
