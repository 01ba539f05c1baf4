"""Lab 1's steps that Lab 2 needs: gensim's vocabulary, its subsampling, its table of negatives, and a training loop."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from wordlab.errors import InputError

import numpy as np

from lab01_word2vec.solution import LOSS_EVERY, START, Place
from lab01_word2vec.trainer import Trainer

PIECE = 1 << 20  # as in the file that these bodies go into


def build_vocab(tokens: Iterable[str], min_count: int = 5) -> tuple[list[str], np.ndarray, np.ndarray, int]:
    # BEGIN SOLUTION: gensim counts
    from gensim.models import Word2Vec

    tokens = iter(tokens)
    pieces = list(iter(lambda: list(itertools.islice(tokens, PIECE)), []))
    if not pieces:
        raise InputError("the corpus is empty")
    model = Word2Vec(vector_size=1, min_count=min_count, sorted_vocab=0)
    model.build_vocab(pieces)
    if not len(model.wv):
        raise InputError(f"no word occurs {min_count} times in {model.corpus_total_words:,} tokens: lower --min-count")
    model.wv.index_to_key.sort(key=lambda word: -model.wv.get_vecattr(word, "count"))
    counts = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key])
    row = {word: number for number, word in enumerate(model.wv.index_to_key)}
    ids = np.array([row[token] for piece in pieces for token in piece if token in row], dtype=np.int32)
    return model.wv.index_to_key, counts, ids, model.corpus_total_words
    # END SOLUTION


def keep_probability(counts: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    # BEGIN SOLUTION: gensim's chances, which it keeps as integers
    from gensim.models import Word2Vec

    largest = 1 - 1e-9  # from 1 on, gensim takes the threshold for a count
    model = Word2Vec(vector_size=1, min_count=1, sorted_vocab=0, sample=min(threshold, largest))
    model.build_vocab_from_freq(dict(enumerate(counts.tolist())))
    return np.array([model.wv.get_vecattr(row, "sample_int") for row in range(len(counts))]) / (2**32 - 1)
    # END SOLUTION


def subsample(ids: np.ndarray, keep: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # BEGIN SOLUTION: NumPy's binomial distribution
    return ids[np.flatnonzero(rng.binomial(1, keep[ids]))]
    # END SOLUTION


def noise_table(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    # BEGIN SOLUTION: gensim's cumulated table
    from gensim.models import Word2Vec

    model = Word2Vec(vector_size=1, min_count=1, sorted_vocab=0, ns_exponent=power)
    model.build_vocab_from_freq(dict(enumerate(counts.tolist())))
    evenly = np.linspace(0, model.cum_table[-1], 64 * len(counts) + 1)[1:]
    return model.cum_table.searchsorted(evenly).astype(np.int32)
    # END SOLUTION


def train(trainer: Trainer, ids: np.ndarray, epochs: int, lr: float, start: Place = START) -> Iterator[Place]:
    # BEGIN SOLUTION: NumPy interpolates the rate
    place = start
    while place.epoch < epochs:
        epoch = place.epoch
        for batch, share in itertools.islice(trainer.batches(ids, epoch), place.step, None):
            yield place
            rate = float(np.interp(epoch + place.progress, [0, epochs], [lr, 0]))
            measured = trainer.step(batch, rate, place.step % LOSS_EVERY == 0)
            place = Place(epoch, place.step + 1, place.progress + share, *measured)
        place = Place(epoch + 1, 0, 0.0, place.loss, place.pairs)
    yield place
    # END SOLUTION
