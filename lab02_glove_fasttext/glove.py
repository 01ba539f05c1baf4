"""GloVe (Pennington, Socher & Manning 2014): word vectors whose products fit the logarithms of the counts.

    J = Σ_ij f(X_ij) (w_i·w̃_j + b_i + b̃_j − log X_ij)² / 2,   f(x) = min(1, (x/x_max)^α),   over X_ij > 0

solution.py has the loss and its gradients entry by entry, as the paper's optimiser takes them. Here a step takes a
block of words against a block of context words. The residuals of the block's entries are one sampled product, the
gradient of all its rows is one sparse product, and one step of row-wise Adagrad follows. X is symmetric, so that the
same step serves W̃ with the roles exchanged. The rows of two blocks stay in the cache, whereas entries in random order
would fetch two rows from memory and write two back for every count.

    E = f · (A Bᵀ − log X) on the block's entries,   ∂J/∂A = E B       A = [w b 1], B = [w̃ 1 b̃]

`optimizer="adagrad"` is the paper's, for comparison. Left out: the C program's clipping of gradients at 100, and its
threads that write without locks, which give other vectors on every run.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from wordlab.errors import InputError

import numpy as np
import torch
from scipy import sparse
from tqdm import tqdm

from lab01_word2vec.exchange import Exchange
from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import Place
from lab02_glove_fasttext.solution import entry_gradients, weight

WORDS = 800  # in a block: their rows stay in the cache, and an epoch moves each of them V / WORDS times
BATCH = 4096  # entries in a step of the paper's optimiser
SQUARES_START = 1e-4  # of the row-wise accumulators
ORIGIN = 0.5  # of the way from the trained origin to the mean over the tokens
LEARNING_RATES = {"blocks": 0.2, "adagrad": 0.05}
Parameters = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@contextmanager
def sparse_tensors() -> Iterator[None]:
    """Without torch's warning that its sparse matrices are in beta state."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state")
        yield


@dataclass
class Glove:
    """Trained parameters: W and W̃ (V, d), b and b̃ (V,); the mean loss of each epoch, and the seconds spent."""

    w: np.ndarray
    w_context: np.ndarray
    b: np.ndarray
    b_context: np.ndarray
    losses: list[float]
    seconds: float

    @property
    def matrix(self) -> np.ndarray:
        """The vectors to keep, W + W̃ (V, d), §4.2: X is symmetric, so they are two models of the same thing."""
        return self.w + self.w_context


@dataclass
class Block:
    """The entries of X between n words and n context words: a CSR matrix with two values per entry."""

    indptr: torch.Tensor  # (n + 1,) int32, which MKL's products ask for
    indices: torch.Tensor  # (m,) int32
    minus_log: torch.Tensor  # (m,) −log X
    weight: torch.Tensor  # (m,) f(X)

    def matrix(self, values: torch.Tensor) -> torch.Tensor:
        """`values` (m,) at the places of the entries, (n, n) sparse."""
        n = len(self.indptr) - 1
        return torch.sparse_csr_tensor(self.indptr, self.indices, values, (n, n), check_invariants=False)


