"""Whether GloVe's biases learn, told from what train_glove returns, however it trains. Runs in the parent.

A trained model may be returned with its origin moved, as glove.py's `settle` does: b + w·c for some c. Biases that were
never updated then differ from their start by a linear function of the vectors, and by nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import rounded

LEAST = 1e-3  # of the part of the biases' way that is no such function: rounding makes less than a hundredth of it


def bias_inputs(rng: np.random.Generator) -> Any:
    """Counts of words that are frequent to different degrees, trained for an epoch and for more of them."""
    frequency = rng.uniform(0, 3, 50)
    x = np.exp(frequency[:, None] + frequency + rng.normal(size=(50, 50)))
    return {"counts": rounded((x + x.T) / 2), "dim": 1, "epochs": [1, 20]}


def judge_biases(models: Any) -> str | None:
    """`models` are, for each optimiser, what it returned after few and after more epochs from the same start."""
    for optimizer, (few, more) in models.items():
        for name, table, sign in (("b", "w", "b"), ("b_context", "w_context", "b̃")):
            way = np.array(more[name], dtype=float) - np.array(few[name], dtype=float)
            vectors = [np.array(model[table], dtype=float) for model in (few, more)]
            known = np.column_stack([*vectors, np.ones(len(way))])
            rest = way - known @ np.linalg.lstsq(known, way, rcond=None)[0]
            if not np.std(rest) > LEAST:
                which = "" if optimizer == "default" else f" with optimizer={optimizer!r}"
                said = f"your {sign} does not move in training{which}"
                return f"{said}: ∂J/∂b = ∂J/∂b̃ = f·r, word by word, and each bias takes its step as the vectors do"
    return None
