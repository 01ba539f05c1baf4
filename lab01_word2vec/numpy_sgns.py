"""word2vec on one page: skip-gram with negative sampling in NumPy alone. The file to read before an interview.

    python lab01_word2vec/numpy_sgns.py --data data/text8

A center c should score high with each context o around it, and low with k words drawn at random (Mikolov et al. 2013,
"Distributed Representations of Words and Phrases and their Compositionality", §2.2):

    loss of a pair        −log σ(v_c·u_o) − Σ log σ(−v_c·u_n)
    minus its gradient    Σ (label − σ(v_c·u)) u for v_c,  (label − σ(v_c·u)) v_c for each u

Pair by pair this is far too slow in Python. L consecutive centers share nearly all their contexts, so their scores
are one matrix product, masked to each center's window, and its two gradients are two more.

From corpus.py: how files are opened. From lab 3: the scores. Left out: checkpoints, presets, bfloat16 (solution.py).
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections import Counter
from itertools import repeat
from pathlib import Path

try:
    from wordlab.command import OneLineParser, number, run_command, seed
    from wordlab.errors import InputError
    from wordlab.files import demand_writable, write_json

    import numpy as np

    from lab01_word2vec.enough import demand_enough
    from lab01_word2vec.text import Text
    from lab03_eval.eval_embeddings import evaluate, format_scores
    from lab03_eval.vectors import WordVectors
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

L = 64  # centers in a block
K = 64  # negatives that a block's centers share
BLOCKS, STEPS_AT_LEAST = 64, 500  # blocks in a step, at most; a small corpus takes smaller steps
SQUARES_START = 1e-3  # of Adagrad's accumulators: it keeps a word's first step from being its largest


def encode(data: str, min_count: int = 5) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Words by falling count, their counts (V,), and the corpus as rows of that list (n,), rare words dropped."""
    text = Text(data)
    counted = [pair for pair in Counter(text.tokens()).most_common() if pair[1] >= min_count]
    if not counted:
        raise InputError(f"{data}: no word occurs {min_count} times: lower --min-count")
    row = {word: i for i, (word, _) in enumerate(counted)}
    ids = np.fromiter(map(row.get, text.tokens(), repeat(-1)), dtype=np.int32)  # read again, not kept as strings
    return list(row), np.array([count for _, count in counted]), ids[ids >= 0]


