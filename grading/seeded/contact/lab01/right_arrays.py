# ruff: noqa: F821
from wordlab.errors import InputError

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info


def build_vocab(tokens, min_count=5):
    text = np.array(list(tokens), dtype=object)
    if not text.size:
        raise InputError("the text has no words; give another --data")
    kinds, first, inverse, freq = np.unique(text, return_index=True, return_inverse=True, return_counts=True)
    ranking = np.lexsort((first, -freq))
    ranking = ranking[freq[ranking] >= min_count]
    if not ranking.size:
        raise InputError(f"no word occurs {min_count} times; lower --min-count")
    new = np.full(kinds.size, -1, dtype=np.int32)
    new[ranking] = np.arange(ranking.size)
    ids = new[inverse]
    return kinds[ranking].tolist(), freq[ranking].astype(np.int64), ids[ids != -1], int(text.size)


def keep_probability(counts, threshold=1e-4):
    x = threshold / (counts / np.sum(counts))
    return np.where(np.sqrt(x) + x < 1, np.sqrt(x) + x, 1.0)


def subsample(ids, keep, rng):
    survives = rng.binomial(1, keep[ids]).astype(bool)
    return np.compress(survives, ids)


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        text = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)
        shift = np.r_[-self.window : 0, 1 : self.window + 1]
        for start in range(0, len(text), 20_000):
            position = np.arange(start, min(start + 20_000, len(text)))[:, None]
            radius = rng.integers(self.window, size=position.shape) + 1
            target = position + shift
            wanted = (abs(shift) <= radius) & (target >= 0) & (target < len(text))
            center = np.broadcast_to(position, target.shape)[wanted]
            pairs = np.column_stack((text[center], text[target[wanted]]))
            yield from map(tuple, pairs.tolist())


def noise_table(counts, power=0.75):
    weight = counts.astype(np.float64) ** power
    right_edges = np.cumsum(weight)
    size = 64 * counts.size
    marks = np.linspace(0.5, size - 0.5, size) * (right_edges[-1] / size)
    return np.digitize(marks, right_edges, right=True).astype(np.int32)


class RowAdagrad(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self):
        for table in self.param_groups[0]["params"]:
            row = table.grad._indices()[0]
            gradient = table.grad._values()
            memory = self.state[table]["squares"]
            memory.index_put_((row,), gradient.pow(2).mean(1), accumulate=True)
            scaled = gradient / memory[row, None].sqrt()
            table.index_put_((row,), scaled * -self.param_groups[0]["lr"], accumulate=True)


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    lengths = np.linalg.norm(vectors.matrix, axis=1)
    lengths[lengths == 0] = 1
    directions = vectors.matrix / lengths[:, None]
    own = vectors.index[word]
    cosine = directions[:restrict] @ directions[own]
    if own < len(cosine):
        cosine[own] = -np.inf
    order = np.argsort(cosine)[::-1][:topn]
    return [(vectors.words[i], float(cosine[i])) for i in order if np.isfinite(cosine[i])]


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    asked = np.array([vectors.index[word] for word in (a, b, c)])
    goal = np.array([-1, 1, 1], dtype=np.float32) @ vectors.unit[asked]
    cosine = vectors.unit[:restrict] @ goal / max(np.linalg.norm(goal), 1e-12)
    candidates = np.setdiff1d(np.arange(len(cosine)), asked)
    best = candidates[np.argsort(-cosine[candidates])][:topn]
    return list(zip([vectors.words[i] for i in best], cosine[best].tolist()))
