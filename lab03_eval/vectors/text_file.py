"""Vectors as text: word2vec's, which begins with a header line "V d", and GloVe's, which is the same without it.

A line is a word and its d numbers. Where a header says d, whatever precedes the last d numbers is the word, so that
"2 000" and "windows 10" are words. Without a header the first row's numbers, counted from the right, give d. Then a
word may hold spaces but not end in a number. Only the first may, as in "2 000 0.1 0.2", if whole numbers precede
fractions and the second row has as many numbers as there are fractions.

Published files have faults that leave the rest of the file as good as it is. They are read, and the result says so.

- Blank lines are skipped.
- A row without a word, whose line begins with white space, is dropped. spaCy writes such rows for its tokens of white
  space. It reads them back as words, gensim reads an empty word or fails, and fastText misreads the rest of the file.
  No measure asks for such words, and of the other formats some cannot hold them.
- If there are more lines than the header promises, only so many are read, which is what gensim does.

A file with fewer lines than promised was cut, and is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wordlab.files import replacing

import numpy as np

from lab03_eval.vectors.rows import Rows, VectorFileError, checked, refuse_words

CHUNK = 4 << 20  # bytes read at a time
BOM = b"\xef\xbb\xbf"
NUMBER = re.compile(rb"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf(inity)?)", re.IGNORECASE)

BLANK, WORDLESS = "blank lines skipped", "rows without a word dropped"
BEYOND, NUMBERED = "lines beyond those that the header promises, not read", "words that end in a number"


def header_of(line: bytes) -> tuple[int, int] | None:
    """(V, d) of a header line, None if the line is something else."""
    fields = line.split()
    if len(line) <= 64 and len(fields) == 2 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1])
    return None


def numbers_at_the_end(line: bytes) -> int:
    """How many numbers stand behind the first field and behind whatever else is no number."""
    fields = line.split()[1:]
    return next((i for i, field in enumerate(reversed(fields)) if not NUMBER.fullmatch(field)), len(fields))


class _Beginning(NamedTuple):
    """What the first lines say: `promised` words, None without a header, and the dimension.

    The rows begin at the byte `start`, and `blank` lines stand before it.
    """

    promised: int | None
    dim: int
    start: int
    blank: int


def read_text(path: Path, limit: int | None = None) -> Rows:
    """A text file, with word2vec's header or without one, or its first `limit` rows."""
    with open(path, "rb") as file:
        promised, dim, start, blank = beginning = _begin(path, file)
        room = _demand_room(path, file, beginning)
        wanted = min(room, limit or room)
        # No more rows than the file has room for, whatever its first line says.
        matrix = np.empty((min(wanted, path.stat().st_size // (2 * dim)), dim), dtype=np.float32)
        words: list[bytes] = []
        noted = Counter({BLANK: blank})
        file.seek(start)
        while (wanted == room or len(words) < wanted) and (block := file.readlines(CHUNK)):
            filled = [line for line in block if not line.isspace()]
            lines = filled[: wanted - len(words)]
            beyond = len(filled) - len(lines) if wanted == room else 0
            noted.update({BLANK: len(block) - len(filled), BEYOND: beyond})
            if lines:
                names, numbers = _parse(lines, dim) or _parse_one_by_one(path, lines, beginning, len(words), noted)
                matrix[len(words) : len(words) + len(names)] = numbers
                words += names
    if promised is not None and len(words) < wanted:
        raise _too_few(path, promised, len(words))
    rows = checked(path, words, matrix[: len(words)], noted=noted, place=partial(_place, path, beginning))
    return _without_the_wordless(path, rows)


def _begin(path: Path, file: BinaryIO) -> _Beginning:
    file.seek(len(BOM) if file.read(len(BOM)) == BOM else 0)
    first, blank = _next_line(file)
    start = file.tell()
    header = header_of(first)
    if header:
        beginning = _Beginning(*header, start, blank)
    else:
        beginning = _Beginning(None, _dimension(first, _next_line(file)[0]), start - len(first), blank)
    if not beginning.dim:
        raise VectorFileError(f'{path}: line {blank + 1}: expected "words dimension" or a word and its numbers')
    return beginning


def _next_line(file: BinaryIO) -> tuple[bytes, int]:
    """The next line that is not blank, an empty one at the file's end, and how many blank ones are before it."""
    blank = 0
    while (line := file.readline(CHUNK)).isspace():
        blank += 1
    return line, blank


def _dimension(first: bytes, second: bytes) -> int:
    """d of a file without a header: the first row's numbers, except those that only the second row can tell apart."""
    most, other = (numbers_at_the_end(b"_" + line) for line in (first, second))  # all of a row without a word
    fields = first.split()
    whole = [field.isdigit() for field in fields]
    if 0 < other < most and all(whole[-most:-other]) and not any(whole[-other:]):
        return other
    return most


def _demand_room(path: Path, file: BinaryIO, beginning: _Beginning) -> int:
    """How many rows to read at most. Raises VectorFileError where the file has no room for what its header promises."""
    promised, dim, start, _ = beginning
    file.seek(start)
    lines = sum(piece.count(b"\n") for piece in iter(partial(file.read, CHUNK), b""))
    file.seek(-1, 1)
    lines += file.read(1) != b"\n"  # the last line may lack its newline
    if promised is None:
        return lines
    if promised > lines:
        raise _too_few(path, promised, lines)
    least, found = promised * (2 * dim + 1) - 1, path.stat().st_size - start  # each number and each line takes two
    if least > found:
        what = f"{promised} words of dimension {dim}, at least {least} bytes"
        raise VectorFileError(f"{path}: header promises {what}; found {found} (truncated, or a wrong header)")
    return promised


def _too_few(path: Path, promised: int, found: int) -> VectorFileError:
    return VectorFileError(f"{path}: header promises {promised} words, found {found} lines after it (truncated)")


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


def _parse_one_by_one(
    path: Path, lines: list[bytes], beginning: _Beginning, first: int, noted: Counter[str]
) -> tuple[list[bytes], np.ndarray]:
    """The same for any white space and for words with spaces in them; `first` is the first line's row.

    A row without a word has an empty one. Adds to `noted` how many words end in a number.
    """
    words, rows, endings = [], [], []
    for row, line in enumerate(lines, start=first):
        word, numbers = _word_and_numbers(path, line, beginning, row)
        words.append(word)
        rows.append(np.fromstring(b" ".join(numbers), dtype=np.float32, sep=" "))
        endings += [last for last in word.split()[1:][-1:] if NUMBER.fullmatch(last)]
    fractions = sum(not ending.isdigit() for ending in endings)
    if first == 0 and fractions == len(lines) > 1:  # a word may end in a number, but all of them in fractions do not
        place, found = _place(path, beginning, first), numbers_at_the_end(lines[0])
        raise VectorFileError(f"{path}: {place}: the header says dimension {beginning.dim}, found {found} numbers")
    noted[NUMBERED] += len(endings)
    return words, np.array(rows)


def _word_and_numbers(path: Path, line: bytes, beginning: _Beginning, row: int) -> tuple[bytes, list[bytes]]:
    promised, dim, *_ = beginning
    fields = line.split()
    if len(fields) == dim and line[:1].isspace() and all(NUMBER.fullmatch(field) for field in fields):
        return b"", fields
    found = numbers_at_the_end(line)
    if found < dim or (found > dim and promised is None and row > 0):
        remedy = "" if found < dim else '; if its word ends in a number, put a line "words dimension" before the first'
        place = f"{path}: {_place(path, beginning, row)}"
        raise VectorFileError(f"{place}: expected a word and {dim} numbers, found {found} at its end{remedy}")
    word, *numbers = line.rsplit(None, dim)
    if b"\r" in word:
        raise VectorFileError(f"{path}: {_place(path, beginning, row)}: a carriage return inside: end lines with \\n")
    return word.strip(), numbers


def _place(path: Path, beginning: _Beginning, row: int) -> str:
    """Where the file has a row. Blank lines count as lines, so that an editor finds the place."""
    before = row + (beginning.promised is not None)
    with open(path, "rb") as file:
        filled = (number for number, line in enumerate(file, start=1) if not line.isspace())
        return f"line {next(islice(filled, before, None))}"


def _without_the_wordless(path: Path, rows: Rows) -> Rows:
    if "" not in rows.words:
        return rows
    kept = [row for row, word in enumerate(rows.words) if word]
    if not kept:
        raise VectorFileError(f"{path}: holds no words, only numbers")
    noted = {**rows.noted, WORDLESS: len(rows.words) - len(kept)}
    return replace(rows, words=[rows.words[row] for row in kept], matrix=rows.matrix[kept], noted=noted)


def write_text(rows: Rows, path: Path) -> None:
    """word2vec text; nine significant digits bring every float32 back exactly."""
    refuse_words(rows.words, path, r"[ \t\n\v\f\r]|^\Z")
    row_format = " %.9g" * rows.matrix.shape[1] + "\n"
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.write("{} {}\n".format(*rows.matrix.shape))
        file.writelines(word + row_format % tuple(row.tolist()) for word, row in zip(rows.words, rows.matrix))
