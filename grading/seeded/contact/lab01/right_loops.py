# ruff: noqa: F821
import math

from wordlab.errors import InputError

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import IterableDataset, get_worker_info


def build_vocab(tokens, min_count=5):
    text = []
    count = {}
    for token in tokens:
        text.append(token)
        if token in count:
            count[token] += 1
        else:
            count[token] = 1
    vocabulary = []
    for token in count:
        if count[token] >= min_count:
            vocabulary.append(token)
    if len(vocabulary) == 0:
        raise InputError(f"no word of the {len(text)} tokens occurs {min_count} times; lower --min-count")
    vocabulary.sort(key=lambda token: -count[token])
    number = {}
    for token in vocabulary:
        number[token] = len(number)
    ids = []
    for token in text:
        if token in number:
            ids.append(number[token])
    counts = [count[token] for token in vocabulary]
    return vocabulary, np.array(counts, dtype=np.int64), np.array(ids, dtype=np.int32), len(text)


def keep_probability(counts, threshold=1e-4):
    total = 0
    for count in counts:
        total += int(count)
    chances = []
    for count in counts:
        frequency = count / total
        chance = math.sqrt(threshold / frequency) + threshold / frequency
        chances.append(chance if chance < 1 else 1.0)
    return np.array(chances)


def subsample(ids, keep, rng):
    kept = []
    for token in ids:
        if rng.random() < keep[token]:
            kept.append(token)
    return np.array(kept, dtype=ids.dtype)


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        kept = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)
        last = len(kept) - 1
        for i in range(len(kept)):
            r = int(rng.integers(1, self.window + 1))
            for j in range(i - r, i + r + 1):
                if j < 0 or j > last or j == i:
                    continue
                yield int(kept[i]), int(kept[j])


def noise_table(counts, power=0.75):
    weights = [float(count) ** power for count in counts]
    total = sum(weights)
    size = 64 * len(weights)
    table = np.zeros(size, dtype=np.int32)
    word, reached = 0, weights[0]
    for slot in range(size):
        mark = (slot + 0.5) / size * total
        while reached < mark and word < len(weights) - 1:
            word += 1
            reached += weights[word]
        table[slot] = word
    return table


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim, generator=None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        with torch.no_grad():
            self.in_emb.weight.copy_((torch.rand(vocab, dim, generator=generator) - 0.5) / dim)
            self.out_emb.weight.zero_()

    def forward(self, center, context, negatives):
        v = self.in_emb(center)
        loss = -F.logsigmoid((v * self.out_emb(context)).sum(-1))
        for k in range(negatives.shape[1]):
            u = self.out_emb(negatives[:, k])
            loss = loss - F.logsigmoid(-(v * u).sum(-1))
        return loss


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    query = vectors.unit[vectors.index[word]]
    found = []
    for other, vector in zip(vectors.words[:restrict], vectors.unit):
        if other != word:
            found.append((other, float(np.dot(query, vector))))
    found.sort(key=lambda pair: pair[1], reverse=True)
    return found[:topn]


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    va, vb, vc = (vectors.unit[vectors.index[word]] for word in (a, b, c))
    target = vb - va + vc
    length = math.sqrt(sum(float(x) ** 2 for x in target)) or 1.0
    found = []
    for word, vector in zip(vectors.words[:restrict], vectors.unit):
        if word in (a, b, c):
            continue
        found.append((word, float(np.dot(vector, target)) / length))
    found.sort(key=lambda pair: pair[1], reverse=True)
    return found[:topn]
