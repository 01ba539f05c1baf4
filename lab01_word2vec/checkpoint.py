"""A checkpoint is the trainer's tensors, its place in the run, and the configuration that both belong to."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wordlab.errors import InputError
from wordlab.files import save_tensors

import numpy as np
from safetensors import SafetensorError, safe_open

from lab01_word2vec.solution import Place
from lab01_word2vec.trainer import Saved

CHECKPOINT = "checkpoint.safetensors"
VERSION = 2  # of what a run does from its checkpoint on: one more whenever the same configuration trains otherwise


@dataclass
class State:
    """Where a run is, and the [summed loss, pairs] of each epoch. `rng`: the random stream's state inside an epoch."""

    epoch: int
    step: int
    progress: float
    losses: list[list[float]]  # Python's floats, since float32 sums freeze
    rng: dict[str, Any] | None = None
    seconds: float = 0.0  # of training until here

    @property
    def place(self) -> Place:
        return Place(self.epoch, self.step, self.progress)

    def is_sound(self, epochs: int) -> bool:
        """Whether a run of so many epochs can be here: a file may hold anything under these names."""
        numbers = [self.progress, self.seconds, *(number for each in self.losses for number in each)]
        return (
            type(self.epoch) is type(self.step) is int
            and 0 <= self.epoch <= epochs
            and self.step >= 0
            and all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
            and 0 <= self.progress <= 2  # the pair engine only expects how many pairs an epoch has
            and len(self.losses) == min(self.epoch + 1, epochs)
            and all(len(each) == 2 for each in self.losses)
            and (self.rng is None or _restores(self.rng))
        )


def _restores(rng: dict[str, Any]) -> bool:
    """Whether a random stream can go on from this state."""
    try:
        np.random.default_rng().bit_generator.state = rng
    except (ValueError, KeyError, TypeError, OverflowError):
        return False
    return True


def fingerprint(config: Any) -> str:
    """SHA-256 of a frozen dataclass's values: equal configurations have equal ones, on any machine."""
    return hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()


def save_checkpoint(path: Path, trainer: Saved, config: Any, state: State) -> None:
    """Write the tensors, the state, and the configuration with its fingerprint."""
    tensors = {name: tensor.cpu().numpy() for name, tensor in trainer.tensors().items()}
    place = {"version": VERSION, "config": asdict(config), "fingerprint": fingerprint(config), "state": asdict(state)}
    save_tensors(path, tensors, {"place": json.dumps(place)})


def load_checkpoint(path: Path, trainer: Saved, config: Any) -> State:
    """Fill the trainer's tensors from `path` and return the state. Raises InputError if it cannot be continued."""
    if not path.exists():
        raise InputError(f"{path}: no checkpoint to resume; start without --resume")
    try:
        with safe_open(path, framework="pt") as file:
            place = json.loads(file.metadata()["place"])
            if place.get("version", 1) != VERSION:
                raise InputError(f"{path}: the checkpoint is of another version of the labs; start without --resume")
            if place["fingerprint"] != fingerprint(config):
                raise InputError(f"{path}: the checkpoint is of another configuration: {_differences(place, config)}")
            state = State(**place["state"])
            if not state.is_sound(config.epochs):
                raise ValueError("its place in the run is damaged")
            saved = {name: file.get_tensor(name) for name in trainer.tensors()}
    except InputError:
        raise
    except (SafetensorError, KeyError, TypeError, AttributeError, RuntimeError, ValueError) as error:
        raise InputError(f"{path}: not a checkpoint of this lab ({error}); start without --resume") from None
    for name, tensor in trainer.tensors().items():
        if saved[name].shape != tensor.shape or not saved[name].isfinite().all():
            raise InputError(f"{path}: the table {name} is damaged; start without --resume")
        tensor.copy_(saved[name])
    return state


def _differences(place: dict[str, Any], config: Any) -> str:
    """The fields in which the saved configuration differs from `config`, as JSON has them."""
    now, then = json.loads(json.dumps(asdict(config))), place["config"]
    fields = [field for field in now if then.get(field) != now[field]]
    return ", ".join(f"{field} {then.get(field)} (now {now[field]})" for field in fields) or "it has other options"
