"""Data sets as the harness measures them: read whole, with sentences on what is odd in them.

The sets in other languages than English are those that subs2vec carries (van Paridon & Thompson 2021). Their files have
columns apart by tabs under a line of names, `#` lines before it that name authors, and `# name` lines behind it that
start a section of questions. What is odd in a file is counted and told. No row is left out for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lab03_eval.benchmarks import (
    BENCHMARKS,
    Pair,
    Section,
    damaged,
    find,
    finite,
    read_pairs,
    read_questions,
    read_text,
)
from lab03_eval.languages import ENGLISH

PAIR_COLUMNS, QUESTION_COLUMNS = ("word1", "word2", "similarity"), ("a1", "a2", "b1", "b2")
# Finnish months from January to September, into which a spreadsheet turned the decimal of a score.
MONTHS = ("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys")
# Arabic words whose hamza is misspelt in a set. They are asked as they are, and most vocabularies do not hold them.
MISSPELT = {"إرتفع": "ارتفع", "اسهم": "أسهم"}
DATE = re.compile(rf"(\d{{1,2}})\.({'|'.join(MONTHS)})")


def pairs_of(name: str) -> tuple[list[Pair], list[str]]:
    """The pairs of a similarity set, and what is odd in them. Raises NotAtHand."""
    path = find(name)
    return (read_pairs(path), []) if BENCHMARKS[name].language == ENGLISH else read_tabbed_pairs(path)


def questions_of(name: str) -> tuple[list[Section], list[str]]:
    """The sections of an analogy set, and what is odd in them. Raises NotAtHand."""
    path = find(name)
    return (read_questions(path), []) if BENCHMARKS[name].language == ENGLISH else read_tabbed_questions(path)


def read_tabbed_pairs(path: Path) -> tuple[list[Pair], list[str]]:
    """(word, word, human score) of each row, and what is odd. Raises Damaged, as the other readers do."""
    pairs: list[Pair] = []
    read_back: list[str] = []
    for number, line in _rows(path, PAIR_COLUMNS):
        try:
            first, second, score = line.split("\t")[:3]
            if date := DATE.fullmatch(score):
                score = f"{date[1]}.{1 + MONTHS.index(date[2])}"
                read_back.append(f"{date[0]} is {score}")
            pairs.append((first, second, finite(score)))
        except ValueError:
            raise damaged(path, f"line {number}", "two words and a number, apart by tabs") from None
    if not pairs:
        raise damaged(path, "all lines", "pairs of words, found none")
    notes = list(_odd_pairs(pairs))
    if read_back:
        dates = f"{len(read_back)} scores that a spreadsheet turned into dates were read back: {read_back[0]}"
        notes.insert(0, dates)
    return pairs, notes


def read_tabbed_questions(path: Path) -> tuple[list[Section], list[str]]:
    """Sections of four words per question, and what is odd. Raises Damaged, as the other readers do."""
    sections: list[Section] = []
    for number, line in _rows(path, QUESTION_COLUMNS):
        if line.startswith("#"):
            sections.append((line[1:].strip(), []))
            continue
        words = tuple(line.split("\t"))
        if len(words) != 4:
            raise damaged(path, f"line {number}", '"# section" or four words apart by tabs')
        if not sections:
            sections.append((path.stem, []))
        sections[-1][1].append(words)
    if not any(questions for _, questions in sections):
        raise damaged(path, "all lines", "questions of four words, found none")
    return sections, list(_odd_questions(sections))


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Number and text of each line below the columns' names. A byte order mark may begin the file."""
    lines = enumerate(read_text(path).removeprefix("\ufeff").splitlines(), start=1)
    for number, line in lines:
        if line.strip() and not line.startswith("#"):
            if tuple(line.split("\t")[: len(columns)]) != columns:
                raise damaged(path, f"line {number}", f"the columns {' '.join(columns)}, apart by tabs")
            break
    for number, line in lines:
        if line.strip():
            yield number, line


def _odd_pairs(pairs: list[Pair]) -> Iterator[str]:
    as_written = Counter(pair[:2] for pair in pairs)
    if repeated := sum(count > 1 for count in as_written.values()):
        yield f"{repeated} pairs stand more than once, and each row counts"
    if turned := sum(first < second and (second, first) in as_written for first, second in as_written):
        yield f"{turned} pairs stand in both orders, and each row counts"
    if alone := sum(first == second for first, second in as_written):
        yield f"pairs of a word with itself: {alone}"
    words = {word for pair in as_written for word in pair}
    if misspelt := [f"{word} for {right}" for word, right in MISSPELT.items() if word in words]:
        yield f"misspelt words: {', '.join(misspelt)}"


def _odd_questions(sections: list[Section]) -> Iterator[str]:
    within = [Counter(questions) for _, questions in sections]
    across = Counter(question for questions in within for question in questions)
    if shared := sum(count > 1 for count in across.values()):
        yield f"{shared:,} questions stand in two sections, and count in both"
    if repeated := sum(count - 1 for questions in within for count in questions.values()):
        yield f"{repeated:,} rows repeat a question of their section, and count again"
    if own := sum(question[3] in question[:3] for _, questions in sections for question in questions):
        yield f"{own:,} rows have an answer among the question's own words, which no vectors can give"


def set_notes(results: dict[str, float | str]) -> list[str]:
    """A sentence for each measured set in whose file something is odd, of what `evaluate` gives."""
    titles = {f"{name}.noted": benchmark.title for name, benchmark in BENCHMARKS.items()}
    return [f"{title}: {results[key]}." for key, title in titles.items() if key in results]
