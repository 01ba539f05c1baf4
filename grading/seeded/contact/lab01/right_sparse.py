# ruff: noqa: F821
from wordlab.errors import InputError

import numpy as np
import torch
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.preprocessing import normalize
from torch import nn
from torch.nn import functional as F
from torch.utils.data import IterableDataset, get_worker_info


def build_vocab(tokens, min_count=5):
    code = {}
    raw = np.array([code.setdefault(t, len(code)) for t in tokens], dtype=np.int64)
    freq = sparse.coo_array((np.ones_like(raw), (np.zeros_like(raw), raw)), shape=(1, max(1, len(code)))).sum(axis=0)
    order = np.argsort(-freq, kind="stable")
    order = order[freq[order] >= max(1, min_count)]
    if len(order) == 0:
        raise InputError(f"no word reaches --min-count {min_count}; lower it")
    position = dict(zip(order.tolist(), range(len(order))))
    ids = np.array([position[n] for n in raw.tolist() if n in position], dtype=np.int32)
    spelled = list(code)
    return [spelled[n] for n in order], freq[order].astype(np.int64), ids, len(raw)


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        tokens = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)
        n = len(tokens)
        for low in range(0, n, 8192):
            at = np.arange(low, min(n, low + 8192))
            radius = rng.choice(np.arange(1, self.window + 1), size=len(at))
            start, stop = np.maximum(at - radius, 0), np.minimum(at + radius + 1, n)
            length = stop - start
            center = np.repeat(at, length)
            context = np.arange(length.sum()) + np.repeat(start - np.cumsum(length) + length, length)
            other = context != center
            yield from zip(tokens[center[other]].tolist(), tokens[context[other]].tolist())


def noise_table(counts, power=0.75):
    share = normalize(counts[None].astype(float) ** power, norm="l1")[0]
    slots = 64 * len(counts)
    edges = np.r_[0, np.floor(np.cumsum(share) * slots + 0.5)]
    edges[-1] = slots
    marks = sparse.csr_array((np.ones(slots), np.arange(slots), edges.astype(int)), shape=(len(counts), slots))
    return marks.tocoo().row.astype(np.int32)


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim, generator=None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        nn.init.uniform_(self.in_emb.weight, a=-1 / (2 * dim), b=1 / (2 * dim), generator=generator)
        nn.init.zeros_(self.out_emb.weight)

    def forward(self, center, context, negatives):
        index = torch.cat((context.reshape(-1, 1), negatives), 1)
        u = F.embedding(index, self.out_emb.weight, sparse=True)
        sign = index.new_full((index.shape[1],), -1).to(u.dtype)
        sign[0] = 1
        score = (u @ self.in_emb(center)[..., None])[..., 0]
        return -(F.logsigmoid(score * sign)).sum(-1)


class RowAdagrad(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            squares, shape = self.state[p]["squares"], p.shape
            index, values = p.grad._indices(), p.grad._values()
            sums = torch.sparse_coo_tensor(index, values, shape, check_invariants=True).coalesce()
            squares += torch.sparse_coo_tensor(
                index, values.square().mean(-1), shape[:1], check_invariants=True
            ).to_dense()
            rate = self.param_groups[0]["lr"] / squares[sums.indices()[0]].sqrt()
            move = sums.values() * rate[:, None]
            p.sub_(torch.sparse_coo_tensor(sums.indices(), move, shape, check_invariants=True))


def cosines_of(vectors, target, restrict):
    among = normalize(vectors.matrix[:restrict].astype(float))
    return (among @ normalize(target.reshape(1, -1).astype(float)).T).ravel()


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    among = normalize(vectors.matrix[:restrict].astype(float))
    closeness = np.nan_to_num(1 - cdist(vectors[word][None].astype(float), among, "cosine")[0])
    ranking = np.lexsort((np.arange(len(closeness)), -closeness))
    return [(vectors.words[i], float(closeness[i])) for i in ranking if vectors.words[i] != word][:topn]


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    three = normalize(np.stack([vectors[a], vectors[b], vectors[c]]).astype(float))
    close = cosines_of(vectors, three[1] - three[0] + three[2], restrict)
    ranking = np.lexsort((np.arange(len(close)), -close))
    return [(vectors.words[i], float(close[i])) for i in ranking if vectors.words[i] not in {a, b, c}][:topn]
