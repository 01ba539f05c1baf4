"""The largest entry of two rows joined, for many pairs of rows: the search that makes solve_analogies fast.

Every question joins one row of `left` with one row of `right`, by + or ×, and asks where the result is largest. The
questions share few rows, so there is little to compute and much to search. Set a threshold for each row, anywhere. A
column below both thresholds joins to less than the two thresholds joined. Once the best of the columns that reach *one*
of the thresholds is as good as that, nothing else can win (the threshold algorithm of Fagin, Lotem & Naor 2003,
"Optimal aggregation algorithms for middleware", §4). The answer is exact wherever the thresholds lie; only the time
depends on them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

TILE_SCORES = 40_000_000  # products held at a time: 160 MB
REACHING = 0.008  # of a row's columns reach its threshold, as far as its first SAMPLE columns tell
SAMPLE = 1024

Side = tuple[np.ndarray, np.ndarray]  # a matrix (m, t), and the row of it that each question takes (n,)
Join = Callable[..., np.ndarray]
Parts = Callable[[int, list[np.ndarray]], tuple[np.ndarray, np.ndarray]]


def best_rows(
    unit: np.ndarray,
    asked: list[np.ndarray],
    parts: Parts,
    takes: tuple[np.ndarray, np.ndarray],
    join: Join,
    ends: Sequence[int],
) -> np.ndarray:
    """The best row of `unit` (V, d) for each of n questions, among the first `end` rows: (ends, n).

    A tile of rows at a time is multiplied with the `asked` vectors, all of them (m, d). From the number of the tile's
    first row and its products, one matrix (m, t) for each of `asked`, `parts` makes the two parts of the score, which
    it may do in place. Question q joins row takes[0][q] of the first part with row takes[1][q] of the second.
    """
    vectors, seams = np.concatenate(asked), np.cumsum([len(each) for each in asked])[:-1]
    tile = max(1, TILE_SCORES // (len(vectors) + 1))
    space = np.empty(len(vectors) * min(tile, len(unit)), np.float32)  # of all tiles: fresh memory costs more than sums
    questions = len(takes[0])
    score, row = np.full(questions, -np.inf, np.float32), np.zeros(questions, np.int64)
    best = np.zeros((len(ends), questions), dtype=np.int64)
    for first, last in itertools.pairwise(sorted({*range(0, max(ends), tile), *ends})):
        products = space[: len(vectors) * (last - first)].reshape(len(vectors), last - first)
        np.matmul(vectors, unit[first:last].T, out=products)
        left, right = parts(first, np.split(products, seams))
        by, column = argmax_joined((left, takes[0]), (right, takes[1]), join, score)
        replace(score, row, slice(None), by, first + column)
        for number, end in enumerate(ends):
            if end == last:
                best[number] = row
    return best


def argmax_joined(left: Side, right: Side, join: Join, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score and first column of max_w join(left[i_q, w], right[j_q, w]) for each question q: both (n,).

    `join` is np.add, or np.multiply of entries that are not negative: it may not fall where its arguments rise.
    Scores below `floor` (n,) are of no interest; a question that has none above gets any of them, or −inf.
    """
    thresholds = [threshold(matrix) for matrix, _ in (left, right)]  # (P,) and (C,)
    with ThreadPoolExecutor(2) as pool:  # numpy lets go of the interpreter in its loops
        (score, column), second = pool.map(best_reaching, (left, right), thresholds, (right, left), (join, join))
    replace(score, column, slice(None), *second)
    left_threshold, right_threshold = (each[rows] for each, (_, rows) in zip(thresholds, (left, right)))  # (n,) each
    for question in np.flatnonzero(np.maximum(score, floor) <= join(left_threshold, right_threshold)).tolist():
        mine, other = (matrix[rows[question]] for matrix, rows in (left, right))  # (t,)
        bound = join(left_threshold[question], other)  # of the columns where mine is below its threshold
        near = np.flatnonzero(bound >= max(score[question], floor[question]))
        if len(near):
            scores = join(mine[near], other[near])
            winner = scores.argmax()
            replace(score, column, [question], scores[winner], near[winner])
    return score, column


def threshold(matrix: np.ndarray) -> np.ndarray:
    """For each row of (m, t) an entry (m,) that few of its entries reach."""
    sample = matrix[:, :SAMPLE]
    place = min(int(sample.shape[1] * (1 - REACHING)), sample.shape[1] - 1)
    return np.partition(sample, place, axis=1)[:, place]


def best_reaching(mine: Side, thresholds: np.ndarray, other: Side, join: Join) -> tuple[np.ndarray, np.ndarray]:
    """As argmax_joined, among the columns where the question's row of `mine` reaches that row's threshold (m,)."""
    (matrix, rows), (partner, partners) = mine, other
    order = np.argsort(rows, kind="stable")  # the questions of a row side by side
    ends = np.searchsorted(rows[order], np.arange(len(matrix)), side="right")
    begins = (partners[order] * partner.shape[1])[:, None]  # of each question's row in the flat partner
    score, column = np.full(len(rows), -np.inf, np.float32), np.zeros(len(rows), np.int64)
    for row, low, start, end in zip(matrix, thresholds, np.append(0, ends), ends):
        near = (row >= low).nonzero()[0]  # (k,)
        if len(near):
            scores = partner.take(begins[start:end] + near)  # (m, k)
            join(scores, row[near], out=scores)
            winner = scores.argmax(axis=1)
            score[start:end], column[start:end] = scores[np.arange(end - start), winner], near[winner]
    back = np.argsort(order)
    return score[back], column[back]


def replace(score: np.ndarray, column: np.ndarray, which: slice | list[int], by: np.ndarray, at: np.ndarray) -> None:
    """Where `by` is a better score than that of questions `which`, or as good and earlier, put it in its place."""
    better = (by > score[which]) | ((by == score[which]) & (at < column[which]))
    score[which], column[which] = np.where(better, by, score[which]), np.where(better, at, column[which])
