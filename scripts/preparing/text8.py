"""text8's rules: how Matt Mahoney's wikifil (2006) makes text of a page of English Wikipedia, in code of our own.

His description is at http://mattmahoney.net/dc/textdata.html. Faults are kept, since text8 has them: what lies between
an ampersand and the next semicolon goes, however long it is, and of templates inside templates the end is left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_letters

from scripts.preparing.languages import DIGITS

REDIRECT = re.compile("#redirect", re.IGNORECASE | re.ASCII)
MARKUP = [
    ('"', "&quot;"),  # as in the dump itself, where the semicolon ends what an ampersand began
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("<ref[^<]*</ref>", ""),
    ("<[^>]*>", ""),
    (r"\[http:[^\] ]*", "["),  # an address; its caption stays
    (r"\|thumb", ""),
    (r"\|left", ""),
    (r"\|right", ""),
    (r"\|[0-9]+px", ""),
    (r"\[\[image:[^\[\]]*\|", ""),  # up to the caption
    (r"\[\[category:([^|\]]*)[^\]]*\]\]", r"[[\1]]"),
    (r"(?-i:\[\[[a-z-]*:[^\]]*\]\])", ""),  # the same page in another language
    (r"\[\[[^|\]]*\|", "[["),  # a link's target; its caption stays
    (r"\{\{[^}]*\}\}", ""),
    (r"\{[^}]*\}", ""),
    (r"[\[\]]", ""),
    ("&[^;]*;", " "),
]
STEPS = [(re.compile(pattern, re.IGNORECASE | re.ASCII), by) for pattern, by in MARKUP]


class Letters(dict[int, str]):
    """For str.translate: small letters, digits as English words, a space for everything else."""

    def __missing__(self, code: int) -> str:
        return " "


LETTERS = Letters({ord(letter): letter.lower() for letter in ascii_letters})
LETTERS |= {ord("0") + value: f" {word} " for value, word in enumerate(DIGITS["en"])}


def without_markup(pages: Iterable[str]) -> Iterator[str]:
    """The text of the pages that are no redirects. A page is what stands in a dump's <text>, its XML unescaped."""
    for page in pages:
        if not REDIRECT.search(page):
            for pattern, by in STEPS:
                page = pattern.sub(by, page)
            yield page


def clean(text: str) -> str:
    """`text` as letters a to z and spaces."""
    return text.translate(LETTERS)
