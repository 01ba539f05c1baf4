"""fastText's model files (fasttext.cc, loadModel): what formats.py composes word vectors from and Lab 2 writes.

All little-endian: magic number and version, arguments, dictionary (words with counts), then the input matrix,
whose first rows are the words' own and whose others the n-grams', and the output matrix, which is not read.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab03_eval.vectors import VectorFileError, replacing

MAGIC = struct.pack("<i", 793712314)
VERSIONS = (11, 12)
SKIPGRAM, SUPERVISED = 2, 3  # fastText's model_name
NEGATIVE_SAMPLING = 2  # its loss_name::ns
LR_UPDATE_RATE = 100  # its default; a loaded model trains no further
ROWS = 1 << 14  # written at a time
MAX_WORD = 10_000  # bytes; where no word ends within so many, the file is not what it seems
MAX_NGRAM = 100  # letters


class Model(NamedTuple):
    """Words as bytes with their counts (V,), and the memory-mapped input matrix `table` (V + bucket, d)."""

    words: list[bytes]
    counts: np.ndarray
    table: np.ndarray
    minn: int
    maxn: int


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


def _parse(path: Path, data: mmap.mmap) -> Model:
    position = len(MAGIC)

    def take(layout: str, place: str) -> tuple:
        nonlocal position
        start, position = position, position + struct.calcsize(layout)
        if position > len(data):
            raise VectorFileError(f"{path}: {place}: expected {position} bytes or more, found {len(data)} (truncated)")
        return struct.unpack_from(layout, data, start)

    version, dim, *_, model, bucket, minn, maxn, _, _ = take("<13id", "arguments")
    entries, count, labels, _, pruned = take("<3i2q", "dictionary")
    if version not in VERSIONS:
        raise VectorFileError(f"{path}: fastText model of version {version}; known: 11, 12")
    quantised = pruned >= 0 or path.suffix == ".ftz"
    if quantised or model == SUPERVISED:
        raise _no_word_vectors(path, quantised, model == SUPERVISED)
    if dim <= 0 or bucket < 0 or maxn > MAX_NGRAM or not 0 < count == entries or labels:
        raise VectorFileError(
            f"{path}: no model has {count} words among {entries} entries, dimension {dim}, {bucket} buckets "
            f"and n-grams of {minn} to {maxn} letters"
        )
    if count * 10 > len(data) - position:  # an entry's least: the word's end, its count, its type
        raise VectorFileError(f"{path}: dictionary: {count} entries in {len(data)} bytes (truncated)")
    words, counts = [], np.empty(count, dtype=np.int64)
    for entry in range(count):
        end = data.find(b"\0", position, position + MAX_WORD)
        if end < 0:
            raise VectorFileError(f"{path}: dictionary: entry {entry + 1} of {count} has no end (of {len(data)} bytes)")
        words.append(data[position:end])
        position = end + 1
        counts[entry], label = take("<qb", f"dictionary: entry {entry + 1} of {count}")
        if label:
            raise VectorFileError(f"{path}: dictionary: entry {entry + 1} of {count} is no word")

    quantised, rows, columns = take("<B2q", "input matrix")
    if quantised:
        raise _no_word_vectors(path, quantised=True, supervised=False)
    if (rows, columns) != (count + bucket, dim):
        raise VectorFileError(f"{path}: input matrix: expected {count + bucket} × {dim}, found {rows} × {columns}")
    start, position = position, position + 4 * rows * columns
    _, rows, columns = take("<B2q", "output matrix")
    expected = position + 4 * rows * columns
    if expected != len(data):
        raise VectorFileError(f"{path}: expected {expected} bytes, found {len(data)} (truncated, or no such model)")
    table = np.memmap(path, "<f4", "r", offset=start, shape=(count + bucket, dim))
    return Model(words, counts, np.asarray(table), minn, maxn)


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

    Words (V) with their counts, by falling count; `own` (V, d) is their own rows, `ngram_matrix` (G, d) the rows
    that stand in the rising `buckets` (G,), all others being zero; `output` (V, d) is the context embedding.
    Raises VectorFileError for a word that the format cannot hold, OSError where the file cannot be written.
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