def number_of_blocks(vocab: int) -> int:
    """How many blocks the words are dealt to: word r is in block r modulo this number."""
    return max(1, vocab // WORDS)


def blocks_of(counts: sparse.csr_array, blocks: int, x_max: float, alpha: float) -> list[Block]:
    """X in blocks² blocks, (i, j) at i·blocks + j; word r is row r // blocks of block r % blocks.

    Words are dealt like cards, so that every block gets its share of the frequent ones. One counting sort, by block
    and by row within it, puts the entries in the order in which the steps read them.
    """
    n = -(-counts.shape[0] // blocks)
    words = np.arange(counts.shape[0])
    row = np.repeat((words % blocks * blocks * n + words // blocks).astype(np.int32), np.diff(counts.indptr))
    row += counts.indices % blocks * n
    entries = (counts.data, (row, counts.indices // blocks))
    tall = sparse.coo_array(entries, (blocks * blocks * n, n)).tocsr()
    x, indices = torch.from_numpy(tall.data), torch.from_numpy(tall.indices)
    minus_log, weights = -x.log(), weight(x, x_max, alpha)
    found = []
    for start in range(0, blocks * blocks * n, n):
        indptr = tall.indptr[start : start + n + 1]
        here = slice(indptr[0], indptr[-1])
        found.append(Block(torch.from_numpy(indptr - indptr[0]), indices[here], minus_log[here], weights[here]))
    return found


def row_gradients(own: torch.Tensor, other: torch.Tensor, block: Block) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of a block, (), and ∂J/∂own (n, d + 2) for rows [w b 1] against rows [w̃ 1 b̃], or the other way round.

    The gradient counts the ones among the parameters: its column there is the caller's to drop.
    """
    # BEGIN SOLUTION: r = A·B − log X on the block's entries; E = f r; Σ f r²/2 and E B
    residual = torch.sparse.sampled_addmm(block.matrix(block.minus_log), own, other.T).values()  # (m,)
    error = block.weight * residual
    loss = torch.dot(error.double(), residual.double()) / 2
    return loss, block.matrix(error) @ other
    # END SOLUTION


class Trainer(Protocol):
    steps: int  # in an epoch

    def batches(self) -> Iterator[Any]:
        """The batches of one epoch."""

    def step(self, batch: Any, lr: float) -> float:
        """One update; its share of the epoch's summed loss."""

    def parameters(self) -> Parameters:
        """W, W̃ (V, d), b, b̃ (V,)."""


class RowwiseTrainer:
    """Row-wise Adagrad over blocks of words against blocks of context words.

    `table` (2, blocks, n, d + 2) holds rows [w b 1] and then rows [w̃ 1 b̃], those of a block side by side.
    `squares` (2, blocks, n, 1) adds up each row's mean squared gradient (Duchi et al. 2011, one accumulator per row).
    `l2` is the λ of λ/2 Σ (|w|² + |w̃|²), of which every step takes its share. Without it a word with twenty entries
    and a hundred parameters would fit the noise in them exactly.
    """

    def __init__(
        self, counts: sparse.csr_array, dim: int, x_max: float, alpha: float, l2: float, rng: np.random.Generator
    ):
        self.vocab, self.dim, self.l2, self.rng = counts.shape[0], dim, l2, rng
        self.blocks = number_of_blocks(self.vocab)
        self.entries = blocks_of(counts, self.blocks, x_max, alpha)
        filled = [pair for pair, block in enumerate(self.entries) if len(block.indices)]
        self.visits = [(side, *divmod(pair, self.blocks)) for side in (0, 1) for pair in filled]
        self.steps = len(self.visits)
        n = -(-self.vocab // self.blocks)
        self.table = torch.zeros(2, self.blocks, n, dim + 2)
        self.table[..., :dim] = torch.from_numpy(rng.random((2, self.blocks, n, dim), dtype=np.float32) - 0.5) / dim
        self.table[0, ..., dim + 1] = self.table[1, ..., dim] = 1
        self.squares = torch.full((2, self.blocks, n, 1), SQUARES_START)

    def batches(self) -> Iterator[tuple[int, int, int]]:
        """Every block once for W and once for W̃, in random order: (side, own words, the others)."""
        return (self.visits[number] for number in self.rng.permutation(self.steps))

    def step(self, batch: tuple[int, int, int], lr: float) -> float:
        """Move one block of rows. Returns half its loss: an epoch meets each entry twice."""
        # BEGIN SOLUTION: g = ∂J/∂own with 0 for the ones, + λ/blocks w; squares += mean g²; own −= lr g/√squares
        side, i, j = batch
        own, other = self.table[side, i], self.table[1 - side, j]  # (n, d + 2)
        loss, gradient = row_gradients(own, other, self.entries[i * self.blocks + j])
        gradient[:, self.dim + 1 - side] = 0  # the ones stay
        gradient[:, : self.dim].add_(own[:, : self.dim], alpha=self.l2 / self.blocks)
        squares = self.squares[side, i]
        squares += torch.linalg.vector_norm(gradient, dim=1, keepdim=True).square_().div_(self.dim)
        own.addcmul_(gradient, squares.rsqrt().mul_(-lr))
        return float(loss) / 2
        # END SOLUTION

    def tensors(self) -> dict[str, torch.Tensor]:
        """What several ranks exchange, by reference."""
        return {"table": self.table.view(-1, self.dim + 2), "squares": self.squares.view(-1)}

    def parameters(self) -> Parameters:
        """W, W̃ (V, d), b, b̃ (V,)."""
        rows = self.table.transpose(1, 2).reshape(2, -1, self.dim + 2)[:, : self.vocab].numpy()  # (2, V, d + 2)
        w, w_context = rows[..., : self.dim].copy()
        return w, w_context, rows[0, :, self.dim].copy(), rows[1, :, self.dim + 1].copy()


class PaperTrainer:
    """The paper's AdaGrad (§4.2) as in the C program, with an accumulator per parameter that starts at 1.

    `table` (2V, d + 1) holds the rows [w b] and then the rows [w̃ b̃]. Entries come in random order, BATCH at a
    time, each with the accumulators from before the step, whereas the C program takes them one at a time.
    """

    def __init__(self, counts: sparse.csr_array, dim: int, x_max: float, alpha: float, rng: np.random.Generator):
        self.vocab, self.rng = counts.shape[0], rng
        self.rows = np.repeat(np.arange(self.vocab, dtype=np.int32), np.diff(counts.indptr))
        self.columns = counts.indices + np.int32(self.vocab)
        x = torch.from_numpy(counts.data)
        self.log, self.weight = x.log(), weight(x, x_max, alpha)
        self.table = torch.from_numpy((rng.random((2 * self.vocab, dim + 1), dtype=np.float32) - 0.5) / (dim + 1))
        self.squares = torch.ones_like(self.table)
        self.steps = -(-counts.nnz // BATCH)

    def batches(self) -> Iterator[np.ndarray]:
        """The entries in random order, BATCH at a time."""
        order = self.rng.permutation(len(self.rows))
        return (order[start : start + BATCH] for start in range(0, len(order), BATCH))

    def step(self, batch: np.ndarray, lr: float) -> float:
        """Move the rows of the entries `batch` (m,). Returns their loss."""
        # BEGIN SOLUTION: table −= lr g/√squares, then squares += g², element by element; a row may recur
        rows = torch.from_numpy(np.concatenate([self.rows[batch], self.columns[batch]]))  # (2m,)
        own, other = self.table.index_select(0, rows).chunk(2)  # each (m, d + 1)
        loss, gradient = entry_gradients(own, other, self.log[batch], self.weight[batch])
        scaled = self.squares.index_select(0, rows).rsqrt_().mul_(gradient)
        self.table.index_add_(0, rows, scaled, alpha=-lr)
        self.squares.index_add_(0, rows, gradient.square_())
        return float(loss)
        # END SOLUTION

    def parameters(self) -> Parameters:
        """W, W̃ (V, d), b, b̃ (V,)."""
        own, other = self.table.numpy().reshape(2, self.vocab, -1)
        return own[:, :-1].copy(), other[:, :-1].copy(), own[:, -1].copy(), other[:, -1].copy()


def train_glove(
    counts: sparse.csr_array, dim: int = 100, epochs: int = 20, lr: float | None = None, x_max: float = 100.0,
    alpha: float = 0.75, l2: float = 0.1, optimizer: str = "blocks", seed: int = 1,
    on_epoch: Callable[[Glove], None] | None = None, ranks: Ranks = ALONE,
) -> Glove:  # fmt: skip
    """Train on symmetric counts X (V, V), or on the rows that this rank owns (sharing.py).

    The same seed and number of torch threads give the same bytes.

    `optimizer` is "blocks", whose lr falls linearly to 0, or "adagrad", the paper's, whose lr stays and which has no
    `l2`. `on_epoch` gets the model after every epoch; the time it takes is not in `seconds`. Raises InputError
    for options out of range, for counts without a pair, and when the loss is no longer finite.
    """
    entries = sum(ranks.gather(counts.nnz))
    _check(entries, x_max, alpha)
    lr = LEARNING_RATES[optimizer] if lr is None else lr
    started, rng = time.perf_counter(), np.random.default_rng(ranks.seed(seed))
    losses: list[float] = []
    paper, options = optimizer == "adagrad", (counts, dim, x_max, alpha)
    trainer: Trainer = PaperTrainer(*options, rng) if paper else RowwiseTrainer(*options, l2, rng)
    exchange = _exchange(trainer, ranks)
    in_all = sum(ranks.gather(counts.sum(dtype=np.float64)))
    token_share = sum(ranks.gather(counts.sum(axis=0, dtype=np.float64))) / in_all  # (V,)

    def model() -> Glove:
        return settle(Glove(*trainer.parameters(), list(losses), time.perf_counter() - started), token_share)

    with sparse_tensors(), tqdm(total=trainer.steps * epochs, unit="steps", disable=None, smoothing=0.05) as bar:
        for epoch in range(epochs):
            loss = _pass(trainer, lr, epoch, epochs, exchange, bar)
            losses.append(sum(ranks.gather(loss)) / entries)
            bar.set_postfix(loss=f"{losses[-1]:.5f}", refresh=False)
            if on_epoch:
                paused = time.perf_counter()
                on_epoch(model())
                started += time.perf_counter() - paused
    return model()


def _exchange(trainer: Trainer, ranks: Ranks) -> Exchange | None:
    """What lets several ranks train one model; None for one. Raises InputError for the paper's optimiser."""
    if ranks.count == 1:
        return None
    if not isinstance(trainer, RowwiseTrainer):
        raise InputError("--optimizer adagrad trains in one process; --optimizer blocks takes several ranks")
    return Exchange(trainer, ranks, 0)


def _pass(trainer: Trainer, lr: float, epoch: int, epochs: int, exchange: Exchange | None, bar: tqdm) -> float:
    """The summed loss of one epoch. Raises InputError where it is not finite."""
    total = 0.0
    for step, batch in enumerate(trainer.batches()):
        if exchange:
            exchange.reach(Place(epoch, step, step / trainer.steps))
        left = 1 if isinstance(trainer, PaperTrainer) else 1 - (epoch + step / trainer.steps) / epochs
        total += trainer.step(batch, lr * left)
        bar.update()
    if exchange:
        exchange.reach(Place(epoch + 1))
    if not math.isfinite(total):
        raise InputError(f"the loss is not finite in epoch {epoch + 1}: lower --glove-lr (now {lr:g})")
    return total


def _check(entries: int, x_max: float, alpha: float) -> None:
    if not 0 < x_max < math.inf:
        raise InputError(f"--x-max {x_max:g}: expected a count above 0, such as 100")
    if not 0 < alpha <= 1:
        raise InputError(f"--alpha {alpha:g}: expected a power in (0, 1], such as 0.75")
    if not entries:
        raise InputError("no two words of the vocabulary are within a window: there is nothing to train on")


def settle(glove: Glove, token_share: np.ndarray) -> Glove:
    """The same model with its origin moved by ORIGIN of the way to the mean over tokens; token_share (V,) sums to 1.

    J does not depend on the origin, since (w − a)·w̃ + b̃' equals w·w̃ + b̃ for b̃' = b̃ + a·w̃, and likewise for W̃ and
    b. Cosines do. Training puts the origin near the mean over the vocabulary, most of which is rare, and the words of
    running text then share a direction that has nothing to do with their meaning.
    """
    a, c = (ORIGIN * (token_share @ table).astype(np.float32) for table in (glove.w, glove.w_context))  # (d,) each
    w, w_context = glove.w - a, glove.w_context - c
    return replace(glove, w=w, w_context=w_context, b=glove.b + w @ c, b_context=glove.b_context + glove.w_context @ a)


def log_bilinear_correlation(glove: Glove, counts: sparse.csr_array, at_least: float = 10.0) -> float:
    """Pearson's r between w_i·w̃_j + b_i + b̃_j and log X_ij over the entries with X_ij ≥ `at_least`.

    It is NaN where there are fewer than two such entries, or only equal ones.
    """
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    chosen = np.flatnonzero(counts.data >= at_least)
    if len(chosen) < 2:
        return math.nan
    fitted = []
    for part in np.array_split(chosen, 1 + len(chosen) // 2**16):  # all rows at once would fill gigabytes
        i, j = rows[part], counts.indices[part]
        products = np.einsum("md,md->m", glove.w[i], glove.w_context[j])
        fitted.append(products + glove.b[i] + glove.b_context[j])
    with np.errstate(invalid="ignore"):
        return float(np.corrcoef(np.concatenate(fitted), np.log(counts.data[chosen]))[0, 1])


def probability_ratios(
    counts: sparse.csr_array, words: list[str], pair: tuple[str, str], probes: Sequence[str]
) -> dict[str, tuple[float, float, float]]:
    """P(probe | first), P(probe | second) and their ratio per probe, as in the paper's table 1; P(k | i) = X_ik / X_i.

    Probes that are not among `words` are left out, and all are if a word of the pair is not. A ratio over zero
    is infinite, or NaN if both are zero.
    """
    row = {word: number for number, word in enumerate(words)}
    if any(word not in row for word in pair):
        return {}
    first, second = (counts[[row[word]]].toarray()[0].astype(np.float64) for word in pair)  # (V,)
    first, second = first / first.sum(), second / second.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = first / second
    known = [(probe, row[probe]) for probe in probes if probe in row]
    return {probe: (float(first[k]), float(second[k]), float(ratio[k])) for probe, k in known}
