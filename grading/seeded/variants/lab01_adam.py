"""Lab 1 in compact torch: SparseAdam, scores as one product of all against all, negatives by torch.multinomial."""

import itertools

from wordlab.errors import InputError

import numpy as np
import torch
import torch.nn.functional as F


def build_vocab(tokens, min_count=5):
    counts, text = {}, []
    for token in tokens:
        counts[token] = counts.get(token, 0) + 1
        text.append(token)
    kept = sorted(filter(lambda word: counts[word] >= min_count, counts), key=counts.get, reverse=True)
    if not kept:
        raise InputError("no word occurs often enough")
    row = dict(zip(kept, itertools.count()))
    ids = torch.tensor([row[token] for token in text if token in row], dtype=torch.int32)
    return kept, torch.tensor([counts[word] for word in kept]), ids, len(text)


def keep_probability(counts, threshold=1e-4):
    f = np.asarray(counts, dtype=float) / np.sum(counts)
    keep = np.ones_like(f)
    often = np.sqrt(threshold / f) + threshold / f < 1
    keep[often] = (np.sqrt(f[often] / threshold) + 1) * (threshold / f[often])
    return keep


def subsample(ids, keep, rng):
    dropped = rng.random(len(ids)) > np.take(keep, ids)
    return ids[~dropped]


class SkipGramDataset(torch.utils.data.IterableDataset):
    """Windows by stride tricks over a padded text."""

    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.stream = np.random.default_rng(np.random.SeedSequence([seed, epoch, 99]))
        self.ids, self.keep, self.w = ids, keep, window

    def __iter__(self):
        text, w = subsample(self.ids, self.keep, self.stream), self.w
        padded = np.pad(np.arange(len(text)), w, constant_values=-1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * w + 1)
        away = np.abs(np.arange(-w, w + 1))
        radius = self.stream.choice(np.arange(1, w + 1), size=len(text))
        for place in self.stream.permutation(len(text)):
            used = (away > 0) & (away <= radius[place]) & (windows[place] >= 0)
            for other in windows[place][used]:
                yield torch.tensor([text[place], text[other]])


def noise_table(counts, power=0.75):
    return torch.tensor(np.array(counts, dtype=float) ** power / np.sum(np.array(counts, dtype=float) ** power))


class SkipGramNS(torch.nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.in_emb = torch.nn.Embedding(vocab, dim, sparse=True, _weight=torch.rand(vocab, dim) / dim - 0.5 / dim)
        self.out_emb = torch.nn.Embedding(vocab, dim, sparse=True, _weight=torch.full((vocab, dim), 1e-9))

    def forward(self, center, context, negatives):
        """The mean loss of a pair."""
        v = self.in_emb(center)
        pull = F.softplus(-torch.einsum("bd,bd->b", v, self.out_emb(context)))
        push = F.softplus(torch.einsum("bd,bkd->bk", v, self.out_emb(negatives)))
        return (pull + push.sum(1)).mean()


class PairTrainer:
    def __init__(self, counts, keep, noise, *, dim, window, negatives, seed, device, workers=0):
        self.generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        self.model = SkipGramNS(len(counts), dim).to(device)
        self.optimizer = torch.optim.SparseAdam(self.model.parameters(), lr=1e-3)
        self.make = lambda ids, epoch: SkipGramDataset(ids, keep, window, seed, epoch)
        self.noise, self.k = noise, negatives

    def batches(self, ids, epoch):
        for batch in torch.utils.data.DataLoader(self.make(ids, epoch), batch_size=1024):
            yield batch, len(batch) / len(ids)

    def step(self, batch, lr, measure=True):
        drawn = torch.multinomial(self.noise, len(batch) * self.k, replacement=True, generator=self.generator)
        loss = self.model(batch[:, 0], batch[:, 1], drawn.view(len(batch), self.k))
        self.optimizer.param_groups[0]["lr"] = lr
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item() * len(batch), len(batch)

    def embeddings(self):
        return tuple(table.weight.detach().numpy().copy() for table in (self.model.in_emb, self.model.out_emb))


def window_masks(window, length=64):
    distance = torch.stack([torch.arange(length + 2 * window) - window - i for i in range(length)]).abs()
    return torch.stack([(distance >= 1) & (distance <= r) for r in range(window + 1)], dim=1).float()


def wrongness(v_c, u_o, halo):
    signed = torch.cat([-u_o[:, :halo], u_o[:, halo:]], dim=1)
    return torch.matmul(v_c, signed.permute(0, 2, 1))


def _scale(z, context, weight):
    return torch.cat([context, weight.expand(*z.shape[:2], z.shape[2] - context.shape[2])], dim=-1)


def block_loss(z, context, weight):
    return float(torch.sum(_scale(z, context, weight) * torch.log1p(torch.exp(z))))


def block_gradients(z, v_c, u_o, context, weight):
    sign = torch.ones(z.shape[2], dtype=z.dtype)
    sign[context.shape[2] :] = -1
    g = torch.sigmoid(z) * _scale(z, context, weight) * sign
    return torch.einsum("blh,bhd->bld", g, u_o), torch.einsum("blh,bld->bhd", g, v_c)


def _best(vectors, target, left_out, topn, restrict):
    norms = np.sqrt((vectors.matrix**2).sum(1))
    scores = dict(zip(vectors.words[:restrict], (vectors.matrix @ target / norms / np.linalg.norm(target)).tolist()))
    return [(word, scores[word]) for word in sorted(scores, key=scores.get, reverse=True) if word not in left_out][
        :topn
    ]


def nearest(vectors, word, topn=8, restrict=30_000):
    return _best(vectors, vectors[word], {word}, topn, restrict)


def analogy(vectors, a, b, c, topn=5, restrict=30_000):
    a_, b_, c_ = (vectors[word] / np.linalg.norm(vectors[word]) for word in (a, b, c))
    return _best(vectors, b_ + c_ - a_, {a, b, c}, topn, restrict)
