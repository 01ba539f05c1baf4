"""Lab 1 with DataLoader workers, one table of both embeddings as two views, momentum, and C-like buffers of pairs."""

from wordlab.errors import InputError

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


def build_vocab(tokens, min_count=5):
    first, counts, stream = {}, [], []
    for token in tokens:
        number = first.setdefault(token, len(first))
        if number == len(counts):
            counts.append(0)
        counts[number] += 1
        stream.append(number)
    ranked = sorted((-count, number) for number, count in enumerate(counts) if count >= min_count)
    row = {number: place for place, (_, number) in enumerate(ranked)}
    names = list(first)
    if not row:
        raise InputError("every word is rare")
    words = [names[number] for _, number in ranked]
    ids = np.array([row.get(number, -1) for number in stream])
    return words, np.array([-count for count, _ in ranked]), ids[ids >= 0], len(stream)


def keep_probability(counts, threshold=1e-4):
    share = np.divide(counts, np.sum(counts))
    return np.minimum((np.sqrt(share / threshold) + 1) * threshold / share, 1)


def subsample(ids, keep, rng):
    return np.compress(rng.binomial(1, np.take(keep, ids)).astype(bool), ids)


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = np.asarray(ids), keep, window, seed, epoch

    def __iter__(self):
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, worker])
        mine = self.ids[worker * len(self.ids) // workers : (worker + 1) * len(self.ids) // workers]
        text = subsample(mine, self.keep, rng)
        buffer = []
        for i, center in enumerate(text):
            left = right = int(rng.integers(self.window)) + 1
            for context in (*text[max(i - left, 0) : i], *text[i + 1 : i + 1 + right]):
                buffer.append((int(center), int(context)))
            if len(buffer) > 5000:
                yield from buffer
                buffer.clear()
        yield from buffer


def noise_table(counts, power=0.75, size=200_000):
    edges = np.cumsum(np.power(counts, power, dtype=float))
    return np.searchsorted(edges / edges[-1], np.arange(size) / size, side="right").astype(np.int64)


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.both = nn.Parameter(torch.zeros(2, vocab, dim))
        nn.init.normal_(self.both.data[0], std=0.3 / dim)

    @property
    def in_emb(self):
        return self.both[0]

    @property
    def out_emb(self):
        return self.both[1]

    def forward(self, center, context, negatives):
        v, u = self.both[0][center], self.both[1][torch.column_stack([context, negatives])]
        sign = torch.tensor([1.0] + [-1.0] * negatives.shape[1])
        return -nn.functional.logsigmoid(sign * torch.matmul(u, v[..., None])[..., 0]).sum(dim=-1, keepdim=True)


class PairTrainer:
    def __init__(self, counts, keep, noise, *, dim, window, negatives, seed, device, workers=2):
        torch.manual_seed(seed)
        self.model, self.settings, self.noise, self.k = (
            SkipGramNS(len(counts), dim),
            (keep, window, seed),
            noise,
            negatives,
        )
        self.optimizer = torch.optim.SGD([self.model.both], lr=1e-2, momentum=0.5)
        self.workers = workers if len(counts) > 20 else 0

    def batches(self, ids, epoch):
        keep, window, seed = self.settings
        self.rng = np.random.default_rng([seed, epoch])
        loader = DataLoader(SkipGramDataset(ids, keep, window, seed, epoch), 512, num_workers=self.workers)
        for center, context in loader:
            yield dict(center=center, context=context), len(center) / (len(ids) * (window + 1))

    def step(self, batch, lr, measure=True):
        drawn = torch.from_numpy(self.rng.choice(self.noise, (len(batch["center"]), self.k)))
        for group in self.optimizer.param_groups:
            group.update(lr=lr)
        loss = self.model(negatives=drawn, **batch).sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return float(loss), drawn.shape[0]

    def embeddings(self):
        return self.model.both.detach().numpy()


def window_masks(window, length=64):
    full = np.zeros((length, window + 1, length + 2 * window), dtype=bool)
    for r in range(1, window + 1):
        for distance in range(1, r + 1):
            rows = np.arange(length)
            full[rows, r, rows + window - distance] = full[rows, r, rows + window + distance] = True
    return torch.from_numpy(full)


def wrongness(v_c, u_o, halo):
    z = v_c @ u_o.mT
    return torch.where(torch.arange(z.shape[2]) < halo, -z, z)


def block_loss(z, context, weight):
    halo = context.shape[2]
    return (torch.logaddexp(z, torch.zeros(())) * torch.cat([context, weight.repeat(1, 1, z.shape[2] - halo)], 2)).sum()


def block_gradients(z, v_c, u_o, context, weight):
    halo = context.shape[2]
    probability = 1 / (1 + torch.exp(-z))
    g = torch.cat([probability[..., :halo] * context, probability[..., halo:] * -weight], 2)
    return torch.stack([a @ b for a, b in zip(g, u_o)]), torch.stack([a.T @ b for a, b in zip(g, v_c)])


def nearest(vectors, word, topn=8, restrict=30_000):
    matrix = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    scores = matrix[:restrict] @ matrix[vectors.index[word]]
    order = [row for row in np.argsort(scores)[::-1] if row != vectors.index[word]]
    return [(vectors.words[row], scores[row]) for row in order[:topn]]


def analogy(vectors, a, b, c, topn=5, restrict=30_000):
    matrix = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    asked = [vectors.index[word] for word in (a, b, c)]
    target = matrix[asked[1]] - matrix[asked[0]] + matrix[asked[2]]
    scores = matrix[:restrict] @ target / np.linalg.norm(target)
    order = [row for row in np.argsort(scores)[::-1] if row not in asked]
    return [(vectors.words[row], scores[row]) for row in order[:topn]]
