"""The SAT's multiple-choice analogies (Turney & Littman 2005): which of five pairs relates as the question's pair does.

The questions may not be passed on. Their file has blocks of eight lines between blank lines: a source, the question's
pair, five pairs to choose from, and the letter of the right one. A pair is two words and their parts of speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from lab03_eval.benchmarks import damaged, read_text
from lab03_eval.vectors import WordVectors

LETTERS = "abcde"
LINES = 8  # of a question; the file's heading has fewer


@dataclass(frozen=True)
class Choice:
    """A question: six pairs of words, its own first, and which of the others is right, from 0."""

    pairs: list[list[str]]
    right: int


def read_choices(path: str | Path) -> list[Choice]:
    """The questions of a file. Raises Damaged for one that holds none, or a line of another shape."""
    numbered = [(number, line.split()) for number, line in enumerate(read_text(path).splitlines(), start=1)]
    blocks = [list(block) for filled, block in groupby(numbered, key=lambda line: bool(line[1])) if filled]
    choices = [_choice(path, block[1:]) for block in blocks if len(block) == LINES]
    if not choices:
        raise damaged(path, "all lines", f"blocks of {LINES} lines, found none")
    return choices


def _choice(path: str | Path, lines: list[tuple[int, list[str]]]) -> Choice:
    *pairs, (last, letter) = lines
    for number, fields in pairs:
        if len(fields) != 3:
            raise damaged(path, f"line {number}", "two words and their parts of speech")
    if len(letter) != 1 or letter[0] not in list(LETTERS):
        raise damaged(path, f"line {last}", f"one of the letters {', '.join(LETTERS)}")
    return Choice([fields[:2] for _, fields in pairs], LETTERS.index(letter[0]))


def evaluate_choices(vectors: WordVectors, choices: list[Choice]) -> dict[str, float]:
    """How many answers are right by the cosine of the pairs' offsets, among the questions whose words are all known."""
    known = [choice for choice in choices if all(word in vectors.index for pair in choice.pairs for word in pair)]
    right = 0
    for choice in known:
        rows = np.array([[vectors.index[word] for word in pair] for pair in choice.pairs])  # (6, 2)
        offsets = vectors.matrix[rows[:, 0]].astype(float) - vectors.matrix[rows[:, 1]]
        offsets /= np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1e-12)
        right += int(np.argmax(offsets[1:] @ offsets[0])) == choice.right
    return {"ours": right, "used": len(known), "total": len(choices)}
