"""A checkpoint is the trainer's tensors, its place in the run, and the configuration that both belong to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from lab01_word2vec.solution import Place
from lab01_word2vec.trainer import Trainer
from wordlab.errors import InputError
from wordlab.files import save_tensors

CHECKPOINT = "checkpoint.safetensors"


@dataclass
class State:
    """Where a run is, the [summed loss, pairs] of each epoch, and inside an epoch the state of its random stream."""

    epoch: int
    step: int
    progress: float
    losses: list[list[float]]  # Python's floats, since float32 sums freeze
    rng: dict[str, Any] | None = None

    @property
    def place(self) -> Place:
        return Place(self.epoch, self.step, self.progress)


def fingerprint(config: Any) -> str:
    """SHA-256 of a frozen dataclass's values: equal configurations have equal ones, on any machine."""
    return hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()


def save_checkpoint(path: Path, trainer: Trainer, config: Any, state: State) -> None:
    """Write the tensors, the state, and the configuration with its fingerprint."""
    tensors = {name: tensor.cpu().numpy() for name, tensor in trainer.tensors().items()}
    place = {"config": asdict(config), "fingerprint": fingerprint(config), "state": asdict(state)}
    save_tensors(path, tensors, {"place": json.dumps(place)})


def load_checkpoint(path: Path, trainer: Trainer, config: Any) -> State:
    """Fill the trainer's tensors from `path` and return the state. Raises InputError if it cannot be continued."""
    if not path.exists():
        raise InputError(f"{path}: no checkpoint to resume; start without --resume")
    try:
        with safe_open(path, framework="pt") as file:
            place = json.loads(file.metadata()["place"])
            if place["fingerprint"] != fingerprint(config):
                raise InputError(f"{path}: the checkpoint is of another configuration: {_differences(place, config)}")
            for name, tensor in trainer.tensors().items():
                tensor.copy_(file.get_tensor(name))
            return State(**place["state"])
    except (SafetensorError, KeyError, TypeError, RuntimeError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: not a checkpoint of this lab ({error}); start without --resume") from None


def _differences(place: dict[str, Any], config: Any) -> str:
    """The fields in which the saved configuration differs from `config`, as JSON has them."""
    now, then = json.loads(json.dumps(asdict(config))), place["config"]
    fields = [field for field in now if then.get(field) != now[field]]
    return ", ".join(f"{field} {then.get(field)} (now {now[field]})" for field in fields) or "it has other options"
