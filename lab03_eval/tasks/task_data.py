"""Readers of the task data under data/sentence (`python scripts/get_data.py sentence`), one function per format.

Each raises TaskDataError, one line with file and place, for a file of another shape, and OSError where it cannot
be opened.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from lab03_eval.benchmarks import NotAtHand

T = TypeVar("T")


class TaskDataError(NotAtHand):
    """A task's file that cannot be read. The message is one line: file, place, what was expected."""


@dataclass(frozen=True)
class Pairs:
    """Sentence pairs with a human score each."""

    first: list[str]
    second: list[str]
    scores: np.ndarray  # (n,)


@dataclass(frozen=True)
class Labelled:
    """Texts with a label each."""

    texts: list[str]
    labels: np.ndarray  # (n,) of str


@dataclass(frozen=True)
class Retrieval:
    documents: list[str]
    queries: list[str]
    relevant: np.ndarray  # (queries, documents) bool


@dataclass(frozen=True)
class Tagged:
    """Tokens with a tag each."""

    words: list[str]
    tags: np.ndarray  # (n,) of str
    sentence: np.ndarray  # (n,) number of the sentence that holds the token, rising


def _lines(path: Path, encoding: str = "utf-8") -> list[str]:
    # Not splitlines(): it also cuts at characters such as U+0085 inside a sentence.
    lines = path.read_text(encoding=encoding, errors="replace").removesuffix("\n").split("\n")
    return [line.rstrip("\r") for line in lines]


def _demand(found: T | None, path: Path, line: int, expected: str) -> T:
    if not found:
        raise TaskDataError(f"{path}: line {line}: expected {expected}")
    return found


def read_sts(path: Path) -> Pairs:
    """STS-Benchmark: tab-separated; fields 5 to 7 are the score (0 to 5) and the two sentences."""
    first, second, scores = [], [], []
    for number, line in enumerate(_lines(path), start=1):
        if not line:
            continue
        fields = line.split("\t")
        _demand(len(fields) >= 7 and _is_number(fields[4]), path, number, "a score and two sentences as fields 5 to 7")
        scores.append(float(fields[4]))
        first.append(fields[5])
        second.append(fields[6])
    _demand(scores, path, 1, "sentence pairs")
    return Pairs(first, second, np.array(scores))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def read_banking77(path: Path) -> Labelled:
    """Banking77: comma-separated with a header, a text and its intent."""
    texts, labels = [], []
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.reader(file)
        _demand(next(rows, None) == ["text", "category"], path, 1, 'the header "text,category"')
        for row in rows:
            _demand(len(row) == 2, path, rows.line_num, "a text and a category")
            texts.append(row[0])
            labels.append(row[1])
    return Labelled(texts, np.array(labels))


def read_trec(path: Path) -> Labelled:
    """TREC questions (Latin-1): "COARSE:fine question"; the label is the coarse class."""
    return _label_first(path, r"([A-Z]+):\S+ (.*)", '"CLASS:subclass question"', encoding="latin-1")


def read_sst2(path: Path) -> Labelled:
    """Binary Stanford Sentiment Treebank: "0 sentence" (negative) or "1 sentence"."""
    return _label_first(path, r"([01]) (.*)", '"0" or "1" and a sentence')


def _label_first(path: Path, pattern: str, expected: str, encoding: str = "utf-8") -> Labelled:
    texts, labels = [], []
    for number, line in enumerate(_lines(path, encoding), start=1):
        if not line:
            continue
        match = _demand(re.fullmatch(pattern, line), path, number, expected)
        labels.append(match[1])
        texts.append(match[2])
    _demand(texts, path, 1, expected)
    return Labelled(texts, np.array(labels))


def read_stackoverflow(titles: Path, labels: Path) -> Labelled:
    """Titles of Stack Overflow questions, one per line, and their labels from a second file."""
    texts, classes = _lines(titles), _lines(labels)
    if len(texts) != len(classes):
        raise TaskDataError(f"{labels}: {len(classes)} labels for {len(texts)} titles")
    return Labelled(texts, np.array(classes))


def read_cranfield(documents: Path, queries: Path, judgements: Path) -> Retrieval:
    """Cranfield: abstracts, queries, judgements "query 0 document grade"; a grade of 1 or more is relevant.

    The judgements number the queries 1, 2, 3, … by their place in the query file, whose own numbers have gaps;
    the documents are numbered without gaps in theirs.
    """
    # Tags are cut out, not parsed: the document file has 1,400 roots, which is not XML.
    numbers, texts = _between("docno", documents), _between("text", documents)
    if numbers != [str(number) for number in range(1, len(texts) + 1)]:
        raise TaskDataError(f"{documents}: expected documents numbered 1 to {len(texts)}, each with a text")
    questions = _between("title", queries)
    relevant = np.zeros((len(questions), len(texts)), dtype=bool)
    for number, line in enumerate(_lines(judgements), start=1):
        if not line:
            continue
        match = re.fullmatch(r"(\d+)\s+\d+\s+(\d+)\s+(-?\d+)\s*", line)
        match = _demand(match, judgements, number, '"query 0 document grade"')
        query, document, grade = map(int, match.groups())
        exist = 1 <= query <= len(questions) and 1 <= document <= len(texts)
        _demand(exist, judgements, number, f"one of {len(questions)} queries and of {len(texts)} documents")
        relevant[query - 1, document - 1] = grade > 0
    return Retrieval(texts, questions, relevant)


def _between(tag: str, path: Path) -> list[str]:
    found = re.findall(rf"<{tag}>\s*(.*?)\s*</{tag}>", "\n".join(_lines(path)), flags=re.DOTALL)
    if not found:
        raise TaskDataError(f"{path}: expected <{tag}> … </{tag}>, found none")
    return found


def read_conll(path: Path, column: int) -> Tagged:
    """CoNLL columns: the word, then the tag in `column`; blank lines end sentences, -DOCSTART- lines are left out."""
    words: list[str] = []
    tags, sentence, current = [], [], 0
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split()
        if not fields or fields[0] == "-DOCSTART-":
            current = len(words)  # any number that rises from sentence to sentence
            continue
        _demand(len(fields) > column, path, number, f"at least {column + 1} columns")
        words.append(fields[0])
        tags.append(fields[column])
        sentence.append(current)
    if not words:
        raise TaskDataError(f"{path}: expected words and their tags, found none")
    return Tagged(words, np.array(tags), np.array(sentence))
