"""Raw text in pieces that end between words: plain text, WikiExtractor's output, or a MediaWiki dump."""

from __future__ import annotations

import html
import itertools
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from wordlab.errors import InputError

from lab01_word2vec.text_file import HEAD, PACKED, PIECE, read_pieces

MEDIAWIKI = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<mediawiki")
JSON_LINE = re.compile(r'\{"(?:id|revid|url|title|text)"\s*:')  # of WikiExtractor's --json
DOCUMENT = re.compile(r"^</?doc\b.*$", re.MULTILINE)
TAG = re.compile(r"</?[A-Za-z][^<>\n]*>|<!--.*?-->")
REDIRECT = re.compile(r"\s*#\s*\w+\s*:?\s*\[\[")  # the word differs by language
DAMAGED = (ParseError, EOFError, OSError, lzma.LZMAError, zlib.error)

Markup = Callable[[Iterable[str]], Iterator[str]]


def read_source(path: Path, markup: Markup) -> Iterator[str]:
    """The text of `path` in pieces of about a million characters. `markup` turns a dump's pages into text.

    Raises InputError for a file that is none of these, or that is damaged.
    """
    if is_dump(path):
        return gather(f"{page}\n" for page in markup(read_pages(path)))
    pieces = read_pieces(path)
    first = next(pieces, "")
    pieces = itertools.chain([first], pieces)
    if first.startswith("<doc "):
        return (without_tags(DOCUMENT.sub("", piece)) for piece in whole_words(pieces))
    if JSON_LINE.match(first):
        return gather(without_tags(text) + "\n" for text in read_json(path, pieces))
    return whole_words(pieces)


def unpacked(path: Path) -> BinaryIO:
    """The file, through what unpacks it if its first bytes say that it is packed."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    opener = next((opener for pattern, opener in PACKED.values() if re.match(pattern, head)), open)
    return opener(path, "rb")


def is_dump(path: Path) -> bool:
    """Is it MediaWiki's XML? What cannot be unpacked is none: whoever reads it as text says what is wrong."""
    try:
        with unpacked(path) as file:
            return MEDIAWIKI.match(file.read(HEAD)) is not None
    except DAMAGED:
        return False


def read_pages(path: Path) -> Iterator[str]:
    """The wiki markup of a dump's articles: of pages in namespace 0, or of all in old dumps, which name none."""
    from gensim.corpora.wikicorpus import extract_pages  # here, since its import takes seconds

    def is_article(page, ns_path, **_) -> bool:
        return page.findtext(ns_path, "0") == "0"

    try:
        with unpacked(path) as file:
            for _, text, _ in extract_pages(file, filter_articles=is_article):
                if text:
                    yield text
    except (*DAMAGED, ValueError, AttributeError) as error:  # gensim meets a page without a title unprepared
        raise InputError(f"{path}: damaged, or no dump of MediaWiki: {error}; download it again") from None


def without_markup(pages: Iterable[str]) -> Iterator[str]:
    """The text of the pages that are no redirects, by gensim's rules."""
    from gensim.corpora.wikicorpus import filter_wiki

    return (filter_wiki(page) for page in pages if not REDIRECT.match(page))


def without_tags(text: str) -> str:
    """WikiExtractor's text with its entities decoded and the tags that it left removed."""
    return TAG.sub(" ", html.unescape(text))


def read_json(path: Path, pieces: Iterable[str]) -> Iterator[str]:
    """The value of "text" in every line. Raises InputError with the number of a line that has none."""
    for number, line in enumerate(split_lines(pieces), 1):
        if line.strip():
            try:
                yield str(json.loads(line)["text"])
            except (ValueError, KeyError, TypeError, RecursionError):
                remedy = "each line has to be an object with the key text, as WikiExtractor's --json writes them"
                raise InputError(f"{path}: line {number:,}: {remedy}") from None


def split_lines(pieces: Iterable[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from lines
    yield rest


def whole_words(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, cut behind a line end, else behind a space; a longer run of other characters is cut anywhere."""
    rest = ""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind("\n") + 1 or text.rfind(" ") + 1 or len(text)
        rest = text[cut:]
        yield text[:cut]
    yield rest


def gather(texts: Iterable[str]) -> Iterator[str]:
    """The same text in pieces that are large enough to be worth their handling."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= PIECE:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
