"""Skip-gram with negative sampling in pure Python: every multiplication in sight, a second or two, no NumPy.

    python demos/tiny_skipgram.py cat king         neighbours of these words after training
    echo "puppy queen" | python demos/tiny_skipgram.py

The corpus is below: cats and kittens do much the same in it and never stand in one sentence, and that is all
the model can go by. Left out, because thirty sentences do not need them: subsampling, the shrinking window.
"""

from __future__ import annotations

import difflib
import io
import math
import random
import sys
from collections import Counter

CORPUS = """
the cat drinks warm milk in the kitchen
a kitten drinks warm milk from a saucer
the old cat sleeps on the sofa
the tired kitten sleeps on the sofa
a cat chases the grey mouse around the barn
the kitten chases a grey ball of wool
our cat purrs when it is stroked
the kitten purrs and licks its paw
the cat licks its paw after dinner
a kitten climbs the curtain
a cat climbs the tree
no kitten likes water
no cat likes a bath
the dog barks at the postman
a puppy barks at its own shadow
our dog gnaws an old bone
the puppy gnaws a slipper and a bone
the dog fetches a stick in the park
the puppy fetches the ball on a lead
a dog wags its tail at the gate
the puppy wags its tail when we whistle
the king rules over the northern realm
a wise queen rules over her realm for decades
the king wears a golden crown
the queen wears the crown at court
the old king sits upon the throne
the young queen sits upon her throne
every king signs laws and treaties
the queen signs treaties with her neighbours
the baker kneads dough before dawn
the miller grinds flour for the baker
the baker sells fresh bread and cake
we eat bread with butter
we eat cake with cream
"""
DIM, WINDOW, NEGATIVES, EPOCHS, RATE, SEED = 12, 2, 5, 100, 0.1, 1
SHOWN = ["cat", "puppy", "king", "bread"]


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b))


def cosine(a: list[float], b: list[float]) -> float:
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def pairs_of(sentence: list[str], window: int) -> list[tuple[str, str]]:
    """(center, context) for every context at most `window` positions away, by position and not by word."""
    return [
        (center, sentence[j])
        for i, center in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if j != i
    ]


def update(v: dict[str, list[float]], u: dict[str, list[float]], center: str, outside: list[str], rate: float) -> float:
    """One step for a center, its context (outside[0]) and the negatives (the rest). Returns the loss before it.

    Loss: −log σ(v_c·u_o) − Σ log σ(−v_c·u_n). Each vector moves by (label − σ(score)) times the other.
    """
    v_c, loss = v[center], 0.0
    moved = [0.0] * len(v_c)  # v_c moves last: all of u must see the same v_c
    for number, word in enumerate(outside):
        u_o, label = u[word], 1.0 if number == 0 else 0.0
        prediction = sigmoid(dot(v_c, u_o))
        loss -= math.log(prediction if label else 1 - prediction)
        g = rate * (label - prediction)
        for d in range(len(v_c)):
            moved[d] += g * u_o[d]
            u_o[d] += g * v_c[d]
    for d in range(len(v_c)):
        v_c[d] += moved[d]
    return loss


def train(text: str = CORPUS, epochs: int = EPOCHS, seed: int = SEED) -> tuple[dict[str, list[float]], list[float]]:
    """in_emb by word, and the mean loss of each epoch."""
    rng = random.Random(seed)
    sentences = [line.split() for line in text.strip().splitlines()]
    counts = Counter(word for sentence in sentences for word in sentence)
    words, weights = list(counts), [count**0.75 for count in counts.values()]
    v = {word: [(rng.random() - 0.5) / DIM for _ in range(DIM)] for word in words}
    u = {word: [0.0] * DIM for word in words}
    pairs = [pair for sentence in sentences for pair in pairs_of(sentence, WINDOW)]
    losses = []
    for epoch in range(epochs):
        rng.shuffle(pairs)
        rate = RATE * (1 - epoch / epochs)
        negatives = rng.choices(words, weights, k=NEGATIVES * len(pairs))
        total = 0.0
        for number, (center, context) in enumerate(pairs):
            drawn = negatives[NEGATIVES * number : NEGATIVES * (number + 1)]
            total += update(v, u, center, [context, *drawn], rate)
        losses.append(total / len(pairs))
    return v, losses


def nearest(v: dict[str, list[float]], word: str, topn: int = 4) -> list[tuple[str, float]]:
    """The words of highest cosine with `word`, best first, itself left out."""
    found = [(other, cosine(v[word], v[other])) for other in v if other != word]
    return sorted(found, key=lambda pair: -pair[1])[:topn]


def main() -> None:
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return
    asked = sys.argv[1:] or ([] if sys.stdin.isatty() else sys.stdin.read().split()) or SHOWN
    known = set(CORPUS.split())
    for word in asked:
        if word not in known:
            close = difflib.get_close_matches(word, known, n=1)
            remedy = f"did you mean {close[0]}?" if close else f"try {' '.join(SHOWN)}"
            print(f"error: {word}: not in the corpus of this demo; {remedy}", file=sys.stderr)
            sys.exit(2)
    v, losses = train()
    print(f"{len(v)} words, {EPOCHS} epochs: mean loss {losses[0]:.2f} → {losses[-1]:.2f}")
    for word in asked:
        print(f"{word}: " + ", ".join(f"{other} {score:.2f}" for other, score in nearest(v, word)))


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console may lack the arrow or the minus
    main()
