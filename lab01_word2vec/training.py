"""The training loop both engines share: progress, learning rate, checkpoints, interruption.

A trainer offers `batches(ids, epoch)`, `step(batch, lr, measure)`, `tensors()` and `rng`. Its random streams
start afresh every epoch from (seed, epoch), so a checkpoint needs only the tables, the place in the epoch
and the state of `rng` to continue bit for bit.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from tqdm import tqdm

from lab01_word2vec.corpus import InputError
from lab03_eval.command import one_line_errors
from lab03_eval.vectors import VectorFileError, save_tensors

CHECKPOINT = "checkpoint.safetensors"
LOSS_EVERY = 64  # steps between two measurements of the loss: it costs a logarithm a score


class Trainer(Protocol):
    rng: np.random.Generator

    def batches(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[Any, float]]:
        """Batches of one epoch, each with the share of the epoch that it is."""

    def step(self, batch: Any, lr: float, measure: bool) -> tuple[float, float]:
        """One update; the summed loss and the number of positives, (0, 0) unless `measure`."""

    def tensors(self) -> dict[str, torch.Tensor]:
        """Everything that a checkpoint must hold, by reference."""


class Interrupted(Exception):
    """Training stopped by Ctrl-C after saving a checkpoint."""


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


def train(trainer: Trainer, ids: np.ndarray, config: dict[str, Any], out: Path, resume: bool = False) -> dict[str, Any]:
    """Train for `config["epochs"]` passes, the learning rate falling linearly from `config["lr"]` to 0.

    Writes a checkpoint into `out` after every epoch but the last. Returns the seconds spent (this call's) and
    the mean loss of each epoch. Raises InputError when the loss is no longer finite or the checkpoint belongs
    to another configuration, Interrupted after Ctrl-C.
    """
    first_epoch, first_step, progress, losses = 0, 0, 0.0, []
    rng_state = None
    if resume:
        place = load_checkpoint(out / CHECKPOINT, trainer, config)
        first_epoch, first_step, progress = place["epoch"], place["step"], place["progress"]
        losses, rng_state = place["losses"], place["rng"]
    epochs, started = config["epochs"], time.perf_counter()
    bar = tqdm(total=len(ids) * epochs, unit="words", unit_scale=True, disable=None, smoothing=0.05)
    bar.update(round(len(ids) * (first_epoch + progress)))
    with bar, _InterruptFlag() as interrupt:
        for epoch in range(first_epoch, epochs):
            if len(losses) == epoch:
                losses.append([0.0, 0.0])  # Python floats: float64
            batches = trainer.batches(ids, epoch)
            for step, (batch, share) in itertools.islice(enumerate(batches), first_step, None):
                if rng_state is not None:
                    trainer.rng.bit_generator.state, rng_state = rng_state, None
                if interrupt.raised:
                    save_checkpoint(out / CHECKPOINT, trainer, config, epoch, step, progress, losses)
                    raise Interrupted(f"epoch {epoch + 1}, step {step}")
                lr = config["lr"] * max(0.0, 1 - (epoch + progress) / epochs)
                loss, positives = trainer.step(batch, lr, measure=step % LOSS_EVERY == 0)
                if positives:
                    _demand_finite(math.isfinite(loss), epoch, step, config, out)
                    losses[epoch][0] += loss
                    losses[epoch][1] += positives
                    bar.set_postfix(loss=f"{losses[epoch][0] / losses[epoch][1]:.4f}", refresh=False)
                progress += share
                bar.update(round(len(ids) * (epoch + progress)) - bar.n)
            finite = all(bool(tensor.isfinite().all()) for tensor in trainer.tensors().values())
            _demand_finite(finite, epoch, step, config, out)
            if bar.disable:
                print(f"epoch {epoch + 1}/{epochs}: mean loss {losses[epoch][0] / losses[epoch][1]:.4f}", flush=True)
            first_step, progress = 0, 0.0
            if epoch + 1 < epochs:
                save_checkpoint(out / CHECKPOINT, trainer, config, epoch + 1, losses=losses)
    return {"seconds": time.perf_counter() - started, "losses": [total / n for total, n in losses]}


def _demand_finite(finite: bool, epoch: int, step: int, config: dict[str, Any], out: Path) -> None:
    if not finite:
        kept = f"; the last good checkpoint is {out / CHECKPOINT}" if (out / CHECKPOINT).exists() else ""
        raise InputError(
            f"the loss is not finite in epoch {epoch + 1}, step {step}: lower --lr (now {config['lr']:g}){kept}"
        )


def save_checkpoint(
    path: Path,
    trainer: Trainer,
    config: dict[str, Any],
    epoch: int = 0,
    step: int = 0,
    progress: float = 0.0,
    losses: list[list[float]] | None = None,
) -> None:
    """Write the trainer's tensors, its place in the run and the configuration that it belongs to."""
    rng = trainer.rng.bit_generator.state if step else None
    place = {"config": config, "epoch": epoch, "step": step, "progress": progress, "losses": losses, "rng": rng}
    tensors = {name: tensor.cpu().numpy() for name, tensor in trainer.tensors().items()}
    save_tensors(path, tensors, {"place": json.dumps(place)})


def load_checkpoint(path: Path, trainer: Trainer, config: dict[str, Any]) -> dict[str, Any]:
    """Fill the trainer's tensors from `path` and return its place. Raises InputError if it cannot be continued."""
    if not path.exists():
        raise InputError(f"{path}: no checkpoint to resume; start without --resume")
    try:
        with safe_open(path, framework="pt") as file:
            place = json.loads(file.metadata()["place"])
            differing = [key for key in config if place["config"].get(key) != config[key]]
            if differing:
                theirs = ", ".join(f"{key} {place['config'].get(key)} (now {config[key]})" for key in differing)
                raise InputError(f"{path}: the checkpoint is of another configuration: {theirs}")
            for name, tensor in trainer.tensors().items():
                tensor.copy_(file.get_tensor(name))
    except (SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: not a checkpoint of this lab ({error}); start without --resume") from None
    return place


def run_command(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], None]) -> None:
    """A lab's command: bad input ends in one line and status 2, Ctrl-C in one that says how to go on and 130."""
    args = parser.parse_args()
    try:
        with one_line_errors(parser, args.out, InputError, VectorFileError):
            run(args)
    except (Interrupted, KeyboardInterrupt) as error:
        continued = f"; the checkpoint is saved ({error}): run the same command with --resume" if str(error) else ""
        parser.exit(130, f"interrupted{continued}\n")
