"""Which file format a suffix names, and what a file that is no vectors is instead.

    .bin           word2vec binary, with the C tool's newline after each record or gensim's none;
                   or a fastText model (known by its first bytes), unsupervised and not quantised
    .txt .vec      word2vec text (a header line "V d"); a file without that header is read as GloVe text
    .safetensors   matrix `matrix`, words in the metadata, perhaps `counts`; the file may hold other tensors too
    .npz           arrays `words` and `vectors`, perhaps `counts`

Every reader refuses damaged input with a VectorFileError before it allocates more than the file can fill. Invalid
UTF-8 becomes U+FFFD and is counted. Pickles of any kind are left out on purpose, since loading one runs code that its
author chose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lab03_eval.vectors import array_files, fasttext_file, word2vec_file
from lab03_eval.vectors.fasttext_file import MAGIC
from lab03_eval.vectors.rows import Rows, VectorFileError

Handler = TypeVar("Handler")

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


def read(path: str | Path) -> Rows:
    """What the file holds. Raises VectorFileError, or OSError where the file cannot be opened."""
    path = Path(path)
    open(path, "rb").close()  # the system's error names the file, those of the formats' libraries do not always
    try:
        return _by_suffix(path, READERS)(path)
    except ImportError as error:
        raise VectorFileError(f"{path}: needs the package {error.name}: pip install {error.name}") from None
    except VectorFileError as error:
        what = _foreign(path)
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


def _read_bin(path: Path) -> Rows:
    with open(path, "rb") as file:
        fasttext = file.read(len(MAGIC)) == MAGIC
    return fasttext_file.read_rows(path) if fasttext else word2vec_file.read_binary(path)


READERS: dict[str, Callable[[Path], Rows]] = {
    ".bin": _read_bin,
    ".ftz": fasttext_file.read_rows,
    ".txt": word2vec_file.read_text,
    ".vec": word2vec_file.read_text,
    ".safetensors": array_files.read_safetensors,
    ".npz": array_files.read_npz,
}
WRITERS: dict[str, Callable[[Rows, Path], None]] = {
    ".bin": word2vec_file.write_binary,
    ".txt": word2vec_file.write_text,
    ".vec": word2vec_file.write_text,
    ".safetensors": array_files.write_safetensors,
    ".npz": array_files.write_npz,
}
