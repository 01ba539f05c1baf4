"""Word arithmetic in a space made by hand, where every dimension has a meaning.

    python demos/analogy_explorer.py man king woman      man is to king as woman is to …
    python demos/analogy_explorer.py cat kitten          how alike, and in what they differ
    python demos/analogy_explorer.py kitten              its nearest neighbours
    echo "cat kitten dog" | python demos/analogy_explorer.py     a question a line

Nobody gives a trained space its dimensions: it has a hundred without names, and what is one axis here is there a
direction, if one is lucky. The arithmetic is the same. Offsets are taken between the vectors as they stand; Lab 3
scales them to length one first.
"""

from __future__ import annotations

import difflib
import io
import math
import sys

DIMENSIONS = ("royal", "female", "grown", "animal", "canine")
# royal: 0 common … 1 rules.  female: −1 male … +1 female.  grown: −1 newborn … +1 adult.
# animal: 0 human, 1 animal.  canine: −1 of the cats … +1 of the dogs.
SPACE = {
    "king": (1.0, -0.9, 0.9, 0.0, 0.0),
    "queen": (1.0, 0.9, 0.9, 0.0, 0.0),
    "prince": (0.8, -0.9, -0.3, 0.0, 0.0),
    "princess": (0.8, 0.9, -0.3, 0.0, 0.0),
    "monarch": (1.0, 0.0, 0.9, 0.1, 0.0),
    "man": (0.0, -1.0, 0.8, 0.0, 0.0),
    "woman": (0.0, 1.0, 0.8, 0.0, 0.0),
    "boy": (0.0, -1.0, -0.5, 0.0, 0.0),
    "girl": (0.0, 1.0, -0.5, 0.0, 0.0),
    "baby": (0.0, 0.0, -1.0, 0.1, 0.0),
    "cat": (0.1, 0.1, 0.7, 1.0, -1.0),
    "tomcat": (0.0, -0.9, 0.8, 1.0, -1.0),
    "kitten": (0.0, 0.1, -0.8, 1.0, -0.9),
    "dog": (0.0, -0.1, 0.7, 1.0, 1.0),
    "puppy": (0.0, -0.1, -0.8, 1.0, 0.9),
    "wolf": (0.2, -0.2, 0.9, 1.2, 0.8),
    "lion": (0.7, -0.6, 0.9, 1.2, -0.8),
    "lioness": (0.6, 0.8, 0.9, 1.2, -0.8),
    "cub": (0.3, 0.0, -0.7, 1.1, -0.7),
    "horse": (0.1, 0.0, 0.9, 1.0, 0.1),
    "foal": (0.0, 0.0, -0.7, 1.0, 0.1),
}
Vector = tuple[float, ...]


class QueryError(ValueError):
    """A question that has no answer here; the message is one line."""


def cosine(a: Vector, b: Vector) -> float:
    return sum(x * y for x, y in zip(a, b)) / (math.hypot(*a) * math.hypot(*b))


def nearest(target: Vector, exclude: tuple[str, ...], topn: int = 3) -> list[tuple[str, float]]:
    """The words of highest cosine with `target`, best first, those of the question left out."""
    found = [(word, cosine(vector, target)) for word, vector in SPACE.items() if word not in exclude]
    return sorted(found, key=lambda pair: -pair[1])[:topn]


def analogy(a: str, b: str, c: str) -> list[tuple[str, float]]:
    """What is to c as b is to a: the words nearest to b − a + c."""
    target = tuple(y - x + z for x, y, z in zip(SPACE[a], SPACE[b], SPACE[c]))
    return nearest(target, exclude=(a, b, c))


def differences(a: str, b: str) -> str:
    """The dimensions in which b differs from a, largest first."""
    offset = sorted(zip(DIMENSIONS, SPACE[a], SPACE[b]), key=lambda part: -abs(part[2] - part[1]))
    return ", ".join(f"{name} {y - x:+.1f}" for name, x, y in offset if y != x) or "nothing"


def answer(words: list[str]) -> str:
    """The answer to a question of one, two or three words. Raises QueryError."""
    for word in words:
        if word not in SPACE:
            close = difflib.get_close_matches(word, SPACE, n=1)
            remedy = f"did you mean {close[0]}?" if close else f"known: {' '.join(SPACE)}"
            raise QueryError(f"{word}: not in this space; {remedy}")
    if len(words) == 1:
        return f"{words[0]}: {listed(nearest(SPACE[words[0]], exclude=tuple(words)))}"
    if len(words) == 2:
        a, b = words
        return f"{a}, {b}: cosine {cosine(SPACE[a], SPACE[b]):.2f}; from {a} to {b}: {differences(a, b)}"
    if len(words) == 3:
        a, b, c = words
        return f"{b} − {a} + {c} = {listed(analogy(a, b, c))}; {b} − {a}: {differences(a, b)}"
    raise QueryError(f"{len(words)} words; expected one (neighbours), two (difference) or three (analogy)")


def listed(found: list[tuple[str, float]]) -> str:
    return ", ".join(f"{word} {score:.2f}" for word, score in found)


def main() -> None:
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return
    questions = [sys.argv[1:]] if len(sys.argv) > 1 else [line.split() for line in sys.stdin if line.strip()]
    try:
        for words in questions or [[]]:
            print(answer([word.lower() for word in words]))
    except QueryError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console may lack the arrow or the minus
    main()
