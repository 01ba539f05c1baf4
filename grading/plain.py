"""What a learner's function returned, as plain lists and numbers that JSON can carry. Used in the child."""

from __future__ import annotations

from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Tensors and arrays as nested lists, NumPy scalars as numbers, tuples as lists; NaN and infinities stay."""
    if hasattr(value, "detach"):  # a torch tensor, maybe sparse, on any device
        value = value.detach()
        value = (value.to_dense() if value.is_sparse else value).cpu()
        value = (value.double() if value.is_floating_point() else value).numpy()  # NumPy has no bfloat16
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"expected numbers, lists, arrays or tensors, found {type(value).__name__}")
