"""Counting without training: PPMI and its truncated SVD; and what skip-gram's two tables factorise.

    PMI(w, c) = log P(w, c) / (P(w) · P_α(c))      P_α(c) = X_c^α / Σ X^α, α = .75: rare contexts look less surprising
    PPMI = max(0, PMI − shift),  W = U_d Σ_d^p     p = ½ keeps the directions of few words in sight; p = 1 is the SVD's

(Levy, Goldberg & Dagan 2015, "Improving Distributional Similarity", §3 and §5.) Levy & Goldberg (2014, "Neural Word
Embedding as Implicit Matrix Factorization", §3.1) show where skip-gram with k negatives ends if d is large enough:

    v_w·u_c = log P(w, c) / (P(w) · P_n(c)) − log k    P_n: the distribution that negatives are drawn from

`shifted_pmi_check` regresses trained tables on the right side. The shift moves the intercept and no correlation.
"""

from __future__ import annotations

from dataclasses import dataclass

from wordlab.errors import InputError

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import svds

from lab01_word2vec.solution import subsample
from lab02_glove_fasttext.glove import sparse_tensors
from lab02_glove_fasttext.solution import cooccurrence


def log_ratios(counts: sparse.csr_array, contexts: np.ndarray) -> np.ndarray:
    """log P(w, c) / (P(w) · contexts(c)) of each entry of `counts`, (nnz,) float32; contexts (V,) need not sum to 1."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a word without pairs has no entries
        words = np.log(counts.sum(axis=1, dtype=np.float64)).astype(np.float32)  # (V,)
        contexts = np.log(contexts / contexts.sum()).astype(np.float32)
    values = np.log(counts.data)
    values -= np.repeat(words, np.diff(counts.indptr))
    values -= contexts[counts.indices]
    return values


def ppmi(counts: sparse.csr_array, shift: float = 0.0, smoothing: float = 0.75) -> sparse.csr_array:
    """max(0, PMI − shift), (V, V) float32, of counts X (V, V). A shift of log k is skip-gram's with k negatives."""
    # BEGIN SOLUTION: log P(w, c)/(P(w)·P_α(c)) − shift where it is above 0, with P_α(c) = X_c^α / Σ X^α
    values = log_ratios(counts, counts.sum(axis=0, dtype=np.float64) ** smoothing) - np.float32(shift)
    matrix = sparse.csr_array((np.maximum(values, 0), counts.indices, counts.indptr), counts.shape, copy=True)
    matrix.eliminate_zeros()
    return matrix
    # END SOLUTION


def demand_fewer_dimensions(dim: int, words: int, where: str) -> None:
    """Raise InputError unless an SVD of counts of so many words has `dim` dimensions; `where` names who wants them."""
    if dim >= words:
        few = f"the {words:,} words of this text allow fewer dimensions than that in {where}"
        raise InputError(f"--dim {dim}: {few}; lower --dim")


def ppmi_svd(
    matrix: sparse.csr_array, dim: int = 100, power: float = 0.5, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Words U_d Σ_d^power and contexts V_d Σ_d^power, each (V, dim), of the best rank-dim approximation U_d Σ_d V_dᵀ.

    Dimensions fall in singular value. An SVD leaves their signs open: each one's largest entry in U is positive.
    """
    start = np.random.default_rng(seed).standard_normal(min(matrix.shape)).astype(matrix.dtype)
    u, s, vt = svds(matrix, dim, v0=start)
    order = np.argsort(-s)
    u, s, v = u[:, order], s[order], vt[order].T
    scale = np.sign(u[np.abs(u).argmax(axis=0), np.arange(dim)]) * s**power  # (dim,)
    return u * scale, v * scale


def training_counts(ids: np.ndarray, keep: np.ndarray, window: int, seed: int, epochs: int) -> sparse.csr_array:
    """The pairs (V, V) float32 that a block trainer with this `seed` meets in an epoch, the mean of `epochs`.

    Each epoch's tokens are the trainer's own draw: subsampling comes before the window, so that distances are those
    among the tokens kept. Only the radius, uniform in 1 … window, is taken in expectation: a pair at distance δ counts
    (window − δ + 1)/window in either direction. Negatives are not in here: they are k a pair, from P_n.
    """
    weights = 1 - np.arange(window) / window  # (w,)
    total = sparse.csr_array((len(keep), len(keep)), dtype=np.float32)
    for epoch in range(epochs):
        kept = subsample(ids, keep, np.random.default_rng([seed, epoch]))
        total = total + cooccurrence(kept, len(keep), window, weights=weights)
    return (total / epochs).astype(np.float32)


@dataclass
class Line:
    """Least squares y = slope · x + intercept, and Pearson's r, over n points."""

    slope: float
    intercept: float
    r: float
    n: int


def fit_line(x: np.ndarray, y: np.ndarray) -> Line:
    """The line through points (n,), added up in float64 a million at a time. NaN where none is determined."""
    moments = np.zeros((3, 3))
    for start in range(0, len(x), 1 << 20):
        part = slice(start, start + (1 << 20))
        columns = np.stack([np.ones_like(x[part], dtype=np.float64), x[part], y[part]])
        moments += columns @ columns.T
    (n, sum_x, sum_y), (_, xx, xy), (_, _, yy) = moments
    xx, xy, yy = n * xx - sum_x**2, n * xy - sum_x * sum_y, n * yy - sum_y**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = xy / xx
        return Line(float(slope), float((sum_y - slope * sum_x) / n), float(xy / np.sqrt(xx * yy)), len(x))


def shifted_pmi_check(
    in_emb: np.ndarray,
    out_emb: np.ndarray,
    counts: sparse.csr_array,
    noise_probabilities: np.ndarray,
    k: float,
    at_least: float = 0.0,
) -> dict[str, Line]:
    """v_w·u_c of tables (V, d) as a line in "shifted", the right side above, and in "pmi", log P(w, c) / (P(w) · P(c)).

    The points are the pairs of `counts` (V, V), as `training_counts` gives them, that count `at_least`, each weighing
    the same; noise_probabilities (V,) is P_n. Tables that fit without error give "shifted" slope 1 and intercept 0.
    """
    pattern = (torch.from_numpy(part) for part in (counts.indptr, counts.indices, np.zeros_like(counts.data)))
    indptr, indices, zeros = pattern
    with sparse_tensors():
        products = torch.sparse.sampled_addmm(
            torch.sparse_csr_tensor(indptr, indices, zeros, counts.shape, check_invariants=False),
            torch.from_numpy(in_emb),
            torch.from_numpy(out_emb).T,
        )
    chosen = counts.data >= at_least
    scores = products.values().numpy()[chosen]
    shifted = log_ratios(counts, noise_probabilities) - np.float32(np.log(k))
    pmi = log_ratios(counts, counts.sum(axis=0, dtype=np.float64))
    return {"shifted": fit_line(shifted[chosen], scores), "pmi": fit_line(pmi[chosen], scores)}
