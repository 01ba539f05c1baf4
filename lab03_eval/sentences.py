"""Sentence vectors from word vectors: mean, SIF and uSIF.

    mean   the plain average of the known words' vectors
    sif    Arora, Liang & Ma (2017), "A Simple but Tough-to-Beat Baseline": weight a/(a + p(w)) with a = 1e-3,
           then the sentences' first principal component is removed
    usif   Ethayarajh (2018), "Unsupervised Random Walk Sentence Embeddings": weight a/(a/2 + p(w)), where a
           follows from the vocabulary's size and the mean sentence length; five components removed, each by its
           share of the variance

A component is removed by subtracting each sentence's projection on it. The components belong to a set of sentences
(`fit`), not to one sentence, so that two sentences are compared by encoding both with the same fitted encoder. Few
sentences have no common component: the first one of two sentences is most of both. From fewer than 2m + 1 different
sentences none of the m components is removed, and a warning says so.

One step of Ethayarajh's own program is left out. Before weighting, it scales each dimension within a sentence, which
adds .006 on the development part of STS-Benchmark. The weights and components here are that program's.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy import sparse

from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

METHODS = ("mean", "sif", "usif")
SIF_A = 1e-3  # Arora et al. 2017, §4.1
USIF_COMPONENTS = 5  # Ethayarajh 2018, §4

JOINERS = "\u200c\u200d"  # zero-width, and letters of a word in Persian or Sinhala
_WORD = re.compile(r"[^\W_]\S*")  # of a text in which all else is spaces
SPELT = str.maketrans({str(digit): f" {name} " for digit, name in enumerate(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
)})  # fmt: skip
DIGIT_WORDS = 0.001  # of the words, at most, hold a digit where the vocabulary spells digits out


class _Inside(dict[int, int | str]):
    """What str.translate makes of each character: itself where it may stand inside a word, else a space.

    Letters, numbers and marks may: vowel signs in Hindi and Thai, vowel points in Arabic and Hebrew, and the accents of
    decomposed text (NFD).
    """

    def __missing__(self, code: int) -> int | str:
        character = chr(code)
        inside = unicodedata.category(character)[0] in "LMN" or character in JOINERS
        self[code] = code if inside else " "
        return self[code]


_INSIDE = _Inside()


def tokenize(text: str, spell_digits: bool = True) -> list[str]:
    """Lower-case words: runs of letters, marks and digits; `spell_digits` makes each digit a word, as text8 does.

    >>> tokenize("Don't pay £20!")
    ['don', 't', 'pay', 'two', 'zero']
    """
    return split_words(text.lower(), spell_digits)


def split_words(text: str, spell_digits: bool = False) -> list[str]:
    """The same words in the case that they are written in."""
    return _WORD.findall((text.translate(SPELT) if spell_digits else text).translate(_INSIDE))


def spells_digits(words: Sequence[str]) -> bool:
    """Whether a vocabulary spells digits out: at most one word in a thousand holds a digit and no other sign.

    A few odd entries, such as "mp3", decide nothing.
    """
    held = re.findall(r"^[^\W_]*\d[^\W_]*$", "\n".join(words), re.MULTILINE)
    return len(held) <= DIGIT_WORDS * len(words)


@dataclass(frozen=True)
class WordCounts:
    """How often each known word occurs in each sentence."""

    counts: sparse.csr_array  # (n, V) float32
    tokens: np.ndarray  # (n,) tokens of each sentence, known or not

    @property
    def known(self) -> np.ndarray:
        """(n,) known tokens of each sentence."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    @property
    def coverage(self) -> float:
        """Known tokens / tokens, NaN without tokens."""
        return float(self.known.sum() / self.tokens.sum()) if self.tokens.sum() else float("nan")


def counter(vectors: WordVectors) -> Callable[[Sequence[str]], WordCounts]:
    """A function that counts the words of sentences over the rows of `vectors`.

    Words are sought by the rule of lookup.py: as written, then in lower case, then in title case. Digits are spelt out
    where the vocabulary does so.
    """
    lookup, spell_digits = Lookup(vectors), spells_digits(vectors.words)

    def count(sentences: Sequence[str]) -> WordCounts:
        split = [split_words(text, spell_digits) for text in sentences]
        tokens = np.fromiter(map(len, split), np.int64, len(split))
        rows = np.fromiter(map(lookup.row, chain.from_iterable(split)), np.int64, tokens.sum())
        known_before = np.concatenate([[0], np.cumsum(rows >= 0)])
        indptr = known_before[np.concatenate([[0], np.cumsum(tokens)])]
        rows = rows[rows >= 0]
        counts = sparse.csr_array(
            (np.ones(len(rows), dtype=np.float32), rows, indptr), shape=(len(split), len(vectors))
        )
        counts.sum_duplicates()
        return WordCounts(counts, tokens)

    return count


