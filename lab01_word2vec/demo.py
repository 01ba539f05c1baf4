"""What the trained vectors say: neighbours of three words, the famous analogy, and three that fail or embarrass."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lab01_word2vec.solution import analogy, nearest
from lab03_eval.vectors import WordVectors

# (a, b, c), and why the answer is what it is
ANALOGIES = [
    (("man", "king", "woman"), "One hopes for queen: many pairs of the corpus share the offset man → woman."),
    (("woman", "nurse", "man"), "A man who nurses is a nurse: other answers show what the text says of men."),
    (("small", "big", "slow"), "One hopes for fast. Opposites share contexts: no offset tells one from the other."),
    (("france", "paris", "tuvalu"), "One hopes for funafuti. A word seen a few dozen times has had too few gradients."),
]


def describe(vectors: WordVectors, restrict: int | None) -> str:
    """The neighbours and analogies as people read them, sought among the first `restrict` words.

    A learner trains before the last steps are written. What is not written yet is said, and nothing else is lost.
    """
    among = f"the {restrict:,} most frequent words" if restrict and restrict < len(vectors) else "all words"
    lines = [f"Nearest neighbours among {among}"]
    try:
        lines += list(neighbours(nearest, vectors, restrict))
    except NotImplementedError as hole:
        lines.append(f"  not written yet: {hole}; gensim finds:")
        lines += neighbours(by_gensim, vectors, restrict)
    lines += ["", "Analogies"]
    try:
        lines += list(analogies(vectors, restrict))
    except NotImplementedError as hole:
        lines.append(f"  not written yet: {hole}")
    return "\n".join(lines)


def by_gensim(vectors: WordVectors, word: str, topn: int, restrict: int | None) -> list[tuple[str, float]]:
    """What `nearest` will find."""
    found: list[tuple[str, float]] = vectors.to_gensim().most_similar(word, topn=topn, restrict_vocab=restrict)
    return found


def neighbours(
    search: Callable[..., list[tuple[str, float]]], vectors: WordVectors, restrict: int | None
) -> Iterator[str]:
    """A line per word."""
    for word in ("king", "paris", "python"):
        found = search(vectors, word, 8, restrict) if word in vectors.index else []
        yield f"  {word:<7} {' '.join(f'{w} {cosine:.2f}' for w, cosine in found) or 'not in the vocabulary'}"


def analogies(vectors: WordVectors, restrict: int | None) -> Iterator[str]:
    """Two lines per question: the answers, and why they are what they are."""
    for (a, b, c), why in ANALOGIES:
        missing = [word for word in (a, b, c) if word not in vectors.index]
        answers = [] if missing else analogy(vectors, a, b, c, topn=3, restrict=restrict)
        shown = ", ".join(f"{w} {cosine:.2f}" for w, cosine in answers) or f"{missing[0]} is not in the vocabulary"
        yield f"  {f'{b} − {a} + {c}':<26}{shown}"
        yield f"  {'':<26}{why}"
