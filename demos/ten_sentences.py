"""Ten sentences, two programs, two seeds: what so small a text can show, and what it cannot.

    python demos/ten_sentences.py                     neighbours of king and cat, and a picture of all words
    python demos/ten_sentences.py bread milk          neighbours of these words
    python demos/ten_sentences.py --perplexity 3      another picture of the same vectors

gensim's Word2Vec and tiny_skipgram.py train with the same settings, each from two seeds. A vector is trusted no
further than two seeds agree on it, so the command counts how many neighbours they share.

t-SNE gives each word a soft choice among the other words, and the perplexity is the number of neighbours that this
choice comes to. A word has V − 1 others, so the perplexity must be below the number of words V. scikit-learn's default
of 30 is nearly all of this vocabulary, and the picture would show no neighbourhoods.
"""

from __future__ import annotations

import difflib
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

try:
    from wordlab.command import OneLineParser, number, run_command
    from wordlab.errors import InputError
    from wordlab.files import demand_writable

    import matplotlib.pyplot as plt
    import numpy as np
    from gensim.models import Word2Vec
    from sklearn.manifold import TSNE

    from demos import tiny_skipgram
    from lab03_eval.pictures.labels import place_labels
    from lab03_eval.pictures.style import DOTS, INK, caption, save
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

TEXT = """
the king rules the land from his castle
the queen rules the land from her castle
the king wears a golden crown
the queen wears a silver crown
the cat drinks milk in the kitchen
the dog drinks water in the kitchen
a cat sleeps on the warm sofa
a dog sleeps on the cold floor
we eat fresh bread with butter
we eat sweet cake with cream
"""
SENTENCES = [line.split() for line in TEXT.strip().splitlines()]
WORDS = list(dict.fromkeys(word for sentence in SENTENCES for word in sentence))
SEEDS = (1, 2)
FEW, MANY = 5, 100  # epochs: gensim's default, and what the picture shows
NEAR = 3  # neighbours that are listed and compared
Vectors = dict[str, list[float]]

CAUTION = (
    "t-SNE by cosine. Words that lie together are mostly neighbours. Distances between groups say nothing, and each "
    "panel may be turned or mirrored."
)
LESSON = f"""
What ten sentences show: after {MANY} epochs words that stand in the same places have nearly the same vector. King and
queen do, and both programs find it from both seeds.
What they cannot show: after {FEW} epochs the neighbours are mostly noise of the random start, and two seeds disagree.
After {MANY} epochs two seeds agree, but about these ten sentences and not about English. Most words occur once or
twice, so ten other sentences would give them other neighbours."""


def train_gensim(epochs: int, seed: int) -> Vectors:
    """gensim's skip-gram with tiny_skipgram.py's settings. One worker, since two would make the result vary."""
    model = Word2Vec(
        SENTENCES, sg=1, vector_size=tiny_skipgram.DIM, window=tiny_skipgram.WINDOW, shrink_windows=False,
        negative=tiny_skipgram.NEGATIVES, sample=0, min_count=1, alpha=tiny_skipgram.RATE, epochs=epochs, seed=seed,
        workers=1,
    )  # fmt: skip
    return {word: model.wv[word].tolist() for word in WORDS}


def train_tiny(epochs: int, seed: int) -> Vectors:
    return tiny_skipgram.train(TEXT, epochs, seed)[0]


PROGRAMS: dict[str, Callable[[int, int], Vectors]] = {"gensim": train_gensim, "tiny_skipgram.py": train_tiny}


def shared_neighbours(first: Vectors, second: Vectors) -> float:
    """How many of a word's NEAR nearest words are the same by both tables, on average over all words: 0 … NEAR."""
    nearest = [
        {word: {near for near, _ in tiny_skipgram.nearest(v, word, NEAR)} for word in v} for v in (first, second)
    ]
    return float(np.mean([len(nearest[0][word] & nearest[1][word]) for word in first]))


def lay_out(vectors: Vectors, perplexity: float) -> np.ndarray:
    """Places (V, 2) by t-SNE (van der Maaten & Hinton 2008). The exact method, since there are few words."""
    tsne = TSNE(perplexity=perplexity, metric="cosine", init="pca", method="exact", random_state=1)
    return tsne.fit_transform(np.array(list(vectors.values()), dtype=np.float32))


def draw(tables: dict[str, Vectors], asked: list[str], perplexity: float, path: Path) -> None:
    """One panel per table, two in a row; the words that were asked for are dark."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 9), dpi=150)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.06, top=0.96, wspace=0.04, hspace=0.1)
    for axes, (title, vectors) in zip(panels.ravel(), tables.items()):
        places = lay_out(vectors, perplexity)
        colours = [INK if word in asked else DOTS for word in vectors]
        axes.scatter(*places.T, s=20, color=colours, edgecolor=INK, linewidth=0.4)
        axes.set(xticks=[], yticks=[], title=title)
        axes.margins(0.08)
        place_labels(axes, places, list(vectors))
    caption(figure, f"{MANY} epochs, perplexity {perplexity:g}. {CAUTION}", 130)
    save(figure, path)


def report(epochs: int, asked: list[str]) -> dict[str, Vectors]:
    """Train both programs from both seeds, print what they say, and return the tables by title."""
    tables = {}
    print(f"After {epochs} epochs")
    for program, train in PROGRAMS.items():
        both = [train(epochs, seed) for seed in SEEDS]
        for seed, vectors in zip(SEEDS, both):
            tables[f"{program}, seed {seed}"] = vectors
            for word in asked:
                near = ", ".join(
                    f"{other} {cosine:.2f}" for other, cosine in tiny_skipgram.nearest(vectors, word, NEAR)
                )
                print(f"  {program}, seed {seed}  {word}: {near}")
        print(f"  {program}: of {NEAR} neighbours, the two seeds share {shared_neighbours(*both):.1f} on average")
    return tables


def run(args: Namespace) -> None:
    for word in args.words:
        if word not in WORDS:
            close = difflib.get_close_matches(word, WORDS, n=1)
            remedy = f"did you mean {close[0]}?" if close else f"known: {' '.join(WORDS)}"
            raise InputError(f"{word}: not in the ten sentences; {remedy}")
    if args.perplexity >= len(WORDS):
        raise InputError(f"--perplexity {args.perplexity:g}: must be below the number of words, {len(WORDS)}; try 5")
    demand_writable(args.out)
    print(f"{len(SENTENCES)} sentences, {sum(map(len, SENTENCES))} tokens, {len(WORDS)} words")
    report(FEW, args.words)
    tables = report(MANY, args.words)
    print(f"By chance, two lists of {NEAR} would share {NEAR * NEAR / (len(WORDS) - 1):.1f}.\n{LESSON}")
    path = Path(args.out, "ten_sentences.png")
    draw(tables, args.words, args.perplexity, path)
    print(f"\nPicture by t-SNE, its perplexity of {args.perplexity:g} below the {len(WORDS)} words: {path}")


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("words", nargs="*", default=["king", "cat"], metavar="WORD", help="default: king cat")
    parser.add_argument("--perplexity", type=number(float, 1, 1000), default=5, help="of t-SNE; default: 5")
    parser.add_argument("--out", default="runs/ten_sentences", metavar="DIR", help="where ten_sentences.png goes")
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)
