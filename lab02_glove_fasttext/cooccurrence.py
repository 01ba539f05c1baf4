"""How often words stand near each other: the matrix X that GloVe factorises (Pennington et al. 2014, §3 and §4.2).

    X_ij = Σ 1/distance over the pairs of a token of word i and a token of word j at most `window` apart

Counting is one sparse product. Let S (V, n) mark where each word stands, and let row t of N (n, V) hold
1/distance for the neighbours of position t: then X = S N. Neither factor needs a sort, and the product adds up
one word's row at a time, in an array that stays in the cache. The C program counts frequent pairs in a dense
array and merges the others from sorted files; here a range of words at a time bounds the memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse

from lab01_word2vec.corpus import InputError

PAIR_BYTES = 48  # a neighbour in N with its weight, its 64-bit place while it is gathered, its part of the product
PIECE = 1 << 16  # positions counted at a time, at most: more gains nothing
SEPARATOR = -1  # between sentences: no pair reaches across it


def cooccurrence(
    ids: np.ndarray,
    vocab: int,
    window: int = 10,
    memory_gb: float = 1.0,
    threads: int | None = None,
    weights: np.ndarray | None = None,
) -> sparse.csr_array:
    """Counts X (vocab, vocab) float32 of a symmetric window, each pair weighted by 1/distance; indices sorted.

    `weights` (window,) are what pairs at distance 1 … window count instead, for models that weigh them otherwise.

    ids (n,) are rows of the vocabulary: rare words are left out beforehand and take no place in a window, as in
    the C program. SEPARATOR ends a sentence. A pair counts in both directions, so X is symmetric and X_ii holds
    each pair of equal words twice. `memory_gb` bounds what counting needs beside `ids` and the result. Raises
    InputError if that is too little to count a single position in each thread.
    """
    # BEGIN SOLUTION: X[i, j] += 1/δ for every i at distance δ = 1 … window from a j, both ways, within a sentence
    threads = threads or os.cpu_count() or 1
    size = min(PIECE, int(memory_gb * 1e9) // (2 * window * PAIR_BYTES * threads))
    if size < 1:
        needed = 2 * window * PAIR_BYTES * threads / 1e9
        raise InputError(f"--memory {memory_gb:g}: too small to start, counting needs at least {needed:.2g} gigabytes")
    padded = _pad(ids, vocab, window)  # (m,)
    starts, positions = _positions(padded, vocab)
    offsets = np.delete(np.arange(-window, window + 1, dtype=np.int32), window)  # (2w,)
    by_distance = 1 / np.arange(1, window + 1) if weights is None else weights  # (w,)
    weights = np.tile(by_distance[np.abs(offsets) - 1], size)  # (size·2w,)

    def count(words: tuple[int, int]) -> sparse.csr_array:
        """Rows first..last of X; one column more holds what stands outside the sentence."""
        first, last = words
        rows = sparse.csr_array((last - first, vocab + 1))
        for start in range(starts[first], starts[last], size):
            at = positions[start : min(start + size, starts[last])]  # (p,)
            near = padded[at[:, None] + offsets].ravel()  # (p·2w,)
            ends = np.arange(len(at) + 1, dtype=np.int32)
            neighbours = sparse.csr_array((weights[: len(near)], near, ends * len(offsets)), (len(at), vocab + 1))
            edges = np.clip(starts[first : last + 1] - start, 0, len(at)).astype(np.int32)
            marks = sparse.csr_array((np.ones(len(at)), ends[:-1], edges), (last - first, len(at)))
            product = marks @ neighbours
            rows = rows + product if rows.nnz else product
        return rows.astype(np.float32)

    with ThreadPoolExecutor(threads) as pool:
        counted = sparse.vstack(list(pool.map(count, _ranges(starts, size))), format="csr")
    # X is symmetric: its transpose, which comes with sorted indices, is X again, the outside's row below it.
    turned = counted.tocsc()
    end = turned.indptr[vocab]
    return sparse.csr_array((turned.data[:end], turned.indices[:end], turned.indptr[: vocab + 1]), (vocab, vocab))
    # END SOLUTION


def _pad(ids: np.ndarray, vocab: int, window: int) -> np.ndarray:
    """ids with the number `vocab`, a word outside, `window` times for each separator and at both ends."""
    padded = np.concatenate([[SEPARATOR], ids, [SEPARATOR]]).astype(np.int32)
    outside = padded == SEPARATOR
    padded[outside] = vocab
    return np.repeat(padded, np.where(outside, window, 1))


def _positions(padded: np.ndarray, vocab: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each word stands: word i at positions[starts[i]:starts[i + 1]], in order."""
    ends = np.arange(len(padded) + 1, dtype=np.int32)
    marks = sparse.csr_array((np.ones(len(padded), np.int8), padded, ends), (len(padded), vocab + 1)).tocsc()
    return marks.indptr.astype(np.int64), marks.indices


def _ranges(starts: np.ndarray, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of words that stand at no more than `size` positions together, or of one word at more."""
    first, vocab = 0, len(starts) - 2
    while first < vocab:
        last = int(np.searchsorted(starts[: vocab + 1], starts[first] + size, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last
