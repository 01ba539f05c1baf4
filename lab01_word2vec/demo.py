"""What the trained vectors say: neighbours of three words, the famous analogy, and three that fail or embarrass.

In other languages than English, the words are those of lab03_eval/examples.py as far as the vocabulary holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lab01_word2vec.solution import analogy, nearest
from lab03_eval.examples import examples, known_or_drawn
from lab03_eval.languages import ENGLISH
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

Asked = tuple[tuple[str, str, str], str]  # (a, b, c), and why the answer is what it is
WORDS = ("king", "paris", "python")
ANALOGIES: list[Asked] = [
    (("man", "king", "woman"), "One hopes for queen: many pairs of the corpus share the offset man → woman."),
    (("woman", "nurse", "man"), "A man who nurses is a nurse: other answers show what the text says of men."),
    (("small", "big", "slow"), "One hopes for fast. Opposites share contexts: no offset tells one from the other."),
    (("france", "paris", "tuvalu"), "One hopes for funafuti. A word seen a few dozen times has had too few gradients."),
]


def describe(vectors: WordVectors, restrict: int | None, language: str = ENGLISH, seed: int = 1) -> str:
    """The neighbours and analogies as people read them, sought among the first `restrict` words.

    A learner trains before the last steps are written. What is not written yet is said, and nothing else is lost.
    Where nothing is known of a language, `seed` draws the words.
    """
    words, asked = chosen(vectors, language, seed)
    among = f"the {restrict:,} most frequent words" if restrict and restrict < len(vectors) else "all words"
    lines = [f"Nearest neighbours among {among}"]
    try:
        lines += list(neighbours(nearest, vectors, restrict, words))
    except NotImplementedError as hole:
        lines.append(f"  not written yet: {hole}; gensim finds:")
        lines += neighbours(by_gensim, vectors, restrict, words)
    if asked:
        lines += ["", "Analogies"]
    try:
        lines += list(analogies(vectors, restrict, asked))
    except NotImplementedError as hole:
        lines.append(f"  not written yet: {hole}")
    return "\n".join(lines)


def chosen(vectors: WordVectors, language: str, seed: int) -> tuple[tuple[str, ...], list[Asked]]:
    """The words to show neighbours of, and the analogies to ask. But for English, the vocabulary holds all of them."""
    if language == ENGLISH:
        return WORDS, ANALOGIES
    known, lookup = examples(language), Lookup(vectors)
    asked = []
    for question in known.analogies:
        rows = [lookup.row(word) for word in question[:3]]
        if min(rows) >= 0:
            a, b, c = (vectors.words[row] for row in rows)
            asked.append(((a, b, c), f"One hopes for {question[3]}."))
    return known_or_drawn(vectors, known.neighbours, seed), asked


def by_gensim(vectors: WordVectors, word: str, topn: int, restrict: int | None) -> list[tuple[str, float]]:
    """What `nearest` will find."""
    found: list[tuple[str, float]] = vectors.to_gensim().most_similar(word, topn=topn, restrict_vocab=restrict)
    return found


def neighbours(
    search: Callable[..., list[tuple[str, float]]], vectors: WordVectors, restrict: int | None, words: tuple[str, ...]
) -> Iterator[str]:
    """A line per word."""
    wide = max(map(len, words)) + 1
    for word in words:
        found = search(vectors, word, 8, restrict) if word in vectors.index else []
        yield f"  {word:<{wide}} {' '.join(f'{w} {cosine:.2f}' for w, cosine in found) or 'not in the vocabulary'}"


def analogies(vectors: WordVectors, restrict: int | None, asked: list[Asked]) -> Iterator[str]:
    """Two lines per question: the answers, and why they are what they are."""
    wide = max([26, *(sum(map(len, question)) + 8 for question, _ in asked)])
    for (a, b, c), why in asked:
        missing = [word for word in (a, b, c) if word not in vectors.index]
        answers = [] if missing else analogy(vectors, a, b, c, topn=3, restrict=restrict)
        shown = ", ".join(f"{w} {cosine:.2f}" for w, cosine in answers) or f"{missing[0]} is not in the vocabulary"
        yield f"  {f'{b} − {a} + {c}':<{wide}}{shown}"
        yield f"  {'':<{wide}}{why}"
