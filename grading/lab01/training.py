"""Lab 1's steps on the model and its training: tables, loss, negatives, updates. Runs in the parent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show, show_row
from grading.steps import Step

# tables


def _tables_inputs(rng: np.random.Generator) -> Any:
    return {"vocab": int(rng.integers(280, 330)), "dim": int(rng.integers(18, 25)), "negatives": [3, 4, 5, 6, 7]}


def _judge_tables(inputs: Any, value: Any) -> str | None:
    v, u = np.array(value["in_emb"], dtype=float), np.array(value["out_emb"], dtype=float)
    shape, small = (inputs["vocab"], inputs["dim"]), 0.5 / inputs["dim"]
    for name, table in (("in_emb", v), ("out_emb", u)):
        if table.shape != shape:
            return f"{name} has the shape {table.shape}; {shape[0]} words of {shape[1]} dimensions are {shape}"
    if np.any(np.array(value["out_emb_after"]) != u):
        return "in_emb and out_emb are one table: a word as center and as context has two vectors"
    if not np.abs(v).max() > 0.2 * small or len(np.unique(v, axis=0)) < len(v):
        return "in_emb does not start at random: where both tables are zero, or rows equal, nothing is learnt"
    if v.min() > -0.2 * small or v.max() < 0.2 * small:
        return f"in_emb starts between {show(v.min())} and {show(v.max())}; uniform in ±0.5/d it has both signs"
    if np.abs(v).max() > 5 * small:
        return f"in_emb starts with values up to {np.abs(v).max():.2f}; uniform in ±0.5/d they stay within {small:g}"
    first = 6 * math.log(2)
    if differs(value["loss"][0], first, 0.02):
        return (
            f"the first loss with 5 negatives is (1 + 5)·ln 2 = {first:.3f}, yours {show(value['loss'][0])}: "
            "out_emb starts at 0"
        )
    return None


# loss


def _loss_inputs(rng: np.random.Generator) -> Any:
    """Scores 2, −1 and .5 of the walkthrough; random tables; one pair and three; a negative drawn twice; −1000."""
    hand = {"in_emb": [[1.0], [0.0], [0.0], [0.0]], "out_emb": [[0.0], [2.0], [-1.0], [0.5]]}
    tables = {name: rounded(rng.normal(size=(8, 5))) for name in ("in_emb", "out_emb")}
    far = {"in_emb": [[1.0], [1.0]], "out_emb": [[-1000.0], [-1000.0]]}
    return [
        hand | {"center": [0], "context": [1], "negatives": [[2, 3]]},
        tables | {"center": [2], "context": [5], "negatives": [[1, 4, 6, 7]]},
        tables | {"center": [2], "context": [5], "negatives": [[3, 3, 3]]},
        tables | {"center": [0, 3, 3], "context": [1, 2, 7], "negatives": [[4, 5], [6, 0], [1, 1]]},
        far | {"center": [0], "context": [1], "negatives": [[0]]},
    ]


def _scores(case: dict) -> tuple[np.ndarray, np.ndarray]:
    """Of the positive (B,) and of the negatives (B, K)."""
    v, u = np.array(case["in_emb"])[case["center"]], np.array(case["out_emb"])
    return (v * u[case["context"]]).sum(axis=1), np.einsum("bd,bkd->bk", v, u[np.array(case["negatives"])])


def _cost(score: np.ndarray) -> np.ndarray:
    """−log σ(score)."""
    return np.logaddexp(0, -score)


def _total(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    return _cost(positive) + _cost(-negative).sum(axis=1)


def _judge_loss(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        positive, negative = _scores(case)
        expected = _total(positive, negative)  # (B,)
        if _agrees(found, expected):
            continue
        if len(found) not in (1, len(expected)):
            return f"for {len(expected)} pairs your loss has {len(found)} numbers: one per pair is asked for"
        scores = f"scores {show_row(positive)} of the context and {show_row(negative.ravel())} of the negatives"
        said = (
            f"for {scores} your loss was {show_row(found)}; −log σ(s) of the context and Σ −log σ(−s) of the negatives "
            f"make {show_row(expected)}"
        )
        v, u = np.array(case["in_emb"]), np.array(case["out_emb"])
        in_for_out = _scores(case | {"out_emb": case["in_emb"]})
        wrong = {
            "that is the mean over the negatives, the objective has their sum": _cost(positive)
            + _cost(-negative).mean(axis=1),
            "the negatives miss their minus sign": _cost(positive) + _cost(negative).sum(axis=1),
            "the sign is turned round: a loss falls as the model gets better": -expected,
            "the context's score has the sign of a negative's": _cost(-positive) + _cost(-negative).sum(axis=1),
            "the negatives are missing": _cost(positive),
            "the context's term is missing": _cost(-negative).sum(axis=1),
            "you look up the context in in_emb": _total(in_for_out[0], negative),
            "you look up the negatives in in_emb": _total(positive, in_for_out[1]),
            "you look up context and negatives in in_emb": _total(*in_for_out),
            "you have the two tables the wrong way round": _total(*_scores(case | {"in_emb": u, "out_emb": v})),
            "a negative that is drawn twice counts twice": _cost(positive) + _distinct(case, negative),
        }
        if len(found) == 1 and not math.isfinite(found[0]):
            return (
                f"for {scores} your loss was {show(found[0])}, not 1000: log(σ(s)) underflows, logsigmoid(s) does not"
            )
        if np.abs(positive).max() > 100:
            return f"{said}: far from 0 log(σ(s)) loses its digits, logsigmoid(s) does not"
        hints = [hint for hint, values in wrong.items() if _agrees(found, values)]
        return said + "".join(f": {hint}" for hint in hints[:1])
    return None


def _agrees(found: list, expected: np.ndarray) -> bool:
    """Whether `found` is one number per pair, or their sum or mean."""
    mine = np.array(found, dtype=float)
    ways = [expected, expected.sum(keepdims=True), expected.mean(keepdims=True)]
    return any(len(mine) == len(way) and np.allclose(mine, way, rtol=1e-3, atol=1e-4) for way in ways)


def _distinct(case: dict, negative: np.ndarray) -> np.ndarray:
    first = [[row.index(word) == at for at, word in enumerate(row)] for row in case["negatives"]]
    return (_cost(-negative) * np.array(first)).sum(axis=1)


# negatives

TRAINERS = 40


def _negatives_inputs(rng: np.random.Generator) -> Any:
    """A text of word 0 alone makes two pairs (0, 0), each with its negatives; the rows of out_emb that a trainer's
    first step moves are 0 and what was drawn."""
    case = {"ids": [0, 0], "dim": 2, "window": 1}
    return [
        case | {"counts": [127, 20], "negatives": 2, "trainers": TRAINERS},  # shares .8 and .2, as 127/20 = 4^(4/3)
        case | {"counts": [10**6] * 5 + [1] * 15, "negatives": 5, "trainers": 20},
    ]


def _judge_negatives(inputs: Any, value: Any) -> str | None:
    two, skewed = value
    # Both pairs draw 2 of 2 words. All four draws are word 0 with chance .8⁴ = .41: in none of 40 trainers, 7·10⁻¹⁰.
    if all(1 in moved for moved in two):
        return (
            f"of two words, two negatives per pair, word 1 was among them every time in {TRAINERS} runs: you draw "
            "without replacement; each negative is drawn on its own, the same word may come twice"
        )
    if not any(1 in moved for moved in two):
        return "of two words, with counts 127 and 20, word 1 was never drawn: its row of out_emb never moved"
    drawn = [row for moved in skewed for row in moved if row]
    rare = sum(row >= 5 for row in drawn)
    if not drawn:
        return "a step moves no row of out_emb but the context's: negatives get their gradient, too"
    if rare > 0.2 * len(drawn):
        return (
            f"words with counts of 1,000,000 and of 1: {rare} of {len(drawn)} negatives were rare words, about 0 are "
            "expected: draw them from the noise table that the trainer is given"
        )
    return None


# updates

SPOKES, DIM, K = 60, 100, 5
SQUARES_START = 1e-3  # as EXERCISE.md says


def _updates_inputs(rng: np.random.Generator) -> Any:
    """The text 0 1 0 2 0 3 …: word 0 is the context of every other word, twice. The last word does
    not occur in it, and is so frequent that it is every negative."""
    ids = [word for spoke in range(1, SPOKES + 1) for word in (0, spoke)] + [0]
    counts = [1] * (SPOKES + 1) + [10**9]
    text = {"ids": ids, "counts": counts, "dim": DIM, "window": 1, "negatives": K, "lr": [0.0, *[0.05] * 5]}
    return text | {"gradient": rounded(rng.normal(size=4))}


def _judge_updates(inputs: Any, value: Any) -> str | None:
    start, still, after = ([np.array(table, dtype=float) for table in pair] for pair in value["tables"])
    losses = value["losses"]
    if any(np.any(a != b) for a, b in zip(start, still)):
        return "a step with a learning rate of 0 moved the tables: the rate that step() is given is not used"
    if all(np.all(a == b) for a, b in zip(still, after)):
        return "the tables do not move: is the optimiser's step taken?"
    if not np.isfinite(after[0]).all() or not np.isfinite(after[1]).all():
        return "the tables hold NaN or infinity after one epoch"
    if differs(losses[0], (1 + K) * math.log(2), 0.02):
        return (
            f"step() returns the summed loss and the number of pairs: at the start {K} negatives make "
            f"(1 + {K})·ln 2 = {(1 + K) * math.log(2):.3f} per pair, yours {show(losses[0])}"
        )
    # From out_emb = 0 every σ is .5: a context's row goes along the sum of its centers' vectors, a negative's against.
    v, moved = still[0], after[1] - still[1]
    centers = np.concatenate([np.repeat(np.arange(1, SPOKES + 1), 2), np.zeros(2 * SPOKES, dtype=int)])
    for row, along, what in (
        (0, v[1 : SPOKES + 1].sum(axis=0), f"a word that was the context of {SPOKES} different centers"),
        (SPOKES + 1, -v[centers].sum(axis=0), "a word that was every pair's negative"),
    ):
        cosine = float(moved[row] @ along / max(np.linalg.norm(moved[row]) * np.linalg.norm(along), 1e-30))
        if cosine < -0.5:
            return (
                f"the row of {what} in out_emb moved the wrong way: "
                "a context is pulled towards its centers, a negative pushed away"
            )
        if cosine < 0.5:
            return (
                f"the row of {what} moved along the sum of its gradients with a cosine of {show(cosine)}, not near 1: "
                "the gradients of a word that recurs in a batch are added, table[rows] += g keeps one of them"
            )
    if losses[-1] >= losses[0]:
        return f"after five epochs the mean loss is {losses[-1]:.6f}, at the start {losses[0]:.6f}: it should fall"
    return _judge_row(np.array(inputs["gradient"]), value["row"])


def _judge_row(gradient: np.ndarray, found: Any) -> str | None:
    """One step of RowAdagrad from 0, where the submission has it."""
    expected = -gradient / np.sqrt(SQUARES_START + np.mean(gradient**2))
    if found is None or np.allclose(found, expected, rtol=1e-3, atol=1e-5):
        return None
    moved = f"moved a row of zeros with the gradient {show_row(gradient)} to {show_row(found)}"
    said = f"RowAdagrad with lr 1 {moved}, not to {show_row(expected)}"
    causes = {
        "squares grow by the mean of the squares, yours by the square of the mean": np.mean(gradient) ** 2,
        "squares grow by the mean of the squares, yours by their sum": np.sum(gradient**2),
        "squares grow before the step, yours after it": 0.0,
    }
    fits = (
        why for why, grown in causes.items() if np.allclose(found, -gradient / np.sqrt(SQUARES_START + grown), 1e-3)
    )
    return "".join((said, *(f": {why}" for why in fits)))


TRAINING_STEPS = (
    Step("tables", 4, ("SkipGramNS",), _tables_inputs, _judge_tables),
    Step("loss", 10, ("SkipGramNS",), _loss_inputs, _judge_loss),
    Step("negatives", 6, ("PairTrainer",), _negatives_inputs, _judge_negatives),
    Step("updates", 8, ("PairTrainer",), _updates_inputs, _judge_updates),
)
