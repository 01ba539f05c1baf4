"""The general rules: which characters make words, how they are lowered, and how words and lines are divided."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from scripts.preparing.languages import DIGITS, DOTLESS, Segment

LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"}  # Unicode's categories
MARKS = {"Mn", "Mc"}
TATWEEL = "\u0640"  # it stretches an Arabic word and is no letter, though Unicode calls it one
JOINERS = "\u200c\u200d"
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# The soft hyphen, joiners of words, and the selectors that choose a character's picture.
UNSEEN = {"\u00ad", "\u034f", "\u2060", "\ufeff", *map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))}
LINE_ENDS = "\n\u0085\u2028\u2029"
# Vowel signs and accents of recitation. Arabic's madda and hamza above or below (0653 to 0655) are parts of letters.
VOWEL_SIGNS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff]"
)
# Arabic with its presentation forms, and the scripts of India and their neighbours, in which joiners spell.
JOINED = "[\u0600-\u08ff\u0900-\u109f\u1780-\u17ff\ufb50-\ufdff\ufe70-\ufefc]"
IDLE_JOINERS = re.compile(f"(?<!{JOINED})[{JOINERS}]|[{JOINERS}]+(?!{JOINED}|[{JOINERS}])")
# Behind the table, what is neither \w nor white space is a mark or a joiner.
LEADING_MARKS = re.compile(r"(?<!\S)[^\w\s]+")


class Table(dict[int, str | None]):
    """What becomes of each character, for str.translate; None drops it. Letters keep their case here."""

    def __init__(self, language: str, digits: str, strip_marks: bool):
        self.language, self.digits, self.strip_marks = language, digits, strip_marks
        self.met_marks = False

    def __missing__(self, code: int) -> str | None:
        self[code] = self._becomes(chr(code))
        return self[code]

    def _becomes(self, char: str) -> str | None:
        category = unicodedata.category(char)
        if char in LINE_ENDS:
            return "\n"
        if char == TATWEEL or char in UNSEEN or char in DIRECTIONS:
            return None
        if self.strip_marks and VOWEL_SIGNS.match(char):
            return None
        if category in MARKS or char in JOINERS:
            self.met_marks = True
            return char
        if category in LETTERS:
            return {"I": "ı", "İ": "i"}.get(char, char) if self.language in DOTLESS else char
        if category == "Nd" and self.digits != "drop":
            return char if self.digits == "keep" else f" {DIGITS[self.language][unicodedata.decimal(char)]} "
        return " "


class Cleaner:
    """A callable that turns raw text into lower-case words, white space and line ends. Raises nothing."""

    def __init__(self, language: str, digits: str, strip_marks: bool, segment: Segment | None):
        self.table, self.segment = Table(language, digits, strip_marks), segment

    def __call__(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text)
        if self.segment:
            text = self.segment(text)
        text = text.translate(self.table)
        if self.table.met_marks:  # most texts have none, and need not be searched
            text = LEADING_MARKS.sub("", IDLE_JOINERS.sub("", text))
        # Greek's final sigma depends on where words end, so letters are lowered when that is settled.
        return unicodedata.normalize("NFC", text.lower())


def lay_out(pieces: Iterable[str], separator: str = "", end: str = "\n") -> Iterator[str]:
    """Words split by single spaces and no empty lines, from `separator` before the first word to `end`.

    A piece that ends within a line is continued by the next. Where there is no word, nothing is given.
    """
    for piece in pieces:
        parts = []
        for number, line in enumerate(piece.split("\n")):
            if number and separator:
                separator = "\n"
            if words := " ".join(line.split()):
                parts.append(separator + words)
                separator = " "
        yield "".join(parts)
    if separator:
        yield end
