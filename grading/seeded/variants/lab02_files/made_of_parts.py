from itertools import pairwise

import torch
from letters import ngram_rows

from lab01_word2vec.blocks import BlockTrainer


class Subwords:
    """A word's parts as a padded table of columns (V + 1, longest); column 0 of the padding is nobody's row."""

    def __init__(self, words, minn=3, maxn=6, bucket=200_000):
        rows, offsets = ngram_rows(words, minn, maxn, bucket)
        self.buckets, place = torch.unique(torch.as_tensor(rows), return_inverse=True)
        self.extra = len(self.buckets)
        width = 2 * (len(words) + 1) + self.extra
        index, value = [], []
        for word, (start, end) in enumerate(pairwise(offsets)):
            for column in [word, *(place[start:end] + 2 * (len(words) + 1)).tolist()]:
                index.append((word, column))
                value.append(1 / (1 + end - start))
        self.parts = torch.sparse_coo_tensor(
            torch.tensor(index).T, torch.tensor(value, dtype=torch.float32), (len(words) + 1, width)
        ).coalesce()


class SubwordTrainer(BlockTrainer):
    def __init__(self, subwords, counts, keep, noise, **shape):
        super().__init__(counts, keep, noise, extra=subwords.extra, **shape)
        self.subwords = subwords

    def _gather(self, rows, centers, out):
        composed = torch.sparse.mm(self.subwords.parts, self.table.rows)  # every word, asked for or not
        out[:centers] = composed[rows[:centers]]
        out[centers:] = self.table.rows[rows[centers:]]

    def _scatter(self, rows, centers, moved, lr):
        of_words = torch.zeros(self.vocab + 1, moved.shape[1])
        of_words.index_put_((rows[:centers],), moved[:centers], accumulate=True)
        super()._scatter(rows[centers:], 0, moved[centers:], lr)
        whole = torch.sparse.mm(self.subwords.parts.t(), of_words)
        everything = torch.arange(len(self.table.rows))
        super()._scatter(everything, 0, whole, lr)
