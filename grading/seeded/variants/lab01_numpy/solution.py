"""Lab 1 without autograd: NumPy tables, gradients by hand, plain SGD. The model is in model.py, text in text.py."""

import numpy as np
from model import SkipGramNS, block_gradients, block_loss, sgd, window_masks, wrongness  # noqa: F401
from text import build_vocab, keep_probability, noise_table, subsample  # noqa: F401


class SkipGramDataset:
    """Streams arrays: center (B,) and context (B,)."""

    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window = np.asarray(ids), np.asarray(keep), window
        self.rng = np.random.default_rng((seed, epoch))

    def __iter__(self):
        text = subsample(self.ids, self.keep, self.rng)
        n = len(text)
        position = np.arange(n)
        reach = np.ceil(self.rng.random(n) * self.window)  # 1 … window, as random() is below 1 and above 0
        reach[reach == 0] = 1
        for offset in range(-self.window, self.window + 1):
            if offset:
                there = position[(reach >= abs(offset)) & (position + offset >= 0) & (position + offset < n)]
                if len(there):
                    yield text[there], text[there + offset]


class PairTrainer:
    def __init__(self, counts, keep, noise, *, dim, window, negatives, seed, device=None, workers=0):
        self.model = SkipGramNS(len(counts), dim, seed)
        self.keep, self.noise, self.window, self.k, self.seed = keep, noise, window, negatives, seed
        self.rng = np.random.default_rng(seed)

    def batches(self, ids, epoch):
        for center, context in SkipGramDataset(ids, self.keep, self.window, self.seed, epoch):
            yield np.stack([center, context]), 1 / (2 * self.window)

    def step(self, batch, lr, measure=True):
        center, context = batch
        negatives = self.rng.choice(len(self.noise), (len(center), self.k), p=self.noise)
        loss = self.model(center, context, negatives)
        sgd(self.model, center, context, negatives, lr)
        return loss.sum(), len(center)

    def embeddings(self):
        return self.model.in_emb.copy(), self.model.out_emb.copy()


def _ranked(vectors, scores, left_out, topn, restrict):
    scores = scores[:restrict].copy()
    scores[[row for row in left_out if row < len(scores)]] = -np.inf
    best = np.argpartition(-scores, topn)[:topn]
    best = best[np.argsort(-scores[best])]
    return [(vectors.words[row], scores[row]) for row in best]


def nearest(vectors, word, topn=8, restrict=30_000):
    unit = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1)[:, None]
    row = vectors.index[word]
    return _ranked(vectors, unit @ unit[row], [row], topn, restrict)


def analogy(vectors, a, b, c, topn=5, restrict=30_000):
    unit = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1)[:, None]
    i, j, k = (vectors.index[word] for word in (a, b, c))
    length = np.linalg.norm(unit[j] - unit[i] + unit[k])
    scores = (unit @ unit[j] - unit @ unit[i] + unit @ unit[k]) / length
    return _ranked(vectors, scores, [i, j, k], topn, restrict)