def word_probability(vectors: WordVectors) -> tuple[np.ndarray, str]:
    """p(w) of each row (V,), and its source: "counts", or "Zipf's rank" where the vectors carry no counts.

    By Zipf's law p of the word at rank r, counted from 1, is proportional to 1/r; rows are sorted by falling
    frequency.
    """
    if vectors.counts is not None:
        return vectors.counts / np.sum(vectors.counts), "counts"
    p = 1 / np.arange(1, len(vectors) + 1)
    return p / p.sum(), "Zipf's rank"


def sif_weights(p: np.ndarray, a: float = SIF_A) -> np.ndarray:
    """a/(a + p) (Arora et al. 2017, eq. 4)."""
    return np.asarray(a / (a + p))


def usif_weights(p: np.ndarray, length: float) -> np.ndarray:
    """a/(a/2 + p) with a = (1 − α)/(α Z) (Ethayarajh 2018, §3) for sentences of `length` words on average.

    α is the share of words more probable than 1 − (1 − 1/|V|)^length, the chance that a walk of that many
    uniform steps meets a given word; Z = |V|/2. For α = 0, a is infinite and every weight is 2.
    """
    size = len(p)
    alpha = np.mean(p > 1 - (1 - 1 / size) ** length)
    inverse_a = alpha * size / 2 / (1 - alpha)  # α < 1 for length ≥ 1: else p would sum to more than 1
    return np.asarray(1 / (0.5 + p * inverse_a))


def common_components(sentences: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` right singular vectors (m, d) of `sentences` (n, d), and their squared singular values (m,).

    The sentences are not centred, so the first component is close to their mean. m is smaller than `count`
    where the sentences span fewer directions.
    """
    sentences = sentences.astype(np.float64)
    squares, directions = np.linalg.eigh(sentences.T @ sentences)  # rising
    squares, directions = squares[::-1][:count], directions.T[::-1][:count]
    spanned = squares > 1e-10 * squares.max(initial=0)
    return directions[spanned], squares[spanned]


class SentenceEncoder:
    """Sentence vectors by one of `METHODS`. Raises ValueError for another method.

    A sentence without a known word becomes the zero vector.
    """

    def __init__(self, vectors: WordVectors, method: str = "usif"):
        if method not in METHODS:
            raise ValueError(f"unknown sentence method {method!r}; known: {' '.join(METHODS)}")
        self.vectors = vectors
        self.method = method
        self.count = counter(vectors)

    def fit(self, sentences: Sequence[str]) -> SentenceEncoder:
        """Take the mean length and the common components from `sentences`; warn where these are too few for any."""
        counts = self.count(sentences)
        p, _ = word_probability(self.vectors)
        if self.method == "usif":
            filled = counts.tokens[counts.tokens > 0]
            self.weights = usif_weights(p, filled.mean() if len(filled) else 1.0).astype(np.float32)
        else:
            self.weights = (sif_weights(p) if self.method == "sif" else np.ones_like(p)).astype(np.float32)
        number = {"mean": 0, "sif": 1, "usif": USIF_COMPONENTS}[self.method]
        different = len({text for text, known in zip(sentences, counts.known) if known})
        if different <= 2 * number and number:
            seen = f"{self.method} was fitted on {different} different sentences with known words"
            warnings.warn(f"{seen}: no common component is removed; {2 * number + 1} are needed", stacklevel=2)
            number = 0
        self.components, squares = common_components(self._average(counts), number)  # (m, d), (m,)
        self.shares = squares / squares.sum() if len(squares) else squares  # for SIF's one component: 1
        return self

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """Sentence vectors (n, d) float32, by the weights and components of `fit`."""
        average = self._average(self.count(sentences))
        common = (average @ self.components.T * self.shares) @ self.components
        return np.asarray(average - common, dtype=np.float32)

    def _average(self, counts: WordCounts) -> np.ndarray:
        """Weighted average of the known words' vectors (n, d)."""
        used, columns = np.unique(counts.counts.indices, return_inverse=True)
        data = counts.counts.data * self.weights[used][columns]
        weighted = sparse.csr_array((data, columns, counts.counts.indptr), shape=(len(counts.tokens), len(used)))
        return np.asarray(weighted @ self.vectors.matrix[used] / np.maximum(counts.known, 1)[:, None])
