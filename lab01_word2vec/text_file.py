"""From bytes to text: a corpus file is judged by its first bytes, whatever its name says, and read in pieces.

Plain UTF-8, UTF-16 and UTF-32 (known by their byte order marks) are text, alone or packed by gzip, bzip2, xz or as the
only text of a zip archive. Everything else is refused in one line before anything is trained on it.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from wordlab.errors import InputError

PIECE = 1 << 20  # characters read at a time
HEAD = 512  # bytes that tell what a file is
STRAY = 10  # characters that any text may have replaced; of a long one, 1 %
PACKED: dict[str, tuple[bytes, Callable[..., Any]]] = {
    "gzip": (rb"\x1f\x8b\x08", gzip.open),
    "bzip2": (rb"BZh[1-9](1AY&SY|\x17rE8P)", bz2.open),
    "xz": (rb"\xfd7zXZ\0", lzma.open),
}
SUFFIXES = (".gz", ".bz2", ".xz", ".zip")
ZIP = rb"PK(\x03\x04|\x05\x06)"
# UTF-32's little-endian mark begins with UTF-16's.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
FOREIGN = [
    (rb"(?i)\s*(<!--.*?-->\s*)?<(!doctype|html)", "a web page: the download went wrong, fetch the file itself"),
    (rb"\s*<mediawiki", "a MediaWiki dump, whose markup is no text: python scripts/prepare.py makes a corpus of it"),
    (rb"\s*<\?xml", "an XML file, whose markup is no text: extract the text first"),
    (rb"version https://git-lfs", "a git-lfs pointer, not the file that it names: run git lfs pull"),
    (rb"%PDF", "a PDF document: save it as text first"),
    (rb"\{\\rtf", "a rich text document: save it as plain text first"),
    (rb"\xd0\xcf\x11\xe0", "an office document: save it as text first"),
    (rb"\x28\xb5\x2f\xfd", "packed by zstd: unpack it with unzstd first"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (rb"Rar!", "a rar archive: unpack it first"),
    (rb"\x1f[\x9d\xa0]", "packed by compress: unpack it with uncompress first"),
    (rb".{257}ustar", "a tar archive: unpack it and name one text file"),
    (rb"PAR1", "a Parquet table: export its text column first"),
    (rb"\x80[\x02-\x05]", "a pickle, which is never loaded since it can run code"),
    (rb"\x93NUMPY", "a NumPy array, not text"),
    (rb"\x7fELF", "a program, not text"),
]
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zipfile.BadZipFile, NotImplementedError)


def read_pieces(path: Path) -> Iterator[str]:
    """The file's text in pieces, cut anywhere, without byte order marks; what is not UTF-8 becomes U+FFFD.

    Raises InputError for a file that is no text, where its first bytes or a piece say so, or that is damaged.
    """
    try:
        with open(path, "rb") as file:
            unpacked = _unpack(path, file)
            misnamed = unpacked is file and path.suffix.lower() in SUFFIXES
            yield from _decode(f"{path}{f': not packed as {path.suffix}' if misnamed else ''}", unpacked)
    except UnicodeError as error:  # UTF-16 or UTF-32 cut in the middle of a character is replaced; this is worse
        raise InputError(f"{path}: damaged: {error}") from None
    except (OSError, *_DAMAGED) as error:
        raise InputError(f"{path}: cannot be read: {error or 'it ends too early'}") from None


def _unpack(path: Path, file: io.BufferedReader) -> io.BufferedReader:
    """The text's bytes, unpacked where the first bytes say that they are packed."""
    head = file.peek(HEAD)
    for pattern, opener in PACKED.values():
        if re.match(pattern, head):
            return _buffered(opener(file))
    if re.match(ZIP, head):
        return _buffered(_only_text(path, zipfile.ZipFile(file)))
    return file


def _buffered(stream: Any) -> io.BufferedReader:
    return io.BufferedReader(stream, 1 << 16)


def _only_text(path: Path, archive: zipfile.ZipFile) -> IO[bytes]:
    """The one file of a zip archive, apart from folders and from what macOS and Windows add unasked."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and Path(member.filename).name not in (".DS_Store", "Thumbs.db", "desktop.ini")
    ]
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise InputError(f"{path}: an office document: save it as text first")
    if len(members) != 1:
        names = ", ".join(member.filename for member in members[:3])
        found = f"{len(members)} files{f' ({names})' if names else ''}"
        raise InputError(f"{path}: expected a zip archive with one text, found {found}; unpack it and name one")
    if members[0].flag_bits & 1:
        raise InputError(f"{path}: the zip archive asks for a password: unpack it first")
    return archive.open(members[0])


def _decode(place: str, file: io.BufferedReader) -> Iterator[str]:
    head = file.peek(HEAD)
    encoding = next((name for mark, name in MARKS.items() if head.startswith(mark)), "utf-8")
    if encoding == "utf-8":
        _refuse(place, head)
    text = io.TextIOWrapper(cast(IO[bytes], file), encoding=encoding, errors="replace")
    seen = replaced = 0
    while piece := text.read(PIECE):
        if "\0" in piece:
            raise InputError(
                f"{place}: character {seen + piece.index(chr(0)) + 1:,} is NUL, which no text holds; "
                "for UTF-16 without a byte order mark: iconv -f UTF-16LE -t UTF-8"
            )
        seen, replaced = seen + len(piece), replaced + piece.count("\ufffd")
        if replaced > STRAY + seen // 100:
            raise InputError(
                f"{place}: {replaced:,} of its first {seen:,} characters are not UTF-8; "
                "for text in another encoding: iconv -f ISO-8859-1 -t UTF-8"
            )
        yield piece.replace("\ufeff", "")  # files that were joined keep the marks of all of them


def _refuse(place: str, head: bytes) -> None:
    """Raise InputError for what is known not to be text."""
    twice = [(pattern, f"packed twice, inside by {name}: unpack it once") for name, (pattern, _) in PACKED.items()]
    for pattern, what in [*twice, (ZIP, "a zip archive inside another file: unpack it first"), *FOREIGN]:
        if re.match(pattern, head, re.DOTALL):
            raise InputError(f"{place}: the file is {what}")
