"""A text of any length as ids in a file: numbered piece by piece, on several cores and by several ranks.

`build_vocab` in solution.py keeps a text's ids in memory. Here it numbers one piece at a time, wherever a core is free.
The pieces' words are merged in the order of the text, so that words, ties and ids are those that `build_vocab` gives
for the whole. Until the last piece is read, nobody knows which words are rare. The ids therefore wait in a file under
the numbers that their words got when they first appeared, and are renumbered at the end.

A text of billions of words has hundreds of millions of different ones, most of them misspelt once. When the table holds
LIMIT words, the rarer half leaves it, as in the C program. That is told, because a word that left and is met again is
counted from zero.
"""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import sys
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from wordlab.errors import InputError

import numpy as np

from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import PIECE, build_vocab
from lab01_word2vec.text import Text

CHARACTERS = 1 << 21  # of a piece: worth sending to another process
DEALT = 1 << 17  # of a piece where ranks share a text: so many that all get as much of every topic
LIMIT = 10_000_000  # words in the table, which are about a gigabyte
AHEAD = 2  # pieces per process that are read before they are asked for


class Piece(NamedTuple):
    """A piece of the text: its words in the order in which they appear, their counts (v,) and its ids (n,) int32."""

    words: str  # with spaces in between: one string travels faster than many
    counts: np.ndarray
    ids: np.ndarray


class Table(NamedTuple):
    """What a rank has counted: words as they appeared, their counts (v,) and the pieces (v,) where that was."""

    words: list[str]
    counts: np.ndarray
    pieces: np.ndarray
    tokens: int
    pruned: int


@dataclass(frozen=True)
class Vocabulary:
    """What `encode` knows of a text: words by falling count, ties by first appearance, and their counts (V,) int64.

    `tokens` were there before rare words were dropped. `pruned` is 0 where the table never was full. Else words that
    were seen so often or less may have left it.
    """

    words: list[str]
    counts: np.ndarray
    tokens: int
    pruned: int


class Numbers:
    """Words by the numbers that they got when they first appeared, with their counts."""

    def __init__(self, limit: int):
        self.limit, self.tokens, self.pruned, self.given = limit, 0, 0, itertools.count()
        self.of_word: defaultdict[str, int] = defaultdict(self.given.__next__)
        self.counts = self.pieces = np.zeros(0, dtype=np.int64)  # by number

    def add(self, place: int, piece: Piece) -> np.ndarray:
        """Count piece number `place`. Returns its ids (n,) int32 as numbers."""
        numbers = np.fromiter(map(self.of_word.__getitem__, piece.words.split(" ")), dtype=np.int32)
        new = max(0, int(numbers.max()) + 1 - len(self.counts))
        self.counts = np.concatenate([self.counts, np.zeros(new, dtype=np.int64)])
        self.pieces = np.concatenate([self.pieces, np.full(new, place)])
        self.counts[numbers] += piece.counts
        self.tokens += len(piece.ids)
        if len(self.of_word) > self.limit:
            self._prune()
        return numbers[piece.ids]

    def _prune(self) -> None:
        """Drop the words that were not seen more often than the median of them."""
        of_words = self.counts[self.live()]
        self.pruned = max(self.pruned, int(np.median(of_words)))
        left = {word: number for word, number in self.of_word.items() if self.counts[number] > self.pruned}
        self.of_word = defaultdict(self.given.__next__, left)

    def live(self) -> np.ndarray:
        """The numbers (v,) of the words that are in the table."""
        return np.fromiter(self.of_word.values(), dtype=np.int64, count=len(self.of_word))

    def table(self) -> Table:
        live = self.live()
        return Table(list(self.of_word), self.counts[live], self.pieces[live], self.tokens, self.pruned)


