from itertools import combinations

import numpy as np
import torch
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    ids = np.asarray(ids, dtype=np.int64)
    by_distance = 1 / np.arange(1, window + 1) if weights is None else np.asarray(weights, dtype=np.float64)
    sentence = np.cumsum(ids < 0)
    keys, amounts = [np.empty(0, np.int64)], [np.empty(0)]
    for distance in range(1, window + 1):
        a, b = ids[:-distance], ids[distance:]
        same = (sentence[:-distance] == sentence[distance:]) & (a >= 0)
        a, b = a[same], b[same]
        keys += [a * vocab + b, b * vocab + a]
        amounts.append(np.full(2 * len(a), by_distance[distance - 1]))
    cells, number = np.unique(np.concatenate(keys), return_inverse=True)
    totals = np.bincount(number, weights=np.concatenate(amounts), minlength=len(cells))
    starts = np.searchsorted(cells, np.arange(vocab + 1) * vocab)
    columns = cells % vocab
    return sparse.csr_array(
        (totals.astype(np.float32), columns.astype(np.int32), starts.astype(np.int32)), shape=(vocab, vocab)
    )


def weight(x: torch.Tensor, x_max: float = 100.0, alpha: float = 0.75) -> torch.Tensor:
    return torch.as_tensor(np.minimum(1, (x.detach().numpy() / x_max) ** alpha))


def entry_gradients(own, other, log, weight):
    a, b, y, f = (tensor.detach().numpy() for tensor in (own, other, log, weight))
    error = np.sum(a[:, :-1] * b[:, :-1], axis=1) + a[:, -1] + b[:, -1] - y
    scaled = (f * error)[:, np.newaxis]
    top = np.hstack([scaled * b[:, :-1], scaled])
    bottom = np.hstack([scaled * a[:, :-1], scaled])
    return torch.tensor(0.5 * np.sum(f * error**2)), torch.from_numpy(np.vstack([top, bottom]))


def ngrams(word, minn=3, maxn=6):
    marked = f"<{word}>"
    cuts = combinations(range(len(marked) + 1), 2)  # by start, then by end
    marks = {(0, 1), (len(marked) - 1, len(marked))}
    return [marked[i:j] for i, j in cuts if minn <= j - i <= maxn and (i, j) not in marks]


def hash_ngram(ngram):
    h = 2166136261
    for byte in np.frombuffer(ngram.encode(), dtype=np.int8).tolist():
        h = ((h ^ byte) * 16777619) & 0xFFFFFFFF
    return h


def ngram_rows(words, minn, maxn, bucket):
    grams = [ngrams(word, minn, maxn) if bucket else [] for word in words]
    hashes = np.array([hash_ngram(gram) for of_word in grams for gram in of_word], dtype=np.int64)
    lengths = np.array([len(of_word) for of_word in grams], dtype=np.int64)
    return hashes % max(bucket, 1), np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    lengths = np.diff(offsets)
    sums = np.array(word_matrix, dtype=np.float64)
    np.add.at(sums, np.repeat(np.arange(len(words)), lengths), ngram_matrix[rows])
    return sums / (lengths + 1)[:, np.newaxis]


def carried(vectors, word):
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if rows.size == 0:
        raise KeyError(word)
    z = np.asarray(vectors.ngram_matrix[rows], dtype=np.float64)
    all_but = np.ones((len(z), len(z))) - np.eye(len(z))
    rest, whole = all_but @ z, z.sum(axis=0)
    norms = np.sqrt((rest**2).sum(axis=1) * (whole**2).sum())
    cosines = np.divide(rest @ whole, norms, out=np.zeros(len(z)), where=norms > 0)
    names = ngrams(word, vectors.minn, vectors.maxn)
    return [(names[i], cosines[i].item()) for i in np.argsort(cosines, kind="stable")]
