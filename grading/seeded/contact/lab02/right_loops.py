import math
from collections import defaultdict

import numpy as np
import torch
from scipy import sparse


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    table = defaultdict(float)
    text = [int(word) for word in ids]
    for here in range(len(text)):
        if text[here] < 0:
            continue
        there = here - 1
        while there >= 0 and here - there <= window and text[there] >= 0:
            distance = here - there
            amount = 1 / distance if weights is None else float(weights[distance - 1])
            table[text[here], text[there]] += amount
            table[text[there], text[here]] += amount
            there -= 1
    rows = np.array([row for row, _ in table], dtype=np.int32)
    columns = np.array([column for _, column in table], dtype=np.int32)
    values = np.array(list(table.values()), dtype=np.float32)
    return sparse.csr_array((values, (rows, columns)), shape=(vocab, vocab))


def weight(x, x_max=100.0, alpha=0.75):
    shares = x / x_max
    values = []
    for share in shares.flatten().tolist():
        values.append(share**alpha if share < 1 else 1.0)
    return torch.tensor(values, dtype=shares.dtype).reshape(x.shape)


def entry_gradients(own, other, log, weight):
    last = own.shape[1] - 1
    residual = own[:, last] + other[:, last] - log
    for k in range(last):
        residual = residual + own[:, k] * other[:, k]
    slope = weight * residual
    loss = (slope * residual).sum() / 2
    upper, lower = torch.empty_like(own), torch.empty_like(other)
    for k in range(last):
        upper[:, k] = slope * other[:, k]
        lower[:, k] = slope * own[:, k]
    upper[:, last] = slope
    lower[:, last] = slope
    return loss, torch.cat([upper, lower])


def ngrams(word, minn=3, maxn=6):
    marked = "<" + word + ">"
    pieces = []
    for start in range(len(marked)):
        for length in range(minn, maxn + 1):
            end = start + length
            if end > len(marked):
                break
            if length == 1 and (start == 0 or end == len(marked)):
                continue
            pieces.append(marked[start:end])
    return pieces


def hash_ngram(ngram):
    h = 2166136261
    for byte in ngram.encode("utf-8"):
        if byte >= 128:
            byte = byte + 2**32 - 256
        h = (h ^ byte) * 16777619 % 2**32
    return h


def ngram_rows(words, minn, maxn, bucket):
    rows = []
    offsets = [0]
    for word in words:
        if bucket > 0:
            for ngram in ngrams(word, minn, maxn):
                rows.append(hash_ngram(ngram) % bucket)
        offsets.append(len(rows))
    return np.array(rows, dtype=np.int64), np.array(offsets, dtype=np.int64)


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    vectors = np.zeros(word_matrix.shape)
    for i in range(len(words)):
        total = word_matrix[i].astype(float)
        for row in rows[offsets[i] : offsets[i + 1]]:
            total = total + ngram_matrix[row]
        vectors[i] = total / (1 + offsets[i + 1] - offsets[i])
    return vectors


def carried(vectors, word):
    names = ngrams(word, vectors.minn, vectors.maxn)
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if len(rows) == 0:
        raise KeyError(word)
    parts = np.asarray(vectors.ngram_matrix[rows]).tolist()
    whole = [sum(column) for column in zip(*parts)]
    found = []
    for name, part in zip(names, parts):
        rest = [a - b for a, b in zip(whole, part)]
        dot = sum(a * b for a, b in zip(whole, rest))
        length = math.sqrt(sum(a * a for a in whole)) * math.sqrt(sum(b * b for b in rest))
        found.append((name, dot / length if length > 0 else 0.0))
    found.sort(key=lambda pair: pair[1])
    return found
