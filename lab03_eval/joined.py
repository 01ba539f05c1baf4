"""The largest entry of two rows joined, for many pairs of rows: the search under solve_analogies.

Every question joins one row of `left` with one row of `right`, by + or ×, and asks where the result is largest.
The questions share few rows, so there is little to compute and much to search. Set a cut for each row, anywhere.
A column below both cuts joins to less than the two cuts joined: once the best of the columns above *one* of them
reaches that, nothing else can win (the threshold algorithm of Fagin, Lotem & Naor 2003, "Optimal aggregation
algorithms for middleware", §4). The answer is exact wherever the cuts lie; only the time depends on them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

ABOVE = 0.008  # of a row's columns lie above its cut, as far as its first SAMPLE columns tell
SAMPLE = 1024

Side = tuple[np.ndarray, np.ndarray]  # a matrix (m, t), and the row of it that each question takes (n,)


def argmax_joined(
    left: Side, right: Side, join: Callable[..., np.ndarray], floor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Score and first column of max_w join(left[i_q, w], right[j_q, w]) for each question q: both (n,).

    `join` is np.add, or np.multiply of entries that are not negative: it may not fall where its arguments rise.
    Scores below `floor` (n,) are of no interest; a question that has none above gets any of them, or −inf.
    """
    cuts = [cut(matrix) for matrix, _ in (left, right)]  # (P,) and (C,)
    with ThreadPoolExecutor(2) as pool:  # numpy lets go of the interpreter in its loops
        (score, column), second = pool.map(above_cut, (left, right), cuts, (right, left), (join, join))
    replace(score, column, slice(None), *second)
    left_cut, right_cut = (cut[rows] for cut, (_, rows) in zip(cuts, (left, right)))  # (n,) each
    for question in np.flatnonzero(np.maximum(score, floor) <= join(left_cut, right_cut)).tolist():
        mine, other = (matrix[rows[question]] for matrix, rows in (left, right))  # (t,)
        bound = join(left_cut[question], other)  # of the columns where mine is below its cut
        near = np.flatnonzero(bound >= max(score[question], floor[question]))
        if len(near):
            scores = join(mine[near], other[near])
            winner = scores.argmax()
            replace(score, column, [question], scores[winner], near[winner])
    return score, column


def cut(matrix: np.ndarray) -> np.ndarray:
    sample = matrix[:, :SAMPLE]
    place = min(int(sample.shape[1] * (1 - ABOVE)), sample.shape[1] - 1)
    return np.partition(sample, place, axis=1)[:, place]


def above_cut(
    mine: Side, cut: np.ndarray, other: Side, join: Callable[..., np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """As argmax_joined, among the columns where the question's row of `mine` is not below that row's cut (m,)."""
    (matrix, rows), (partner, partners) = mine, other
    order = np.argsort(rows, kind="stable")  # the questions of a row side by side
    ends = np.searchsorted(rows[order], np.arange(len(matrix)), side="right")
    begins = (partners[order] * partner.shape[1])[:, None]  # of each question's row in the flat partner
    score, column = np.full(len(rows), -np.inf, np.float32), np.zeros(len(rows), np.int64)
    for row, low, start, end in zip(matrix, cut, np.append(0, ends), ends):
        near = (row >= low).nonzero()[0]  # (k,)
        if len(near):
            scores = partner.take(begins[start:end] + near)  # (m, k)
            join(scores, row[near], out=scores)
            winner = scores.argmax(axis=1)
            score[start:end], column[start:end] = scores[np.arange(end - start), winner], near[winner]
    back = np.argsort(order)
    return score[back], column[back]


def replace(score: np.ndarray, column: np.ndarray, which: slice | list[int], by: np.ndarray, at: np.ndarray) -> None:
    """Where `by` is a better score than that of questions `which`, or as good and earlier: put it in its place."""
    better = (by > score[which]) | ((by == score[which]) & (at < column[which]))
    score[which], column[which] = np.where(better, by, score[which]), np.where(better, at, column[which])
