"""Lab 2, the lesson: counts, GloVe's loss and its gradient, and words made of character n-grams.

    python lab02_glove_fasttext/solution.py --data data/text8
    python lab02_glove_fasttext/solution.py --data sample --oov blorptastic

Lab 1 predicts a word's neighbours. Two other ways lead to the same kind of vector. GloVe counts first, and then fits
products of vectors to the logarithms of the counts (Pennington, Socher & Manning 2014). FastText predicts, but from the
pieces that a word is made of, so that it has a vector for any word (Bojanowski, Grave, Joulin & Mikolov 2017). Each
function is a step of EXERCISE.md, in the same order, and WALKTHROUGH.md explains every choice.

Beside this file lie the trainers: glove.py and fasttext.py, and for comparison cbow.py, hierarchical.py, ppmi.py.
"""

from __future__ import annotations

import functools
import os
import runpy
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

try:
    from wordlab.errors import InputError

    import numpy as np
    import torch
    from scipy import sparse

    from lab03_eval.vectors import SubwordVectors
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

SEPARATOR = -1  # among the ids: the end of a sentence, across which no pair reaches
PIECE = 1 << 16  # positions counted at a time, at most; more gains nothing
PAIR_BYTES = (
    48  # per neighbour: its place in N with its weight, its 64-bit index while gathered, its part of the product
)
FNV_OFFSET, FNV_PRIME = 2166136261, 16777619  # of the hash FNV-1a, 32 bits


# Counts


def cooccurrence(
    ids: np.ndarray, vocab: int, window: int = 10, memory_gb: float = 1.0, threads: int | None = None,
    weights: np.ndarray | None = None,
) -> sparse.csr_array:  # fmt: skip
    """Counts X (V, V) float32, V = vocab: 1/distance per pair of a token of word i and one of word j within `window`.

    ids (n,) are rows of the vocabulary, from which rare words are left out beforehand, as in the C program, and
    SEPARATOR ends a sentence. A pair counts in both directions, so that X is symmetric and X_ii holds each pair of
    equal words twice. `weights` (window,) are counted instead of 1/distance by models that weigh distances otherwise.
    `memory_gb` bounds what counting needs beside `ids` and the result; InputError is raised if it is too little.
    """
    # BEGIN SOLUTION: X[i, j] += 1/δ for every i at distance δ = 1 … window from a j, both ways, within a sentence
    # X is one sparse product S N. S (V, n) marks where each word is, and row t of N (n, V) holds 1/distance for the
    # neighbours of position t. Neither factor needs a sort, and the sums of one word's row stay in the cache.
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
    count = functools.partial(_count, padded, positions, starts, offsets, weights, vocab)
    with ThreadPoolExecutor(threads) as pool:
        counted = sparse.vstack(list(pool.map(count, _ranges(starts, size))), format="csr")
    # X is symmetric. Its transpose, whose indices come sorted, is X again, with the row of the outside below it.
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
    """Where each word is: word i at positions[starts[i]:starts[i + 1]], in order."""
    ends = np.arange(len(padded) + 1, dtype=np.int32)
    marks = sparse.csr_array((np.ones(len(padded), np.int8), padded, ends), (len(padded), vocab + 1)).tocsc()
    return marks.indptr.astype(np.int64), marks.indices


