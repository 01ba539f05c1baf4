"""From text to token ids: reading, vocabulary, subsampling.

Everything here streams: the text passes through in pieces of a few megabytes and only the ids (four bytes
a token) stay in memory. The loops over tokens run inside C (`map`, `np.fromiter`), never in Python bytecode.
"""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from lab03_eval.benchmarks import NotAtHand, gensim_data

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "sample"
SAMPLE_FILE = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
PIECE = 1 << 20  # characters read at a time
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zipfile.BadZipFile)


class InputError(ValueError):
    """Bad input from the user; the message is one line: what, where, and the remedy."""


@dataclass
class Corpus:
    """A corpus as ids: `ids` (n,) int32 are rows of the vocabulary, words below min_count left out."""

    name: str
    words: list[str]  # by falling count, ties by first appearance
    counts: np.ndarray  # (V,) int64
    ids: np.ndarray  # (n,) int32
    tokens: int  # before rare words were dropped
    replaced: int  # characters that were not UTF-8


def build_vocab(tokens: Iterable[str], min_count: int = 5) -> tuple[list[str], np.ndarray, np.ndarray, int]:
    """Vocabulary and encoded corpus in one pass over `tokens`.

    Returns the words by falling count (ties by first appearance), their counts (V,) int64, the corpus as
    rows of that list (n,) int32 with words seen fewer than `min_count` times dropped, and the number of
    tokens before that. The order matters later: "the 30,000 most frequent words" are the first 30,000 rows.
    Raises InputError if no word is frequent enough.
    """
    # BEGIN SOLUTION: count, sort by falling count (ties by first appearance), keep counts >= min_count, encode the rest
    provisional: defaultdict[str, int] = defaultdict()
    provisional.default_factory = provisional.__len__  # an unseen word gets the next number
    numbers = map(provisional.__getitem__, tokens)
    parts, counts = [], np.zeros(0, dtype=np.int64)
    while len(part := np.fromiter(itertools.islice(numbers, PIECE), dtype=np.int32)):
        parts.append(part)
        seen = np.bincount(part, minlength=len(provisional))
        seen[: len(counts)] += counts
        counts = seen
    total = sum(map(len, parts))
    if not total:
        raise InputError("the corpus is empty")
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= min_count]
    if not len(order):
        raise InputError(f"no word occurs {min_count} times in {total:,} tokens: lower --min-count")
    row = np.full(len(counts), -1, dtype=np.int32)
    row[order] = np.arange(len(order), dtype=np.int32)
    by_number = list(provisional)
    ids, filled = np.empty(counts[order].sum(), dtype=np.int32), 0
    parts.reverse()
    while parts:  # each part is freed as it is copied
        rows = row[parts.pop()]
        rows = rows[rows >= 0]
        ids[filled : filled + len(rows)] = rows
        filled += len(rows)
    return [by_number[i] for i in order], counts[order], ids, total
    # END SOLUTION


