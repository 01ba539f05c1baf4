"""Lab 2's steps on GloVe: weights, loss, gradients, training. Runs in the parent."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import differs, rounded, show
from grading.lab02.biases import bias_inputs, judge_biases
from grading.lab02.trainers import judge_paper, judge_rowwise, paper_inputs, rowwise_inputs
from grading.steps import Step


def _weight_inputs(rng: np.random.Generator) -> Any:
    x = rounded(rng.uniform(0.5, 60, 6))
    return [
        {"x": [6.25, 16.0, 100.0, 250.0], "x_max": 100.0, "alpha": 0.75},
        {"x": [*x, 5000.0], "x_max": 40.0, "alpha": 0.5},
    ]


def _judge_weight(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        for x, got in zip(case["x"], found, strict=True):
            x_max, alpha = case["x_max"], case["alpha"]
            expected = min(1.0, (x / x_max) ** alpha)
            if differs(got, expected):
                said = f"your f({x:g}) for x_max = {x_max:g}, α = {alpha:g} was {show(got)}, not {show(expected)}"
                return f"{said}: from x_max on it is 1" if got and got > 1 else said
    return None


def _entry_inputs(rng: np.random.Generator) -> Any:
    x = rng.uniform(1, 300, 9)
    return {
        "own": rounded(rng.normal(size=(9, 5))),
        "other": rounded(rng.normal(size=(9, 5))),
        "log": np.log(x).tolist(),
        "weight": np.minimum(1, (x / 100) ** 0.75).tolist(),
    }


def _residual(inputs: Any, biases: bool = True) -> np.ndarray:
    own, other = np.array(inputs["own"]), np.array(inputs["other"])
    fitted = np.sum(own[:, :-1] * other[:, :-1], axis=1)
    return fitted + (own[:, -1] + other[:, -1] if biases else 0) - np.array(inputs["log"])


def _judge_loss(inputs: Any, value: Any) -> str | None:
    f, residual, bare = np.array(inputs["weight"]), _residual(inputs), _residual(inputs, biases=False)
    expected = float(f @ residual**2 / 2)
    if not differs(value["loss"], expected, 1e-5 * expected):
        return None
    said = (
        f"your loss of {len(f)} entries was {show(value['loss'])}, not Σ f·(w·w̃ + b + b̃ − log X)²/2 = {show(expected)}"
    )
    causes = {
        "the biases are missing": f @ bare**2 / 2,
        "that is twice it; half of the square has the gradient f·r": 2 * expected,
        "the weights f are missing": residual @ residual / 2,
        "that is the mean; take the sum": expected / len(f),
        "the weight is squared too": (f * residual) @ (f * residual) / 2,
    }
    matching = [cause for cause, loss in causes.items() if not differs(value["loss"], float(loss), 1e-4 * float(loss))]
    return f"{said}: {matching[0]}" if matching else said


def _judge_gradients(inputs: Any, value: Any) -> str | None:
    error = (np.array(inputs["weight"]) * _residual(inputs))[:, None]
    own, other = np.array(inputs["own"]), np.array(inputs["other"])
    expected = np.concatenate([error * other, error * own])
    expected[:, -1] = np.tile(error[:, 0], 2)
    found = np.array(value["gradient"], dtype=float)
    if found.shape != expected.shape:
        return f"your gradient has shape {found.shape}; rows of own above rows of other make {expected.shape}"
    if np.allclose(found, expected, rtol=1e-4, atol=1e-6):
        return _judge_again(np.array(value["again"], dtype=float), expected)
    if np.allclose(found, 2 * expected, rtol=1e-4, atol=1e-6):
        return "your gradient is twice f·r·w̃: the loss is half the square"
    if np.allclose(found, -expected, rtol=1e-4, atol=1e-6):
        return "your gradient points downhill: ∂J/∂w = f·r·w̃ has the residual's sign"
    if np.allclose(found[:, :-1], expected[:, :-1], rtol=1e-4, atol=1e-6):
        wrong = f"{show(found[0, -1])}, not f·r = {show(expected[0, -1])}"
        return f"your gradients of the vectors are right, those of the biases are not: the first is {wrong}"
    wrong = np.argwhere(~np.isclose(found, expected, rtol=1e-4, atol=1e-6))[0]
    row, column = wrong.tolist()
    part = "∂J/∂own" if row < len(own) else "∂J/∂other"
    wrong = f"{show(found[row, column])}, not {show(expected[row, column])}"
    return f"your {part} of entry {row % len(own)}, column {column}, was {wrong}"


def _judge_again(found: np.ndarray, expected: np.ndarray) -> str | None:
    """The gradient of a second call with the same tensors."""
    if found.shape == expected.shape and np.allclose(found, expected, rtol=1e-4, atol=1e-6):
        return None
    said = "your gradient is right in the first call, and a second call with the same tensors gave another one"
    if found.shape == expected.shape and np.allclose(found, 2 * expected, rtol=1e-4, atol=1e-6):
        return f"{said}: autograd added to the .grad that the first call left in them"
    return f"{said}: the first call must have changed them, or kept something"


def _training_inputs(rng: np.random.Generator) -> Any:
    """Counts of a text whose words come in ten topics, frequent and rare ones in each."""
    topic = np.repeat(rng.integers(0, 10, 1200), 15)
    ids = np.minimum(rng.geometric(0.2, len(topic)) - 1, 11) * 10 + topic  # (n,), 120 words
    counts = np.zeros((120, 120))
    for distance in range(1, 11):
        np.add.at(counts, (ids[:-distance], ids[distance:]), 1 / distance)
    text = {"counts": np.round(counts + counts.T, 2).tolist(), "dim": 20, "epochs": 30}
    return {"text": text, "biases": bias_inputs(rng), "rowwise": rowwise_inputs(rng), "paper": paper_inputs(rng)}


def _judge_training(inputs: Any, value: Any) -> str | None:
    if problem := _judge_trained(inputs["text"], value["text"]):
        return problem
    if problem := judge_biases(value["biases"]):
        return problem
    for done in value["rowwise"] or ():
        if problem := judge_rowwise(inputs["rowwise"], done):
            return problem
    return judge_paper(inputs["paper"], value["paper"]) if value["paper"] else None


def _judge_trained(inputs: Any, value: Any) -> str | None:
    losses = value["losses"]
    if len(losses) != inputs["epochs"]:
        return f"you recorded {len(losses)} losses for {inputs['epochs']} epochs"
    if not np.all(np.isfinite(losses)):
        return f"your loss is not finite after {int(np.argmin(np.isfinite(losses)))} epochs"
    if not losses[-1] < losses[len(losses) // 3] < losses[0]:
        third = show(losses[len(losses) // 3])
        return (
            f"your loss does not fall: {show(losses[0])} at first, {third} after a third, {show(losses[-1])} at the end"
        )
    counts = np.array(inputs["counts"])
    w, c, b, bc = (np.array(value[name], dtype=float) for name in ("w", "w_context", "b", "b_context"))
    if np.ptp(b) < 1e-3 or np.ptp(bc) < 1e-3:
        which = "b" if np.ptp(b) < 1e-3 else "b̃"
        return f"your {which} is the same for all words: it does not move in training"
    seen = counts >= 10
    fitted = (w @ c.T + b[:, None] + bc)[seen]
    r = float(np.corrcoef(fitted, np.log(counts[seen]))[0, 1])
    if not r > 0.8:
        return f"after {inputs['epochs']} epochs w·w̃ + b + b̃ and log X correlate {r:.2f}: expected more than .8"
    return None


GLOVE_STEPS = (
    Step("weight", 6, ("weight",), _weight_inputs, _judge_weight),
    Step("glove_loss", 10, ("entry_gradients",), _entry_inputs, _judge_loss),
    Step("glove_gradients", 12, ("entry_gradients",), _entry_inputs, _judge_gradients),
    Step("training", 12, ("train_glove",), _training_inputs, _judge_training, seconds=60.0),
)
