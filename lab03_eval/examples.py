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
    """Words of one language that are worth asking for."""

    neighbours: tuple[str, ...]  # whose neighbours are worth a look
    ambiguous: tuple[str, ...]  # of several senses
    analogies: tuple[tuple[str, str, str, str], ...]  # a, b, c and d, where b − a + c is d
    forms: tuple[tuple[str, ...], ...]  # of one word each
    unknown: tuple[str, ...]  # of which a text of a few million words is likely to have none: rare, new or invented


EXAMPLES = {
    "ar": Examples(
        ("ملك", "بغداد", "كتاب", "باريس"),
        ("عين", "ملك", "دين"),
        (
            ("رجل", "ملك", "امرأة", "ملكة"),
            ("العراق", "بغداد", "مصر", "القاهرة"),
            ("كبير", "أكبر", "صغير", "أصغر"),
        ),
        (("كتب", "يكتب", "تكتب", "كتبوا"), ("كتاب", "الكتاب", "كتابه", "والكتاب")),
        ("وبكتابهم", "فسيكتبونها", "كمدينتنا", "ومدينتهم", "فبقلوبهم"),
    ),
    "cs": Examples(
        ("král", "paříž", "kočka", "jazyk"),
        ("jazyk", "zámek", "koruna"),
        (
            ("muž", "král", "žena", "královna"),
            ("francie", "paříž", "česko", "praha"),
            ("dobrý", "lepší", "špatný", "horší"),
        ),
        (("psát", "píšu", "píše", "psal"), ("město", "města", "městu", "městem")),
        ("nejneobyčejnější", "velkoměstský", "přeprogramovat", "koronavirus"),
    ),
    "de": Examples(
        ("könig", "paris", "bank", "wasser", "schule"),
        ("bank", "steuer", "schloss", "ton"),
        (
            ("mann", "könig", "frau", "königin"),
            ("frankreich", "paris", "deutschland", "berlin"),
            ("gut", "besser", "schlecht", "schlechter"),
        ),
        (("arbeiten", "arbeitet", "arbeitete", "gearbeitet"), ("haus", "hauses", "häuser", "häusern")),
        ("schulbibliothek", "steuerberaterin", "unbezahlbarkeit", "wasserqualitäten", "krankenhauses"),
    ),
    "en": Examples(
        ("king", "paris", "python"),
        ("bank", "python", "apple"),
        (("man", "king", "woman", "queen"), ("france", "paris", "germany", "berlin")),
        (("run", "runs", "running", "ran"), ("happy", "happier", "happiest")),
        ("covid", "transformer", "googling", "unfriendliest", "ronaldo", "germanification", "xqzt"),
    ),
    "fi": Examples(
        ("kuningas", "pariisi", "kissa", "kieli"),
        ("kuusi", "kieli", "selkä"),
        (
            ("mies", "kuningas", "nainen", "kuningatar"),
            ("ranska", "pariisi", "suomi", "helsinki"),
            ("hyvä", "parempi", "huono", "huonompi"),
        ),
        (("talo", "talon", "talossa", "taloista"), ("kirjoittaa", "kirjoitan", "kirjoitti", "kirjoittanut")),
        ("taloissammekin", "kirjastoauto", "epäystävällisyys", "koronavirus"),
    ),
}
NONE = Examples((), (), (), (), ())


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
