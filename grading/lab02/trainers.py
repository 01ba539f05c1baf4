"""One step of each of GloVe's trainers, against the formulas of EXERCISE.md. Runs in the parent.

train_glove may call trainers of the learner's own instead. The probe then sends None for those that EXERCISE.md names,
and what train_glove returns is judged alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import rounded, show

CLOSE: dict[str, Any] = {"rtol": 1e-3, "atol": 1e-4}  # in float32, rounding makes less than a tenth of it
Arrays = tuple[np.ndarray, np.ndarray]


def _symmetric(rng: np.random.Generator, vocab: int) -> list:
    """Counts X of which a part is zero, and of which some lie above an x_max of 20."""
    x = np.triu(rng.uniform(0.5, 30, (vocab, vocab)) * (rng.random((vocab, vocab)) < 0.7))
    x[0, :2] = 2, 25
    return rounded(np.maximum(x, x.T))


def rowwise_inputs(rng: np.random.Generator) -> Any:
    """So many words that they make two blocks. Those after the first 40 have no counts, and only decay moves them."""
    return {
        "counts": _symmetric(rng, 40), "vocab": 1610, "dim": 3, "x_max": 20.0, "alpha": 0.75, "l2": 5.0, "lr": 0.5,
        "rows": 45, "seed": int(rng.integers(1000)),
    }  # fmt: skip


def paper_inputs(rng: np.random.Generator) -> Any:
    """A batch in which most rows recur."""
    counts = _symmetric(rng, 5)
    batch = rng.permutation(np.count_nonzero(counts))[1:]
    return {
        "counts": counts, "dim": 2, "x_max": 20.0, "alpha": 0.75, "lr": 0.3, "batch": batch.tolist(),
        "table": rounded(rng.normal(size=(10, 3))), "squares": rounded(rng.uniform(1, 4, (10, 3))),
    }  # fmt: skip


def _weight_and_log(x: np.ndarray, inputs: Any) -> Arrays:
    """f(X), which is 0 where X is, and log X."""
    return np.minimum(1, (x / inputs["x_max"]) ** inputs["alpha"]), np.log(np.where(x > 0, x, 1))


def _rowwise(inputs: Any, done: Any, decay: float, columns: int, before: bool = False) -> Arrays:
    """Rows (n, d + 2) and accumulators (n, 1) after the step, where `columns` divides |g|².

    `before` takes the accumulators without this step's gradient for the step.
    """
    side, mine, theirs = done["batch"]
    own, other, squares = (np.array(done[name]) for name in ("own", "other", "squares"))
    blocks, dim = done["blocks"], inputs["dim"]
    x = np.array(inputs["counts"])[mine::blocks, theirs::blocks]  # word r is row r // blocks of block r % blocks
    weight, log = _weight_and_log(x, inputs)
    facing = other[: x.shape[1]]
    gradient = np.zeros_like(own)
    gradient[: len(x)] = (weight * (own[: len(x)] @ facing.T - log)) @ facing
    gradient[:, dim + 1 - side] = 0
    gradient[:, :dim] += decay * own[:, :dim]
    after = squares + np.sum(gradient**2, axis=1, keepdims=True) / columns
    return own - inputs["lr"] * gradient / np.sqrt(squares if before else after), after


def judge_rowwise(inputs: Any, done: Any) -> str | None:
    """`done` is what a step of RowwiseTrainer found and left, of one side."""
    if not done["blocks"] >= 1:
        return f"your RowwiseTrainer has {done['blocks']} blocks"
    share, dim = inputs["l2"] / done["blocks"], inputs["dim"]
    ones = dim + 1 - done["batch"][0]
    if not np.all(np.array(done["rows_after"])[:, ones] == 1):
        return "your RowwiseTrainer.step moved the 1s: their column of the gradient is 0"
    causes = {
        "the weight decay of one step is λ/blocks·w, and yours took all of λ": _rowwise(
            inputs, done, inputs["l2"], dim
        ),
        "the weight decay λ/blocks·w is missing from the gradient": _rowwise(inputs, done, 0, dim),
        "|g|² is divided by d, and yours by all d + 2 columns of the row": _rowwise(inputs, done, share, dim + 2),
        "|g|² is divided by d, and yours by d + 1": _rowwise(inputs, done, share, dim + 1),
        "|g|² is divided by d, and yours is not": _rowwise(inputs, done, share, 1),
        "the sum that divides g has this step's gradient in it": _rowwise(inputs, done, share, dim, before=True),
    }
    return _compare("RowwiseTrainer.step", "G_r + |g|²/d", done, _rowwise(inputs, done, share, dim), causes)


def _paper(inputs: Any, recur: tuple[bool, bool] = (True, True), after: bool = False) -> Arrays:
    """Table and accumulators (2V, d + 1) after the step. Where `recur` is False, the last gradient of a row stays.

    `after` divides by the accumulators that have this step's gradients.
    """
    x, table, squares = (np.array(inputs[name]) for name in ("counts", "table", "squares"))
    cells = np.argwhere(x > 0)[inputs["batch"]]
    weight, log = _weight_and_log(x[*cells.T], inputs)
    rows = np.concatenate([cells[:, 0], cells[:, 1] + len(x)])
    own, other = np.split(table[rows], 2)
    error = weight * (np.sum(own[:, :-1] * other[:, :-1], axis=1) + own[:, -1] + other[:, -1] - log)
    gradient = np.concatenate([other, own])
    gradient[:, -1] = 1
    gradient *= np.tile(error, 2)[:, None]
    grown = _add(squares, rows, gradient**2, recur[1])
    return _add(table, rows, -inputs["lr"] * gradient / np.sqrt((grown if after else squares)[rows]), recur[0]), grown


def _add(table: np.ndarray, rows: np.ndarray, values: np.ndarray, recur: bool) -> np.ndarray:
    summed = table.copy()
    if recur:
        np.add.at(summed, rows, values)
    else:
        summed[rows] = table[rows] + values
    return summed


def judge_paper(inputs: Any, done: Any) -> str | None:
    """`done` is what a step of PaperTrainer left."""
    causes = {
        "a row recurs in the batch, and only one of its squared gradients was added": _paper(inputs, (True, False)),
        "a row recurs in the batch, and only one of its gradients moved it": _paper(inputs, (False, True)),
        "a row recurs in the batch, and only one of its gradients counted": _paper(inputs, (False, False)),
        "the paper divides by the sum from before this step's gradient": _paper(inputs, after=True),
    }
    return _compare("PaperTrainer.step", "G + g²", done, _paper(inputs), causes)


def _compare(step: str, sums: str, done: Any, expected: Arrays, causes: dict[str, Arrays]) -> str | None:
    """What is wrong with the rows and the accumulators that `step` left; `sums` is what the latter should be."""
    found = np.array(done["rows_after"]), np.array(done["squares_after"])
    if _equal(found, expected):
        return None
    place = int(np.allclose(found[0], expected[0], **CLOSE))  # 0: rows, 1: accumulators alone
    what = ("table", f"accumulators, {sums},")[place]
    row, column = np.argwhere(~np.isclose(found[place], expected[place], **CLOSE))[0].tolist()
    yours, right = found[place][row, column], expected[place][row, column]
    said = f"after your {step} the {what} had {show(yours)} in row {row}, column {column}, not {show(right)}"
    matching = [cause for cause, other in causes.items() if _equal(found, other)]
    return f"{said}: {matching[0]}" if matching else said


def _equal(found: Arrays, expected: Arrays) -> bool:
    return all(np.allclose(*pair, **CLOSE) for pair in zip(found, expected))
