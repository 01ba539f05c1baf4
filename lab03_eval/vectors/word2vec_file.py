"""word2vec's binary format: a header line "V d", then for each word its bytes, a space and d little-endian float32."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from wordlab.files import replacing

import numpy as np

from lab03_eval.vectors.misaligned import demand_aligned
from lab03_eval.vectors.rows import Rows, VectorFileError, checked, extreme_rows, refuse_words
from lab03_eval.vectors.text_file import header_of, numbers_at_the_end

CACHED = 1 << 18  # bytes read at a time: they are copied at once, while the processor's cache still has them
MAX_WORD = 10_000  # bytes; where no word ends within so many, the file is not what it seems


def read_binary(path: Path, limit: int | None = None) -> Rows:
    """A binary file, or its first `limit` records, with the C tool's newline after each or with gensim's none."""
    with open(path, "rb") as file:
        count, dim = _header(path, file)
        start = file.tell()
        raw, matrix, fault = _read_records(file, count, dim, min(count, limit or count))
    # The C tool ends a record with a newline, which is found before the next word.
    words = [word.lstrip(b"\n") for word in raw]
    extreme = extreme_rows(matrix)
    demand_aligned(path, start, raw, words, matrix, extreme)
    if fault:
        raise VectorFileError(f"{path}: {fault}")
    return checked(path, words, matrix, place=lambda row: f"record {row + 1}", extreme=extreme)


def _header(path: Path, file: BinaryIO) -> tuple[int, int]:
    """(V, d), once the file is known to be large enough for them: a wrong header must not allocate a matrix."""
    first = file.readline(64)
    header = header_of(first)
    if header is None or 0 in header:
        raise VectorFileError(f'{path}: line 1: expected a word2vec header "words dimension", found {first[:24]!r}')
    count, dim = header
    least, found = count * (4 * dim + 1), path.stat().st_size - len(first)  # the shortest record: a space and the row
    if least > found:
        raise VectorFileError(
            f"{path}: header promises {count} records of dimension {dim}, at least {least} bytes; found {found} "
            f"(truncated, or a wrong header)"
        )
    # Short numbers take as many bytes as text as they do in binary, so that the sizes alone do not tell.
    lines = [file.readline(MAX_WORD + 32 * dim) for _ in range(min(2, count))]
    if all(numbers_at_the_end(line) >= dim for line in lines):
        raise VectorFileError(f"{path}: record 1: expected {4 * dim} bytes of vector, found numbers as text")
    file.seek(len(first))
    return header


def _read_records(file: BinaryIO, count: int, dim: int, wanted: int) -> tuple[list[bytes], np.ndarray, str | None]:
    """The first `wanted` of `count` words, which keep the newlines before them, their rows (wanted, dim), and a fault.

    The fault is what is wrong with the rest of the file, of which nothing is read where fewer than all are wanted.
    """
    words: list[bytes] = []
    matrix = np.empty((wanted, dim), dtype="<f4")
    data, position = b"", 0
    while len(words) < wanted:
        data = data[position:] + file.read(max(CACHED, 4 * dim + MAX_WORD))
        starts, spaces = _records(data, 4 * dim, wanted - len(words))
        if not spaces:
            fault = _no_record(data, 4 * dim)
            return words, matrix[: len(words)], f"record {len(words) + 1} of {count}: {fault}"
        # All rows that could begin after any byte, as a view; then the rows that do.
        rows = np.ndarray((len(data) - 4 * dim, dim), dtype="<f4", buffer=data, offset=1, strides=(1, 4))
        matrix[len(words) : len(words) + len(spaces)] = rows[spaces]
        words += [data[start:space] for start, space in zip(starts, spaces)]
        position = starts[-1]
    if wanted < count:
        return words, matrix, None
    more = bool((data[position:] + file.read(CACHED)).strip(b"\n"))
    fault = f"more bytes follow record {count} of {count}: the header is wrong, or a word holds a space"
    return words, matrix, fault if more else None


def _records(data: bytes, row_bytes: int, most: int) -> tuple[list[int], list[int]]:
    """Where the whole records at the front of `data` start, and the spaces that end their words.

    Word lengths vary, so that each record's place depends on the one before. Only this is done record by record. The
    list of starts has one more entry, the end of the last record.
    """
    starts, spaces, last = [0], [], len(data) - row_bytes
    for _ in range(most):
        space = data.find(b" ", starts[-1])
        if not 0 <= space < last:
            break
        spaces.append(space)
        starts.append(space + 1 + row_bytes)
    return starts, spaces


def _no_record(data: bytes, row_bytes: int) -> str:
    space = data.find(b" ")
    if space < 0 and len(data) > MAX_WORD:
        return f"no word ends within {MAX_WORD} bytes"
    found = len(data) - space - 1 if space >= 0 else 0
    return f"expected {row_bytes} bytes of vector, found {found}"


def write_binary(rows: Rows, path: Path) -> None:
    """The C tool's layout: "V d\\n", then word, space, d little-endian float32, newline."""
    refuse_words(rows.words, path, r"[ \n]")
    matrix = rows.matrix.astype("<f4", copy=False)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write("{} {}\n".format(*matrix.shape).encode())
        file.writelines(word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(rows.words, matrix))