def encode(
    text: Text, min_count: int, limit: int | None, file: IO[bytes], processes: int = 1, ranks: Ranks = ALONE,
    most: int = LIMIT,
) -> Vocabulary:  # fmt: skip
    """Read `text`, or its first `limit` tokens, and write the ids of this rank's pieces to `file`, in NumPy's format.

    Of several ranks, each numbers every so many-th piece, and all learn the words of all. Raises InputError as
    `build_vocab` does, and where a rank is left without text.
    """
    numbers, size = Numbers(most), CHARACTERS if ranks.count == 1 else DEALT
    with tempfile.TemporaryFile(dir=Path(file.name).parent) as waiting:

        def number_mine() -> None:
            mine = itertools.islice(whole_words(first_tokens(text, limit), size), ranks.rank, None, ranks.count)
            for place, piece in enumerate(in_order(mine, processes)):
                numbers.add(place * ranks.count + ranks.rank, piece).tofile(waiting)

        def write_mine() -> None:
            row = {word: number for number, word in enumerate(vocabulary.words)}
            rows = np.full(len(numbers.counts), -1, dtype="<i4")
            rows[numbers.live()] = np.fromiter((row.get(word, -1) for word in numbers.of_word), dtype=np.int32)
            if not (left := int(numbers.counts[rows >= 0].sum())):
                raise InputError(f"no text is left for one of {ranks.count} ranks: start fewer, or give more text")
            np.lib.format.write_array_header_1_0(file, {"descr": "<i4", "fortran_order": False, "shape": (left,)})
            waiting.seek(0)
            while len(part := np.fromfile(waiting, dtype=np.int32, count=PIECE)):
                file.write(rows[part][rows[part] >= 0].tobytes())

        ranks.agree(number_mine)
        vocabulary = merge(ranks.gather(numbers.table()), min_count)
        ranks.agree(write_mine)
    return vocabulary


def merge(tables: list[Table], min_count: int) -> Vocabulary:
    """The vocabulary of the whole text, from what every rank has counted. Raises InputError if no word is left."""
    total = sum(table.tokens for table in tables)
    if not total:
        raise InputError("the corpus is empty")
    # Two ranks never share a piece. Within a piece, the order is that of the table.
    words, counts = [word for table in tables for word in table.words], np.concatenate([t.counts for t in tables])
    order = np.argsort(np.concatenate([table.pieces for table in tables]), kind="stable")
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    numbers = np.fromiter((number[words[place]] for place in order), dtype=np.int64, count=len(order))
    sums = np.zeros(len(number), dtype=np.int64)
    np.add.at(sums, numbers, counts[order])
    kept = np.flatnonzero(sums >= min_count)
    if not len(kept):
        raise InputError(f"no word occurs {min_count} times in {total:,} tokens: lower --min-count")
    kept = kept[np.argsort(-sums[kept], kind="stable")]
    by_number = list(number)
    return Vocabulary([by_number[i] for i in kept], sums[kept], total, max(table.pruned for table in tables))


def first_tokens(text: Text, limit: int | None) -> Iterator[str]:
    """The text's pieces, cut anywhere; of its first `limit` tokens, where there is a limit."""
    if limit is None:
        yield from text.pieces()
    else:
        tokens = itertools.islice(text.tokens(), limit)
        while part := list(itertools.islice(tokens, PIECE)):
            yield " ".join(part) + " "


def whole_words(pieces: Iterable[str], size: int) -> Iterator[str]:
    """The text in pieces of up to `size` characters, cut between words. A longer run without a space is cut, too."""
    rest = ""
    for more in pieces:
        rest += more
        start = 0
        while len(rest) - start >= size:
            end = start + size
            while end > start and not rest[end - 1].isspace():
                end -= 1
            end = end if end > start else start + size
            if piece := rest[start:end].strip():
                yield piece
            start = end
        rest = rest[start:]
    if rest.strip():
        yield rest


def in_order(texts: Iterable[str], processes: int) -> Iterator[Piece]:
    """The pieces of words of `texts`, in their order, numbered by several processes where there is more than one."""
    texts = iter(texts)
    ahead = list(itertools.islice(texts, 2))
    if processes == 1 or len(ahead) < 2:
        yield from map(number_piece, itertools.chain(ahead, texts))
        return
    # A forked process need not import anything. Elsewhere than on Linux, forking is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    try:
        with ProcessPoolExecutor(processes, context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
            waiting: deque[Future[Piece]] = deque()
            for text in itertools.chain(ahead, texts):
                waiting.append(pool.submit(number_piece, text))
                if len(waiting) > AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    except BrokenProcessPool:
        raise InputError("a process that reads the text was killed; with --threads 1 there is none") from None


def number_piece(text: str) -> Piece:
    """A piece with its words numbered as they appear."""
    words, counts, ids, _ = build_vocab(text.split(), min_count=1)
    first = np.empty(len(words), dtype=np.int64)
    first[ids[::-1]] = np.arange(len(ids))[::-1]  # of several places, the last that is written stays
    order = np.argsort(first)
    row = np.empty(len(words), dtype=np.int32)
    row[order] = np.arange(len(words))
    return Piece(" ".join(words[i] for i in order), counts[order], row[ids])