def keep_probability(counts: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    """Chance (V,) that subsampling keeps a token of each word, f being its relative frequency.

    The paper (Mikolov et al. 2013, "Distributed Representations", §2.3) discards with 1 − √(t/f), that is,
    keeps √(t/f). The C program that everyone compares with keeps min(1, √(t/f) + t/f): a little more of the
    words just above the threshold. This is the C program's.
    """
    # BEGIN SOLUTION: min(1, √(t/f) + t/f) with f = count / Σ counts
    ratio = threshold * counts.sum() / counts
    return np.minimum(1.0, np.sqrt(ratio) + ratio)
    # END SOLUTION


def subsample(ids: np.ndarray, keep: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The tokens (m,) that survive, each drawn by its word's `keep` probability (V,).

    Frequent words go *before* windows are formed, so that what remains moves closer together.
    """
    # BEGIN SOLUTION: a token of word w stays where a uniform draw from [0, 1) is below keep[w]
    kept = [
        part[rng.random(len(part), dtype=np.float32) < keep[part]]
        for part in np.array_split(ids, 1 + len(ids) // PIECE)
    ]
    return np.concatenate(kept)
    # END SOLUTION


def resolve(path: str) -> Path:
    """`path` as given, else relative to the repository. Raises InputError with the remedy."""
    for candidate in (Path(path), ROOT / path):
        if candidate.is_dir():
            raise InputError(f"{path}: a directory; --data takes one text file")
        if candidate.exists():
            return candidate
    remedy = "python scripts/get_data.py text8" if Path(path).name == "text8" else "check the path"
    raise InputError(f"{path}: no such file; {remedy}, or use the built-in corpus: --data sample")


def read_text(path: Path) -> Iterator[str]:
    """Pieces of the text of a plain, .gz, .bz2, .xz or .zip (one member) file, cut anywhere."""
    with _open(path) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", errors="replace")
        while piece := text.read(PIECE):
            yield piece


def _open(path: Path) -> IO[bytes]:
    if path.suffix != ".zip":
        return _OPENERS.get(path.suffix, open)(path, "rb")
    archive = zipfile.ZipFile(path)
    members = archive.namelist()
    if len(members) != 1:
        raise InputError(f"{path}: expected a zip archive with one member, found {len(members)}")
    return archive.open(members[0])


def read_sample() -> Iterator[str]:
    """The 106 English Wikipedia articles that gensim carries as test data, cleaned by gensim's own rules."""
    from gensim.corpora.wikicorpus import extract_pages, filter_wiki, tokenize

    with bz2.open(gensim_data(SAMPLE_FILE)) as dump:
        for _, text, _ in extract_pages(dump, filter_namespaces=("0",)):
            words = tokenize(filter_wiki(text), token_min_len=1, token_max_len=15, lower=True)
            if len(words) >= 50:  # shorter pages are redirects
                yield " ".join(words) + " "


def read_pieces(data: str) -> Iterator[str]:
    """Text of `data`: a path, or the word "sample"."""
    return read_sample() if data == SAMPLE else read_text(resolve(data))


def split_words(pieces: Iterable[str]) -> Iterator[list[str]]:
    """Words of each piece; a word cut by the end of a piece is carried into the next."""
    rest = ""
    for piece in pieces:
        words = (rest + piece).split()
        rest = words.pop() if words and not piece[-1].isspace() else ""
        yield words
    if rest:
        yield [rest]


def load_corpus(data: str, min_count: int = 5, limit: int | None = None) -> Corpus:
    """Read and encode `data`: a path, or the word "sample"; `limit` keeps only its first tokens. Raises InputError."""
    replaced = 0

    def counted(pieces: Iterable[str]) -> Iterator[str]:
        nonlocal replaced
        for piece in pieces:
            replaced += piece.count("\ufffd")
            yield piece

    path = None if data == SAMPLE else resolve(data)
    try:
        tokens = itertools.islice(itertools.chain.from_iterable(split_words(counted(read_pieces(data)))), limit)
        words, counts, ids, total = build_vocab(tokens, min_count)
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(str(path)) else f"{data}: {error}") from None
    except NotAtHand as error:
        raise InputError(str(error)) from None
    except (OSError, *_DAMAGED) as error:
        raise InputError(f"{data}: cannot be read as {Path(data).suffix or 'text'}: {error}") from None
    return Corpus(path.stem if path else SAMPLE, words, counts, ids, total, replaced)


def noise_table(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    """Rows (64·V,) int32 in which each word stands in proportion to count^power: draw a negative by index.

    The word2vec C program's table: one random integer and one look-up a draw, where inverting the cumulative
    distribution takes log₂ V steps. The 64 slots an average word gets round the rarest words' shares.
    """
    # BEGIN SOLUTION: word w fills 64·V · count_w^0.75 / Σ count^0.75 of the slots, rounded
    share = np.cumsum(counts.astype(np.float64) ** power)
    slots = 64 * len(counts)
    table = np.searchsorted(share, (np.arange(slots) + 0.5) / slots * share[-1])
    return table.astype(np.int32)
    # END SOLUTION
