"""Lab 1, the lesson: word2vec from scratch. A text becomes a vocabulary, pairs, a model, a loss and word vectors.

    python lab01_word2vec/solution.py --data data/text8          about a minute on a laptop
    python lab01_word2vec/solution.py --data sample --engine pairs

The model is skip-gram with negative sampling (Mikolov et al. 2013, "Distributed Representations of Words and Phrases
and their Compositionality"). Each function is a step of EXERCISE.md, in the same order; WALKTHROUGH.md explains every
choice. `--engine pairs` trains what is written here. The default trains the same objective much faster as matrix
products, as blocks.py shows. Left out are hierarchical softmax and CBOW, which Lab 2 has, and phrases.
"""

from __future__ import annotations

import itertools
import runpy
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

try:
    from wordlab.errors import InputError

    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional as F
    from torch.utils.data import DataLoader, IterableDataset, get_worker_info

    from lab01_word2vec.trainer import Trainer
    from lab03_eval.vectors import WordVectors
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

PIECE = 1 << 20  # tokens handled at a time, so that memory does not grow with the text
PAIRS_AT_A_TIME = 4096  # the batch size
SQUARES_START = 1e-3  # of Adagrad's accumulators: it keeps a word's first step from being its largest
LOSS_EVERY = 64  # steps between two measurements of the loss, which costs a logarithm per score
FREQUENT = 30_000  # neighbours are sought among these words, because rare names crowd the lists


def build_vocab(tokens: Iterable[str], min_count: int = 5) -> tuple[list[str], np.ndarray, np.ndarray, int]:
    """The vocabulary of `tokens` and the text as row numbers, in one pass.

    Returns the words by falling count (ties by first appearance), their counts (V,) int64, the text (n,) int32 as
    rows of that list without the words seen fewer than `min_count` times, and the number of tokens before these
    were dropped. "The 30,000 most frequent words" are the first 30,000 rows. Raises InputError if no word is left.
    """
    # BEGIN SOLUTION: count, sort by falling count (ties by first appearance), keep counts >= min_count, encode the rest
    provisional: defaultdict[str, int] = defaultdict()
    provisional.default_factory = provisional.__len__  # an unseen word gets the next number
    numbers = map(provisional.__getitem__, tokens)  # a loop inside C, as np.fromiter is: Python's would take minutes
    parts, counts = [], np.zeros(0, dtype=np.int64)
    while len(part := np.fromiter(itertools.islice(numbers, PIECE), dtype=np.int32)):
        parts.append(part)
        seen = np.bincount(part, minlength=len(provisional))
        seen[: len(counts)] += counts
        counts = seen
    if not (total := sum(map(len, parts))):
        raise InputError("the corpus is empty")
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= min_count]
    if not len(order):
        raise InputError(f"no word occurs {min_count} times in {total:,} tokens: lower --min-count")
    row = np.full(len(counts), -1, dtype=np.int32)
    row[order] = np.arange(len(order), dtype=np.int32)
    by_number, ids, filled = list(provisional), np.empty(counts[order].sum(), dtype=np.int32), 0
    for number, part in enumerate(parts):
        rows = row[part]
        rows = rows[rows >= 0]
        ids[filled : filled + len(rows)] = rows
        filled, parts[number] = filled + len(rows), part[:0]  # each part is freed once it is copied
    return [by_number[i] for i in order], counts[order], ids, total
    # END SOLUTION


