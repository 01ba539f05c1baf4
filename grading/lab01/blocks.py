"""Lab 1's steps on the blocks: masks of windows, and the gradients of many pairs at once. Runs in the parent."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import differs, rounded, show, show_row
from grading.steps import Step


def _masks_inputs(rng: np.random.Generator) -> Any:
    drawn = {"window": int(rng.integers(3, 7)), "length": int(rng.integers(7, 25))}
    return [{"window": 2, "length": 4}, drawn]


def _judge_masks(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        window, length = case["window"], case["length"]
        found, shape = np.array(found, dtype=float), (length, window + 1, length + 2 * window)
        if found.shape != shape:
            return f"for window {window} and length {length} the shape is {shape}, yours {found.shape}"
        center, radius, column = np.ogrid[:length, : window + 1, : length + 2 * window]
        distance = np.abs(column - window - center)
        wrong = np.argwhere(found != ((distance <= radius) & (distance > 0)))
        if len(wrong):
            i, r, j = wrong[0].tolist()
            state = "marked" if found[i, r, j] else "not marked"
            away = abs(j - window - i)
            return f"window {window}: column {j} lies {away} from center {i}; at radius {r} you have it {state}"
    return None


def _blocks_inputs(rng: np.random.Generator) -> Any:
    batch, length, halo, shared, dim = 2, 4, 8, 3, 5
    context = (rng.random((batch, length, halo)) < 0.5).astype(float)
    return {
        "v": rounded(rng.normal(size=(batch, length, dim))),
        "u": rounded(rng.normal(size=(batch, halo + shared, dim))),
        "context": context.tolist(),
        "weight": rounded(context.sum(axis=2, keepdims=True) * 5 / shared),
    }


def _judge_blocks(inputs: Any, value: Any) -> str | None:
    v, u, context, weight = (np.array(inputs[key]) for key in ("v", "u", "context", "weight"))
    z = v @ u.transpose(0, 2, 1)  # (B, L, H + K)
    halo = context.shape[2]
    z[..., :halo] *= -1
    if not np.allclose(value["z"], z, atol=1e-6):
        return "wrongness: z is −v_c·u_o for the halo's columns and +v_c·u_n for the negatives'; yours differs"
    scale = np.concatenate([context, np.broadcast_to(weight, (*z.shape[:2], z.shape[2] - halo))], axis=2)
    total = float((scale * np.logaddexp(0, z)).sum())
    if differs(value["loss"], total, 1e-4 * total):
        return f"block_loss: Σ weight·softplus(z) is {total:.3f}, yours {show(value['loss'])}"
    g = scale / (1 + np.exp(-z))
    g[..., halo:] *= -1
    for name, mine, right in (("dv", value["dv"], g @ u), ("du", value["du"], g.transpose(0, 2, 1) @ v)):
        mine = np.array(mine, dtype=float)
        if mine.shape != right.shape:
            return f"{name} has the shape {mine.shape}, not {right.shape}"
        if np.allclose(mine, -right, atol=1e-5):
            return f"{name} is the gradient itself; the descent direction is minus it"
        if not np.allclose(mine, right, atol=1e-5):
            first = f"{show_row(mine[0, 0, :3])}, not {show_row(right[0, 0, :3])}"
            return f"{name} is not minus the gradient of the loss: its first entries are {first}"
    return None


BLOCK_STEPS = (
    Step("window_masks", 4, ("window_masks",), _masks_inputs, _judge_masks),
    Step("block_gradients", 4, ("block_gradients", "wrongness", "block_loss"), _blocks_inputs, _judge_blocks),
)
