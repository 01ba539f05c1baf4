"""The view of character n-grams: what it says of known words, and how it answers a word that the text has not."""

from __future__ import annotations

import numpy as np

from lab02_glove_fasttext.fasttext import SubwordTrainer
from lab03_eval.vectors.maps import Composition, Map


def ngram_means(trainer: SubwordTrainer) -> np.ndarray:
    """Each word's mean of its n-grams' rows, without its own row: (V, d).

    The own row has taken up what the n-grams could not say of a word as a center. The other views say that better.
    Without it, inflections of a word lie where their shared n-grams put them, and a known word is composed in the way
    of an unknown one. A word without n-grams keeps its own row.
    """
    ngrams = trainer.subwords.size[:, None].astype(np.float32) - 1  # (V, 1), the n-grams of each word
    composed, _ = trainer.embeddings()  # the mean of 1 + n rows
    own, _ = trainer.model(share=None)
    return np.where(ngrams > 0, (composed * (ngrams + 1) - own) / np.maximum(ngrams, 1), own)


def ngram_rows(trainer: SubwordTrainer, mean: np.ndarray) -> np.ndarray:
    """The rows (bucket, d) that unknown words are composed of.

    An n-gram that the text has not is the `mean` (d,) of all words, which flattening takes away again: it says nothing.
    """
    _, found = trainer.model(share=None)
    subwords = trainer.subwords
    rows = np.tile(mean, (subwords.bucket, 1))
    rows[subwords.buckets] = found
    return rows


def composition(flattened: Map, weight: float, joined: Map, first: int) -> Composition:
    """How an unknown word's mean of n-grams becomes a row among the joined ones.

    `flattened` is what this view's vectors went through, `weight` its weight, and `first` the first of its columns
    among those that `joined` reduces. The other views are silent about an unknown word: their columns count as the
    mean, which `joined` takes away.
    """
    columns = slice(first, first + flattened.matrix.shape[1])
    mean, matrix = joined.mean[columns] / weight, joined.matrix[columns] * weight
    return Composition(flattened, Map(mean.astype(np.float32), matrix.astype(np.float32)))
