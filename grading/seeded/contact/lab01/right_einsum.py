# ruff: noqa: F821
from collections import Counter

from wordlab.errors import InputError

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def build_vocab(tokens, min_count: int = 5):
    stream = list(tokens)
    ranked = [(w, c) for w, c in Counter(stream).most_common() if c >= min_count]
    if not ranked:
        raise InputError(f"the vocabulary is empty: no word occurs {min_count} times; lower --min-count")
    names, counts = zip(*ranked)
    stoi = {w: i for i, w in enumerate(names)}
    ids = np.fromiter((stoi[w] for w in stream if w in stoi), dtype=np.int32)
    return list(names), np.asarray(counts, dtype=np.int64), ids, len(stream)


def keep_probability(counts, threshold: float = 1e-4):
    f = np.einsum("v,->v", counts.astype(np.float64), 1 / counts.sum())
    return np.minimum((np.sqrt(f / threshold) + 1) * threshold / f, 1)


def noise_table(counts, power: float = 0.75):
    share = np.cumsum(counts.astype(np.float64) ** power)
    slots = 64 * len(counts)
    upto = np.floor(share / share[-1] * slots + 0.5).astype(np.int64)
    return np.repeat(np.arange(len(counts), dtype=np.int32), np.diff(upto, prepend=0))


class SkipGramNS(nn.Module):
    def __init__(self, vocab: int, dim: int, generator=None):
        super().__init__()
        start = torch.empty(vocab, dim).uniform_(-0.5 / dim, 0.5 / dim, generator=generator)
        self.in_emb = nn.Embedding.from_pretrained(start, freeze=False, sparse=True)
        self.out_emb = nn.Embedding.from_pretrained(torch.zeros(vocab, dim), freeze=False, sparse=True)

    def forward(self, center, context, negatives):
        v, u, n = self.in_emb(center), self.out_emb(context), self.out_emb(negatives)
        s_pos = torch.einsum("bd,bd->b", v, u)
        s_neg = torch.einsum("bd,bkd->bk", v, n)
        return F.softplus(-s_pos) + torch.einsum("bk->b", F.softplus(s_neg))


class RowAdagrad(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self):
        lr = self.param_groups[0]["lr"]
        for p in self.param_groups[0]["params"]:
            squares = self.state[p]["squares"]
            r, g = p.grad._indices()[0], p.grad._values()
            once, place = torch.unique(r, return_inverse=True)
            mean_square = torch.einsum("nd,nd->n", g, g) / g.shape[1]
            squares[once] += torch.zeros_like(squares[once]).index_add_(0, place, mean_square)
            total = torch.zeros(len(once), g.shape[1], dtype=g.dtype, device=g.device).index_add_(0, place, g)
            p[once] -= torch.einsum("r,rd->rd", lr * squares[once].rsqrt(), total)


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    cos = np.einsum("vd,d->v", vectors.unit[:restrict], vectors.unit[vectors.index[word]])
    ranked = ((vectors.words[i], cos[i].item()) for i in np.argsort(-cos, kind="stable"))
    return [hit for hit in ranked if hit[0] != word][:topn]


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    three = vectors.unit[[vectors.index[w] for w in (a, b, c)]]
    target = np.einsum("i,id->d", np.array([-1.0, 1.0, 1.0]), three)
    norm = np.sqrt(np.einsum("d,d->", target, target))
    cos = np.einsum("vd,d->v", vectors.unit[:restrict], target) / (norm if norm > 0 else 1.0)
    ranked = ((vectors.words[i], cos[i].item()) for i in np.argsort(-cos, kind="stable"))
    return [hit for hit in ranked if hit[0] not in (a, b, c)][:topn]
