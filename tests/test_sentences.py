"""Sentences of the pages that teach have at most 40 words, so that nobody has to read one twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_documents import read

LONGEST = 40  # words
PAGES = [ROOT / "START.md", *sorted(ROOT.glob("lab0*/WALKTHROUGH.md"))]
# A full stop behind these ends no sentence: abbreviations and initials, and before a small letter "etc." too.
NO_END = r"(?:\b(?:e\.g|i\.e|al|vs|cf|ca|resp|approx|Fig|Sec|Eq|Dr|St|[A-Z])\.|\betc\.(?=\s+[a-z]))"
END = re.compile(r"(?<=[.?!])[\"”’')*_\]]*\s+")
NEW_BLOCK = re.compile(r"^[ \t]*(?:[-*+]|\d+\.) +|\n\s*\n|(?<!\\)\|", re.MULTILINE)  # items, paragraphs, cells
TAGS = r"</?(?:details|summary|p|br|div|table|tr|td|th|sup|sub|em|a|img)\b[^>]*>"


def prose(page: str) -> str:
    """The page's words: code and formulas in a line are one word each, links are their text; code blocks are gone."""
    page = re.sub(r"^ *(```+).*?^ *\1 *$", "\n", page, flags=re.DOTALL | re.MULTILINE)
    page = re.sub(r"<!-- table: \w+ -->.*?<!-- end -->", "\n\n", page, flags=re.DOTALL)
    page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    page = re.sub(r"(`+)[^`].*?\1", "code", page, flags=re.DOTALL)
    page = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "formula", page, flags=re.DOTALL)
    page = re.sub(r"!\[[^\]]*\]\([^)]*\)", "\n\n", page)
    page = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", page)
    page = re.sub(TAGS, "\n\n", page)
    page = re.sub(r"^#+ (.*)$", r"\n\1\n", page, flags=re.MULTILINE)
    return re.sub(r"^ *> ?", "", page, flags=re.MULTILINE)


def sentences(page: str) -> list[str]:
    """Sentences of a page's text; a list's item, a table's cell and a heading end the one before."""
    found = []
    for block in NEW_BLOCK.split(prose(page)):
        whole = re.sub(NO_END, lambda match: match[0].replace(".", "\0"), block)
        found += [" ".join(part.replace("\0", ".").split()) for part in END.split(whole)]
    return [sentence for sentence in found if words(sentence)]


def words(sentence: str) -> list[str]:
    return [word for word in sentence.split() if re.search(r"\w", word)]


def too_long(page: str) -> list[str]:
    return [f"{len(words(s))} words: {s}" for s in sentences(page) if len(words(s)) > LONGEST]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_sentences_are_short(page: Path):
    found = too_long(read(page))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three! Four", ["One.", "Two?", "Three!", "Four"]),
        (
            "It is .5, e.g. 0.75 of J. Firth et al. (1957). word2vec",
            ["It is .5, e.g. 0.75 of J. Firth et al. (1957).", "word2vec"],
        ),
        (
            'Bold **is done.** Then "so it is." And (this.) End',
            ["Bold **is done.", 'Then "so it is.', "And (this.", "End"],
        ),
        ("A $x. Y$ and `a. B c` and [a\nlink](to.md).", ["A formula and code and a link."]),
        ("Above:\n\n$$a + b$$\n\nbelow.", ["Above:", "formula", "below."]),
        ("- one two\n- three\n  four\n\n1. five\n2. six", ["one two", "three four", "five", "six"]),
        ("| a b | c |\n|---|---|\n| d. E | f |", ["a b", "c", "d.", "E", "f"]),
        (
            "# Title\nText ![alt. text](p.png)\n```sh\nmake run\n```\nmore<!-- lab | a | b -->",
            ["Title", "Text", "more"],
        ),
        ("<details><summary>More</summary>\n\nText, etc. and so on\n\n</details>", ["More", "Text, etc. and so on"]),
        ("> quoted\n> line. Next", ["quoted line.", "Next"]),
    ],
)
def test_sentences_are_told_apart(text, expected):
    assert sentences(text) == expected


def test_a_sentence_of_41_words_is_found_and_one_of_40_is_not():
    assert too_long("word " * 40 + ".") == []
    assert too_long("word " * 20 + "$a + b + c$ " + "word " * 20 + "− .")[0].startswith("41 words: word")
