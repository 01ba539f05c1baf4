"""Plain Python wherever it can be: dictionaries for counts, loops for the rest; GloVe by NumPy on shuffled entries."""

import math
import random
from collections import defaultdict, namedtuple

import numpy as np
import torch
from scipy import sparse

from lab01_word2vec.blocks import BlockTrainer

Model = namedtuple("Model", "w w_context b b_context losses")


def cooccurrence(ids, vocab, window=10, **_):
    counts, recent = defaultdict(float), []
    for word in ids:
        if word == -1:
            recent = []
            continue
        for distance, other in enumerate(reversed(recent), start=1):
            counts[int(word), int(other)] += 1 / distance
            counts[int(other), int(word)] += 1 / distance
        recent = [*recent, word][-window:]
    dense = [[0.0] * vocab for _ in range(vocab)]
    for (i, j), count in counts.items():
        dense[i][j] = count
    return dense


def weight(x, x_max=100.0, alpha=0.75):
    return [1.0 if float(value) >= x_max else (float(value) / x_max) ** alpha for value in x]


def entry_gradients(own, other, log, weight):
    loss, upper, lower = 0.0, [], []
    for v, u, target, f in zip(own.tolist(), other.tolist(), log.tolist(), weight.tolist()):
        *w, b = v
        *c, bc = u
        residual = sum(p * q for p, q in zip(w, c)) + b + bc - target
        loss += f * residual**2 / 2
        upper.append([f * residual * q for q in c] + [f * residual])
        lower.append([f * residual * p for p in w] + [f * residual])
    return loss, upper + lower


def train_glove(counts, dim=100, epochs=20, seed=1, **_):
    rng = np.random.default_rng(seed)
    rows, columns = counts.nonzero()
    log = np.log(counts.data)
    f = np.minimum(1, (counts.data / 100) ** 0.75)
    shapes = [(counts.shape[0], dim)] * 2 + [counts.shape[0]] * 2
    w, c, b, bc = tables = [rng.uniform(-0.05, 0.05, shape) for shape in shapes]
    squares = [np.full(shape, 1e-2) for shape in shapes]
    losses = []
    for _ in range(epochs):
        total, order = 0.0, rng.permutation(len(log))
        for start in range(0, len(order), 256):
            at = order[start : start + 256]
            i, j = rows[at], columns[at]
            residual = np.sum(w[i] * c[j], axis=1) + b[i] + bc[j] - log[at]
            error = f[at] * residual
            total += error @ residual / 2
            gradients = (error[:, None] * c[j], error[:, None] * w[i], error, error)
            for table, square, row, gradient in zip(tables, squares, (i, j, i, j), gradients):
                np.add.at(square, row, gradient**2)
                np.subtract.at(table, row, 0.1 * gradient / np.sqrt(square[row]))
        losses.append(total / len(order))
    return Model(*tables, losses)


def ngrams(word, minn=3, maxn=6):
    letters, found = ["<", *word, ">"], []
    for start in range(len(letters)):
        for end in range(start + minn, min(start + maxn, len(letters)) + 1):
            gram = "".join(letters[start:end])
            if gram != "<" and gram != ">":
                found.append(gram)
    return found


def hash_ngram(ngram):
    value = 0x811C9DC5
    for byte in bytes(ngram, "utf-8"):
        signed = byte - 2 * (byte & 128)
        value = ((value ^ (signed % 2**32)) * 0x01000193) % 2**32
    return value


def ngram_rows(words, minn, maxn, bucket):
    rows, offsets = [], [0]
    for word in words:
        rows += [hash_ngram(gram) % bucket for gram in ngrams(word, minn, maxn)]
        offsets.append(len(rows))
    return rows, offsets


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    vectors = []
    for word, own in zip(words, word_matrix):
        parts = [own] + [ngram_matrix[hash_ngram(g) % len(ngram_matrix)] for g in ngrams(word, minn, maxn)]
        vectors.append([sum(float(part[k]) for part in parts) / len(parts) for k in range(len(own))])
    return vectors


def carried(vectors, word):
    grams = ngrams(word, vectors.minn, vectors.maxn)
    parts = [[float(x) for x in vectors.ngram_matrix[hash_ngram(g) % len(vectors.ngram_matrix)]] for g in grams]
    whole = [sum(column) for column in zip(*parts)]
    answers = []
    for gram, part in zip(grams, parts):
        rest = [a - b for a, b in zip(whole, part)]
        lengths = math.hypot(*rest) * math.hypot(*whole)
        answers.append((sum(a * b for a, b in zip(rest, whole)) / lengths, gram))
    random.shuffle(answers)
    return [(gram, cosine) for cosine, gram in sorted(answers)]


class Subwords:
    def __init__(self, words, minn=3, maxn=6, bucket=200_000):
        rows, offsets = ngram_rows(words, minn, maxn, bucket)
        first = 2 * (len(words) + 1)
        number = {row: first + i for i, row in enumerate(dict.fromkeys(rows))}
        self.extra = len(number)
        self.lists = [[w, *(number[row] for row in rows[offsets[w] : offsets[w + 1]])] for w in range(len(words))]
        self.lists.append([])  # the padding has no parts
        parts = sparse.lil_array((len(words) + 1, first + self.extra))
        for word, columns in enumerate(self.lists):
            for column in columns:
                parts[word, column] += 1 / len(columns)
        self.parts = parts.tocsr()


class SubwordTrainer(BlockTrainer):
    def __init__(self, subwords, counts, keep, noise, **shape):
        super().__init__(counts, keep, noise, extra=subwords.extra, **shape)
        self.subwords = subwords

    def _gather(self, rows, centers, out):
        for place, row in enumerate(rows.tolist()):
            columns = self.subwords.lists[row] if place < centers else [row]
            out[place] = self.table.rows[columns].mean(0) if columns else 0

    def _scatter(self, rows, centers, moved, lr):
        gradient = torch.zeros_like(self.table.rows)
        for place, row in enumerate(rows.tolist()):
            columns = self.subwords.lists[row] if place < centers else [row]
            for column in columns:
                gradient[column] += moved[place] / len(columns)
        touched = gradient.abs().sum(1) > 0
        self.table.squares[touched] += gradient[touched].square().mean(1)
        self.table.rows[touched] += lr * gradient[touched] / self.table.squares[touched].sqrt()[:, None]
