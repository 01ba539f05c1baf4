"""Lab 1's step on the training loop: what it gives a trainer that keeps a record, and what it yields. In the parent.

The record is a list of events in their order: {"place": [epoch, step, progress, loss, pairs]} for what is yielded, and
{"step": [batch, rate, measured], "returned": [loss, pairs]} for a step of the trainer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import because, show
from grading.steps import Step

EPOCHS = 3
CLOSE: dict[str, Any] = {"rtol": 1e-6, "atol": 1e-9}


def _inputs(rng: np.random.Generator) -> Any:
    """The share of its epoch that each batch is said to be. Those of the last epoch add up to more than 1.

    `starts` are places to resume from: inside an epoch, where one begins, and after the last step.
    """
    shares = [rng.dirichlet(np.full(batches, 5.0)) for batches in (5, 4, 6)]
    shares[1] *= 0.9
    shares[2][:5] *= 1.1 / shares[2][:5].sum()
    return {
        "shares": [np.round(each, 3).tolist() for each in shares], "lr": round(float(rng.uniform(0.2, 0.8)), 3),
        "starts": [3, 5, 11, 15],
    }  # fmt: skip


def _judge(inputs: Any, value: Any) -> str | None:
    whole, resumed = value["whole"], value["resumed"]
    if problem := _wrong_order(inputs, whole) or _wrong_batches(inputs, whole) or _wrong_rates(inputs, whole):
        return problem
    if problem := _wrong_places(inputs, whole):
        return problem
    for start, events in zip(inputs["starts"], resumed, strict=True):
        if problem := _wrong_resumption(inputs, whole[2 * start :], events):
            return problem
    return None


def _kinds(events: list) -> str:
    """`p` for a place, `s` for a step."""
    return "".join("p" if "place" in event else "s" for event in events)


def _steps(events: list) -> list:
    return [event["step"] for event in events if "step" in event]


def _plan(inputs: Any) -> list[tuple[int, int, float]]:
    """Epoch, number in it, and progress before it, of each step."""
    return [
        (epoch, number, float(sum(shares[:number])))
        for epoch, shares in enumerate(inputs["shares"])
        for number in range(len(shares))
    ]


def _wrong_order(inputs: Any, events: list) -> str | None:
    found, steps = _kinds(events), len(_plan(inputs))
    if found == "ps" * steps + "p":
        return None
    asked = f"{EPOCHS} epochs of {steps} steps together"
    if "p" not in found:
        return f"in {asked} your train yields no Place: yield one before every step, and one after the last"
    if found == "ps" * steps:
        return f"in {asked} your train yields no Place after the last step: nobody could show or save what it did"
    if found == "sp" * steps:
        return f"in {asked} your train yields each Place after its step, and none before the first step"
    taken, yielded = found.count("s"), found.count("p")
    if (taken, yielded) == (steps, steps + 1):
        return f"in {asked} a Place comes before every step and after the last, and yours come in another order"
    return f"in {asked} your train takes {taken} steps and yields {yielded} places, not {steps} and {steps + 1}"


def _wrong_batches(inputs: Any, events: list) -> str | None:
    for (epoch, number, _), (batch, _, _) in zip(_plan(inputs), _steps(events), strict=True):
        if batch != [epoch, number]:
            due = f"batch {number + 1} of epoch {epoch + 1} is due"
            return f"where {due}, your step gets batch {batch[1] + 1} of trainer.batches(ids, {batch[0]})"
    return None


def _wrong_rates(inputs: Any, events: list) -> str | None:
    plan, lr = _plan(inputs), inputs["lr"]
    found = np.array([rate for _, rate, _ in _steps(events)], dtype=float)
    epoch, _, progress = np.array(plan).T
    shares = np.concatenate(inputs["shares"])
    done = (epoch + progress) / EPOCHS
    expected = lr * np.maximum(0, 1 - done)
    wrong = ~np.isclose(found, expected, **CLOSE)
    if not wrong.any():
        return None
    at = int(np.argmax(wrong))
    place = f"step {plan[at][1] + 1} of epoch {plan[at][0] + 1} of {EPOCHS}, {progress[at]:.3f} of which are done"
    said = f"from lr {lr:g} on, in {place}, your rate was {show(found[at])}, not {show(expected[at])}"
    causes = {
        "it never falls": np.full(len(plan), lr),
        "it falls between epochs alone": lr * (1 - epoch / EPOCHS),
        "it falls to 0 in every epoch": lr * np.maximum(0, 1 - progress),
        "it is the rate of after the step, and the first step has the whole lr": expected - lr * shares / EPOCHS,
        "it counts steps, where the shares that batches() yields say how far the epoch is": lr
        * (1 - np.arange(len(plan)) / len(plan)),
        "shares are estimates and may add up to more than 1, and no rate is below 0": lr * (1 - done),
        "it reaches 0 one epoch late": lr * (1 - (epoch + progress) / (EPOCHS + 1)),
    }
    return said + because(found, causes, **CLOSE)


def _wrong_places(inputs: Any, events: list) -> str | None:
    plan = [*_plan(inputs), (EPOCHS, 0, 0.0)]
    places = [event["place"] for event in events if "place" in event]
    returned = [[0.0, 0.0], *(event["returned"] for event in events if "step" in event)]
    for where, place, measured in zip(plan, places, returned, strict=True):
        when = "after the last step" if where[0] == EPOCHS else f"before step {where[1] + 1} of epoch {where[0] + 1}"
        if not np.allclose(place[:3], where, **CLOSE):
            epoch, step, progress = place[:3]
            due = f"({where[0]}, {where[1]}, {show(where[2])})"
            return f"{when} your Place has epoch, step and progress ({epoch}, {step}, {show(progress)}), not {due}"
        if not np.allclose(place[3:], measured, **CLOSE):
            said = f"{when} your Place has the loss and pairs {show(place[3])} and {show(place[4])}"
            return f"{said}, and the step before returned {show(measured[0])} and {show(measured[1])}"
    for (epoch, number, _), (_, _, measured) in zip(plan, _steps(events)):
        if number == 0 and not measured:
            return f"the first step of epoch {epoch + 1} is not measured: measure is true in every 64th step, from 0 on"
    return None


def _wrong_resumption(inputs: Any, rest: list, events: list) -> str | None:
    """`rest` are the events of the whole run from the place on at which the run of `events` starts."""
    epoch, number, _ = rest[0]["place"][:3]
    said = f"resumed at epoch {epoch + 1}, step {number + 1}" if epoch < EPOCHS else "resumed after the last step"
    if _kinds(events) != _kinds(rest):
        taken, due = len(_steps(events)), len(_steps(rest))
        return f"{said}, your train takes {taken} steps, not the {due} that are left, or yields other places"
    for mine, theirs in zip(events, rest, strict=True):
        if "step" in mine and mine["step"][0] != theirs["step"][0]:
            (a, b), (c, d) = mine["step"][0], theirs["step"][0]
            return f"{said}, your next batch is number {b + 1} of epoch {a + 1}, not number {d + 1} of epoch {c + 1}"
        if "step" in mine and not np.isclose(mine["step"][1], theirs["step"][1], **CLOSE):
            rates = f"{show(mine['step'][1])}, not {show(theirs['step'][1])}"
            return f"{said}, your rate goes on at {rates}: start.progress says how much of the epoch was done"
        if "place" in mine and not np.allclose(mine["place"][:3], theirs["place"][:3], **CLOSE):
            return f"{said}, your places are {show_place(mine)}, not {show_place(theirs)}"
    return None


def show_place(event: Any) -> str:
    epoch, number, progress = event["place"][:3]
    return f"epoch {epoch}, step {number}, progress {show(progress)}"


TRAIN = Step("train", 5, ("train",), _inputs, _judge, optional=True)
