"""Readers and writers of word-vector files; `read` and `write` choose by the suffix.

    .bin           word2vec binary, with the C tool's newline after each record or gensim's none;
                   or a fastText model (known by its first bytes), unsupervised and not quantised
    .txt .vec      word2vec text (a header line "V d"); a file without that header is read as GloVe text
    .safetensors   matrix `matrix`, words in the metadata, perhaps `counts`; other tensors may stand beside it
    .npz           arrays `words` and `vectors`, perhaps `counts`

Every reader refuses damaged input with a VectorFileError before it allocates more than the file can fill.
Of two equal words the first wins, invalid UTF-8 becomes U+FFFD; both are counted on the result. Left out on
purpose: pickles of any kind (loading one runs code that its author chose).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from lab03_eval.fasttext_file import MAGIC, MAX_WORD, read_model
from lab03_eval.subwords import compose
from lab03_eval.vectors import SubwordVectors, VectorFileError, WordVectors, replacing, save_tensors

CHUNK = 4 << 20  # bytes read at a time
CACHED = 1 << 18  # the same where they are copied again at once, while the processor's cache still has them
BOM = b"\xef\xbb\xbf"
NUMBER = re.compile(rb"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf(inity)?)", re.IGNORECASE)

FOREIGN = [
    (rb"PK\x03\x04", "a zip archive: unpack it first (numpy's own archives are read under the suffix .npz)"),
    (rb"\x1f\x8b", "compressed by gzip: gunzip it first"),
    (rb"BZh|\xfd7zXZ", "compressed: unpack it with bunzip2 or unxz first"),
    (rb"(?i)\s*<(!doctype|html|\?xml)", "a web page, not vectors: the download went wrong, fetch the file itself"),
    (rb"version https://git-lfs", "a git-lfs pointer, not the file it stands for: run git lfs pull"),
    (rb"\x80[\x02-\x05]", "a pickle, never loaded since it can run code: convert it (WordVectors.from_gensim)"),
    (rb"\x93NUMPY", "a lone array without words: save words and vectors together as .npz"),
    (re.escape(MAGIC), "a fastText model: give it the suffix .bin"),
    (rb"\Z", "empty"),
]


def read(path: str | Path) -> WordVectors:
    """Vectors of the file. Raises VectorFileError, or OSError where the file cannot be opened."""
    path = Path(path)
    open(path, "rb").close()  # the system's error names the file, those of the formats' libraries do not always
    try:
        return _by_suffix(path, _READERS)(path)
    except ImportError as error:
        raise VectorFileError(f"{path}: needs the package {error.name}: pip install {error.name}") from None
    except VectorFileError as error:
        what = _foreign(path)
        if what:
            place = str(error).removeprefix(f"{path}: ")
            raise VectorFileError(f"{path}: the file is {what} ({place})") from None
        raise


def write(vectors: WordVectors, path: str | Path) -> None:
    """Write the file. Raises VectorFileError where its format cannot hold a word, OSError where it fails."""
    path = Path(path)
    _by_suffix(path, _WRITERS)(vectors, path)


def _by_suffix(path: Path, handlers: dict[str, Callable]) -> Callable:
    if path.suffix.lower() not in handlers:
        known = " ".join(handlers)
        raise VectorFileError(f"{path}: unknown format {path.suffix or '(no suffix)'}; known: {known}")
    return handlers[path.suffix.lower()]


def _foreign(path: Path) -> str | None:
    """What a file that cannot be read as vectors is instead, as far as its first bytes tell."""
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        head = file.read(512)
    fasttext = head[:4] == MAGIC
    own = {".npz": head[:2] == b"PK", ".safetensors": head[8:9] == b"{", ".bin": fasttext, ".ftz": fasttext}
    if own.get(path.suffix):
        return None  # of the right kind, but damaged
    return next((what for pattern, what in FOREIGN if re.match(pattern, head)), None)


def _finish(
    path: Path,
    words: list[bytes],
    matrix: np.ndarray,
    counts: np.ndarray | None = None,
    place: str = "row",
    first: int = 1,
    make: Callable[..., WordVectors] = WordVectors,
) -> WordVectors:
    """What all formats share: text from UTF-8, only finite rows, one row a word. `first` is the first row's place."""
    if not words:
        raise VectorFileError(f"{path}: holds no words")
    try:
        texts = [word.decode() for word in words]
        replaced = 0
    except UnicodeDecodeError:
        texts = [word.decode("utf-8", "replace") for word in words]
        replaced = sum(text.encode() != word for text, word in zip(texts, words))
    with np.errstate(over="ignore"):  # a float64 beyond float32 becomes an infinity, which is refused
        matrix = np.ascontiguousarray(matrix, dtype=np.float32)
    row = _not_finite(matrix)
    if row is not None:
        raise VectorFileError(f"{path}: {place} {row + first} ({texts[row]!r}) holds a NaN or an infinity")
    vectors = make(texts, matrix, counts=counts)
    duplicates = len(texts) - len(vectors.index)
    if duplicates:
        rows = list(vectors.index.values())
        vectors = make(list(vectors.index), matrix[rows], counts=None if counts is None else counts[rows])
    vectors.duplicates, vectors.replaced = duplicates, replaced
    return vectors


