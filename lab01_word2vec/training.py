"""A run of the training loop that a user can watch, interrupt and resume: progress, checkpoints, Ctrl-C."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wordlab.errors import InputError, Interrupted

import numpy as np
from tqdm import tqdm

from lab01_word2vec.checkpoint import CHECKPOINT, State, load_checkpoint, save_checkpoint
from lab01_word2vec.exchange import Exchange
from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import LOSS_EVERY, START, Place, train
from lab01_word2vec.trainer import Trainer


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


def supplied_loop(trainer: Trainer, ids: np.ndarray, epochs: int, lr: float, start: Place) -> Iterator[Place]:
    """Places of a training whose rate is the mean of the falling one. Raises InputError for another start than START.

    With it, a starter in which `train` is left out trains, and its users see why a rate should fall.
    """
    if start != START:
        raise InputError("the supplied loop cannot resume: write train, or leave out --resume")
    return _constant(trainer, ids, epochs, lr / 2)


def _constant(trainer: Trainer, ids: np.ndarray, epochs: int, rate: float) -> Iterator[Place]:
    measured = (0.0, 0.0)
    for epoch in range(epochs):
        done = 0.0
        for number, (batch, share) in enumerate(trainer.batches(ids, epoch)):
            yield Place(epoch, number, done, *measured)
            measured = trainer.step(batch, rate, number % LOSS_EVERY == 0)
            done += share
    yield Place(epochs, 0, 0.0, *measured)


@dataclass
class Run:
    """One trainer on one text. `config` is a frozen dataclass with `epochs` and `lr`; `out` holds the checkpoint.

    Of several `ranks`, each has its own part of the text and a trainer of its own, and the first one saves.
    """

    trainer: Trainer
    ids: np.ndarray
    config: Any
    out: Path
    ranks: Ranks = ALONE

    def __post_init__(self) -> None:
        self.checkpoint, self.state = self.out / CHECKPOINT, State(0, 0, 0.0, [[0.0, 0.0]])
        self.exchanged = 0  # bytes that this rank gave to others

    def train(self, resume: bool = False) -> dict[str, Any]:
        """Train to the end, with a checkpoint after every epoch but the last. Returns what `trained` says.

        Raises InputError when the loss is no longer finite or the checkpoint belongs to another configuration,
        Interrupted after Ctrl-C.
        """
        if resume:
            self.load(self.checkpoint)
        exchange = Exchange(self.trainer, self.ranks, self.state.epoch) if self.ranks.count > 1 else None
        state, epochs, words = self.state, self.config.epochs, len(self.ids)
        self.started, before = time.perf_counter() - state.seconds, round(words * (state.epoch + state.progress))
        bar = tqdm(total=words * epochs, initial=before, unit="words", unit_scale=True, disable=None, smoothing=0.05)
        with bar, _InterruptFlag() as interrupt:
            for place in self._places(bar):
                if exchange:
                    exchange.reach(place)
                if state.rng is not None:
                    self.trainer.rng.bit_generator.state, state.rng = state.rng, None
                self._note_loss(place, bar)
                bar.update(round(words * (place.epoch + place.progress)) - bar.n)
                while state.epoch < place.epoch:
                    self._end_epoch(bar)
                if interrupt.raised:
                    if exchange:
                        raise Interrupted(f"epoch {place.epoch + 1} is lost; the same command with --resume begins it")
                    self._save_inside_epoch(place)
                    where = f"epoch {place.epoch + 1}, step {place.step}" if place.epoch < epochs else "all epochs"
                    raise Interrupted(f"the checkpoint is saved ({where}): run the same command with --resume")
        state.seconds = time.perf_counter() - self.started
        self.exchanged = exchange.bytes if exchange else 0
        return self.trained()

    def _places(self, bar: tqdm) -> Iterator[Place]:
        """What `train` yields, or where that is left out of a starter, what the supplied loop yields."""
        try:
            return train(self.trainer, self.ids, self.config.epochs, self.config.lr, self.state.place)
        except NotImplementedError:  # train is a generator: once it is written, its call alone raises nothing
            bar.write("train is not written yet. The supplied loop trains at half the learning rate throughout.")
            return supplied_loop(self.trainer, self.ids, self.config.epochs, self.config.lr, self.state.place)

    def trained(self) -> dict[str, Any]:
        """The seconds of training, those before an interruption included, and the mean loss of each epoch."""
        losses = [total / pairs if pairs else math.nan for total, pairs in self.state.losses]
        return {"seconds": self.state.seconds, "losses": losses}

    def save(self, path: Path) -> None:
        """Write the tables and the place in the run."""
        if self.ranks.rank == 0:
            save_checkpoint(path, self.trainer, self.config, self.state)

    def load(self, path: Path) -> None:
        """Read them back. Raises InputError where they belong to another configuration."""
        first = self.ranks.rank == 0
        read = self.ranks.agree(lambda: load_checkpoint(path, self.trainer, self.config) if first else None)
        self.state = self.ranks.gather(read)[0] or self.state

    def _note_loss(self, place: Place, bar: tqdm) -> None:
        """Add what the step before `place` measured to its epoch, which is the one that the state is in."""
        state = self.state
        if place.pairs:
            # Several ranks find out together, at the end of the epoch: exchanges carry the damage to all of them.
            self._demand_finite(math.isfinite(place.loss) or self.ranks.count > 1)
            epoch = state.losses[state.epoch]
            epoch[0] += place.loss
            epoch[1] += place.pairs
            bar.set_postfix(loss=f"{epoch[0] / epoch[1]:.4f}", refresh=False)
        if place.epoch == state.epoch:
            state.step, state.progress = place.step, place.progress

    def _end_epoch(self, bar: tqdm) -> None:
        self._demand_finite(self._tables_are_finite())
        state = self.state
        total, pairs = state.losses[state.epoch]
        if bar.disable:
            mean = f"mean loss {total / pairs:.4f}" if pairs else "no pair was measured"
            print(f"epoch {state.epoch + 1}/{self.config.epochs}: {mean}", flush=True)
        state.epoch, state.step, state.progress = state.epoch + 1, 0, 0.0
        state.seconds = time.perf_counter() - self.started
        if state.epoch < self.config.epochs:
            state.losses.append([0.0, 0.0])
            self.save(self.checkpoint)

    def _save_inside_epoch(self, place: Place) -> None:
        self._demand_finite(self._tables_are_finite())  # the last good checkpoint is not overwritten by a bad one
        self.state.rng = dict(self.trainer.rng.bit_generator.state) if place.step else None
        self.state.seconds = time.perf_counter() - self.started
        self.save(self.checkpoint)

    def _tables_are_finite(self) -> bool:
        return all(bool(tensor.isfinite().all()) for tensor in self.trainer.tensors().values())

    def _demand_finite(self, finite: bool) -> None:
        if not finite:
            kept = f"; the last good checkpoint is {self.checkpoint}" if self.checkpoint.exists() else ""
            raise InputError(
                f"the loss is not finite in epoch {self.state.epoch + 1}, step {self.state.step}: "
                f"lower --lr (now {self.config.lr:g}){kept}"
            )
