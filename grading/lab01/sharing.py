"""Lab 1's optional steps on training in parts: the rule of an exchange, and shards joined at the end. In the parent."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import orthogonal_procrustes

from grading.judging import because, rounded, show
from grading.steps import Step

RANKS = 3
CLOSE: dict[str, Any] = {"rtol": 1e-3, "atol": 1e-5}

# exchange


def _exchange_inputs(rng: np.random.Generator) -> Any:
    """Rows that no rank, one rank, two ranks or all of them have moved, and what each rank has met of squares."""
    moved = rng.normal(size=(RANKS, 8, 4))  # (R, n, d)
    moved[:, 0] = moved[1:, 1] = moved[:2, 2] = moved[2, 3] = 0
    known = rng.uniform(0.001, 4, 8)
    met = rng.uniform(0.2, 6, (RANKS, 8)) * moved.any(axis=2)
    return {
        "rows": rounded(rng.normal(size=(8, 4))), "known": rounded(known), "moved": rounded(moved),
        "squares": rounded(np.round(known, 3) + met),
    }  # fmt: skip


def _judge_exchange(inputs: Any, value: Any) -> str | None:
    rows, known, moved, squares = (np.array(inputs[key]) for key in ("rows", "known", "moved", "squares"))
    if np.shape(value["rows"]) != rows.shape or np.shape(value["squares"]) != known.shape:
        shapes = f"{np.shape(value['rows'])} and {np.shape(value['squares'])}"
        return f"your hear returns the shapes {shapes}, not rows {rows.shape} and squares {known.shape}"
    new = (squares - known).sum(axis=0)  # (n,)
    causes = {
        "every rank tells what it has met since the last exchange, or all ranks count what was known before": (
            squares.sum(axis=0)
        ),
        "what was known before belongs to them": new,
        "they are those of all ranks, and not their mean": known + new / RANKS,
        "they are those of all ranks, and not of one": squares[0],
    }
    if problem := _unlike("sum of squares", value["squares"], known + new, causes):
        return problem
    undivided = (moved * np.sqrt(squares)[..., None]).sum(axis=0)  # (n, d)
    root = np.sqrt(known + new)[:, None]
    causes = {
        "yours is the mean of the ranks' steps, which starves a row that one rank alone has moved": (
            rows + moved.mean(axis=0)
        ),
        "yours is the plain sum of the ranks' steps, each divided by the root of that rank's own squares": (
            rows + moved.sum(axis=0)
        ),
        "the steps are added up, and not averaged": rows + undivided / root / RANKS,
        "a step was divided by the root of all squares of its rank, the old ones included": (
            rows + (moved * np.sqrt(squares - known)[..., None]).sum(axis=0) / root
        ),
        "the root is that of the old squares and of everyone's new ones": rows + undivided / np.sqrt(known)[:, None],
        "the square root is missing": rows + (moved * squares[..., None]).sum(axis=0) / root**2,
        "what moved is added to the rows of the last exchange": undivided / root,
    }
    return _unlike("row", value["rows"], rows + undivided / root, causes)


# join_shards


def _join_inputs(rng: np.random.Generator) -> Any:
    """Three noisy copies of one table, of which one is turned and one is turned and mirrored. Each lacks some words."""
    table = rng.normal(size=(14, 4)) + 0.5
    counts = rng.integers(1, 40, (RANKS, 14))
    counts[0, [3, 9]] = counts[1, [0, 5]] = counts[2, [5, 7]] = 0
    tables = []
    for mirrored in (False, False, True):
        turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
        if (np.linalg.det(turn) < 0) != mirrored:
            turn[:, 0] *= -1
        tables.append((table + rng.normal(size=table.shape) * 0.3) @ turn)
    near = np.array(tables)
    near[counts == 0] = rng.normal(size=(np.sum(counts == 0), 4)) * 5  # what no training has moved says nothing
    return {"tables": rounded(near), "counts": counts.tolist()}


def _joined(inputs: Any, all_words: bool = False, mirror: bool = True, weighted: bool = True, turn: int = 1) -> Any:
    """The definition; the arguments are slips. `turn` is 0 for no rotation and −1 for the inverse one."""
    tables, counts = np.array(inputs["tables"]), np.array(inputs["counts"])
    turned = [tables[0]]
    for table, seen in zip(tables[1:], counts[1:]):
        both = (seen > 0) & (counts[0] > 0) | all_words
        rotation, _ = orthogonal_procrustes(table[both], tables[0][both])
        if not mirror and np.linalg.det(rotation) < 0:
            left, _, right = np.linalg.svd(table[both].T @ tables[0][both])
            rotation = left @ np.diag([1, 1, 1, -1]) @ right
        turned.append(table @ np.linalg.matrix_power(rotation, turn))
    weights = counts[..., None] if weighted else np.ones_like(counts[..., None])
    return (weights * np.array(turned)).sum(axis=0) / weights.sum(axis=0)


def _judge_join(inputs: Any, value: Any) -> str | None:
    expected = _joined(inputs)
    if np.shape(value["joined"]) != expected.shape:
        return f"your joined table has the shape {np.shape(value['joined'])}, not {expected.shape}"
    causes = {
        "the tables are averaged as they are, and each has axes of its own": _joined(inputs, turn=0),
        "a shard is turned the wrong way: the rotation takes its rows to the first shard's": _joined(inputs, turn=-1),
        "a vector counts as often as its shard has seen the word, and yours count alike": _joined(
            inputs, weighted=False
        ),
        "the rotation is fitted to words, too, that a shard has never seen": _joined(inputs, all_words=True),
        "a rotation may mirror: only QᵀQ = I is asked of it": _joined(inputs, mirror=False),
    }
    if problem := _unlike("joined row", value["joined"], expected, causes):
        return problem
    if any(np.any(np.array(value["after"][name]) != np.array(inputs[name])) for name in ("tables", "counts")):
        return "your function changed an array that it was given: work on a copy"
    return None


def _unlike(what: str, value: Any, expected: np.ndarray, causes: dict[str, np.ndarray]) -> str | None:
    """What is wrong with one of several rows or numbers, whose `causes` are others that learners get."""
    found = np.array(value, dtype=float)
    wrong = ~np.isclose(found, expected, **CLOSE)
    if not wrong.any():
        return None
    place = tuple(np.argwhere(wrong)[0].tolist())
    column = f" in dimension {place[1]}" if len(place) > 1 else ""
    said = f"your {what} {place[0]} has {show(found[place])}{column}, not {show(expected[place])}"
    return said + because(found, causes, **CLOSE)


SHARING_STEPS = (
    Step("exchange", 5, ("tell", "hear"), _exchange_inputs, _judge_exchange, optional=True),
    Step("join_shards", 4, ("join_shards",), _join_inputs, _judge_join, optional=True),
)
