"""Word vectors in memory and on disk.

`WordVectors` is what the three labs pass around: a list of words, one float32 row for each, sorted by
falling corpus frequency. `load` and `save` choose the format by the file's suffix:

    .bin           word2vec binary, with the C tool's newline after each record or gensim's none
    .txt .vec      word2vec text (a header line "V d"); a file without that header is read as GloVe text
    .safetensors   matrix `matrix`, words in the metadata; other tensors may stand beside it

Left out on purpose: pickles of any kind (loading one runs code that its author chose).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


class VectorFileError(ValueError):
    """A vector file that cannot be read; the message is one line: file, place, what was expected."""


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` and move it into place only if the block succeeds.

    A reader never sees half a file, and what was saved before survives a crash or a full disk.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix is kept: matplotlib and others choose a format by it.
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp's 0600 would make the result private
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class WordVectors:
    """Words and their vectors, row i of `matrix` (V, d) belonging to `words[i]`."""

    def __init__(self, words: list[str], matrix: np.ndarray):
        if len(words) != len(matrix):
            raise ValueError(f"{len(words)} words for {len(matrix)} rows")
        self.words = words
        self.matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        self.index = {}
        for row, word in enumerate(words):
            self.index.setdefault(word, row)  # the first of two equal words wins

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """The word's vector (d,). Raises KeyError for an unknown word."""
        return self.matrix[self.index[word]]

    @property
    def dim(self) -> int:
        return self.matrix.shape[1]

    @cached_property
    def unit(self) -> np.ndarray:
        """Rows scaled to length one (V, d); a zero row stays zero, so its cosine with anything is 0."""
        length = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        return self.matrix / np.where(length > 0, length, 1)

    def nearest(
        self,
        query: np.ndarray,
        topn: int = 10,
        restrict: int | None = None,
        exclude: tuple[str, ...] = (),
    ) -> list[tuple[str, float]]:
        """The `topn` words of highest cosine with `query` (d,), best first, among the first `restrict` rows."""
        length = np.linalg.norm(query)
        cosine = self.unit[:restrict] @ (query / length if length > 0 else query)  # (restrict,)
        rows = [self.index[word] for word in exclude]
        cosine[[row for row in rows if row < len(cosine)]] = -np.inf
        topn = min(topn, len(cosine) - sum(row < len(cosine) for row in set(rows)))
        best = np.argsort(-cosine, kind="stable")[:topn]
        return [(self.words[row], float(cosine[row])) for row in best]

    def most_similar(self, word: str, topn: int = 10, restrict: int | None = None) -> list[tuple[str, float]]:
        """The nearest neighbours of `word`, itself left out. Raises KeyError for an unknown word."""
        return self.nearest(self[word], topn, restrict, exclude=(word,))

    def analogy(self, a: str, b: str, c: str, topn: int = 5, restrict: int | None = None) -> list[tuple[str, float]]:
        """Words d for "a is to b as c is to d" by 3CosAdd: argmax cos(d, b − a + c) on unit vectors.

        The three query words are left out (Mikolov et al. 2013, "Linguistic Regularities", §4).
        Raises KeyError for an unknown word.
        """
        va, vb, vc = (self.unit[self.index[word]] for word in (a, b, c))
        return self.nearest(vb - va + vc, topn, restrict, exclude=(a, b, c))

    def save(self, path: str | Path) -> None:
        """Write to `path` in the format that its suffix names. Raises VectorFileError for another suffix."""
        _format(path, _WRITERS)(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> WordVectors:
        """Read `path` in the format that its suffix names.

        Raises VectorFileError with one line that names the file, the place and what was expected there;
        OSError where the file cannot be opened.
        """
        return _format(path, _READERS)(Path(path))

    @classmethod
    def from_gensim(cls, vectors: KeyedVectors) -> WordVectors:
        return cls(list(vectors.index_to_key), vectors.vectors)

    def to_gensim(self) -> KeyedVectors:
        from gensim.models import KeyedVectors

        vectors = KeyedVectors(self.dim)
        vectors.add_vectors(self.words, self.matrix)
        return vectors


def _format(path: str | Path, handlers: dict):
    suffix = Path(path).suffix
    if suffix not in handlers:
        raise VectorFileError(f"{path}: unknown format {suffix or '(no suffix)'}; known: {' '.join(handlers)}")
    return handlers[suffix]


def _header(line: bytes) -> tuple[int, int] | None:
    """(V, d) of a word2vec header line, None if the line is something else."""
    fields = line.split()
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1])
    return None