def _ranges(starts: np.ndarray, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of words that have no more than `size` positions together, or of one word that has more."""
    first, vocab = 0, len(starts) - 2
    while first < vocab:
        last = int(np.searchsorted(starts[: vocab + 1], starts[first] + size, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def _count(
    padded: np.ndarray, positions: np.ndarray, starts: np.ndarray, offsets: np.ndarray, weights: np.ndarray,
    vocab: int, words: tuple[int, int],
) -> sparse.csr_array:  # fmt: skip
    """Rows first..last of X, S N for these words; one column more holds what is outside the sentence."""
    first, last = words
    size = len(weights) // len(offsets)
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


# GloVe's loss, J = Σ f(X_ij) (w_i·w̃_j + b_i + b̃_j − log X_ij)² / 2 over X_ij > 0


def weight(x: torch.Tensor, x_max: float = 100.0, alpha: float = 0.75) -> torch.Tensor:
    """f(x) = min(1, (x/x_max)^α), §3: rare counts are noise and weigh less, and from x_max on all weigh the same."""
    # BEGIN SOLUTION: min(1, (x/x_max)^α)
    return (x / x_max).pow_(alpha).clamp_(max=1)
    # END SOLUTION


def entry_gradients(
    own: torch.Tensor, other: torch.Tensor, log: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of m entries, (), and ∂J/∂own above ∂J/∂other (2m, d + 1) for each entry's rows [w b] and [w̃ b̃].

    log (m,) is log X, and weight (m,) is f(X). The paper's optimiser in glove.py walks along these gradients.
    """
    # BEGIN SOLUTION: r = w·w̃ + b + b̃ − log X; Σ f r²/2; ∂w = f r w̃, ∂w̃ = f r w, ∂b = ∂b̃ = f r
    residual = (own[:, :-1] * other[:, :-1]).sum(1) + own[:, -1] + other[:, -1] - log  # (m,)
    error = weight * residual
    gradient = torch.cat([other, own])
    gradient[:, -1] = 1
    return torch.dot(error.double(), residual.double()) / 2, gradient.mul_(error.repeat(2)[:, None])
    # END SOLUTION


# FastText's n-grams, v_w = (own_w + Σ g over the n-grams of <w>) / (1 + n_w)


def ngrams(word: str, minn: int = 3, maxn: int = 6) -> list[str]:
    """N-grams of `<word>` by start, then length: for "where" at n = 3 these are <wh whe her ere re>.

    The marked word itself is among them where its length allows; `<` and `>` alone never are (§3.2).
    """
    # BEGIN SOLUTION: all of <word>'s pieces of minn … maxn letters, but < and > alone
    marked = f"<{word}>"
    return [
        marked[start : start + n]
        for start in range(len(marked))
        for n in range(max(minn, 1), min(maxn, len(marked) - start) + 1)
        if n > 1 or 0 < start < len(marked) - 1
    ]
    # END SOLUTION


@functools.cache
def hash_ngram(ngram: str) -> int:
    """32-bit FNV-1a of the UTF-8 bytes, each sign-extended first.

    fastText casts every byte through int8_t, so that bytes from 128 up also flip the hash's upper 24 bits. Its models
    hold rows that are found by this hash, and a reader must do the same.
    """
    # BEGIN SOLUTION: h = (h xor byte) · 16777619 mod 2³² from 2166136261; a byte >= 128 has its upper 24 bits set
    value = FNV_OFFSET
    for byte in ngram.encode():
        value ^= byte | 0xFFFFFF00 if byte >= 128 else byte
        value = value * FNV_PRIME % 2**32
    return value
    # END SOLUTION


def ngram_rows(words: Sequence[str], minn: int, maxn: int, bucket: int) -> tuple[np.ndarray, np.ndarray]:
    """Hashed rows, in [0, bucket), of every word's n-grams, in the order of `ngrams`; unrelated n-grams may share one.

    Returns `rows` (N,) and `offsets` (V + 1,), both int64: word i's are rows[offsets[i] : offsets[i + 1]].
    """
    # BEGIN SOLUTION: hash_ngram(n) mod bucket for n in ngrams(word), word after word; where each word's begin
    found = [[hash_ngram(n) % bucket for n in ngrams(word, minn, maxn)] if bucket else [] for word in words]
    offsets = np.cumsum([0, *map(len, found)], dtype=np.int64)
    return np.fromiter(chain.from_iterable(found), dtype=np.int64), offsets
    # END SOLUTION


def compose(
    words: Sequence[str], word_matrix: np.ndarray, ngram_matrix: np.ndarray, minn: int, maxn: int
) -> np.ndarray:
    """Vectors (V, d) of known words: the mean of a word's own row in word_matrix (V, d) and its n-grams' rows.

    `ngram_matrix` is (bucket, d). The paper sums, the fastText program averages, and so does this.
    """
    # BEGIN SOLUTION: v_w = (own_w + Σ rows of its n-grams) / (1 + n_w)
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    marks = sparse.csr_array((np.ones(len(rows), np.float32), rows, offsets), (len(words), len(ngram_matrix)))
    return (word_matrix + marks @ ngram_matrix) / (1 + np.diff(offsets))[:, None]
    # END SOLUTION


def carried(vectors: SubwordVectors, word: str) -> list[tuple[str, float]]:
    """The n-grams of `word`, each with the cosine between the word composed of all and of all but this one.

    The lowest, which carried the most, comes first. An n-gram that the corpus does not have, a row of zeros, gives 1.
    Raises KeyError for a word without n-grams.
    """
    # BEGIN SOLUTION: cos(Σ g, Σ g − g_i) for each n-gram i, lowest first
    rows = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))[0]
    if not len(rows):
        raise KeyError(word)
    parts = np.asarray(vectors.ngram_matrix[rows], dtype=np.float64)  # (n, d)
    whole = parts.sum(axis=0)
    without = whole - parts  # (n, d)
    lengths = np.linalg.norm(whole) * np.linalg.norm(without, axis=1)
    cosine = without @ whole / np.where(lengths > 0, lengths, 1)
    order = np.argsort(cosine, kind="stable")
    names = ngrams(word, vectors.minn, vectors.maxn)
    return [(names[i], float(cosine[i])) for i in order]
    # END SOLUTION


if __name__ == "__main__":
    runpy.run_module("lab02_glove_fasttext", run_name="__main__")  # command.py: parse, count, train, save, compare