def keep_probability(counts: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    """The chance (V,) that subsampling keeps a token of each word, f being the word's relative frequency.

    The paper (§2.3) discards a token with chance 1 − √(t/f). The C program, with which everyone compares, keeps it
    with min(1, √(t/f) + t/f), which is a little more of the words just above the threshold. This is the C program's.
    """
    # BEGIN SOLUTION: min(1, √(t/f) + t/f) with f = count / Σ counts
    ratio = threshold * counts.sum() / counts
    return np.minimum(1.0, np.sqrt(ratio) + ratio)
    # END SOLUTION


def subsample(ids: np.ndarray, keep: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The tokens (m,) of ids (n,) that survive, each drawn by its word's chance in `keep` (V,).

    Frequent words go *before* windows are formed, so that the words that remain move closer together.
    """
    # BEGIN SOLUTION: a token of word w stays where a uniform draw from [0, 1) is below keep[w]
    parts = np.array_split(ids, 1 + len(ids) // PIECE)
    return np.concatenate([part[rng.random(len(part), dtype=np.float32) < keep[part]] for part in parts])
    # END SOLUTION


class SkipGramDataset(IterableDataset):
    """Streams the pairs (center, context) of one epoch, everything random in it drawn anew.

    Each center draws its own radius uniformly from 1 … window, `window` itself included, so that a context at
    distance δ is used with chance (window − δ + 1)/window. Each of several DataLoader workers takes a stretch of
    the text, and its random stream depends on (seed, epoch, worker) alone.
    """

    def __init__(self, ids: np.ndarray, keep: np.ndarray, window: int = 5, seed: int = 1, epoch: int = 0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self) -> Iterator[tuple[int, int]]:
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        # BEGIN SOLUTION: subsample this worker's stretch; (center i, context j) for 0 < |i − j| <= r_i, r_i ~ U{1 … w}
        tokens = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)  # (n,)
        radius = rng.integers(1, self.window + 1, len(tokens))  # (n,), the upper end is exclusive
        for start in range(0, len(tokens), 100_000):
            center = np.arange(start, min(start + 100_000, len(tokens)))
            found = []
            for distance in range(1, self.window + 1):
                for context in (center - distance, center + distance):
                    inside = (context >= 0) & (context < len(tokens)) & (radius[center] >= distance)
                    found.append(np.stack([tokens[center[inside]], tokens[context[inside]]], axis=1))
            pairs = np.concatenate(found)  # (P, 2)
            rng.shuffle(pairs)
            yield from zip(pairs[:, 0].tolist(), pairs[:, 1].tolist())
        # END SOLUTION


def collate(pairs: list[tuple[int, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of pairs as center (B,) and context (B,)."""
    center, context = torch.from_numpy(np.array(pairs, dtype=np.int64)).T.contiguous()
    return center, context


def noise_table(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    """Rows (64·V,) int32 in which each word occurs in proportion to count^power, so that any slot is a negative.

    This is the C program's table. A draw costs one random integer and one look-up, where inverting the cumulative
    distribution would take log₂ V steps. The shares of the rarest words are rounded to a 64th of the average word's.
    """
    # BEGIN SOLUTION: word w fills 64·V · count_w^power / Σ count^power of the slots, rounded
    share = np.cumsum(counts.astype(np.float64) ** power)
    slots = 64 * len(counts)
    table = np.searchsorted(share, (np.arange(slots) + 0.5) / slots * share[-1])
    return table.astype(np.int32)
    # END SOLUTION


class SkipGramNS(nn.Module):
    """Two tables: `in_emb` holds v_c, a word as center, and `out_emb` holds u_o, a word as context.

    in_emb starts uniform in ±0.5/d and out_emb at zero, as in the C program. The first loss is then (1 + k)·ln 2.
    """

    def __init__(self, vocab: int, dim: int, generator: torch.Generator | None = None):
        super().__init__()
        # BEGIN SOLUTION: in_emb and out_emb, nn.Embedding(V, d, sparse=True) each: v ~ U(−0.5/d, 0.5/d), u = 0
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        nn.init.uniform_(self.in_emb.weight, -0.5 / dim, 0.5 / dim, generator=generator)
        nn.init.zeros_(self.out_emb.weight)
        # END SOLUTION

    def forward(self, center: torch.Tensor, context: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
        """Loss (B,) of each pair: −log σ(v_c·u_o) − Σ_k log σ(−v_c·u_k), summed over the negatives (B, K)."""
        # BEGIN SOLUTION: −log σ(v_c·u_o) − Σ_k log σ(−v_c·u_k) for each of the B pairs
        v_c = self.in_emb(center)  # (B, d)
        u_o = self.out_emb(context)  # (B, d)
        u_k = self.out_emb(negatives)  # (B, K, d)
        positive = (v_c * u_o).sum(dim=1)  # (B,)
        negative = torch.bmm(u_k, v_c[:, :, None]).squeeze(2)  # (B, K)
        # logsigmoid, because log(sigmoid(x)) underflows: σ(−104) is 0 in float32 and its logarithm −∞.
        return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(dim=1)
        # END SOLUTION


class RowAdagrad(torch.optim.Optimizer):
    """Adagrad (Duchi et al. 2011) with one accumulator per row, a sum of mean squares (WALKTHROUGH.md, section 7)."""

    def __init__(self, parameters: Iterator[nn.Parameter], lr: float):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # takes no closure
        """One update from sparse gradients: every row moves by −lr·g/√squares, with this g among the squares."""
        for parameter in self.param_groups[0]["params"]:
            squares = self.state[parameter]["squares"]  # (V,)
            rows, values = parameter.grad._indices()[0], parameter.grad._values()  # (n,), (n, d), a row may recur
            # BEGIN SOLUTION: squares[r] += mean(g²), then parameter[r] −= lr/√squares[r] · g, for each of the n (r, g)
            squares.index_add_(0, rows, values.square().mean(dim=1))
            rate = self.param_groups[0]["lr"] / squares[rows].sqrt()
            parameter.index_add_(0, rows, -rate[:, None] * values)
            # END SOLUTION


class PairTrainer:
    """The textbook's trainer: a DataLoader of pairs, autograd, one step per batch."""

    def __init__(
        self, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, *, dim: int, window: int, negatives: int,
        seed: int, device: torch.device, workers: int = 0,
    ):  # fmt: skip
        self.counts, self.keep, self.noise, self.device = counts, keep, noise, device
        self.window, self.negatives, self.seed, self.workers = window, negatives, seed, workers
        self.model = SkipGramNS(len(counts), dim, torch.Generator().manual_seed(seed)).to(device)
        self.optimizer = RowAdagrad(self.model.parameters(), lr=1.0)

    def batches(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[tuple[torch.Tensor, torch.Tensor], float]]:
        """Batches of one epoch, center (B,) and context (B,), each with the share of the epoch that it is."""
        self.rng = np.random.default_rng([self.seed, epoch, 2**31])  # a stream that no worker has
        dataset = SkipGramDataset(ids, self.keep, self.window, self.seed, epoch)
        loader = DataLoader(dataset, PAIRS_AT_A_TIME, collate_fn=collate, num_workers=self.workers)
        expected = float(self.counts @ self.keep) * (self.window + 1) * (len(ids) / self.counts.sum())
        for center, context in loader:
            yield (center, context), len(center) / expected  # (w + 1)/2 is the mean radius, on either side

    def step(self, batch: tuple[torch.Tensor, torch.Tensor], lr: float, measure: bool = True) -> tuple[float, float]:
        """One update from a batch of pairs, center (B,) and context (B,). Returns (summed loss, B)."""
        # BEGIN SOLUTION: k negatives per pair from self.noise, uniformly; gradient of Σ loss; one optimizer step
        center, context = (part.to(self.device) for part in batch)
        drawn = self.noise[self.rng.integers(0, len(self.noise), (len(center), self.negatives))]
        negatives = torch.from_numpy(drawn).to(self.device)  # one that equals the positive counts as drawn
        loss = self.model(center, context, negatives).sum()
        self.optimizer.param_groups[0]["lr"] = lr
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach()), len(center)
        # END SOLUTION

    def tensors(self) -> dict[str, torch.Tensor]:
        """What a checkpoint must hold, by reference."""
        sums = {f"{name}.squares": self.optimizer.state[p]["squares"] for name, p in self.model.named_parameters()}
        return {name: p.detach() for name, p in self.model.named_parameters()} | sums

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb and out_emb, each (V, d)."""
        in_emb, out_emb = (p.detach().cpu().numpy() for p in self.model.parameters())
        return in_emb, out_emb


class Place(NamedTuple):
    """Between two steps: where training is, and the loss and pairs that the step before measured."""

    epoch: int = 0
    step: int = 0
    progress: float = 0.0  # the share of the epoch that is done
    loss: float = 0.0
    pairs: float = 0.0


START = Place()


def train(trainer: Trainer, ids: np.ndarray, epochs: int, lr: float, start: Place = START) -> Iterator[Place]:
    """Pass over the text `epochs` times, the learning rate falling linearly from `lr` to 0.

    A Place is yielded before every step and after the last one. Training resumes at `start`, which is one of them.
    """
    # BEGIN SOLUTION: before a step the rate is lr · max(0, 1 − (epoch + share done)/epochs), and a Place is yielded
    loss = pairs = 0.0
    for epoch in range(start.epoch, epochs):
        done, progress = (start.step, start.progress) if epoch == start.epoch else (0, 0.0)
        for step, (batch, share) in itertools.islice(enumerate(trainer.batches(ids, epoch)), done, None):
            yield Place(epoch, step, progress, loss, pairs)
            rate = lr * max(0.0, 1 - (epoch + progress) / epochs)
            loss, pairs = trainer.step(batch, rate, measure=step % LOSS_EVERY == 0)
            progress += share
    yield Place(epochs, 0, 0.0, loss, pairs)
    # END SOLUTION


def nearest(vectors: WordVectors, word: str, topn: int = 8, restrict: int | None = FREQUENT) -> list[tuple[str, float]]:
    """The `topn` words of highest cosine with `word` among the `restrict` most frequent, itself left out."""
    # BEGIN SOLUTION: argmax over w ≠ word of cos(w, word) = w·word / (|w| |word|)
    cosine = vectors.unit[:restrict] @ vectors.unit[vectors.index[word]]  # (restrict,)
    best = [row for row in np.argsort(-cosine, kind="stable") if vectors.words[row] != word][:topn]
    return [(vectors.words[row], float(cosine[row])) for row in best]
    # END SOLUTION


def analogy(
    vectors: WordVectors, a: str, b: str, c: str, topn: int = 5, restrict: int | None = FREQUENT
) -> list[tuple[str, float]]:
    """What is to c as b is to a: the words nearest to b − a + c (3CosAdd), with a, b and c left out."""
    # BEGIN SOLUTION: argmax over w ∉ {a, b, c} of cos(w, b/|b| − a/|a| + c/|c|)
    v_a, v_b, v_c = (vectors.unit[vectors.index[word]] for word in (a, b, c))
    target = v_b - v_a + v_c  # (d,)
    cosine = vectors.unit[:restrict] @ (target / (np.linalg.norm(target) or 1))
    best = [row for row in np.argsort(-cosine, kind="stable") if vectors.words[row] not in (a, b, c)][:topn]
    return [(vectors.words[row], float(cosine[row])) for row in best]
    # END SOLUTION


if __name__ == "__main__":
    runpy.run_module("lab01_word2vec", run_name="__main__")  # command.py: parse, configure, train, save, score
