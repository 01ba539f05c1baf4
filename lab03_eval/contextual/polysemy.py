"""One word in six sentences: three of one sense, three of another. Which vectors tell the two apart?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab03_eval.contextual.encoder import ContextualEncoder
from lab03_eval.sentences import SentenceEncoder
from lab03_eval.vectors import WordVectors

WORD = "bank"
SENSES = ("river", "money")
SENTENCES = (
    "They sat on the grassy bank and watched the water go by.",
    "The boat was tied to a tree on the bank of the stream.",
    "After the flood the left bank of the river had to be rebuilt.",
    "The bank raised its interest rates for the third time.",
    "She opened a savings account at the bank in the high street.",
    "The bank refused to lend him the money for his house.",
)
TIE = 1e-6
PER_SENSE = len(SENTENCES) // len(SENSES)


@dataclass(frozen=True)
class Split:
    """Cosines of the word in each sentence with itself in the others, and whether they show the senses."""

    cosines: np.ndarray  # (6, 6)
    within: float  # mean between sentences of one sense
    across: float  # mean between sentences of two senses
    right: int  # sentences whose nearest other one has their sense; a tie is no answer


def split_of(vectors: np.ndarray) -> Split:
    """The split of a word's vectors (6, d), one per sentence."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = unit @ unit.T
    sense = np.repeat(np.arange(len(SENSES)), PER_SENSE)
    other = ~np.eye(len(sense), dtype=bool)
    alike, unlike = (sense[:, None] == sense) & other, sense[:, None] != sense
    nearest = [np.where(kind, cosines, -1).max(axis=1) for kind in (alike, unlike)]  # (6,) each
    right = int((nearest[0] > nearest[1] + TIE).sum())
    return Split(cosines, float(cosines[alike].mean()), float(cosines[unlike].mean()), right)


def splits(static: WordVectors, contextual: ContextualEncoder) -> dict[str, Split]:
    """By what stands for the word: its static vector, the mean of the sentence's other words, its vector in context."""
    around = [" ".join(word for word in text.split() if word.strip(".,").lower() != WORD) for text in SENTENCES]
    return {
        "static vector": split_of(np.repeat(static[WORD][None], len(SENTENCES), axis=0)),
        "mean of the other words": split_of(SentenceEncoder(static, "mean").fit(around).encode(around)),
        f"{contextual.name}, in context": split_of(contextual.words_in_context(SENTENCES, [WORD] * len(SENTENCES))),
    }
