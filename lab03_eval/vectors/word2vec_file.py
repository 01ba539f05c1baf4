"""word2vec's two formats, binary and text, and GloVe's text, which is the same without the header line "V d"."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from lab03_eval.vectors.rows import Rows, VectorFileError, checked, refuse_words
from wordlab.files import replacing

CHUNK = 4 << 20  # bytes read at a time
CACHED = 1 << 18  # the same where they are copied again at once, while the processor's cache still has them
MAX_WORD = 10_000  # bytes; where no word ends within so many, the file is not what it seems
BOM = b"\xef\xbb\xbf"
NUMBER = re.compile(rb"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf(inity)?)", re.IGNORECASE)


def _header(line: bytes) -> tuple[int, int] | None:
    """(V, d) of a header line, None if the line is something else."""
    fields = line.split()
    if len(line) <= 64 and len(fields) == 2 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1])
    return None


def read_binary(path: Path) -> Rows:
    """A binary file, with the C tool's newline after each record or with gensim's none."""
    with open(path, "rb") as file:
        count, dim = _binary_header(path, file)
        words: list[bytes] = []
        matrix = np.empty((count, dim), dtype="<f4")
        data, position = b"", 0
        while len(words) < count:
            data = data[position:] + file.read(max(CACHED, 4 * dim + MAX_WORD))
            starts, spaces = _records(data, 4 * dim, count - len(words))
            if not spaces:
                raise _no_record(f"{path}: record {len(words) + 1} of {count}", data, 4 * dim)
            # All rows that could begin after any byte, as a view; then the rows that do.
            rows = np.ndarray((len(data) - 4 * dim, dim), dtype="<f4", buffer=data, offset=1, strides=(1, 4))
            matrix[len(words) : len(words) + len(spaces)] = rows[spaces]
            words += [data[start:space] for start, space in zip(starts, spaces)]
            position = starts[-1]
        if (data[position:] + file.read(CACHED)).strip(b"\n"):
            raise VectorFileError(f"{path}: more bytes follow record {count} of {count}: the header is wrong")
    # The C tool ends a record with a newline, which is found before the next word.
    return checked(path, [word.lstrip(b"\n") for word in words], matrix, place="record")


def _binary_header(path: Path, file: BinaryIO) -> tuple[int, int]:
    """(V, d), once the file is known to be large enough for them: a wrong header must not allocate a matrix."""
    first = file.readline(64)
    header = _header(first)
    if header is None or 0 in header:
        raise VectorFileError(f'{path}: line 1: expected a word2vec header "words dimension", found {first[:24]!r}')
    count, dim = header
    least, found = count * (4 * dim + 1), path.stat().st_size - len(first)  # the shortest record: a space and the row
    if least > found:
        raise VectorFileError(
            f"{path}: header promises {count} records of dimension {dim}, at least {least} bytes; found {found} "
            f"(truncated, or a wrong header)"
        )
    return header


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


def _no_record(place: str, data: bytes, row_bytes: int) -> VectorFileError:
    space = data.find(b" ")
    if space < 0 and len(data) > MAX_WORD:
        return VectorFileError(f"{place}: no word ends within {MAX_WORD} bytes")
    found = len(data) - space - 1 if space >= 0 else 0
    return VectorFileError(f"{place}: expected {row_bytes} bytes of vector, found {found}")


def read_text(path: Path) -> Rows:
    """A text file, with word2vec's header or without one."""
    with open(path, "rb") as file:
        start = len(BOM) if file.read(len(BOM)) == BOM else 0
        file.seek(start)
        first = file.readline(CHUNK)
        header = _header(first)
        if header:
            start += len(first)
        # GloVe has no header; the first row's numbers, counted from the right, give the dimension.
        dim = header[1] if header else _numbers_at_the_end(first)
        if not dim:
            raise VectorFileError(f'{path}: line 1: expected "words dimension" or a word and its numbers')
        lines = _lines_after(file, start)
        if header and header[0] != lines:
            raise VectorFileError(f"{path}: header promises {header[0]} words, found {lines} lines after it")
        file.seek(start)
        # No more rows than the file has room for, whatever the first line promised.
        matrix = np.empty((min(lines, path.stat().st_size // (2 * dim)), dim), dtype=np.float32)
        words: list[bytes] = []
        while block := file.readlines(CHUNK):
            names, numbers = _parse(block, dim) or _parse_one_by_one(path, block, dim, len(words) + 1 + bool(header))
            matrix[len(words) : len(words) + len(names)] = numbers
            words += names
    return checked(path, words, matrix, place="line", first=1 + bool(header))


def _lines_after(file: BinaryIO, start: int) -> int:
    file.seek(start)
    lines = sum(piece.count(b"\n") for piece in iter(partial(file.read, CHUNK), b""))
    file.seek(-1, 1)
    return lines + (file.read(1) != b"\n")  # the last line may lack its newline


def _parse(lines: list[bytes], dim: int) -> tuple[list[bytes], np.ndarray] | None:
    """Words and rows (n, dim) of lines in the plainest form, all numbers at once; None for any other form.

    Plain means one space before each number. Then as many numbers as fields says that each field is one.
    """
    parts = [line.rstrip().split(b" ", 1) for line in lines]
    if any(len(p) < 2 or p[0].split() != [p[0]] or p[1].count(b" ") != dim - 1 for p in parts):
        return None
    text = b" ".join([numbers for _, numbers in parts])
    if b"  " in text or text.startswith(b" "):
        return None
    try:
        numbers = np.fromstring(text, dtype=np.float32, sep=" ")
    except ValueError:
        return None
    return ([word for word, _ in parts], numbers.reshape(-1, dim)) if len(numbers) == len(lines) * dim else None


def _parse_one_by_one(path: Path, lines: list[bytes], dim: int, number: int) -> tuple[list[bytes], np.ndarray]:
    """The same for any white space and for words with spaces in them; `number` is the first line's."""
    words, rows = [], []
    for line_number, line in enumerate(lines, start=number):
        found = _numbers_at_the_end(line)
        if found != dim:
            place = f"{path}: line {line_number}"
            raise VectorFileError(f"{place}: expected a word and {dim} numbers, found {found} at its end")
        word, *numbers = line.rsplit(None, dim)
        if b"\r" in word:
            raise VectorFileError(f"{path}: line {line_number}: a carriage return inside: end lines with \\n")
        words.append(word.strip())
        rows.append(np.fromstring(b" ".join(numbers), dtype=np.float32, sep=" "))
    return words, np.array(rows)


def _numbers_at_the_end(line: bytes) -> int:
    """Numbers after the word; a word may hold spaces, but its last part must not look like a number."""
    fields = line.split()[1:]
    return next((i for i, field in enumerate(reversed(fields)) if not NUMBER.fullmatch(field)), len(fields))


def write_binary(rows: Rows, path: Path) -> None:
    """The C tool's layout: "V d\\n", then word, space, d little-endian float32, newline."""
    refuse_words(rows.words, path, r"[ \n]")
    matrix = rows.matrix.astype("<f4", copy=False)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write("{} {}\n".format(*matrix.shape).encode())
        file.writelines(word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(rows.words, matrix))


def write_text(rows: Rows, path: Path) -> None:
    """word2vec text; nine significant digits bring every float32 back exactly."""
    refuse_words(rows.words, path, r"[ \t\n\v\f\r]|^\Z")
    row_format = " %.9g" * rows.matrix.shape[1] + "\n"
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.write("{} {}\n".format(*rows.matrix.shape))
        file.writelines(word + row_format % tuple(row.tolist()) for word, row in zip(rows.words, rows.matrix))
