"""Small look-ups that several trainers share: distinct rows without a sort, and a sparse product by torch's threads."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional as F


def distinct(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct `values` in [0, size), rising, and the place of each value among them: np.unique without a sort."""
    seen = np.zeros(size, dtype=bool)
    seen[values] = True
    found = np.flatnonzero(seen)
    place = np.empty(size, dtype=np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place[values]


def product(matrix: sparse.csr_array, table: torch.Tensor) -> torch.Tensor:
    """matrix (n, m) @ table (m, d), by torch's threads."""
    indices, starts, weights = (
        torch.from_numpy(part).to(table.device) for part in (matrix.indices, matrix.indptr[:-1], matrix.data)
    )
    return F.embedding_bag(indices, table, starts, mode="sum", per_sample_weights=weights.to(table.dtype))
