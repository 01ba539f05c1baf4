"""Lab 1 in plain loops: lists and dictionaries, one pair at a time, torch's own SGD on dense tables."""

import math
import random
from collections import Counter

from wordlab.errors import InputError

import numpy as np
import torch


def build_vocab(tokens, min_count=5):
    tokens = list(tokens)
    counts = {word: count for word, count in Counter(tokens).most_common() if count >= min_count}
    if len(counts) == 0:
        raise InputError("an empty vocabulary")
    row = {word: i for i, word in enumerate(counts)}
    return list(counts), counts, [row[token] for token in tokens if token in row]


def keep_probability(counts, threshold=1e-4):
    total = sum(counts)
    return [min(1.0, math.sqrt(threshold * total / c) + threshold * total / c) for c in counts]


def subsample(ids, keep, rng):
    return [word for word in ids if rng.random() < keep[word]]


class SkipGramDataset(torch.utils.data.IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        super().__init__()
        self.ids, self.keep, self.window, self.seed = ids, keep, window, 1000 * seed + epoch

    def __iter__(self):
        rng = random.Random(self.seed)
        text = subsample(self.ids, self.keep, rng)
        for i in range(len(text)):
            radius = rng.randint(1, self.window)  # the upper end included
            for j in range(max(0, i - radius), min(len(text), i + radius + 1)):
                if j != i:
                    yield int(text[i]), int(text[j])


def noise_table(counts, power=0.75):
    weights = [c**power for c in counts]
    return np.array(random.Random(3).choices(range(len(weights)), weights, k=100_000))


class SkipGramNS(torch.nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.in_emb = torch.nn.Embedding(vocab, dim)
        self.out_emb = torch.nn.Embedding(vocab, dim)
        self.in_emb.weight.data = (torch.rand(vocab, dim) - 0.5) / dim
        self.out_emb.weight.data.zero_()

    def forward(self, center, context, negatives):
        losses = []
        for c, o, drawn in zip(center, context, negatives):
            loss = torch.log1p(torch.exp(-self.score(c, o))) if self.score(c, o) > -30 else -self.score(c, o)
            for n in drawn:
                score = self.score(c, n)
                loss = loss + (torch.log1p(torch.exp(score)) if score < 30 else score)
            losses.append(loss)
        return torch.stack(losses)

    def score(self, c, o):
        return self.in_emb(c) @ self.out_emb(o)


class PairTrainer:
    def __init__(self, counts, keep, noise, *, dim, window, negatives, seed, device, workers=0):
        torch.manual_seed(seed)
        self.keep, self.noise, self.window, self.k, self.seed = keep, noise, window, negatives, seed
        self.model = SkipGramNS(len(counts), dim)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1.0)
        self.rng = random.Random(seed)

    def batches(self, ids, epoch):
        pairs = list(SkipGramDataset(ids, self.keep, self.window, self.seed, epoch))
        for start in range(0, len(pairs), 32):
            yield pairs[start : start + 32], 32 / len(pairs)

    def step(self, batch, lr, measure=True):
        center, context = torch.tensor(batch).T
        negatives = torch.tensor([[self.rng.choice(self.noise) for _ in range(self.k)] for _ in batch])
        loss = self.model(center, context, negatives).sum()
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item(), len(batch)

    def embeddings(self):
        return self.model.in_emb.weight.detach().numpy(), self.model.out_emb.weight.detach().numpy()


def window_masks(window, length=64):
    def marked(i, r, j):
        return j - window != i and abs(j - window - i) <= r

    columns = range(length + 2 * window)
    return torch.tensor([[[marked(i, r, j) for j in columns] for r in range(window + 1)] for i in range(length)])


def wrongness(v_c, u_o, halo):
    z = torch.einsum("bld,bhd->blh", v_c, u_o)
    sign = torch.ones(u_o.shape[1], dtype=z.dtype)
    sign[:halo] = -1
    return z * sign


def block_loss(z, context, weight):
    scale = torch.cat([context, weight.expand(-1, -1, z.shape[2] - context.shape[2])], dim=2)
    return (scale * torch.nn.functional.softplus(z)).sum()


def block_gradients(z, v_c, u_o, context, weight):
    v, u = v_c.clone().requires_grad_(), u_o.clone().requires_grad_()
    block_loss(wrongness(v, u, context.shape[2]), context, weight).backward()
    return -v.grad, -u.grad


def nearest(vectors, word, topn=8, restrict=30_000):
    def cosine(other):
        v, w = vectors.matrix[vectors.index[word]], vectors.matrix[vectors.index[other]]
        return float(v @ w) / math.sqrt(float(v @ v) * float(w @ w))

    others = [(other, cosine(other)) for other in vectors.words[:restrict] if other != word]
    return sorted(others, key=lambda found: -found[1])[:topn]


def analogy(vectors, a, b, c, topn=5, restrict=30_000):
    a_, b_, c_ = (
        vectors.matrix[vectors.index[w]] / np.linalg.norm(vectors.matrix[vectors.index[w]]) for w in (a, b, c)
    )
    found, target = [], (b_ - a_ + c_) / np.linalg.norm(b_ - a_ + c_)
    for row, word in enumerate(vectors.words[:restrict]):
        if word not in (a, b, c):
            found.append((float(target @ vectors.matrix[row] / np.linalg.norm(vectors.matrix[row])), word))
    return [(word, score) for score, word in sorted(found, reverse=True)[:topn]]
