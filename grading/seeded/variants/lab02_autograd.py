"""Torch throughout: counts by coalescing, GloVe by autograd and Adam, centers by a dense product and autograd."""

import math
from types import SimpleNamespace

import numpy as np
import torch

from lab01_word2vec.blocks import BlockTrainer


def cooccurrence(ids, vocab, window=10, **_):
    ids = torch.as_tensor(ids).long()
    sentence = torch.cumsum(ids == -1, 0)
    places, shares = [], []
    for distance in range(1, window + 1):
        left, right = ids[:-distance], ids[distance:]
        inside = (sentence[:-distance] == sentence[distance:]) & (left >= 0) & (right >= 0)
        for pair in ((left, right), (right, left)):
            places.append(torch.stack(pair)[:, inside])
            shares.append(torch.full((int(inside.sum()),), 1 / distance))
    return torch.sparse_coo_tensor(torch.cat(places, 1), torch.cat(shares), (vocab, vocab)).to_dense().numpy()


def weight(x, x_max=100.0, alpha=0.75):
    return torch.where(x < x_max, torch.exp(alpha * (x.log() - math.log(x_max))), torch.ones_like(x))


def entry_gradients(own, other, log, weight):
    own, other = own.clone().requires_grad_(), other.clone().requires_grad_()
    products = own * other
    fitted = products.sum(1) - products[:, -1] + own[:, -1] + other[:, -1]
    loss = 0.5 * (weight * (fitted - log).square()).sum()
    loss.backward()
    return loss.detach(), torch.cat([own.grad, other.grad])


def train_glove(counts, dim=100, epochs=20, seed=1, **_):
    torch.manual_seed(seed)
    counts = counts.tocoo()
    i, j = (torch.from_numpy(side.astype(np.int64)) for side in counts.coords)
    x = torch.from_numpy(counts.data)
    vocab = counts.shape[0]
    w, c = (torch.nn.Parameter((torch.rand(vocab, dim) - 0.5) / dim) for _ in range(2))
    b, bc = (torch.nn.Parameter(torch.zeros(vocab)) for _ in range(2))
    optimizer, losses = torch.optim.Adam([w, c, b, bc], lr=0.02), []
    for _ in range(epochs):
        total = 0.0
        for part in torch.randperm(len(x)).split(1024):
            fitted = (w[i[part]] * c[j[part]]).sum(1) + b[i[part]] + bc[j[part]]
            loss = (weight(x[part]) * (fitted - x[part].log()).square()).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(x))
    values = dict(zip(("w", "w_context", "b", "b_context"), (p.detach().numpy() for p in (w, c, b, bc))))
    return SimpleNamespace(losses=losses, **values)


def ngrams(word, minn=3, maxn=6):
    marked = "<" + word + ">"
    found = [marked[i : i + n] for n in range(minn, maxn + 1) for i in range(len(marked) - n + 1)]
    return [gram for gram in found if gram not in "<>"]


def hash_ngram(ngram):
    value = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in np.frombuffer(ngram.encode(), dtype=np.int8).astype(np.uint32):
            value = (value ^ byte) * np.uint32(16777619)
    return int(value)


def ngram_rows(words, minn, maxn, bucket):
    rows = [[hash_ngram(gram) % bucket for gram in ngrams(word, minn, maxn)] for word in words]
    return torch.tensor([row for of_word in rows for row in of_word]), torch.tensor([0, *map(len, rows)]).cumsum(0)


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    own, grams = torch.as_tensor(word_matrix), torch.as_tensor(ngram_matrix)
    rows, offsets = ngram_rows(words, minn, maxn, len(grams))
    parts = [torch.cat([own[[i]], grams[rows[offsets[i] : offsets[i + 1]]]]) for i in range(len(words))]
    return torch.stack([part.mean(0) for part in parts])


def carried(vectors, word):
    grams = torch.as_tensor(vectors.ngram_matrix)
    parts = grams[ngram_rows([word], vectors.minn, vectors.maxn, len(grams))[0]].double()
    cosine = torch.nn.functional.cosine_similarity(parts.sum(0) - parts, parts.sum(0, keepdim=True))
    return sorted(zip(ngrams(word, vectors.minn, vectors.maxn), cosine.tolist()), key=lambda pair: pair[1])


class Subwords:
    """`parts` (V + 1, rows) is dense; every n-gram has a row of its own below the trainer's two tables."""

    def __init__(self, words, minn=3, maxn=6, bucket=200_000):
        rows, offsets = ngram_rows(words, minn, maxn, bucket)
        used, place = rows.unique(return_inverse=True)
        self.extra = len(used)
        self.parts = torch.zeros(len(words) + 1, 2 * (len(words) + 1) + self.extra)
        for word in range(len(words)):
            columns = place[offsets[word] : offsets[word + 1]] + 2 * (len(words) + 1)
            self.parts[word, word] = 1
            self.parts[word].index_add_(0, columns, torch.ones(len(columns)))
        self.parts /= self.parts.sum(1, keepdim=True).clamp(min=1)


class SubwordTrainer(BlockTrainer):
    def __init__(self, subwords, counts, keep, noise, **shape):
        super().__init__(counts, keep, noise, extra=subwords.extra, **shape)
        self.subwords = subwords

    def _gather(self, rows, centers, out):
        out[:centers] = self.subwords.parts[rows[:centers]] @ self.table.rows
        out[centers:] = self.table.rows[rows[centers:]]

    def _scatter(self, rows, centers, moved, lr):
        table = self.table.rows.clone().requires_grad_()
        looked_up = torch.cat([self.subwords.parts[rows[:centers]] @ table, table[rows[centers:]]])
        (gradient,) = torch.autograd.grad(looked_up, table, moved)
        self.table.squares += gradient.square().mean(1)
        self.table.rows += lr * gradient / self.table.squares.sqrt()[:, None]
