"""How data/wiki8.xz was made: 100,000,000 bytes of English Wikipedia in exactly text8's format.

    git clone https://github.com/jason-feng/wikiVisual
    git -C wikiVisual checkout 1c0fac92f29f17c1603bfffbe864e0dfdff66897
    python scripts/make_wiki8.py wikiVisual/text --out data/wiki8 --articles data/wiki8_articles.tsv
    xz -9e -k data/wiki8

The snapshot holds the plain text that WikiExtractor took from a dump of 2015, pages 12 to 60633. Each page gives its
beginning. The most that one page gives is the smallest number of bytes with which all pages together reach the size
that is asked for, so that every article is represented, and articles are about as long as those of text8, which is the
beginning of Wikipedia in 2006.

The rules are those of text8 (Mahoney 2006, wikifil.pl): what is left of markup, tables and addresses goes, letters
become a to z, digits are spelt out, and everything else becomes single spaces. Repeated paragraphs, repeated articles
and pages of fewer than 40 letters are left out.
"""

from __future__ import annotations

import argparse
import bisect
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    from wordlab.command import OneLineParser, number, run_command
    from wordlab.errors import InputError
    from wordlab.files import replacing, write_text
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

PAGE = re.compile(rb'<doc id="(\d+)"[^>]*?title="(.*)">')
DIGITS = [b"zero", b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine"]
LETTERS = bytes(byte + 32 if 65 <= byte <= 90 else byte if chr(byte) in "abcdefghijklmnopqrstuvwxyz0123456789" else 32
                for byte in range(256))  # fmt: skip
# What WikiExtractor leaves of markup, in the order in which it goes.
LEFT_OVER = [
    (rb"&amp;", b"&"),
    (rb"&lt;", b"<"),
    (rb"&gt;", b">"),
    (rb"<ref[^<]*</ref>", b" "),
    (rb"<ref[^>\n]*>?", b" "),
    (rb"(?s)<!--.*?-->", b" "),
    (rb"<[^>\n]*>", b" "),
    (rb"(?:https?|ftp)://[^\s\]|<>\"]+", b" "),
    (rb"\bwww\.[^\s\]|<>\"]+", b" "),
    (rb"(?i)\|(?:thumb|left|right|\d+px)", b" "),
    (rb"(?i)\[\[(?:image|file):[^\[\]]*\|", b" "),
    (rb"\[\[[^\|\]\n]*\|", b" "),
    (rb"\{\{[^\}\n]*\}\}", b" "),
    (rb"\{[^\}\n]*\}", b" "),
    (rb"\b(?:formula|codice)_\d+", b" "),  # WikiExtractor's own placeholders
    (rb"__[A-Z]+__", b" "),
    (rb"(?:class|style|colspan|rowspan|align|bgcolor|width|valign)=\"[^\"\n]*\"?", b" "),
    (rb"&[^;\s]{1,10};", b" "),
]
TABLE_LINE = re.compile(rb"^\s*[!|{}#]")
HEADINGS = ("See also", "References", "External links", "Notes", "Further reading", "Footnotes",
            "Notes and references", "References and notes", "Sources")  # fmt: skip
EMPTY_HEADINGS = {f"{heading}.".encode() for heading in HEADINGS}
SHORTEST = 40  # bytes of a page
PARAGRAPH = 100  # bytes; longer lines that come again are boilerplate


def clean(text: bytes) -> bytes:
    """`text` by text8's rules: only a to z and single spaces."""
    for pattern, by in LEFT_OVER:
        text = re.sub(pattern, by, text)
    text = text.translate(LETTERS)
    text = re.sub(rb"[0-9]", lambda digit: b" " + DIGITS[digit[0][0] - 48] + b" ", text)
    return re.sub(rb" +", b" ", text).strip()


def read_pages(folder: Path) -> Iterator[tuple[int, str, list[bytes]]]:
    """(id, title, lines) of every page in WikiExtractor's files below `folder`."""
    for path in sorted(folder.glob("*/wiki_*")):
        page: tuple[int, str, list[bytes]] | None = None
        for line in path.read_bytes().split(b"\n"):
            if found := PAGE.match(line):
                page = (int(found[1]), found[2].decode("utf-8", "replace").replace("&amp;", "&"), [])
            elif line.startswith(b"</doc>"):
                if page:
                    yield page
                page = None
            elif page:
                page[2].append(line)


def body(title: str, lines: list[bytes], seen: set[bytes]) -> bytes:
    """A page's text without its title, tables, empty headings and the paragraphs that are `seen`, which grows."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    if lines and lines[0].strip().replace(b"&amp;", b"&") == title.strip().encode():
        lines = lines[1:]
    kept = []
    for line in lines:
        if TABLE_LINE.match(line) or line.strip() in EMPTY_HEADINGS:
            continue
        if len(line) > PARAGRAPH:
            digest = hashlib.md5(line).digest()
            if digest in seen:
                continue
            seen.add(digest)
        kept.append(line)
    return clean(b"\n".join(kept))


def collect(folder: Path) -> list[tuple[int, str, bytes]]:
    """(id, title, text) of the pages that are kept, by id; the first of equal ids and of equal texts."""
    pages: dict[int, tuple[int, str, bytes]] = {}
    paragraphs: set[bytes] = set()
    texts: set[bytes] = set()
    for page_id, title, lines in read_pages(folder):
        if page_id not in pages:
            text = body(title, lines, paragraphs)
            if len(text) >= SHORTEST and text not in texts:
                texts.add(text)
                pages[page_id] = (page_id, title, text)
    return [pages[page_id] for page_id in sorted(pages)]


def beginning(text: bytes, most: int) -> bytes:
    """The beginning of `text` of at most `most` bytes, cut between words."""
    return text if len(text) <= most else text[: max(0, text.rfind(b" ", 0, most + 1))]


def run(args: argparse.Namespace) -> None:
    pages = collect(args.folder)
    size = sum(1 + len(text) for *_, text in pages)
    if size < args.bytes:
        raise InputError(f"{args.folder}: {size:,} bytes of text in {len(pages):,} pages, {args.bytes:,} asked for")
    most = bisect.bisect_left(
        range(max(len(text) for *_, text in pages) + 1),
        args.bytes,
        key=lambda most: sum(1 + len(beginning(text, most)) for *_, text in pages),
    )
    parts, used, size = [], [], 0
    for page_id, title, whole in pages:
        parts.append(b" " + beginning(whole, most))
        used.append(f"{page_id}\t{title}\n")
        size += len(parts[-1])
        if size >= args.bytes:
            break
    text = b"".join(parts)[: args.bytes]
    with replacing(args.out) as temporary:
        temporary.write_bytes(text)
    if args.articles:
        write_text(args.articles, "id\ttitle\n" + "".join(used))
    digest = hashlib.md5(text).hexdigest()
    print(f"{args.out}: {len(text):,} bytes of {len(used):,} pages, at most {most:,} bytes per page, md5 {digest}")


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("folder", type=Path, help="with WikiExtractor's files AA/wiki_00 …")
    parser.add_argument("--out", type=Path, default=Path("data/wiki8"), metavar="FILE")
    parser.add_argument("--articles", type=Path, metavar="FILE", help="ids and titles of the pages, tab-separated")
    parser.add_argument("--bytes", type=number(int, 1, 10**12), default=10**8)
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
