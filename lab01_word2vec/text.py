"""From what `--data` names to words: files, as text_file.py reads them, or a corpus that is always at hand."""

from __future__ import annotations

import bz2
import glob
import hashlib
import itertools
import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from wordlab.errors import InputError

from lab01_word2vec.text_file import SUFFIXES, read_pieces
from lab03_eval.benchmarks import gensim_data

ROOT = Path(__file__).resolve().parents[1]
SAMPLE, WIKI8 = "sample", "wiki8"  # words that --data knows
SAMPLE_FILE = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"


class Text:
    """What `data` names, to be read as often as one likes: files, as `resolve` finds them, or "wiki8" or "sample".

    `replaced` counts the characters of the last reading that were not UTF-8. Raises InputError.
    """

    def __init__(self, data: str):
        self.replaced = 0
        self.paths = [] if data == SAMPLE else [shipped()] if data == WIKI8 else resolve(data)
        place = None if data in (SAMPLE, WIKI8) else _existing(data)
        self.folder = place.resolve() if place and place.is_dir() else None

    @property
    def name(self) -> str:
        """What reports call it: the file's name without `.txt` and without what says how it is compressed.

        Of several files it is the first one's and their number, of a folder the folder's.
        """
        if not self.paths:
            return SAMPLE
        if self.folder:
            return self.folder.name
        name = self.paths[0].name
        for ending in (*SUFFIXES, ".txt"):
            if name.lower().endswith(ending) and len(name) > len(ending):
                name = name[: -len(ending)]
        return f"{name} and {len(self.paths) - 1} more" if len(self.paths) > 1 else name

    @property
    def note(self) -> Path | None:
        """Where a note on the text would lie: beside the folder, or beside the first file. The sample has none."""
        beside = self.folder or next(iter(self.paths), None)
        return beside and Path(f"{beside}.json")

    def tokens(self) -> Iterator[str]:
        """The words, split at white space. A file that is no text, or damaged, raises InputError where that is met."""
        return itertools.chain.from_iterable(split_words(self.pieces()))  # per token, no Python code runs

    def pieces(self) -> Iterator[str]:
        """The text in pieces, cut anywhere, with a line's end between two files."""
        self.replaced = 0
        for piece in self._read() if self.paths else read_sample():
            self.replaced += piece.count("\ufffd")
            yield piece

    def _read(self) -> Iterator[str]:
        for number, path in enumerate(self.paths):
            if number:
                yield "\n"
            yield from read_pieces(path)


def shipped() -> Path:
    """data/wiki8.xz, whole as data/sources.toml describes it. Raises InputError with what restores it."""
    path, sources = ROOT / "data" / "wiki8.xz", ROOT / "data" / "sources.toml"
    if not path.exists() or not sources.exists():
        remedy = "name it there (--data PATH/data/wiki8.xz), or fetch it: python scripts/get_data.py wiki8"
        raise InputError(f"wiki8: no {path}: the corpus comes with the repository; {remedy}")
    try:
        expected = tomllib.loads(sources.read_text(encoding="utf-8"))["wiki8"]["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{sources}: damaged ({error}); git checkout -- data/sources.toml restores it") from None
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        remedy = "git checkout -- data/wiki8.xz restores it (git lfs pull where it is a pointer)"
        raise InputError(f"{path}: damaged: expected sha256 {expected}, found {found}; {remedy}")
    return path


def resolve(data: str) -> list[Path]:
    """The files of `data`: a file, all files in a folder, those that a pattern such as *.txt matches, or several names.

    Several names are joined as those in PATH are. A name is sought as given, else relative to the repository. Hidden
    files are left out, and notes FILE.json beside a FILE. Raises InputError with the remedy.
    """
    place = _existing(data)
    if place and place.is_dir():
        return _texts(sorted(place.rglob("*"))) or _nothing(f"{data}: a folder without a file in it; name another")
    if place:
        return [place]
    if os.pathsep in data:
        return [path for part in data.split(os.pathsep) for path in resolve(part)]
    if glob.has_magic(data):
        for pattern in (data, str(ROOT / data)):
            if found := _texts(sorted(Path(name) for name in glob.glob(pattern, recursive=True))):
                return found
        return _nothing(f"{data}: no file matches this pattern; check it")
    remedy = "python scripts/get_data.py text8" if Path(data).name == "text8" else "check the path"
    return _nothing(f"{data}: no such file; {remedy}")


def _existing(data: str) -> Path | None:
    """The file or folder of this name, as given or else in the repository."""
    return next((place for place in (Path(data), ROOT / data) if place.exists()), None) if data else None


def _texts(paths: Iterable[Path]) -> list[Path]:
    files = [path for path in paths if path.is_file() and not path.name.startswith(".")]
    notes = {Path(f"{path}.json") for path in files}
    return [path for path in files if path not in notes]


def _nothing(why: str) -> NoReturn:
    raise InputError(f"{why}, or use a corpus that is at hand: --data wiki8")


def read_sample() -> Iterator[str]:
    """The 106 English Wikipedia articles that gensim carries as test data, cleaned by gensim's own rules."""
    from gensim.corpora.wikicorpus import extract_pages, filter_wiki, tokenize

    with bz2.open(gensim_data(SAMPLE_FILE)) as dump:
        for _, text, _ in extract_pages(dump, filter_namespaces=("0",)):
            words = tokenize(filter_wiki(text), token_min_len=1, token_max_len=15, lower=True)
            if len(words) >= 50:  # shorter pages are redirects
                yield " ".join(words) + " "


def split_words(pieces: Iterable[str]) -> Iterator[list[str]]:
    """Words of each piece; a word cut by the end of a piece is carried into the next."""
    rest = ""
    for piece in pieces:
        words = (rest + piece).split()
        rest = words.pop() if words and not piece[-1].isspace() else ""
        yield words
    if rest:
        yield [rest]
