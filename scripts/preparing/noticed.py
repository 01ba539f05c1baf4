"""What raw text holds beside words of its language, counted character by character and told in one line each."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from scripts.preparing.languages import SCRIPTS, UNSPACED
from scripts.preparing.words import DIRECTIONS, JOINERS, LETTERS, TATWEEL, VOWEL_SIGNS

UNSPACED_SCRIPTS = set().union(*(SCRIPTS[language] for language in UNSPACED))


class Characters:
    """How often each character occurs, in memory that does not grow with the text."""

    def __init__(self) -> None:
        self.counts = np.zeros(sys.maxunicode + 1, np.int64)

    def counted(self, pieces: Iterable[str]) -> Iterator[str]:
        """The same pieces; each is counted on the way."""
        for piece in pieces:
            codes = np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), np.uint32)
            found = np.bincount(codes)
            self.counts[: len(found)] += found
            yield piece

    def number(self, characters: str) -> int:
        """How often any of `characters` occurred."""
        return int(self.counts[list(map(ord, characters))].sum())

    def vowel_signs(self) -> int:
        return self.number("".join(filter(VOWEL_SIGNS.match, map(chr, np.flatnonzero(self.counts)))))

    def scripts(self) -> Counter[str]:
        """Letters by script. Signs that Unicode calls variants of others, such as ª, belong to none."""
        found: Counter[str] = Counter()
        for code in map(int, np.flatnonzero(self.counts)):
            if script := script_of(chr(code)):
                found[script] += int(self.counts[code])
        return found


def script_of(char: str) -> str | None:
    """The script of a letter, named as Unicode's names of characters begin."""
    category = unicodedata.category(char)
    if category not in LETTERS - {"Lm", "Nl"} or unicodedata.normalize("NFKC", char) != unicodedata.normalize(
        "NFC", char
    ):
        return None
    return unicodedata.name(char, "UNNAMED").split()[0]


def other_scripts(scripts: Counter[str], language: str) -> tuple[float, str]:
    """Percent of letters in scripts that `language` is not written in, and the sentence that tells of them."""
    expected = SCRIPTS.get(language) or {script for script, _ in scripts.most_common(1)}
    others = Counter({script: count for script, count in scripts.items() if script not in expected})
    total, number = scripts.total(), others.total()
    percent = 100 * number / total if total else 0.0
    listed = ", ".join(f"{script} {count:,}" for script, count in others.most_common(5))
    names = " or ".join(sorted(expected))
    return percent, f"{number:,} of {total:,} letters ({percent:.3g} %) are not of the script {names} but of {listed}"


def notices(characters: Characters, language: str, strip_marks: bool) -> Iterator[str]:
    """One sentence for each thing that was noticed and stops nothing."""
    if language not in SCRIPTS:
        script = characters.scripts().most_common(1)[0][0]
        yield f"The language {language} is not known: it gets the general rules, and {script} is taken as its script"
        if script in UNSPACED_SCRIPTS:
            yield f"Languages in {script} often have no spaces between words: split them first, or each run is one word"
    counted = {
        "characters that were not UTF-8 and became spaces": characters.number("\ufffd"),
        "marks of writing direction that were dropped": characters.number(DIRECTIONS),
        "tatweels, which stretch Arabic words, that were dropped": characters.number(TATWEEL),
        "vowel signs of Arabic and Hebrew that were dropped": characters.vowel_signs() if strip_marks else 0,
        "zero-width joiners, which stay where the script needs them,": characters.number(JOINERS),
    }
    yield from (f"The number of {what} is {number:,}" for what, number in counted.items() if number)
