from itertools import accumulate, chain

import numpy as np
import torch
from scipy import sparse
from torch import nn


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    text = torch.as_tensor(np.asarray(ids, dtype=np.int64))
    wall = torch.cumsum(text == -1, dim=0)
    x = torch.sparse_coo_tensor(torch.empty(2, 0, dtype=torch.long), torch.empty(0), (vocab, vocab)).double()
    for distance in range(1, min(window, len(text) - 1) + 1):
        value = 1.0 / distance if weights is None else float(weights[distance - 1])
        inside = (wall[:-distance] == wall[distance:]) & (text[:-distance] >= 0)
        left, right = text[:-distance][inside], text[distance:][inside]
        cells = torch.stack([torch.cat([left, right]), torch.cat([right, left])])
        values = torch.full((cells.shape[1],), value, dtype=torch.double)
        x = (x + torch.sparse_coo_tensor(cells, values, (vocab, vocab))).coalesce()
    x = x.coalesce()
    rows, columns = x.indices().int().numpy()
    return sparse.csr_array((x.values().float().numpy(), (rows, columns)), shape=(vocab, vocab))


def weight(x, x_max=100.0, alpha=0.75):
    ratio = (x / x_max) ** alpha
    return torch.where(ratio < 1, ratio, torch.ones_like(ratio))


def entry_gradients(own, other, log, weight):
    with torch.enable_grad():
        a = own.detach().clone().requires_grad_()
        b = other.detach().clone().requires_grad_()
        predicted = (a[:, :-1] * b[:, :-1]).sum(dim=-1) + a[:, -1] + b[:, -1]
        loss = (weight * (predicted - log) ** 2 / 2).sum()
        gradients = torch.autograd.grad(loss, [a, b])
    return loss.detach(), torch.cat(gradients)


def ngrams(word, minn=3, maxn=6):
    marked = f"<{word}>"

    def pieces():
        for n in range(minn, maxn + 1):
            for start in range(len(marked) - n + 1):
                if n == 1 and start in (0, len(marked) - 1):
                    continue
                yield start, n

    return [marked[start : start + n] for start, n in sorted(pieces())]


def hash_ngram(ngram):
    value = 0x811C9DC5
    for byte in ngram.encode():
        value ^= byte
        if byte > 127:
            value ^= 0xFFFFFF00
        value = (value * 0x01000193) & 0xFFFFFFFF
    return value


def ngram_rows(words, minn, maxn, bucket):
    lists = [[hash_ngram(g) % bucket for g in ngrams(w, minn, maxn)] if bucket else [] for w in words]
    offsets = list(accumulate((len(one) for one in lists), initial=0))
    return np.fromiter(chain(*lists), dtype=np.int64), np.array(offsets, dtype=np.int64)


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    table = torch.from_numpy(np.vstack([word_matrix, ngram_matrix]))
    bag = nn.EmbeddingBag.from_pretrained(table, mode="mean")
    members = [
        torch.tensor([i, *(rows[offsets[i] : offsets[i + 1]] + len(words))], dtype=torch.long)
        for i in range(len(words))
    ]
    starts = torch.from_numpy(offsets[:-1] + np.arange(len(words)))
    return bag(torch.cat(members), starts).detach().numpy()


def carried(vectors, word):
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if len(rows) == 0:
        raise KeyError(f"{word} has no n-grams")
    z = torch.tensor(np.asarray(vectors.ngram_matrix[rows]), dtype=torch.double)
    whole = z.sum(dim=0, keepdim=True)
    cosine = torch.cosine_similarity(whole, whole - z, dim=1, eps=1e-30)
    value, order = torch.sort(cosine, stable=True)
    names = ngrams(word, vectors.minn, vectors.maxn)
    return [(names[i], v) for i, v in zip(order.tolist(), value.tolist())]
