"""From what `--data` names to words: a file, as text_file.py reads it, or a corpus that is always at hand."""

from __future__ import annotations

import bz2
import hashlib
import itertools
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from wordlab.errors import InputError

from lab01_word2vec.text_file import SUFFIXES, read_pieces
from lab03_eval.benchmarks import gensim_data

ROOT = Path(__file__).resolve().parents[1]
SAMPLE, WIKI8 = "sample", "wiki8"  # words that --data knows
SAMPLE_FILE = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"


class Text:
    """What `data` names, a path or the word "wiki8" or "sample", to be read as often as one likes. Raises InputError.

    `replaced` counts the characters of the last reading that were not UTF-8.
    """

    def __init__(self, data: str):
        self.data, self.replaced = data, 0
        self.path = None if data == SAMPLE else shipped() if data == WIKI8 else resolve(data)

    @property
    def name(self) -> str:
        """What reports call it: the file's name without `.txt` and without what says how it is compressed."""
        if self.path is None:
            return SAMPLE
        name = self.path.name
        for ending in (*SUFFIXES, ".txt"):
            if name.lower().endswith(ending) and len(name) > len(ending):
                name = name[: -len(ending)]
        return name

    def tokens(self) -> Iterator[str]:
        """The words, split at white space. A file that is no text, or damaged, raises InputError where that is met."""
        return itertools.chain.from_iterable(split_words(self.pieces()))  # per token, no Python code runs

    def pieces(self) -> Iterator[str]:
        """The text in pieces, cut anywhere."""
        self.replaced = 0
        for piece in read_sample() if self.path is None else read_pieces(self.path):
            self.replaced += piece.count("\ufffd")
            yield piece


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


def resolve(path: str) -> Path:
    """`path` as given, else relative to the repository. Raises InputError with the remedy."""
    for candidate in (Path(path), ROOT / path):
        if candidate.is_dir():
            raise InputError(f"{path}: a directory; --data takes one text file")
        if candidate.exists():
            return candidate
    remedy = "python scripts/get_data.py text8" if Path(path).name == "text8" else "check the path"
    raise InputError(f"{path}: no such file; {remedy}, or use a corpus that is at hand: --data wiki8")


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