def _not_finite(matrix: np.ndarray) -> int | None:
    """The first row with a NaN or an infinity."""
    step = max(1, CHUNK // (4 * matrix.shape[1]))
    for start in range(0, len(matrix), step):
        finite = np.isfinite(matrix[start : start + step])
        if not finite.all():
            return start + int(np.argmin(finite.all(axis=1)))
    return None


def _header(line: bytes) -> tuple[int, int] | None:
    """(V, d) of a word2vec header line, None if the line is something else."""
    fields = line.split()
    if len(line) <= 64 and len(fields) == 2 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1])
    return None


def _read_binary(path: Path) -> WordVectors:
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) == MAGIC:
            return _read_fasttext(path)
        file.seek(0)
        return _read_word2vec(path, file)


def _read_word2vec(path: Path, file: BinaryIO) -> WordVectors:
    first = file.readline(64)
    header = _header(first)
    if header is None or 0 in header:
        raise VectorFileError(f'{path}: line 1: expected a word2vec header "words dimension", found {first[:24]!r}')
    count, dim = header
    row_bytes, found = 4 * dim, path.stat().st_size - len(first)
    # The shortest record is a space and the row: check before allocating the matrix.
    if count * (row_bytes + 1) > found:
        raise VectorFileError(
            f"{path}: header promises {count} records of dimension {dim}, at least "
            f"{count * (row_bytes + 1)} bytes; found {found} (truncated, or a wrong header)"
        )
    words: list[bytes] = []
    matrix = np.empty((count, dim), dtype="<f4")
    data, position = b"", 0
    while len(words) < count:
        data = data[position:] + file.read(max(CACHED, row_bytes + MAX_WORD))
        # Word lengths vary, so a record's place hangs on the one before; only that is done record by record.
        starts, spaces, last = [0], [], len(data) - row_bytes
        for _ in range(count - len(words)):
            space = data.find(b" ", starts[-1])
            if not 0 <= space < last:
                break
            spaces.append(space)
            starts.append(space + 1 + row_bytes)
        if not spaces:
            place = f"{path}: record {len(words) + 1} of {count}"
            if space < 0 and len(data) > MAX_WORD:
                raise VectorFileError(f"{place}: no word ends within {MAX_WORD} bytes")
            found = len(data) - space - 1 if space >= 0 else 0
            raise VectorFileError(f"{place}: expected {row_bytes} bytes of vector, found {found}")
        # All rows that could begin after any byte, as a view; then the rows that do.
        rows = np.ndarray((last, dim), dtype="<f4", buffer=data, offset=1, strides=(1, 4))
        matrix[len(words) : len(words) + len(spaces)] = rows[spaces]
        words += [data[start:space] for start, space in zip(starts, spaces)]
        position = starts[-1]
    if (data[position:] + file.read(CACHED)).strip(b"\n"):
        raise VectorFileError(f"{path}: more bytes follow record {count} of {count}: the header is wrong")
    # The C tool ends a record with a newline, which stands before the next word.
    return _finish(path, [word.lstrip(b"\n") for word in words], matrix, place="record")


def _read_text(path: Path) -> WordVectors:
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
        file.seek(start)
        lines = sum(piece.count(b"\n") for piece in iter(partial(file.read, CHUNK), b""))
        file.seek(-1, 1)
        lines += file.read(1) != b"\n"  # the last line may lack its newline
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
    return _finish(path, words, matrix, place="line", first=1 + bool(header))


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


def _read_fasttext(path: Path) -> WordVectors:
    model = read_model(path)
    own, ngram_matrix = model.table[: len(model.words)], model.table[len(model.words) :]
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
        matrix = compose(model.words, own, ngram_matrix, model.minn, model.maxn)
    if b"</s>" in model.words:  # the end of a sentence is no spelt word: fastText gives it no n-grams
        row = model.words.index(b"</s>")
        matrix[row] = own[row]
    make = partial(SubwordVectors, ngram_matrix=ngram_matrix, minn=model.minn, maxn=model.maxn)
    return _finish(path, model.words, matrix, model.counts, make=make)


