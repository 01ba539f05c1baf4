import struct
from collections import Counter
from itertools import chain, groupby

import numpy as np
import torch
from scipy import sparse
from scipy.spatial import distance


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    sentences = [list(words) for wall, words in groupby(ids.tolist(), key=lambda i: i == -1) if not wall]
    pairs = Counter(
        (gap, one, two)
        for words in sentences
        for gap in range(1, window + 1)
        for one, two in chain(zip(words, words[gap:]), zip(words[gap:], words))
    )
    value = [1 / gap for gap in range(1, window + 1)] if weights is None else weights
    total = np.zeros(len(pairs), dtype=np.float64)
    cell = np.zeros((2, len(pairs)), dtype=np.int64)
    for k, ((gap, one, two), times) in enumerate(pairs.items()):
        total[k] = times * value[gap - 1]
        cell[:, k] = one, two
    summed = sparse.coo_array((total, (cell[0], cell[1])), shape=(vocab, vocab)).tocsr()
    return summed.astype(np.float32)


def weight(x, x_max=100.0, alpha=0.75):
    precise = (x.double() / x_max) ** alpha
    return precise.clamp(max=1.0).to((x / x_max).dtype)


def entry_gradients(own, other, log, weight):
    a, b, y, f = own.double(), other.double(), log.double(), weight.double()
    d = a.shape[1] - 1
    r = (a[:, :d] * b[:, :d]).sum(1) + a[:, d] + b[:, d] - y
    gradient = torch.zeros(2 * len(a), d + 1, dtype=torch.float64)
    gradient[: len(a), :d] = (f * r)[:, None] * b[:, :d]
    gradient[len(a) :, :d] = (f * r)[:, None] * a[:, :d]
    gradient[:, d] = torch.cat([f * r, f * r])
    return 0.5 * (f * r * r).sum(), gradient.to(own.dtype)


def ngrams(word, minn=3, maxn=6):
    marked = "".join(("<", word, ">"))
    n = len(marked)
    every = ((i, i + k) for i in range(n) for k in range(minn, maxn + 1) if i + k <= n)
    return [marked[i:j] for i, j in every if (i, j) != (0, 1) and (i, j) != (n - 1, n)]


def hash_ngram(ngram):
    data = ngram.encode("utf-8")
    h = 2166136261
    for signed in struct.unpack(f"{len(data)}b", data):
        h = (h ^ signed % 2**32) * 16777619 % 2**32
    return h


def ngram_rows(words, minn, maxn, bucket):
    known = {}  # of each n-gram, because most of them are in several words
    rows, offsets = [], [0]
    for word in words:
        for gram in ngrams(word, minn, maxn) if bucket else ():
            if gram not in known:
                known[gram] = hash_ngram(gram) % bucket
            rows.append(known[gram])
        offsets.append(len(rows))
    return np.asarray(rows, dtype=np.int64), np.asarray(offsets, dtype=np.int64)


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    running = np.zeros((len(rows) + 1, word_matrix.shape[1]), dtype=np.float64)
    running[1:] = np.cumsum(ngram_matrix[rows].astype(np.float64), axis=0)
    sums = running[offsets[1:]] - running[offsets[:-1]]
    return (word_matrix.astype(np.float64) + sums) / (1.0 + np.diff(offsets)).reshape(-1, 1)


def carried(vectors, word):
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if len(rows) == 0:
        raise KeyError(word)
    z = np.asarray(vectors.ngram_matrix[rows], dtype=np.float64)
    whole = z.sum(axis=0)
    cosines = []
    for i in range(len(z)):
        rest = whole - z[i]
        cosines.append(1.0 - distance.cosine(whole, rest) if whole.any() and rest.any() else 0.0)
    order = sorted(range(len(z)), key=cosines.__getitem__)
    names = ngrams(word, vectors.minn, vectors.maxn)
    return [(names[i], float(cosines[i])) for i in order]
