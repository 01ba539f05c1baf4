"""What a file that cannot be read as vectors is instead: the likely cause of an error, from the file's first bytes."""

from __future__ import annotations

import re
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from lab03_eval.vectors.fasttext_file import MAGIC
from lab03_eval.vectors.text_file import header_of, numbers_at_the_end

HEAD = 2048  # bytes that are looked at
MAX_HEADER = 100_000_000  # bytes of a safetensors header, which its readers allow
ZIP = b"PK\x03\x04"
OLD_FASTTEXT = struct.Struct("<12id3iq")  # its arguments and the sizes of its dictionary, without a magic number
CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")  # what no text holds
AGAIN = "the download went wrong, fetch the file itself"
TORCH = "a torch checkpoint, a pickle, which is never loaded: save its words and vectors as .npz"

BEGINNINGS = [
    (rb"\x1f\x8b", "compressed by gzip: gunzip it first"),
    (rb"BZh|\xfd7zXZ", "compressed: unpack it with bunzip2 or unxz first"),
    (rb"7z\xbc\xaf\x27\x1c|Rar!|\x28\xb5\x2f\xfd", "compressed by 7-Zip, RAR or zstd: unpack it first"),
    (rb"(?i)\s*<(!doctype|html|\?xml)", f"a web page, not vectors: {AGAIN}"),
    (rb'(?i)\s*([45]\d\d: |entry not found|not found|access denied|\{"(error|message)")', f"a server's error: {AGAIN}"),
    (rb"version https://git-lfs", "a git-lfs pointer, not the file it stands for: run git lfs pull"),
    (rb"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", TORCH),  # the number that torch.save began with before it wrote zip
    (rb"\x80[\x02-\x05]", "a pickle, never loaded since it can run code: convert it (WordVectors.from_gensim)"),
    (rb"\x93NUMPY", "a lone array without words: save words and vectors together as .npz"),
    (rb"\x89HDF\r\n", "HDF5, which is not read: save words and vectors as .npz"),
    (re.escape(MAGIC), "a fastText model: give it the suffix .bin"),
    (rb"\xff\xfe|\xfe\xff|([ -~\s]\0){8}|(\0[ -~\s]){8}", "text in UTF-16: save it as UTF-8"),
    (rb"\Z", "empty"),
]


def likely_cause(path: Path) -> str | None:
    """What the file is instead, with the remedy. None where nothing speaks for another kind than its suffix names."""
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        head = file.read(HEAD)
    suffix = path.suffix.lower()
    own = {".npz": head.startswith(b"PK"), ".safetensors": _is_safetensors(head)}
    if own.get(suffix) or (suffix in (".bin", ".ftz") and head.startswith(MAGIC)):
        return None  # of the right kind, but damaged
    if head.startswith(ZIP):
        return _zip(path)
    if _is_tar(head):
        return "a tar archive: unpack it first with tar -xf"
    known = next((what for pattern, what in BEGINNINGS if re.match(pattern, head)), None)
    return known or _other_vectors(suffix, head)


def _other_vectors(suffix: str, head: bytes) -> str | None:
    """Which vectors a file of another suffix may hold, or one that no reader knows."""
    if _is_safetensors(head):
        return "safetensors: give it that suffix"
    if _is_old_fasttext(head):
        reader = "gensim's load_facebook_vectors reads it, and WordVectors.from_gensim takes that"
        return f"a fastText model from before 2017: {reader}"
    if _is_text(head):
        return None if suffix in (".txt", ".vec") else "vectors as text: give it the suffix .txt"
    if header_of(head.split(b"\n", 1)[0]):
        return None if suffix == ".bin" else "word2vec's binary: give it the suffix .bin"
    if _is_numbers(head):
        return "numbers without header or words, such as the .bin that GloVe writes: use the .txt that it writes too"
    return "binary, not text" if suffix in (".txt", ".vec") and CONTROL.search(head) else None


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    if any(name.endswith("data.pkl") for name in names):
        return TORCH
    if any(name.endswith(".npy") for name in names):
        return "numpy's archive: give it the suffix .npz"
    return "a zip archive: unpack it first (numpy's own archives are read under the suffix .npz)"


def _is_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:  # the sum of its bytes is wrong
        return False
    return True


def _is_safetensors(head: bytes) -> bool:
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < MAX_HEADER


def _is_text(head: bytes) -> bool:
    """Whether the first row is a word and numbers; `head` may end within it."""
    if CONTROL.search(head):
        return False
    lines = [line for line in head.split(b"\n") if line.strip()]
    has_header = bool(lines) and header_of(lines[0]) is not None
    rows = lines[has_header:]
    if not rows:
        return False
    whole = rows[0] if len(rows) > 1 or len(head) < HEAD else rows[0].rpartition(b" ")[0]
    return numbers_at_the_end(whole) >= (1 if has_header else 2)


def _is_old_fasttext(head: bytes) -> bool:
    if len(head) < OLD_FASTTEXT.size:
        return False
    fields: tuple[int, ...] = OLD_FASTTEXT.unpack_from(head)
    dim, window, *_, loss, model, bucket, minn, maxn, _, _, entries, words, labels, _ = fields
    names = 1 <= loss <= 3 and 1 <= model <= 3  # what fastText numbers from 1: its losses, its models
    sizes = 0 < dim < 10_000 and 0 < window < 1000 and bucket >= 0 and 0 <= minn < 100 and 0 <= maxn < 100
    return names and sizes and 0 < words <= entries == words + labels


def _is_numbers(head: bytes) -> bool:
    """Whether all is float64 or float32 of the size that trained values have."""
    for kind in ("<f8", "<f4"):
        values = np.abs(np.frombuffer(head[: len(head) // 8 * 8], dtype=kind))
        if len(values) >= 4 and (((values > 1e-9) & (values < 1e3)) | (values == 0)).all() and values.any():
            return True
    return False
