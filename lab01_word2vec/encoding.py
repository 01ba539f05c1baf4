"""A text of any length as ids in a file: numbered piece by piece, on several cores and by several ranks.

`build_vocab` in solution.py keeps a text's ids in memory. Here it is numbered piece by piece, wherever a core is free.
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
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from wordlab.errors import InputError

import numpy as np

from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import PIECE
from lab01_word2vec.text import Text

CHARACTERS = 1 << 21  # of a piece
DEALT = 1 << 17  # of a piece where ranks share a text: so many that all get as much of every topic
LIMIT = 10_000_000  # words in the table, which are about a gigabyte


class Table(NamedTuple):
    """What was counted in one process: words as they appeared, their numbers, counts and first pieces, all (v,)."""

    words: list[str]
    numbers: np.ndarray
    counts: np.ndarray
    pieces: np.ndarray
    given: int  # numbers, those of words that have left the table included
    sizes: dict[int, int]  # tokens of each piece, by its place
    pruned: int
    replaced: int
    name: str  # of its file


@dataclass(frozen=True)
class Vocabulary:
    """What `encode` knows of a text: words by falling count, ties by first appearance, and their counts (V,) int64.

    `tokens` were there before rare words were dropped. `pruned` is 0 where no table ever was full. Else words that
    were seen so often or less may have left it.
    """

    words: list[str]
    counts: np.ndarray
    tokens: int
    pruned: int


class Numbers:
    """Words by the numbers that they got when they first appeared, with their counts."""

    def __init__(self, limit: int):
        self.limit, self.pruned, self.given = limit, 0, itertools.count()
        self.of_word: defaultdict[str, int] = defaultdict(self.given.__next__)
        self.counts = self.pieces = np.zeros(0, dtype=np.int64)  # by number
        self.sizes: dict[int, int] = {}

    def add(self, place: int, text: str) -> np.ndarray:
        """Count a piece. Returns its ids (n,) int32, which are the numbers of its words."""
        ids = np.fromiter(map(self.of_word.__getitem__, text.split()), dtype=np.int32)
        counts = np.bincount(ids, minlength=len(self.counts))
        self.pieces = np.concatenate([self.pieces, np.full(len(counts) - len(self.counts), place)])
        counts[: len(self.counts)] += self.counts
        self.counts, self.sizes[place] = counts, len(ids)
        if len(self.of_word) > self.limit:
            self._prune()
        return ids

    def _prune(self) -> None:
        """Drop the words that were not seen more often than the median of them."""
        of_words = self.counts[self.live()]
        self.pruned = max(self.pruned, int(np.median(of_words)))
        left = {word: number for word, number in self.of_word.items() if self.counts[number] > self.pruned}
        self.of_word = defaultdict(self.given.__next__, left)

    def live(self) -> np.ndarray:
        """The numbers (v,) of the words that are in the table."""
        return np.fromiter(self.of_word.values(), dtype=np.int64, count=len(self.of_word))

    def table(self, replaced: int, name: str) -> Table:
        live = self.live()
        counted = list(self.of_word), live, self.counts[live], self.pieces[live], len(self.counts)
        return Table(*counted, self.sizes, self.pruned, replaced, name)


def encode(
    text: Text, min_count: int, limit: int | None, file: IO[bytes], processes: int = 1, ranks: Ranks = ALONE,
    most: int = LIMIT,
) -> Vocabulary:  # fmt: skip
    """Read `text`, or its first `limit` tokens, and write the ids of this rank's pieces to `file`, in NumPy's format.

    Of several ranks, each numbers every so many-th piece, and all learn the words of all. Raises InputError as
    `build_vocab` in solution.py does, and where a rank is left without text.
    """
    size = CHARACTERS if ranks.count == 1 else DEALT
    with tempfile.TemporaryDirectory(dir=Path(file.name).parent, prefix=".part-") as folder:
        mine = ranks.agree(lambda: number(Reading(text, limit, size, Path(folder), most), processes, ranks))
        text.replaced = mine[0].replaced
        vocabulary = merge([table for tables in ranks.gather(mine) for table in tables], min_count)
        ranks.agree(lambda: renumber(mine, vocabulary, Path(folder), file))
    return vocabulary


@dataclass(frozen=True)
class Reading:
    """A text, or its first `limit` tokens, in pieces of `size` characters; ids go to `folder`, tables up to `most`."""

    text: Text
    limit: int | None
    size: int
    folder: Path
    most: int

    def number(self, first: int, step: int) -> Table:
        """Number every `step`-th piece from the `first` on, and write its ids to the file of that name.

        The other pieces are read, too, which costs less than sending each piece to its process would.
        """
        numbers = Numbers(self.most)
        pieces = enumerate(whole_words(first_tokens(self.text, self.limit), self.size))
        with open(self.folder / str(first), "wb") as file:
            for place, piece in itertools.islice(pieces, first, None, step):
                file.write(numbers.add(place, piece).data)
        return numbers.table(self.text.replaced, str(first))


def number(reading: Reading, processes: int, ranks: Ranks) -> list[Table]:
    """This rank's tables: one of each process, and a single one of a text that is a piece or two."""
    few = sum(path.stat().st_size for path in reading.text.paths) < 2 * reading.size
    firsts = range(ranks.rank, ranks.count * (1 if few else processes), ranks.count)
    steps = [ranks.count * len(firsts)] * len(firsts)
    if len(firsts) == 1:
        return [reading.number(*firsts, *steps)]
    # A forked process need not import anything. Elsewhere than on Linux, forking is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    try:
        with ProcessPoolExecutor(len(firsts), context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
            return list(pool.map(reading.number, firsts, steps))
    except BrokenProcessPool:
        raise InputError("a process that reads the text was killed; with --threads 1 there is none") from None


def merge(tables: list[Table], min_count: int) -> Vocabulary:
    """The vocabulary of the whole text, from every process of every rank. Raises InputError if no word is left."""
    total = sum(sum(table.sizes.values()) for table in tables)
    if not total:
        raise InputError("the corpus is empty")
    # Two tables never share a piece. Within a piece, the order is that of the table.
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


def renumber(tables: list[Table], vocabulary: Vocabulary, folder: Path, file: IO[bytes]) -> None:
    """Write the ids of the tables' files as rows of the vocabulary, piece by piece in the order of the text."""
    row = {word: number for number, word in enumerate(vocabulary.words)}
    rows, left = [], 0
    for table in tables:
        of_words = np.fromiter((row.get(word, -1) for word in table.words), dtype=np.int32, count=len(table.words))
        left += int(table.counts[of_words >= 0].sum())
        rows.append(np.full(table.given, -1, dtype="<i4"))
        rows[-1][table.numbers] = of_words
    if not left:
        raise InputError("no text is left for a rank: start fewer of them, or give more text")
    np.lib.format.write_array_header_1_0(file, {"descr": "<i4", "fortran_order": False, "shape": (left,)})
    with ExitStack() as stack:
        files = [stack.enter_context(open(folder / table.name, "rb")) for table in tables]
        for place, each in sorted((place, each) for each, table in enumerate(tables) for place in table.sizes):
            found = rows[each][np.fromfile(files[each], dtype=np.int32, count=tables[each].sizes[place])]
            file.write(found[found >= 0].data)


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
