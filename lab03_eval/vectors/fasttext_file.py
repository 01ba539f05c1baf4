"""fastText's model files (fasttext.cc, loadModel), which are read here as word vectors and written by Lab 2.

All numbers are little-endian. A file holds magic number and version, arguments, the dictionary (words with counts), the
input matrix, whose first rows belong to the words and whose other rows to the n-grams, and the output matrix, which
is not read.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wordlab.files import replacing

import numpy as np

from lab03_eval.vectors.rows import NGrams, Rows, VectorFileError, checked
from lab03_eval.vectors.subwords import compose

MAGIC = struct.pack("<i", 793712314)
VERSIONS = (11, 12)
SKIPGRAM, SUPERVISED = 2, 3  # fastText's model_name
NEGATIVE_SAMPLING = 2  # its loss_name::ns
LR_UPDATE_RATE = 100  # its default; a loaded model trains no further
ROWS = 1 << 14  # written at a time
MAX_WORD = 10_000  # bytes; where no word ends within so many, the file is not what it seems
MAX_NGRAM = 100  # letters


class StoredRows:
    """Rows (n, d) of a file, which are read when they are asked, and then forgotten.

    A mapped file would do the same, but for a single row the system maps up to a megabyte around it, and all of that
    counts as the process's memory.
    """

    def __init__(self, path: Path, offset: int, shape: tuple[int, int]):
        self.path, self.offset, self.shape = path, offset, shape

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, start: int, end: int) -> StoredRows:
        dim = self.shape[1]
        return StoredRows(self.path, self.offset + 4 * dim * start, (end - start, dim))

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        dim = self.shape[1]
        if isinstance(rows, slice):
            start, end, _ = rows.indices(len(self))
            found = np.fromfile(self.path, "<f4", (end - start) * dim, offset=self.offset + 4 * dim * start)
            return found.reshape(-1, dim)
        data = bytearray(4 * dim * len(rows))
        view = memoryview(data)
        with open(self.path, "rb", buffering=0) as file:
            for i, row in enumerate(rows.tolist()):
                file.seek(self.offset + 4 * dim * row)
                file.readinto(view[4 * dim * i : 4 * dim * (i + 1)])
        return np.frombuffer(data, "<f4").reshape(-1, dim)


class Model(NamedTuple):
    """Words as bytes with their counts (V,), and the memory-mapped input matrix `table` (V + bucket, d).

    `stored` are the same rows, each read from the file when it is asked. `labels` is how many labels the dictionary
    holds beside the words.
    """

    words: list[bytes]
    counts: np.ndarray
    table: np.ndarray
    minn: int
    maxn: int
    labels: int
    stored: StoredRows


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


def read_model(path: Path) -> Model:
    """The unsupervised model in `path`. Raises VectorFileError for any other, or a damaged one."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise VectorFileError(f"{path}: not a fastText model (its magic number is not there)")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _parse(path, data)


class _Reader:
    """A file's bytes, taken from the front; every error names the file and the place in it."""

    def __init__(self, path: Path, data: mmap.mmap):
        self.path, self.data = path, data
        self.position = len(MAGIC)

    def take(self, layout: str, place: str) -> tuple[Any, ...]:
        """The next values of a struct layout."""
        start, self.position = self.position, self.position + struct.calcsize(layout)
        if self.position > len(self.data):
            raise VectorFileError(
                f"{self.path}: {place}: expected {self.position} bytes or more, found {len(self.data)} (truncated)"
            )
        return struct.unpack_from(layout, self.data, start)

    def word(self, place: str) -> bytes:
        """The bytes up to the next zero byte."""
        end = self.data.find(b"\0", self.position, self.position + MAX_WORD)
        if end < 0:
            raise VectorFileError(f"{self.path}: {place} has no end (of {len(self.data)} bytes)")
        start, self.position = self.position, end + 1
        return self.data[start:end]


def read_rows(path: Path, limit: int | None = None) -> Rows:
    """The model's words, each composed of its own row and those of its n-grams, and the n-grams' rows.

    Only the words' rows, or those of the first `limit` words, take memory, and the n-grams' rows stay in the file. A
    corpus that holds words such as __label__ gives an unsupervised model labels. They have no row, are left out, and
    are noted.
    """
    model = read_model(path)
    words, vocab = model.words[:limit], len(model.words)
    own, ngrams = model.stored.part(0, len(words)), model.stored.part(vocab, len(model.stored))
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
        matrix = compose(words, own, ngrams, model.minn, model.maxn)
    if b"</s>" in words:  # the end of a sentence is no spelt word: fastText gives it no n-grams
        row = words.index(b"</s>")
        matrix[row] = model.table[row]
    noted = {"labels left out, which have no vector": model.labels}
    mapped = NGrams(model.table[vocab:], model.minn, model.maxn)
    return checked(path, words, matrix, model.counts[:limit], mapped, noted)


