"""What the trained vectors say: neighbours of three words, the famous analogy, and three that fail or embarrass."""

from __future__ import annotations

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
    """The neighbours and analogies as people read them, sought among the first `restrict` words."""
    among = f"the {restrict:,} most frequent words" if restrict and restrict < len(vectors) else "all words"
    lines = [f"Nearest neighbours among {among}"]
    for word in ("king", "paris", "python"):
        found = nearest(vectors, word, restrict=restrict) if word in vectors else []
        lines.append(f"  {word:<7} {' '.join(f'{w} {cosine:.2f}' for w, cosine in found) or 'not in the vocabulary'}")
    lines += ["", "Analogies"]
    for (a, b, c), why in ANALOGIES:
        missing = [word for word in (a, b, c) if word not in vectors]
        answers = [] if missing else analogy(vectors, a, b, c, topn=3, restrict=restrict)
        shown = ", ".join(f"{w} {cosine:.2f}" for w, cosine in answers) or f"{missing[0]} is not in the vocabulary"
        lines += [f"  {f'{b} − {a} + {c}':<26}{shown}", f"  {'':<26}{why}"]
    return "\n".join(lines)
