"""Words that are worth asking for, by language; where a language has none here, words drawn from the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

FREQUENT = slice(200, 2000)  # by rank: the words before are mostly grammar, those behind have few occurrences
DRAWN = 3


@dataclass(frozen=True)
class Examples:
    """Words whose neighbours are worth a look, words of several senses, and analogies (a, b, c, d): b − a + c is d."""

    neighbours: tuple[str, ...]
    ambiguous: tuple[str, ...]
    analogies: tuple[tuple[str, str, str, str], ...]


EXAMPLES = {
    "ar": Examples(
        ("ملك", "بغداد", "كتاب", "باريس"),
        ("عين", "ملك", "دين"),
        (
            ("رجل", "ملك", "امرأة", "ملكة"),
            ("العراق", "بغداد", "مصر", "القاهرة"),
            ("كبير", "أكبر", "صغير", "أصغر"),
        ),
    ),
    "cs": Examples(
        ("král", "paříž", "kočka", "jazyk"),
        ("jazyk", "zámek", "koruna"),
        (
            ("muž", "král", "žena", "královna"),
            ("francie", "paříž", "česko", "praha"),
            ("dobrý", "lepší", "špatný", "horší"),
        ),
    ),
    "de": Examples(
        ("könig", "paris", "bank", "wasser", "schule"),
        ("bank", "steuer", "schloss", "ton"),
        (
            ("mann", "könig", "frau", "königin"),
            ("frankreich", "paris", "deutschland", "berlin"),
            ("gut", "besser", "schlecht", "schlechter"),
        ),
    ),
    "fi": Examples(
        ("kuningas", "pariisi", "kissa", "kieli"),
        ("kuusi", "kieli", "selkä"),
        (
            ("mies", "kuningas", "nainen", "kuningatar"),
            ("ranska", "pariisi", "suomi", "helsinki"),
            ("hyvä", "parempi", "huono", "huonompi"),
        ),
    ),
}
NONE = Examples((), (), ())


def examples(language: str) -> Examples:
    """The words of a language; none for one that has no entry."""
    return EXAMPLES.get(language, NONE)


def known_or_drawn(vectors: WordVectors, words: tuple[str, ...], seed: int, count: int = DRAWN) -> tuple[str, ...]:
    """The first `count` of `words` that the vocabulary holds, in its spelling; if none, words drawn by seed.

    They are drawn from ranks 200 to 2,000, or from all words of a small vocabulary, and have no digit.
    """
    lookup = Lookup(vectors)
    if known := tuple(vectors.words[row] for row in map(lookup.row, words) if row >= 0)[:count]:
        return known
    pool = vectors.words[FREQUENT] if len(vectors) > FREQUENT.stop else vectors.words
    pool = [word for word in pool if not any(map(str.isdigit, word))] or pool
    drawn = np.random.default_rng(seed).choice(len(pool), min(count, len(pool)), replace=False)
    return tuple(pool[place] for place in drawn)