def keep_probability(counts: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    """Subsampling: the chance (V,) to keep a token of each word, √(t/f) + t/f as in the C program, at most 1."""
    ratio = threshold * counts.sum() / counts
    return np.minimum(1, np.sqrt(ratio) + ratio)


def cut(ids: np.ndarray, window: int, padding: int) -> np.ndarray:
    """Blocks (n / L, H): L centers each, `window` more tokens on both sides, `padding` beyond the corpus's ends."""
    blocks = -(-len(ids) // L)
    padded = np.full(max(1, blocks) * L + 2 * window, padding)
    padded[window : window + len(ids)] = ids
    return np.lib.stride_tricks.sliding_window_view(padded, L + 2 * window)[::L][:blocks]


def contexts(known: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Mask (B, L, H) of each center's contexts: positions at distance 1 … radius (B, L), both ends `known` (B, H)."""
    length, width = radius.shape[1], known.shape[1]
    window = (width - length) // 2
    offset = np.arange(width) - window - np.arange(length)[:, None]  # (L, H)
    near = (np.abs(offset) <= radius[:, :, None]) & (offset != 0)
    return near & known[:, None, :] & known[:, window : window + length, None]


def loss_of(score: np.ndarray, label: np.ndarray, weight: np.ndarray) -> float:
    """Σ weight · −log σ(±score) over scores (B, L, H + K), + where the label (H + K,) is 1, − where it is 0."""
    return float((weight * np.logaddexp(0, np.where(label, -score, score))).sum(dtype=np.float64))


def gradients(
    v: np.ndarray, u: np.ndarray, score: np.ndarray, label: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """−∂L/∂v (B, L, d) and −∂L/∂u (B, H + K, d): (label − prediction) times the other vector, summed."""
    sigmoid = 0.5 + 0.5 * np.tanh(0.5 * score)  # no exponential to overflow
    g = weight * (label - sigmoid)  # (B, L, H + K)
    return g @ u, g.transpose(0, 2, 1) @ v


class Table:
    """An embedding (V + 1, d), its last row zeros for tokens beyond the corpus, and row-wise Adagrad."""

    def __init__(self, start: np.ndarray):
        self.rows = np.vstack([start, np.zeros_like(start[:1])])
        self.squares = np.full(len(self.rows), SQUARES_START, dtype=start.dtype)

    def add(self, rows: np.ndarray, gradient: np.ndarray, lr: float) -> None:
        """One step from the gradients (N, d) of `rows` (N,). A word that occurs there twice is added twice.

        `table[rows] += gradient` would keep the last only, and `np.add.at` is slow: sort, then sum each run.
        """
        order = np.argsort(rows, kind="stable")
        first = np.flatnonzero(np.diff(rows[order], prepend=-1))
        word = rows[order[first]]  # (R,), each once
        self.squares[word] += np.add.reduceat(np.square(gradient).mean(axis=1)[order], first)
        summed = np.add.reduceat(gradient[order], first, axis=0)  # (R, d)
        self.rows[word] += lr * summed / np.sqrt(self.squares[word])[:, None]


class SkipGram:
    """`v` holds a word as center, `u` as context; u starts at zero, so the first loss is (1 + k)·ln 2 a pair."""

    def __init__(
        self, counts: np.ndarray, dim: int = 100, window: int = 5, negatives: int = 5, seed: int = 1,
        subsample: float = 1e-4,
    ):  # fmt: skip
        self.vocab, self.window, self.negatives = len(counts), window, negatives
        self.rng = np.random.default_rng(seed)
        self.v = Table((self.rng.random((self.vocab, dim), dtype=np.float32) - 0.5) / dim)
        self.u = Table(np.zeros((self.vocab, dim), dtype=np.float32))
        self.keep = keep_probability(counts, subsample)
        share = np.cumsum(counts**0.75)
        self.noise = share / share[-1]  # (V,), drawn from by inversion

    def epoch(self, ids: np.ndarray, lr: float, lr_end: float) -> float:
        """One pass over the corpus (n,), the rate falling from lr to lr_end. Returns the mean loss per pair, or NaN."""
        kept = ids[self.rng.random(len(ids), dtype=np.float32) < self.keep[ids]]  # before windows are formed
        blocks = cut(kept, self.window, padding=self.vocab)
        order = self.rng.permutation(len(blocks))
        size = min(BLOCKS, max(1, len(blocks) // STEPS_AT_LEAST))
        measured = np.zeros(2)
        for start in range(0, len(blocks), size):
            here = lr + (lr_end - lr) * start / len(blocks)
            measured += self.step(blocks[order[start : start + size]], here, measure=start % (64 * size) == 0)
        return float(measured[0] / measured[1]) if measured[1] else np.nan  # subsampling may have left no pair

    def step(self, tokens: np.ndarray, lr: float, measure: bool) -> tuple[float, int]:
        """One update from blocks (B, H). Returns the summed loss and the number of pairs if `measure`, else zeros."""
        batch, halo = tokens.shape
        centers = tokens[:, self.window : self.window + L]  # (B, L)
        radius = self.rng.integers(1, self.window, (batch, L), endpoint=True)
        mask = contexts(tokens < self.vocab, radius)
        drawn = np.searchsorted(self.noise, self.rng.random((batch, K)), side="right")  # (B, K)
        # A center with n contexts should meet n·k negatives. It meets K, so that each counts n·k/K times.
        weight = np.empty((batch, L, halo + K), dtype=np.float32)
        weight[..., :halo] = mask
        weight[..., halo:] = mask.sum(axis=2, keepdims=True) * (self.negatives / K)
        label = np.arange(halo + K) < halo
        outside = np.concatenate([tokens, drawn], axis=1)  # (B, H + K)
        v, u = self.v.rows[centers], self.u.rows[outside]
        score = v @ u.transpose(0, 2, 1)  # (B, L, H + K)
        dv, du = gradients(v, u, score, label, weight)
        self.v.add(centers.ravel(), dv.reshape(-1, v.shape[2]), lr)
        self.u.add(outside.ravel(), du.reshape(-1, u.shape[2]), lr)
        return (loss_of(score, label, weight), int(mask.sum())) if measure else (0.0, 0)

    def vectors(self) -> np.ndarray:
        """in + out, less the direction that all words share: (V, d). WALKTHROUGH.md, section 5, says why."""
        both = self.v.rows[:-1] + self.u.rows[:-1]
        return both - both.mean(axis=0)


def run(args: Namespace) -> None:
    started = time.perf_counter()
    demand_writable(args.out)
    words, counts, ids = encode(args.data, args.min_count)
    demand_enough(args.data, words, len(ids), float(counts @ keep_probability(counts, args.subsample)))
    print(f"{args.data}: {len(ids):,} tokens of {len(words):,} words, read in {time.perf_counter() - started:.0f} s")
    model = SkipGram(counts, args.dim, args.window, args.negatives, args.seed, args.subsample)
    trained_from, losses = time.perf_counter(), []
    for epoch in range(args.epochs):
        lr, lr_end = (args.lr * (1 - done / args.epochs) for done in (epoch, epoch + 1))
        losses.append(model.epoch(ids, lr, lr_end))
        seconds = time.perf_counter() - trained_from
        print(f"epoch {epoch + 1}/{args.epochs}: mean loss {losses[-1]:.4f}, {seconds:.0f} s", flush=True)
    vectors = WordVectors(words, model.vectors())
    vectors.save(Path(args.out, "vectors.bin"))
    scores = evaluate(vectors)
    config = {key: value for key, value in vars(args).items() if key not in ("data", "out")}
    record = {"corpus": Text(args.data).name, "tokens": len(ids), "config": config, "numpy": np.__version__}
    record |= {"training_seconds": seconds, "losses": losses, "scores": scores}
    record["command_seconds"] = time.perf_counter() - started
    write_json(Path(args.out, "run.json"), record)
    print(format_scores(scores, len(vectors)))


def build_parser() -> OneLineParser:
    parser = OneLineParser("Skip-gram with negative sampling in NumPy alone.")
    parser.add_argument("--data", default="data/text8", metavar="FILE", help='text, .gz .bz2 .xz .zip, or "sample"')
    parser.add_argument("--out", default="runs/numpy", metavar="DIR", help="where vectors.bin and run.json go")
    parser.add_argument("--min-count", type=number(int, 1, 10**9), default=5, help="drop rarer words")
    parser.add_argument("--subsample", type=number(float, 0, 1, open_low=True), default=1e-4, help="1 keeps all")
    parser.add_argument("--dim", type=number(int, 1, 4096), default=100)
    parser.add_argument("--window", type=number(int, 1, 100), default=5)
    parser.add_argument("--negatives", type=number(int, 1, 1000), default=5)
    parser.add_argument("--epochs", type=number(int, 1, 1000), default=5)
    parser.add_argument("--lr", type=number(float, 0, 10, open_low=True), default=0.5, help="falls linearly to 0")
    parser.add_argument("--seed", type=seed, default=1)
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
