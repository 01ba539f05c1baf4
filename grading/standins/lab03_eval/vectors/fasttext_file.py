"""fastText's model files, written by gensim."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wordlab.files import replacing

import numpy as np

MAX_NGRAM = 100  # letters


class Settings(NamedTuple):
    """What a model file says of the training behind it."""

    minn: int
    maxn: int
    bucket: int
    window: int
    epochs: int
    min_count: int
    negatives: int
    subsample: float


def write_model(
    path: str | Path,
    words: Sequence[str],
    counts: np.ndarray,
    own: np.ndarray,
    buckets: np.ndarray,
    ngram_matrix: np.ndarray,
    output: np.ndarray,
    settings: Settings,
) -> None:
    """Write a skip-gram model with negative sampling: `own` (V, d) and `output` (V, d) are the words' rows.

    `ngram_matrix` (G, d) holds the n-grams' rows at `buckets` (G,); all other rows are zero.
    """
    from gensim.models.fasttext import FastText, save_facebook_model  # which take a second to import

    model = FastText(
        sg=1, vector_size=own.shape[1], window=settings.window, epochs=settings.epochs, negative=settings.negatives,
        sample=settings.subsample, min_n=settings.minn, max_n=settings.maxn if settings.bucket else 0,
        bucket=settings.bucket, min_count=1, sorted_vocab=0,
    )  # fmt: skip
    model.build_vocab_from_freq(dict(zip(words, counts.tolist())))
    model.min_count, model.corpus_total_words = settings.min_count, int(counts.sum())
    model.wv.vectors_vocab, model.syn1neg = own.astype(np.float32), output.astype(np.float32)
    model.wv.vectors_ngrams[:] = 0
    model.wv.vectors_ngrams[buckets] = ngram_matrix
    with replacing(path) as temporary:
        save_facebook_model(model, str(temporary))
