"""Finds the record of a binary file after which nothing is where it seems to be.

A record's word ends at its first space. Programs that write "New York" all the same make a reader take "York" for the
first number, shift the others, and find the last number's bytes in front of the next word. No size tells, and the rest
of the file is sound, so that two garbled entries would pass unseen.

Sound files hold words with odd bytes (the C tool cuts long words within a letter) and may hold any value, so neither is
proof by itself. A file is refused in two cases.

- Text up to a later space and then a row of plausible numbers stand where a row that is not plausible was read, or one
  with a newline inside the next word. A short text before few numbers may be chance, unless the next word is odd.
- A row holds a value of 1e20 or more, and the next word holds control characters or invalid UTF-8.
"""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import numpy as np

from lab03_eval.vectors.rows import HUGE, VectorFileError

LARGE, TINY = 1e6, 1e-10  # sizes between which trained values lie
CERTAIN = 10  # letters of the text, and two for each number, that chance does not bring together
CONTROL = bytes([*range(32), 127])
REMEDY = "write spaces as _, or save as .txt or .safetensors"


def demand_aligned(
    path: Path, start: int, raw: list[bytes], words: list[bytes], matrix: np.ndarray, extreme: np.ndarray
) -> None:
    """Raise VectorFileError for the first record after which the others are misread.

    The records begin at byte `start`. `raw` are the words with the newlines that stand before them, `words` without.
    `extreme` are the rows of `matrix` with a NaN or a value of HUGE and more.
    """
    odd = [] if _is_text(b" ".join(words)) else [row for row, word in enumerate(words) if not _is_text(word)]
    before_odd = {row - 1 for row in odd if row}
    # Three letters and a space are a tiny number, and the only such rest that leaves the others whole numbers.
    tiny = np.flatnonzero((matrix[:, 0] != 0) & (np.abs(matrix[:, 0]) < TINY))
    suspects = sorted({*extreme.tolist(), *tiny.tolist()} | before_odd)
    if not suspects:
        return
    row_bytes = 4 * matrix.shape[1]
    starts = list(accumulate((len(word) + 1 + row_bytes for word in raw), initial=start))
    with open(path, "rb") as file:
        for row in suspects:
            file.seek(starts[row] + len(raw[row]) + 1)
            rest = _rest_of_word(file.read(2 * row_bytes), row_bytes)
            if rest is None or (row not in before_odd and len(rest) + 2 * matrix.shape[1] < CERTAIN):
                continue
            if not _plausible(matrix[row]) or b"\n" in b"".join(words[row + 1 : row + 2]):
                word = (words[row] + b" " + rest).decode("utf-8", "replace")
                place = f"{path}: record {row + 1}"
                raise VectorFileError(f"{place}: the word {word!r} holds a space, which ends it: {REMEDY}")
    both = before_odd & {*extreme.tolist()}
    if both:
        what = f"values beyond {HUGE:g} and then a word with odd bytes, so the records are misaligned"
        remedy = f"damaged, or a word with a space in it: {REMEDY}"
        raise VectorFileError(f"{path}: record {min(both) + 1}: {what} ({remedy})")


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return len(data.translate(None, CONTROL)) == len(data)


def _rest_of_word(data: bytes, row_bytes: int) -> bytes | None:
    """What stands between the word's first space and the space after which a plausible row begins; None without one.

    `data` begins after the first space. The rest lies within the bytes that were read as the row.
    """
    space = data.find(b" ", 0, row_bytes)
    while space >= 0 and _is_text(data[:space]):
        row = data[space + 1 : space + 1 + row_bytes]
        if len(row) == row_bytes and _plausible(np.frombuffer(row, dtype="<f4")):
            return data[:space]
        space = data.find(b" ", space + 1, row_bytes)
    return None


def _plausible(row: np.ndarray) -> bool:
    size = np.abs(row)
    return bool((((size > TINY) & (size < LARGE)) | (size == 0)).all())
