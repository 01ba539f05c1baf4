"""The loop that a starter trains with until `train` is written: places as train's, a rate that stays, no resuming."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

from wordlab.errors import InputError

import numpy as np
import pytest
import torch

from lab01_word2vec import training
from lab01_word2vec.solution import START, Place, train
from lab01_word2vec.training import Run, supplied_loop

IDS = np.arange(5)


class Noted:
    """Two epochs of batches of unequal shares, and the rates of the steps."""

    rng = np.random.default_rng(0)
    shares: ClassVar = [[0.2, 0.5, 0.3], [0.6, 0.4]]

    def __init__(self) -> None:
        self.rates: list[float] = []

    def batches(self, ids: np.ndarray, epoch: int) -> Any:
        return ((number, share) for number, share in enumerate(self.shares[epoch]))

    def step(self, batch: int, lr: float, measure: bool) -> tuple[float, float]:
        self.rates.append(lr)
        return (2.0, 1.0) if measure else (0.0, 0.0)

    def tensors(self) -> dict[str, torch.Tensor]:
        return {}


def unwritten(*_: Any, **__: Any) -> None:
    raise NotImplementedError("train: its hint")


def test_its_places_are_those_of_train_and_its_rate_is_the_mean():
    supplied, written = Noted(), Noted()
    assert list(supplied_loop(supplied, IDS, 2, 0.6, START)) == list(train(written, IDS, 2, 0.6))
    assert supplied.rates == [0.3] * 5
    assert written.rates != supplied.rates


def test_a_run_takes_it_where_train_is_left_out_and_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(training, "train", unwritten)
    monkeypatch.setattr(training.Run, "save", lambda run, path: None)
    trainer = Noted()
    Run(trainer, IDS, SimpleNamespace(epochs=2, lr=0.4), tmp_path).train()
    assert trainer.rates == [0.2] * 5
    assert "train is not written yet. The supplied loop trains" in capsys.readouterr().out


def test_it_does_not_resume():
    with pytest.raises(InputError, match="the supplied loop cannot resume: write train, or leave out --resume"):
        supplied_loop(Noted(), IDS, 2, 0.6, Place(1, 0, 0.0))


def test_a_hole_elsewhere_is_told_as_it_is(monkeypatch, tmp_path):
    """Only a call of train itself can say that it is not written: what its steps raise goes on."""
    monkeypatch.setattr(Noted, "step", unwritten)
    with pytest.raises(NotImplementedError, match="its hint"):
        Run(Noted(), IDS, SimpleNamespace(epochs=2, lr=0.4), tmp_path).train()
