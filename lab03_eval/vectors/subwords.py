"""Character n-grams and their hash for whole vocabularies, exactly as fastText has them.

A word is set between `<` and `>`. Its n-grams are counted in Unicode code points and hashed, as UTF-8 bytes, into
`bucket` rows, which unrelated n-grams may share (Bojanowski et al. 2017, §3.2). The hash is 32-bit FNV-1a, except that
fastText casts every byte through int8_t (dictionary.cc), so that a byte from 128 up also flips the hash's upper 24
bits. Lab 2's lesson has the same, one word at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from scipy import sparse

FNV_OFFSET, FNV_PRIME = 2166136261, 16777619  # FNV-1a, 32 bits
GATHERED = 8_000_000  # numbers gathered at a time, 32 MB


class RowsByIndex(Protocol):
    """An array (n, d), or what reads its rows from elsewhere."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any, /) -> np.ndarray: ...


def ngram_rows(words: Sequence[str | bytes], minn: int, maxn: int, bucket: int) -> tuple[np.ndarray, np.ndarray]:
    """Hashed rows, in [0, bucket), of every word's n-grams, by where they start, then by length.

    The word with its marks is among its n-grams where its length allows; `<` and `>` alone never are. Returns `rows`
    (N,) and `offsets` (V + 1,), both int64, where word i's are rows[offsets[i] : offsets[i + 1]]. A word given as bytes
    may be invalid UTF-8; any byte 10xxxxxx belongs to the letter before it.
    """
    # FNV-1a reads from left to right, so the hash of n letters continues that of their first n − 1: all starts of
    # all words advance together, one letter at a time.
    marked = [b"<%b>" % (word.encode("utf-8", "replace") if isinstance(word, str) else word) for word in words]
    data = np.frombuffer(b"".join(marked), dtype=np.uint8)
    starts = np.flatnonzero((data & 0xC0) != 0x80)  # (P,) byte position of each letter
    first = np.searchsorted(starts, np.cumsum([0, *map(len, marked)]))  # (V + 1,) index of each word's first letter
    left = np.repeat(first[1:], np.diff(first)) - np.arange(len(starts))  # (P,) letters from here to the word's end
    longest = min(maxn, int(left.max(initial=0)))
    lengths = range(max(minn, 1), longest + 1)
    if bucket <= 0 or not lengths:
        return np.zeros(0, dtype=np.int64), np.zeros(len(words) + 1, dtype=np.int64)
    hashes = np.empty((len(starts), len(lengths)), dtype=np.int64)  # column of n = lengths[0] first
    wanted = np.zeros(hashes.shape, dtype=bool)
    for n, (active, value) in enumerate(_growing(data, starts, left, longest), start=1):
        if n >= lengths[0]:
            hashes[active, n - lengths[0]] = value % np.uint32(bucket)
            wanted[active, n - lengths[0]] = True
    if lengths[0] == 1:  # "<" and ">" alone
        wanted[first[:-1], 0] = False
        wanted[first[1:] - 1, 0] = False
    per_letter = np.concatenate([[0], np.cumsum(wanted.sum(axis=1))])
    return hashes[wanted], per_letter[first]


def _growing(
    data: np.ndarray, starts: np.ndarray, left: np.ndarray, longest: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For n = 1, 2, … `longest`: the letters that begin n letters of their word, and the hashes of these n letters."""
    signed = data.view(np.int8).astype(np.uint32)
    sizes = np.diff(starts, append=len(data))  # (P,) bytes of each letter
    value = np.full(len(starts), FNV_OFFSET, dtype=np.uint32)
    for n in range(1, longest + 1):
        active = np.flatnonzero(left >= n)
        letter = active + n - 1
        for byte in range(int(sizes[letter].max(initial=0))):
            longer = sizes[letter] > byte
            active_longer = active[longer]
            value[active_longer] ^= signed[starts[letter[longer]] + byte]
            value[active_longer] *= np.uint32(FNV_PRIME)
        yield active, value[active]


def compose(
    words: Sequence[str | bytes],
    word_matrix: RowsByIndex,
    ngram_matrix: RowsByIndex,
    minn: int,
    maxn: int,
) -> np.ndarray:
    """Vectors (V, d) of known words: the mean of a word's own row and its n-grams' rows.

    `word_matrix` is (V, d), `ngram_matrix` (bucket, d). Both may lie in a file, since a block of words asks for no more
    rows than it needs, the rows of its n-grams once each and rising.
    """
    matrix = np.empty(word_matrix.shape, dtype=np.float32)
    letters = np.cumsum([len(word) + 2 for word in words])
    block = letters // max(1, GATHERED // (matrix.shape[1] * max(1, maxn - minn + 1)))
    ends = [*(np.flatnonzero(np.diff(block)) + 1).tolist(), len(words)]
    for start, end in zip([0, *ends], ends):
        rows, offsets = ngram_rows(words[start:end], minn, maxn, len(ngram_matrix))
        needed, place = np.unique(rows, return_inverse=True)
        ones = np.ones(len(rows), dtype=np.float32)
        sums = sparse.csr_array((ones, place, offsets), (end - start, len(needed))) @ ngram_matrix[needed]  # (n, d)
        matrix[start:end] = (word_matrix[start:end] + sums) / (1 + np.diff(offsets))[:, None].astype(np.float32)
    return matrix
