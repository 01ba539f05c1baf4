"""Lab 1 with batches from the dataset, subsampling that skips centers only, one summed loss, Adagrad, dense tables."""

from collections import defaultdict

from wordlab.errors import InputError

import numpy as np
import torch
from torch import nn


def build_vocab(tokens, min_count=5):
    number = defaultdict(lambda: len(number))
    ids = np.array([number[token] for token in tokens])
    counts = np.bincount(ids)
    ranked = sorted((i for i in range(len(counts)) if counts[i] >= min_count), key=lambda i: -counts[i])
    if not ranked:
        raise InputError(f"min_count {min_count} leaves no word")
    new = {old: row for row, old in enumerate(ranked)}
    names = list(number)
    return [names[i] for i in ranked], counts[ranked], np.array([new[i] for i in ids if i in new]), len(ids)


def keep_probability(counts, threshold=1e-4):
    f = torch.tensor(np.array(counts), dtype=torch.float32)
    f = f / f.sum()
    return torch.clamp((threshold / f).sqrt() + threshold / f, max=1.0)


def subsample(ids, keep, rng):
    return np.array([word for word, draw in zip(ids, rng.uniform(size=len(ids))) if draw <= keep[word]])


class SkipGramDataset(torch.utils.data.IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window = torch.as_tensor(np.array(ids)), torch.as_tensor(np.array(keep)), window
        self.generator = torch.Generator().manual_seed(seed % 2**31 + 7919 * epoch)

    def __iter__(self):
        n, w = len(self.ids), self.window
        is_center = torch.rand(n, generator=self.generator, dtype=torch.float64) < self.keep[self.ids.long()]
        for start in range(0, n, 500):
            center = torch.arange(start, min(start + 500, n))
            center = center[is_center[center]]
            radius = torch.randint(1, w + 1, (len(center), 1), generator=self.generator)
            offset = torch.cat([torch.arange(-w, 0), torch.arange(1, w + 1)])[None, :]
            place = center[:, None] + offset
            row, column = torch.nonzero((offset.abs() <= radius) & (place >= 0) & (place < n), as_tuple=True)
            yield torch.stack([self.ids[center[row]], self.ids[place[row, column]]], dim=1)


def noise_table(counts, power=0.75):
    share = np.array(counts, dtype=float) ** power
    return np.repeat(np.arange(len(share)), np.round(share / share.sum() * 50_000).astype(int))


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.in_emb = nn.Parameter(torch.empty(vocab, dim).uniform_(-0.5, 0.5) / dim)
        self.out_emb = nn.Parameter(torch.zeros(vocab, dim))

    def forward(self, center, context, negatives):
        """The batch's summed loss."""
        rows = torch.cat([context[:, None], negatives], dim=1)
        scores = (self.out_emb[rows] * self.in_emb[center].unsqueeze(1)).sum(-1)
        labels = torch.zeros_like(scores)
        labels[:, 0] = 1
        return nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="sum")


class PairTrainer:
    def __init__(self, counts, keep, noise, *, dim, window, negatives, seed, device, workers=0):
        torch.manual_seed(seed)
        self.args = (keep, window, seed)
        self.noise, self.k = torch.as_tensor(noise), negatives
        self.model = SkipGramNS(len(counts), dim)
        self.optimizer = torch.optim.Adagrad(self.model.parameters(), initial_accumulator_value=1e-3)

    def batches(self, ids, epoch):
        keep, window, seed = self.args
        for pairs in SkipGramDataset(ids, keep, window, seed, epoch):
            yield pairs.long(), len(pairs) / (len(ids) * (window + 1))

    def step(self, batch, lr, measure=True):
        negatives = self.noise[torch.randint(len(self.noise), (len(batch), self.k))]
        loss = self.model(batch[:, 0], batch[:, 1], negatives)
        self.optimizer.param_groups[0]["lr"] = lr
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach(), len(batch)

    def embeddings(self):
        return self.model.in_emb.detach().clone(), self.model.out_emb.detach().clone()


def window_masks(window, length=64):
    masks = torch.zeros(length, window + 1, length + 2 * window, dtype=torch.bool)
    for i in range(length):
        for r in range(1, window + 1):
            masks[i, r, i + window - r : i + window + r + 1] = True
            masks[i, r, i + window] = False
    return masks


def wrongness(v_c, u_o, halo):
    return torch.cat([-(v_c @ u_o[:, :halo].mT), v_c @ u_o[:, halo:].mT], dim=2)


def block_loss(z, context, weight):
    halo = context.shape[2]
    of_contexts = -(nn.functional.logsigmoid(-z[..., :halo]) * context).sum()
    return of_contexts - (nn.functional.logsigmoid(-z[..., halo:]) * weight).sum()


def block_gradients(z, v_c, u_o, context, weight):
    halo = context.shape[2]
    pull, push = torch.sigmoid(z[..., :halo]) * context, torch.sigmoid(z[..., halo:]) * weight
    dv = pull @ u_o[:, :halo] - push @ u_o[:, halo:]
    return dv, torch.cat([pull.mT @ v_c, -(push.mT @ v_c)], dim=1)


def nearest(vectors, word, topn=8, restrict=30_000):
    matrix = torch.from_numpy(vectors.matrix)
    target = torch.from_numpy(vectors[word])
    cosine = nn.functional.cosine_similarity(matrix, target[None])
    values, rows = torch.topk(cosine[:restrict], min(topn + 1, len(cosine[:restrict])))
    found = [(vectors.words[row], value) for value, row in zip(values.tolist(), rows.tolist())]
    return [answer for answer in found if answer[0] != word][:topn]


def analogy(vectors, a, b, c, topn=5, restrict=30_000):
    unit = nn.functional.normalize(torch.from_numpy(vectors.matrix))
    i, j, k = (vectors.words.index(word) for word in (a, b, c))
    cosine = unit @ nn.functional.normalize(unit[j] - unit[i] + unit[k], dim=0)
    cosine[[i, j, k]] = -2
    rows = torch.argsort(cosine[:restrict], descending=True)[:topn]
    return [vectors.words[row] for row in rows]