def _read_safetensors(path: Path) -> WordVectors:
    from safetensors import safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            words = (file.metadata() or {}).get("words")
            tensors = {name: file.get_tensor(name) for name in ("matrix", "counts") if name in file.keys()}  # noqa: SIM118
    except OSError:
        raise
    except Exception as error:  # SafetensorError for a damaged file; numpy's own for a type that it lacks
        raise VectorFileError(f"{path}: not a readable safetensors file: {_one_line(error)}") from None
    if words is None or "matrix" not in tensors:
        raise VectorFileError(f'{path}: expected a tensor "matrix" and "words" in the metadata')
    return _from_arrays(path, words.encode().split(b"\n"), tensors["matrix"], tensors.get("counts"))


def _read_npz(path: Path) -> WordVectors:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("words", "vectors", "counts") if name in file}
            words = arrays["words"].ravel().tolist() if "words" in arrays else []
    except OSError:
        raise
    except ValueError as error:
        reason = _one_line(error)
        if "pickle" in reason:
            reason = "no zip archive, or one with pickled objects, which are never loaded"
        raise VectorFileError(f"{path}: not a readable .npz file: {reason}") from None
    except Exception as error:  # numpy, zipfile and zlib name a damaged archive by a dozen different types
        raise VectorFileError(f"{path}: not a readable .npz file: {_one_line(error)}") from None
    if not words or "vectors" not in arrays or not isinstance(words[0], str | bytes):
        raise VectorFileError(f'{path}: expected arrays "words" (text) and "vectors"')
    # A surrogate, which numpy's text may hold, is no UTF-8: it is replaced and counted like a damaged byte.
    raw = [word if isinstance(word, bytes) else word.encode("utf-8", "surrogatepass") for word in words]
    return _from_arrays(path, raw, arrays["vectors"], arrays.get("counts"))


def _from_arrays(path: Path, words: list[bytes], matrix: np.ndarray, counts: np.ndarray | None) -> WordVectors:
    if matrix.ndim != 2 or len(words) != len(matrix) or not matrix.size or matrix.dtype.kind not in "fiu":
        raise VectorFileError(f"{path}: {len(words)} words for a matrix of shape {matrix.shape}, type {matrix.dtype}")
    if counts is not None and (counts.shape != (len(words),) or counts.dtype.kind not in "fiu"):
        raise VectorFileError(f"{path}: {len(words)} words for counts of shape {counts.shape}, type {counts.dtype}")
    return _finish(path, words, matrix, counts)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _write_binary(vectors: WordVectors, path: Path) -> None:
    """The C tool's layout: "V d\\n", then word, space, d little-endian float32, newline."""
    _refuse_words(vectors, path, r"[ \n]")
    rows = vectors.matrix.astype("<f4", copy=False)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(f"{len(vectors)} {vectors.dim}\n".encode())
        file.writelines(word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(vectors.words, rows))


def _write_text(vectors: WordVectors, path: Path) -> None:
    """word2vec text; nine significant digits bring every float32 back exactly."""
    _refuse_words(vectors, path, r"[ \t\n\v\f\r]|^\Z")
    row_format = " %.9g" * vectors.dim + "\n"
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(vectors)} {vectors.dim}\n")
        file.writelines(word + row_format % tuple(row.tolist()) for word, row in zip(vectors.words, vectors.matrix))


def _write_safetensors(vectors: WordVectors, path: Path) -> None:
    _refuse_words(vectors, path, r"\n")
    counts = {} if vectors.counts is None else {"counts": np.asarray(vectors.counts)}
    save_tensors(path, {"matrix": vectors.matrix} | counts, {"words": "\n".join(vectors.words)})


def _write_npz(vectors: WordVectors, path: Path) -> None:
    _refuse_words(vectors, path, r"\0\Z")  # numpy drops zeros at the end of text
    counts = {} if vectors.counts is None else {"counts": np.asarray(vectors.counts)}
    with replacing(path) as temporary:
        np.savez(temporary, words=np.array(vectors.words), vectors=vectors.matrix, allow_pickle=False, **counts)


def _refuse_words(vectors: WordVectors, path: Path, pattern: str) -> None:
    """A word that would read back as something else is refused while the data are still at hand."""
    search = re.compile(pattern).search
    for row, word in enumerate(vectors.words, start=1):
        if search(word):
            raise VectorFileError(f"{path}: row {row}: {path.suffix} cannot hold the word {word!r}, other formats may")


_READERS = {
    ".bin": _read_binary,
    ".ftz": _read_fasttext,
    ".txt": _read_text,
    ".vec": _read_text,
    ".safetensors": _read_safetensors,
    ".npz": _read_npz,
}
_WRITERS = {
    ".bin": _write_binary,
    ".txt": _write_text,
    ".vec": _write_text,
    ".safetensors": _write_safetensors,
    ".npz": _write_npz,
}
