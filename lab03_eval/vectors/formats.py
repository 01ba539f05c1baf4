"""Which file format a suffix names.

    .bin           word2vec binary, with the C tool's newline after each record or gensim's none;
                   or a fastText model (known by its first bytes), unsupervised and not quantised
    .txt .vec      word2vec text (a header line "V d"); a file without that header is read as GloVe text
    .safetensors   matrix `matrix`, words in the metadata, perhaps `counts`; the file may hold other tensors too;
                   or model2vec's `embeddings`, sentence-transformers' `embedding.weight`, a tokenizer.json beside them
    .npz           arrays `words` and `vectors`, perhaps `counts`

Every reader refuses damaged input with a VectorFileError before it allocates more than the file can fill, and the
error names the likely cause. What is odd and stops no reader, such as invalid UTF-8, which becomes U+FFFD, is counted
in `Rows.noted`. Pickles of any kind are left out on purpose, since loading one runs code that its author chose.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lab03_eval.vectors import array_files, fasttext_file, text_file, word2vec_file
from lab03_eval.vectors.fasttext_file import MAGIC
from lab03_eval.vectors.foreign import likely_cause
from lab03_eval.vectors.rows import Rows, VectorFileError

Handler = TypeVar("Handler")


def read(path: str | Path, limit: int | None = None) -> Rows:
    """What the file holds, or its first `limit` words. Raises VectorFileError, or OSError where it cannot be opened.

    Only so many rows of .bin, .txt and .vec take memory. An archive of arrays is read whole and then cut.
    """
    path = Path(path)
    open(path, "rb").close()  # the system's error names the file, those of the formats' libraries do not always
    try:
        return _by_suffix(path, READERS)(path, limit)
    except ImportError as error:
        raise VectorFileError(f"{path}: needs the package {error.name}: pip install {error.name}") from None
    except VectorFileError as error:
        what = likely_cause(path)
        if what:
            place = str(error).removeprefix(f"{path}: ")
            raise VectorFileError(f"{path}: the file is {what} ({place})") from None
        raise


def write(rows: Rows, path: str | Path) -> None:
    """Write the file. Raises VectorFileError where its format cannot hold a word, OSError where it fails."""
    path = Path(path)
    _by_suffix(path, WRITERS)(rows, path)


def _by_suffix(path: Path, handlers: dict[str, Handler]) -> Handler:
    if path.suffix.lower() not in handlers:
        known = " ".join(handlers)
        raise VectorFileError(f"{path}: unknown format {path.suffix or '(no suffix)'}; known: {known}")
    return handlers[path.suffix.lower()]


def _read_bin(path: Path, limit: int | None) -> Rows:
    with open(path, "rb") as file:
        fasttext = file.read(len(MAGIC)) == MAGIC
    return (fasttext_file.read_rows if fasttext else word2vec_file.read_binary)(path, limit)


READERS: dict[str, Callable[[Path, int | None], Rows]] = {
    ".bin": _read_bin,
    ".ftz": fasttext_file.read_rows,
    ".txt": text_file.read_text,
    ".vec": text_file.read_text,
    ".safetensors": array_files.read_safetensors,
    ".npz": array_files.read_npz,
}
WRITERS: dict[str, Callable[[Rows, Path], None]] = {
    ".bin": word2vec_file.write_binary,
    ".txt": text_file.write_text,
    ".vec": text_file.write_text,
    ".safetensors": array_files.write_safetensors,
    ".npz": array_files.write_npz,
}
