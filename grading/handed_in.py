"""What is handed in: the entries of a class's folder, and the files of one of them that can be taken.

Whatever cannot be taken gets one line that names it and says what to do. Nothing is unpacked, no link is followed, and
nothing but a plain file of a sensible size is opened.
"""

from __future__ import annotations

import codecs
import io
import os
import shlex
import tokenize
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath
from typing import NoReturn

from wordlab.errors import InputError

LARGEST = 16_000_000  # bytes of a file; larger ones are data
MOST_FILES = 500
DEEPEST = 20  # folders inside one another
MAIN = "solution.py"
SOURCES = (".py", ".txt", "")  # a browser or a mail program may add .txt to a name, or take .py away
NOTEBOOK = ".ipynb"
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
OF_MACOS = "__MACOSX"  # what macOS adds to a zip: a hidden file for each file
IGNORED = (".", "__pycache__", OF_MACOS)  # beginnings of names
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class SubmissionError(InputError):
    """A submission that cannot be graded at all. The message is one line, whatever the name of a file holds."""

    def __init__(self, message: str):
        super().__init__("".join(char if char.isprintable() else "?" for char in message))


def submissions_in(folder: Path) -> list[Path]:
    """Every entry that is not hidden, by name, since what was handed in must not vanish. Raises InputError if none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that holds the submissions")
    if (folder / MAIN).is_file():
        raise InputError(f"{folder}: holds {MAIN}, so it is one submission; give the folder of them all")
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not paths:
        raise InputError(f"{folder}: no submission in it, neither a folder nor a .py file")
    return paths


def demand_source(path: Path) -> None:
    """Raise SubmissionError unless the file at `path` is plain, not too large, named as Python, and can be decoded."""
    if path.is_symlink():
        raise SubmissionError(f"{path}: a link, which is not followed; hand in the file itself")
    if not path.is_file():
        raise SubmissionError(f"{path}: neither a file nor a folder, so it is not opened; hand in a .py file")
    if path.suffix.lower() not in SOURCES:
        raise SubmissionError(f"{path}: {_other_kind(path)}")
    size = path.stat().st_size
    if size > LARGEST:
        most = f"{LARGEST / 1e6:g} MB"
        raise SubmissionError(f"{path}: {size / 1e6:,.0f} MB, and code has at most {most}; hand in what you wrote")
    _demand_decoded(path, path.read_bytes())


def _other_kind(path: PurePath) -> str:
    """What a file is that Python does not read, and what to do."""
    suffix = path.suffix.lower()
    if suffix in ARCHIVES:
        return "an archive, which is not unpacked here; unpack it, and hand in the folder that was in it"
    if suffix == NOTEBOOK:
        return f"a notebook; export it as .py: jupyter nbconvert --to script {shlex.quote(path.name)}"
    return f"{suffix} is no Python file; hand in a file that ends in .py"


def _demand_decoded(path: Path, content: bytes) -> None:
    """As Python decodes it: UTF-8 with or without a mark, or what a coding line on line 1 or 2 says."""
    if content.startswith(UTF_16):
        _refuse_encoding(path, 1, "UTF-16, which Python does not read")
    try:
        content.decode(tokenize.detect_encoding(io.BytesIO(content).readline)[0])
    except UnicodeDecodeError as error:
        _refuse_encoding(
            path, line_of(content, error.start), f"byte {content[error.start]:#x} is not {error.encoding.upper()}"
        )
    except SyntaxError:  # of lines 1 and 2, without a place
        try:
            content.decode()
        except UnicodeDecodeError as error:
            _refuse_encoding(path, line_of(content, error.start), f"byte {content[error.start]:#x} is not UTF-8")
        _refuse_encoding(path, 1, "the coding line names no encoding that Python knows")
    if b"\0" in content:
        _refuse_encoding(path, line_of(content, content.index(b"\0")), "a zero byte, which source code cannot hold")


def _refuse_encoding(path: Path, line: int, what: str) -> NoReturn:
    raise SubmissionError(f"{path}: line {line}: {what}; save the file as UTF-8")


def line_of(content: bytes, place: int) -> int:
    """The number of the line that byte `place` is on."""
    return content.count(b"\n", 0, place) + 1


def plain_files(folder: Path, top: Path, left_out: Collection[str] = ()) -> Iterator[tuple[str, Path]]:
    """The files in `folder` by their place below `top`: no hidden ones, no links, and no data that is too large.

    Folders named in `left_out` are not looked into at the top. Raises SubmissionError for a link, a Python file that
    cannot be taken, for too many entries and for folders that are too deep, and OSError for what cannot be read.
    """
    if folder.is_symlink():
        raise SubmissionError(f"{folder}: a link, which is not followed; hand in the folder itself")
    entries = 0
    for here, folders, names in os.walk(folder, onerror=_raise):
        place = Path(here).relative_to(top)
        if len(place.parts) > DEEPEST:
            raise SubmissionError(f"{top / place.parts[0]}: more than {DEEPEST} folders deep; hand in what you wrote")
        skipped = left_out if Path(here) == top else ()
        folders[:], names = (
            sorted(name for name in each if not name.startswith(IGNORED) and name not in skipped)
            for each in (folders, names)
        )
        entries += len(folders) + len(names)
        if entries > MOST_FILES:
            raise SubmissionError(f"{here}: with it, more than {MOST_FILES} files and folders; hand in what you wrote")
        for name in names:
            if _is_taken(Path(here, name)):
                yield (place / name).as_posix(), Path(here, name)


def _is_taken(path: Path) -> bool:
    if path.suffix == ".py":
        demand_source(path)
        return True
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
        return False
    path.open("rb").close()  # whether it may be read is told now, and not in the middle of grading
    return True


def _raise(error: OSError) -> NoReturn:
    raise error


def no_source(folder: Path) -> str:
    """Why there is no Python file in `folder`, which is told by what there is."""
    if folder.name == OF_MACOS:
        return "macOS adds it to a zip, and it holds no submission; delete it"
    names = sorted(path.name for path in folder.iterdir())
    shown = [name for name in names if not name.startswith(IGNORED)]
    for name in shown:
        if PurePath(name).suffix.lower() in (*ARCHIVES, NOTEBOOK):
            return f"no Python file in it, but {name}: {_other_kind(PurePath(name))}"
    hidden = [name for name in names if name.endswith(".py") and name.startswith(".") and not name.startswith("._")]
    if hidden:
        return f"no Python file in it but {hidden[0]}, which is hidden; take the dot from its name"
    return f"no Python file in it{'' if names else ', since it is empty'}; hand in the files that you wrote"
