"""NumPy on dense matrices: counts by one-hot products, GloVe by gradient descent on all of X at once."""

from dataclasses import dataclass, field

import numpy as np
import torch
from scipy import sparse

from lab01_word2vec.blocks import BlockTrainer


@dataclass
class Fit:
    w: np.ndarray
    w_context: np.ndarray
    b: np.ndarray
    b_context: np.ndarray
    losses: list = field(default_factory=list)


def cooccurrence(ids, vocab, window=10, **_):
    counts = np.zeros((vocab, vocab), dtype=np.float32)
    for sentence in np.split(ids, np.flatnonzero(ids == -1)):
        here = np.eye(vocab)[sentence[sentence >= 0]]  # (n, V)
        for distance in range(1, min(window, len(here) - 1) + 1):
            counts += here[:-distance].T @ here[distance:] / distance
    return sparse.csr_array(counts + counts.T)


def weight(x, x_max=100.0, alpha=0.75):
    return np.minimum(np.asarray(x) / x_max, 1) ** alpha


def entry_gradients(own, other, log, weight):
    own, other, log, weight = (part.numpy() for part in (own, other, log, weight))
    bias = own.shape[1] - 1
    swapped = np.vstack([other, own])
    residual = np.einsum("md,md->m", own[:, :bias], other[:, :bias]) + own[:, bias] + other[:, bias] - log
    swapped[:, bias] = 1.0
    return np.sum(weight * residual**2) / 2, swapped * np.tile(weight * residual, 2)[:, None]


def train_glove(counts, dim=100, epochs=20, seed=1, **_):
    x = counts.toarray().astype(np.float64)
    seen = x > 0
    log, f = np.log(np.where(seen, x, 1)), np.where(seen, weight(x), 0)
    rng = np.random.default_rng(seed)
    fit = Fit(*(rng.normal(scale=0.1, size=(len(x), dim)) for _ in range(2)), np.zeros(len(x)), np.zeros(len(x)))
    names = ("w", "w_context", "b", "b_context")
    first, second = ({name: np.zeros_like(getattr(fit, name)) for name in names} for _ in range(2))
    for epoch in range(epochs):
        total = 0.0
        for step in range(10):  # ten steps on all of X an epoch, RMSProp with momentum
            residual = fit.w @ fit.w_context.T + fit.b[:, None] + fit.b_context - log
            error = f * residual
            total += float((error * residual).sum()) / 2
            gradients = (error @ fit.w_context, error.T @ fit.w, error.sum(axis=1), error.sum(axis=0))
            for name, gradient in zip(names, gradients):
                first[name] = 0.9 * first[name] + 0.1 * gradient
                second[name] = 0.99 * second[name] + 0.01 * gradient**2
                fall = 1 - (10 * epoch + step) / (10 * epochs)
                setattr(fit, name, getattr(fit, name) - 0.05 * fall * first[name] / (np.sqrt(second[name]) + 1e-8))
        fit.losses.append(total / 10 / seen.sum())
    return fit


def ngrams(word, minn=3, maxn=6):
    marked = f"<{word}>"
    return [
        g
        for n in range(minn, maxn + 1)
        for g in map("".join, zip(*(marked[i:] for i in range(n))))
        if g != "<" and g != ">"
    ]


def hash_ngram(ngram):
    value = 2166136261
    for byte in np.frombuffer(ngram.encode("utf8"), np.int8).tolist():
        value ^= byte & 0xFFFFFFFF
        value = (value * 16777619) & 0xFFFFFFFF
    return np.uint32(value)


def ngram_rows(words, minn, maxn, bucket):
    lists = [np.array([int(hash_ngram(g)) % bucket for g in ngrams(w, minn, maxn)], dtype=np.int64) for w in words]
    return np.concatenate(lists), np.cumsum([0, *map(len, lists)])


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    owner = np.repeat(np.arange(len(words)), np.diff(offsets))
    total = np.array(word_matrix)
    np.add.at(total, owner, ngram_matrix[rows])
    return total / (np.bincount(owner, minlength=len(words)) + 1)[:, None]


def carried(vectors, word):
    names = np.array(ngrams(word, vectors.minn, vectors.maxn))
    rows = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))[0]
    others = (1 - np.eye(len(rows))) @ vectors.ngram_matrix[rows]
    whole = vectors.ngram_matrix[rows].sum(axis=0)
    cosine = others @ whole / np.linalg.norm(whole) / np.linalg.norm(others, axis=1)
    return [(names[i].item(), cosine[i]) for i in np.argsort(cosine)]


class Subwords:
    def __init__(self, words, minn=3, maxn=6, bucket=200_000):
        rows, offsets = ngram_rows(words, minn, maxn, bucket)
        vocab, self.extra = len(words), bucket  # a row for every bucket, used or not
        self.parts = np.zeros((vocab + 1, 2 * (vocab + 1) + bucket), dtype=np.float32)
        self.parts[np.arange(vocab), np.arange(vocab)] = 1
        np.add.at(self.parts, (np.repeat(np.arange(vocab), np.diff(offsets)), 2 * (vocab + 1) + rows), 1)
        self.parts[:vocab] /= self.parts[:vocab].sum(axis=1, keepdims=True)


class SubwordTrainer(BlockTrainer):
    def __init__(self, subwords, counts, keep, noise, **shape):
        super().__init__(counts, keep, noise, extra=subwords.extra, **shape)
        self.subwords = subwords

    def _gather(self, rows, centers, out):
        table = self.table.rows.numpy()
        self.mixed = np.eye(len(table), dtype=np.float32)[rows.numpy()]
        self.mixed[:centers] = self.subwords.parts[rows[:centers].numpy()]
        out[:] = torch.from_numpy(self.mixed @ table)

    def _scatter(self, rows, centers, moved, lr):
        gradient = torch.from_numpy(self.mixed.T @ moved.numpy())
        self.table.squares += gradient.square().mean(dim=1)
        self.table.rows += lr * gradient * self.table.squares.rsqrt()[:, None]
