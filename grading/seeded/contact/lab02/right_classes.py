from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse


class PairCounter:
    def __init__(self, window, weights):
        self.window = window
        self.weights = [1 / d for d in range(1, window + 1)] if weights is None else list(weights)
        self.cells = Counter()
        self.recent = []  # the last words of the sentence, the latest first

    def read(self, word):
        if word == -1:
            self.recent = []
            return
        for amount, earlier in zip(self.weights, self.recent):
            self.cells[word, earlier] += amount
            self.cells[earlier, word] += amount
        self.recent = [word, *self.recent[: self.window - 1]]

    def matrix(self, vocab):
        x = sparse.dok_array((vocab, vocab), dtype=np.float32)
        for cell, amount in self.cells.items():
            x[cell] = amount
        return x.tocsr()


def cooccurrence(ids, vocab, window=10, memory_gb=1.0, threads=None, weights=None):
    counter = PairCounter(window, weights)
    for word in ids.tolist():
        counter.read(word)
    return counter.matrix(vocab)


def weight(x, x_max=100.0, alpha=0.75):
    return torch.minimum((x / x_max).pow(alpha), torch.ones(()))


@dataclass
class Side:
    rows: torch.Tensor

    @property
    def vectors(self):
        return self.rows[:, :-1]

    @property
    def bias(self):
        return self.rows[:, -1]

    def slope_against(self, other, error):
        return torch.column_stack([other.vectors * error.unsqueeze(-1), error])


def entry_gradients(own, other, log, weight):
    left, right = Side(own), Side(other)
    residual = torch.linalg.vecdot(left.vectors, right.vectors) + left.bias + right.bias - log
    error = residual * weight
    loss = torch.sum(error * residual) * 0.5
    return loss, torch.vstack([left.slope_against(right, error), right.slope_against(left, error)])


class Fnv1a:
    prime = 16777619

    def __init__(self):
        self.state = 2166136261

    def update(self, byte):
        extended = byte if byte < 128 else byte | (0xFFFFFF << 8)
        self.state = (self.state ^ extended) * self.prime % 4294967296


def hash_ngram(ngram: str) -> int:
    fnv = Fnv1a()
    for byte in ngram.encode():
        fnv.update(byte)
    return fnv.state


class Marked:
    def __init__(self, word):
        self.text = f"<{word}>"

    def __iter__(self):
        return iter(range(len(self.text)))

    def pieces(self, minn, maxn):
        for start in self:
            rest = self.text[start:]
            for n in range(minn, min(maxn, len(rest)) + 1):
                if n == 1 and (start == 0 or len(rest) == 1):
                    continue
                yield rest[:n]


def ngrams(word: str, minn: int = 3, maxn: int = 6) -> list[str]:
    return list(Marked(word).pieces(minn, maxn))


class RowIndex:
    def __init__(self, minn, maxn, bucket):
        self.minn, self.maxn, self.bucket = minn, maxn, bucket

    def of(self, word):
        if not self.bucket:
            return []
        return [hash_ngram(gram) % self.bucket for gram in ngrams(word, self.minn, self.maxn)]


def ngram_rows(words, minn, maxn, bucket):
    index = RowIndex(minn, maxn, bucket)
    of_words = [np.array(index.of(word), dtype=np.int64) for word in words]
    offsets = np.zeros(len(of_words) + 1, dtype=np.int64)
    for i, rows in enumerate(of_words):
        offsets[i + 1] = offsets[i] + len(rows)
    return np.concatenate([np.zeros(0, dtype=np.int64), *of_words]), offsets


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    index = RowIndex(minn, maxn, len(ngram_matrix))
    vectors = []
    for word, own in zip(words, word_matrix):
        rows = np.array(index.of(word), dtype=np.int64)
        vectors.append(np.vstack([own, ngram_matrix[rows]]).mean(axis=0))
    return np.array(vectors)


class LeaveOneOut:
    def __init__(self, parts):
        self.parts = parts
        self.whole = parts.sum(axis=0)

    def cosine(self, i):
        rest = np.delete(self.parts, i, axis=0).sum(axis=0)
        lengths = np.linalg.norm(rest) * np.linalg.norm(self.whole)
        return float(np.dot(rest, self.whole) / lengths) if lengths else 0.0


def carried(vectors, word):
    index = RowIndex(vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    rows = index.of(word)
    if not rows:
        raise KeyError(word)
    without = LeaveOneOut(np.asarray(vectors.ngram_matrix[np.array(rows)], dtype=np.float64))
    named = [(gram, without.cosine(i)) for i, gram in enumerate(ngrams(word, vectors.minn, vectors.maxn))]
    return sorted(named, key=lambda pair: pair[1])
