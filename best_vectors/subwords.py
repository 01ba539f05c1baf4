"""The view of character n-grams: what it says of known words, and how it answers a word that the text has not."""

from __future__ import annotations

import numpy as np

from lab02_glove_fasttext.fasttext import SubwordTrainer
from lab03_eval.vectors.maps import Composition, Map


def ngram_means(trainer: SubwordTrainer, share: float) -> np.ndarray:
    """Each word's mean of its n-grams' rows, without its own row, plus share·out_emb: (V, d).

    The own row has taken up what the n-grams could not say of a word as a center. The other views say that better, and
    without it inflections of a word lie where their shared n-grams put them. A word without n-grams keeps its own row.
    """
    size = trainer.subwords.size[:, None].astype(np.float32)  # 1 + n_w
    composed, out_emb = trainer.embeddings()
    own, _ = trainer.model(share=None)
    return composed - np.where(size > 1, own / size, 0) + np.float32(share) * out_emb


def ngram_rows(trainer: SubwordTrainer) -> np.ndarray:
    """The rows (bucket, d) that unknown words are composed of; n-grams that the text has not are zeros."""
    _, found = trainer.model(share=None)
    subwords = trainer.subwords
    rows = np.zeros((subwords.bucket, found.shape[1]), dtype=np.float32)
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