def _parse(path: Path, data: mmap.mmap) -> Model:
    file = _Reader(path, data)
    version, dim, *_, model, bucket, minn, maxn, _, _ = file.take("<13id", "arguments")
    entries, count, labels, _, pruned = file.take("<3i2q", "dictionary")
    if version not in VERSIONS:
        raise VectorFileError(f"{path}: fastText model of version {version}; known: 11, 12")
    quantised = pruned >= 0 or path.suffix == ".ftz"
    if quantised or model == SUPERVISED:
        raise _no_word_vectors(path, quantised, model == SUPERVISED)
    if dim <= 0 or bucket < 0 or maxn > MAX_NGRAM or count <= 0 or labels < 0 or count + labels != entries:
        raise VectorFileError(
            f"{path}: no model has {count} words and {labels} labels among {entries} entries, dimension {dim}, "
            f"{bucket} buckets and n-grams of {minn} to {maxn} letters"
        )
    words, counts = _dictionary(file, count, entries)
    start = _input_matrix(file, (count + bucket, dim))
    table = np.asarray(np.memmap(path, "<f4", "r", offset=start, shape=(count + bucket, dim)))
    return Model(words, counts, table, minn, maxn, labels, StoredRows(path, start, table.shape))


def _dictionary(file: _Reader, count: int, entries: int) -> tuple[list[bytes], np.ndarray]:
    """Words as bytes, and their counts (count,); the entries after them are labels."""
    if entries * 10 > len(file.data) - file.position:  # an entry's least: the word's end, its count, its type
        raise VectorFileError(f"{file.path}: dictionary: {entries} entries in {len(file.data)} bytes (truncated)")
    words, counts = [], np.empty(entries, dtype=np.int64)
    for entry in range(entries):
        place = f"dictionary: entry {entry + 1} of {entries}"
        words.append(file.word(place))
        counts[entry], kind = file.take("<qb", place)
        if kind != (entry >= count):
            raise VectorFileError(f"{file.path}: {place}: expected a {'word' if entry < count else 'label'}")
    return words[:count], counts[:count]


def _input_matrix(file: _Reader, shape: tuple[int, int]) -> int:
    """The byte at which the input matrix begins, once the rest of the file is known to be as long as it should be."""
    quantised, *found = file.take("<B2q", "input matrix")
    if quantised:
        raise _no_word_vectors(file.path, quantised=True, supervised=False)
    if tuple(found) != shape:
        expected = f"expected {shape[0]} × {shape[1]}, found {found[0]} × {found[1]}"
        raise VectorFileError(f"{file.path}: input matrix: {expected}")
    start = file.position
    file.position += 4 * shape[0] * shape[1]
    _, rows, columns = file.take("<B2q", "output matrix")
    end = file.position + 4 * rows * columns
    if end != len(file.data):
        found_bytes = f"found {len(file.data)} (truncated, or no such model)"
        raise VectorFileError(f"{file.path}: expected {end} bytes, {found_bytes}")
    return start


def _no_word_vectors(path: Path, quantised: bool, supervised: bool) -> VectorFileError:
    kind = " and ".join(["quantised"] * quantised + ["supervised"] * supervised)
    return VectorFileError(
        f"{path}: this fastText model is {kind}; word vectors are read from unsupervised models "
        f"(skipgram, cbow) that were not quantised"
    )


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
    """Write a skip-gram model with negative sampling, as fastText 0.9 does.

    The words (V) and their `counts` are in falling order of count. `own` (V, d) holds the words' own rows, `output`
    (V, d) the context embedding. `ngram_matrix` (G, d) holds the n-grams' rows at the rising `buckets` (G,); all other
    rows are zero. Raises VectorFileError for a word that the format cannot hold, OSError where the file cannot be
    written.
    """
    vocab, dim = own.shape
    for row, word in enumerate(words, start=1):
        if "\0" in word:
            raise VectorFileError(f"{path}: word {row}: a fastText model cannot hold {word!r}")
    # Without n-grams fastText wants no lengths of them either: it would hash modulo zero.
    minn, maxn = (settings.minn, settings.maxn) if settings.bucket else (0, 0)
    head = [VERSIONS[-1], dim, settings.window, settings.epochs, settings.min_count, settings.negatives]
    head += [1, NEGATIVE_SAMPLING, SKIPGRAM, settings.bucket, minn, maxn, LR_UPDATE_RATE]
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(MAGIC + struct.pack("<13id", *head, settings.subsample))
        file.write(struct.pack("<3i2q", vocab, vocab, 0, int(counts.sum()), -1))
        file.write(b"".join(word.encode() + struct.pack("<xqb", n, 0) for word, n in zip(words, counts.tolist())))
        file.write(struct.pack("<B2q", 0, vocab + settings.bucket, dim))
        own.astype("<f4").tofile(file)
        for start in range(0, settings.bucket, ROWS):
            piece = np.zeros((min(ROWS, settings.bucket - start), dim), dtype="<f4")
            here = slice(*np.searchsorted(buckets, [start, start + ROWS]))
            piece[buckets[here] - start] = ngram_matrix[here]
            piece.tofile(file)
        file.write(struct.pack("<B2q", 0, vocab, dim))
        output.astype("<f4").tofile(file)