def _read_binary(path: Path) -> WordVectors:
    data = path.read_bytes()
    header = _header(data[: data.find(b"\n", 0, 64) + 1])
    if header is None:
        raise VectorFileError(f'{path}: line 1: expected a word2vec header "words dimension", found {data[:24]!r}')
    count, dim = header
    row_bytes = 4 * dim
    position = data.find(b"\n") + 1
    # The shortest record is a one-letter word, a space and the row: check before allocating the matrix.
    if dim == 0 or count * (row_bytes + 2) > len(data) - position:
        raise VectorFileError(
            f"{path}: header promises {count} records of dimension {dim}, at least "
            f"{count * (row_bytes + 2)} bytes; found {len(data) - position} (truncated, or a wrong header)"
        )
    words, matrix = [], np.empty((count, dim), dtype=np.float32)
    for record in range(count):
        space = data.find(b" ", position)
        end = space + 1 + row_bytes
        if space < 0 or end > len(data):
            found = len(data) - (space + 1 if space >= 0 else position)
            raise VectorFileError(
                f"{path}: record {record + 1} of {count}: expected {row_bytes} bytes of vector, found {found}"
            )
        # lstrip: the C tool ends a record with a newline, which stands before the next word.
        words.append(data[position:space].lstrip(b"\n").decode("utf-8", "replace"))
        matrix[record] = np.frombuffer(data, "<f4", dim, space + 1)
        position = end
    if data[position:].strip(b"\n"):
        raise VectorFileError(
            f"{path}: {len(data) - position} bytes follow record {count} of {count}: the header is wrong"
        )
    return _checked(path, words, matrix, "record")


def _write_binary(vectors: WordVectors, path: Path) -> None:
    """The C tool's layout: "V d\\n", then word, space, d little-endian float32, newline."""
    rows = vectors.matrix.astype("<f4")
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(f"{len(vectors)} {vectors.dim}\n".encode())
        file.writelines(word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(vectors.words, rows))


def _read_text(path: Path) -> WordVectors:
    with open(path, "rb") as file:
        first = file.readline()
        header = _header(first)
        if header:
            count, dim = header
        else:  # GloVe: no header; the first row's numbers, counted from the right, give the dimension
            count, dim = None, _numbers_at_the_end(first)
            file.seek(0)
        if not dim:
            raise VectorFileError(f'{path}: line 1: expected "words dimension" or a word and its numbers')
        words, rows = [], []
        for line, text in enumerate(file, start=2 if header else 1):
            # From the right where there is no header, since a GloVe token may hold spaces.
            fields = text.rstrip().split(b" ") if header else text.rstrip().rsplit(b" ", dim)
            try:
                row = np.array(fields[1:], dtype=np.float32)
            except ValueError:
                row = np.empty(0)
            if len(row) != dim:
                raise VectorFileError(f"{path}: line {line}: expected a word and {dim} numbers")
            words.append(fields[0].decode("utf-8", "replace"))
            rows.append(row)
    if count is not None and count != len(words):
        raise VectorFileError(f"{path}: header promises {count} words, found {len(words)}")
    return _checked(path, words, np.array(rows), "row")


def _numbers_at_the_end(line: bytes) -> int:
    numbers = 0
    for field in reversed(line.split()[1:]):
        try:
            float(field)
        except ValueError:
            break
        numbers += 1
    return numbers


def _write_text(vectors: WordVectors, path: Path) -> None:
    """word2vec text; nine significant digits bring every float32 back exactly."""
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        file.write(f"{len(vectors)} {vectors.dim}\n")
        for word, row in zip(vectors.words, vectors.matrix):
            file.write(f"{word} {' '.join(f'{x:.9g}' for x in row)}\n")


def _read_safetensors(path: Path) -> WordVectors:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            words = (file.metadata() or {}).get("words")
            if words is None or "matrix" not in file.keys():  # noqa: SIM118  (safe_open is no mapping)
                raise VectorFileError(f'{path}: expected a tensor "matrix" and "words" in the metadata')
            matrix = file.get_tensor("matrix")
    except SafetensorError as error:
        raise VectorFileError(f"{path}: not a readable safetensors file: {error}") from None
    words = words.split("\n")
    if matrix.ndim != 2 or len(words) != len(matrix):
        raise VectorFileError(f"{path}: {len(words)} words for a matrix of shape {matrix.shape}")
    return _checked(path, words, matrix, "row")


def _write_safetensors(vectors: WordVectors, path: Path) -> None:
    save_tensors(path, {"matrix": vectors.matrix}, {"words": "\n".join(vectors.words)})


def save_tensors(path: str | Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write named arrays as safetensors. `load` reads the one named `matrix`, its words from the metadata.

    Raises OSError where the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    with replacing(path) as temporary:
        try:
            save_file(tensors, temporary, metadata)
        except SafetensorError as error:  # its own wrapping of the system's error
            raise OSError(f"{path}: cannot be written: {error}") from None


def _checked(path: Path, words: list[str], matrix: np.ndarray, place: str) -> WordVectors:
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise VectorFileError(f"{path}: {place} {row + 1} ({words[row]!r}) holds a NaN or an infinity")
    return WordVectors(words, matrix)


_READERS = {".bin": _read_binary, ".txt": _read_text, ".vec": _read_text, ".safetensors": _read_safetensors}
_WRITERS = {".bin": _write_binary, ".txt": _write_text, ".vec": _write_text, ".safetensors": _write_safetensors}
