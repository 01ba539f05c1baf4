"""Tagging with fixed word vectors: a linear layer on a window of five, its baseline, and chunk scores."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from lab03_eval.sentences import SentenceEncoder
from lab03_eval.tasks.task_data import Tagged
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

WIDTH = 5  # the token and two neighbours on each side
ITERATIONS = 80  # of L-BFGS; Lab 1's d100 vectors converge in 75


def token_vectors(vectors: WordVectors, words: list[str]) -> np.ndarray:
    """Vectors (n, d) of tokens as a treebank writes them; zero for a token without a known part.

    A token is sought by the rule of lookup.py; else it is the mean of its parts ("well-known", or the digits of "1990"
    where the vocabulary spells digits out).
    """
    found = SentenceEncoder(vectors, "mean").fit(words).encode(words)
    rows = np.array(list(map(Lookup(vectors).row, words)), dtype=np.int64)  # (n,)
    found[rows >= 0] = vectors.matrix[rows[rows >= 0]]
    return found


def window_features(vectors: WordVectors, tokens: Tagged) -> np.ndarray:
    """The concatenated vectors (n, WIDTH · d) of each token's window; zero beyond the sentence's ends."""
    words, token = np.unique(np.array(tokens.words), return_inverse=True)
    table = token_vectors(vectors, words.tolist())
    n, reach = len(token), WIDTH // 2
    features = np.zeros((n, WIDTH, vectors.dim), dtype=np.float32)
    for offset in range(-reach, reach + 1):
        at = np.arange(max(0, -offset), min(n, n - offset))
        at = at[tokens.sentence[at] == tokens.sentence[at + offset]]
        features[at, offset + reach] = table[token[at + offset]]
    return features.reshape(n, -1)


def tag_by_window(vectors: WordVectors, train: Tagged, test: Tagged) -> np.ndarray:
    """Tags (n,) of `test` by multinomial logistic regression on the windows of `train`."""
    features = window_features(vectors, train)
    scale = np.sqrt(np.mean(np.square(features))) or 1  # one number: the optimiser then meets inputs of size one
    features /= scale
    model = LogisticRegression(max_iter=ITERATIONS, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bounded number of steps is the protocol
        model.fit(features, train.tags)
    return model.predict(window_features(vectors, test) / scale)


def tag_by_frequency(train: Tagged, test: Tagged) -> np.ndarray:
    """The tag that each word of `test` has most often in `train`; for an unknown word the most frequent of all."""
    words, word = np.unique(np.array(train.words), return_inverse=True)
    tags, tag = np.unique(train.tags, return_inverse=True)
    counts = np.bincount(word * len(tags) + tag, minlength=len(words) * len(tags)).reshape(len(words), len(tags))
    position = np.minimum(np.searchsorted(words, test.words), len(words) - 1)
    known = words[position] == np.array(test.words)
    return np.where(known, tags[counts.argmax(axis=1)[position]], tags[counts.sum(axis=0).argmax()])


def sentence_starts(sentence: np.ndarray) -> np.ndarray:
    """Index of the first token of each sentence."""
    return np.flatnonzero(np.diff(sentence, prepend=-1))


def accuracy_counts(test: Tagged, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right tags and tokens of each sentence; accuracy is the quotient of their sums."""
    starts = sentence_starts(test.sentence)
    return np.add.reduceat((found == test.tags).astype(int), starts), np.diff(starts, append=len(found))


def chunk_counts(test: Tagged, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twice the right chunks, and gold plus found chunks, of each sentence; F1 is the quotient of their sums."""
    gold_ends, found_ends = chunks(test.tags, test.sentence), chunks(found, test.sentence)
    kinds = np.array([tag[1:] for tag in test.tags]), np.array([tag[1:] for tag in found])
    right = (gold_ends > 0) & (gold_ends == found_ends) & (kinds[0] == kinds[1])
    starts = sentence_starts(test.sentence)
    gold, guessed = gold_ends > 0, found_ends > 0
    return np.add.reduceat(2 * right, starts), np.add.reduceat(gold.astype(int) + guessed, starts)


def chunks(tags: np.ndarray, sentence: np.ndarray) -> np.ndarray:
    """For a chunk's first token the index after its last, else 0 (n,); IOB1 and IOB2 tags, as conlleval reads them.

    A chunk begins at B-, and at I- after another type, after O, or at the start of a sentence.
    """
    kind = np.array([tag[1:] for tag in tags])  # "-PER", "" outside
    fresh = (sentence != np.roll(sentence, 1)) | (kind != np.roll(kind, 1))
    fresh[:1] = True
    starts = fresh | np.char.startswith(tags, "B")
    run_starts = np.flatnonzero(starts)  # runs of one chunk, or of tokens outside
    ends = np.zeros(len(tags), dtype=np.int64)
    ends[run_starts] = np.append(run_starts[1:], len(tags))
    ends[kind == ""] = 0
    return ends
