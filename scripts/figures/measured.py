"""What the figures show of trained vectors and of whole texts: measured here, kept in figures/measured.json.

Training and t-SNE may end elsewhere in other last digits, so the figures are drawn from what was kept.
`python -m scripts.figures --measure` measures again, in a minute or two on two cores.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wordlab.errors import InputError
from wordlab.files import write_text

import numpy as np
import torch
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.kept import make_trainer
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.solution import keep_probability, noise_table, train
from lab02_glove_fasttext.ppmi import log_ratios, shifted_pmi_check, training_counts
from lab03_eval.pictures.layout import FAMILIES, map_words
from lab03_eval.vectors import WordVectors

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "figures" / "measured.json"
VECTORS = ROOT / "lab03_eval" / "wiki8_20k.safetensors"
COUNTED = ("the", "in", "king", "queen", "knife", "puppy")  # and the rarest word
MET = 2.0  # times per epoch, at least, that a pair of the scatter plot was met
POINTS, NEEDLES, MAPPED = 600, 250, 300  # pairs of the scatter plot, words of the cone and of the two maps
NAMED = (("united", "states"), ("new", "york"), ("the", "of"))
NEIGHBOURS = 10
SEEDS = (1, 2)


def read() -> dict[str, Any]:
    """What was measured, by figure. Raises InputError where it is missing or damaged."""
    remedy = "measure it: python -m scripts.figures --measure"
    try:
        found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{FILE}: no such file; {remedy}") from None
    except ValueError as error:
        raise InputError(f"{FILE}: damaged ({error}); {remedy}") from None
    return found


def measure() -> None:
    """Measure everything and write it, one figure per line."""
    found = {"power": counted_words(load_corpus("wiki8")), **trained(load_corpus("sample")), "tsne_twice": two_maps()}
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items())
    write_text(FILE, "{\n" + ",\n".join(lines) + "\n}\n")


def counted_words(corpus: Corpus) -> dict[str, Any]:
    """Counts of a few words, and each one's share of the negatives that the noise table gives."""
    share = np.bincount(noise_table(corpus.counts)) / len(noise_table(corpus.counts))
    words = [*COUNTED, corpus.words[-1]]
    rows = [corpus.words.index(word) for word in words]
    shown = {word: {"count": int(corpus.counts[row]), "drawn": float(share[row])} for word, row in zip(words, rows)}
    sizes = {"tokens": int(corpus.counts.sum()), "vocabulary": len(corpus.words)}
    return {"corpus": corpus.name, **sizes, "words": shown}


def trained(corpus: Corpus) -> dict[str, Any]:
    """Lab 1's vectors of a text with its own settings: scores beside shifted PMI, and the cone of `in_emb`."""
    config = configure(build_parser().parse_args([]), corpus)
    trainer = make_trainer(config, corpus.counts, torch.device("cpu"))
    for _ in train(trainer, corpus.ids, config.epochs, config.lr):
        pass
    in_emb, out_emb = trainer.embeddings()
    return {
        "shifted_pmi": scores_and_ratios(corpus, in_emb, out_emb, config.window, config.negatives, config.epochs),
        "cone": cone(in_emb) | {"corpus": corpus.name},
    }


def scores_and_ratios(
    corpus: Corpus, in_emb: np.ndarray, out_emb: np.ndarray, window: int, negatives: int, epochs: int
) -> dict[str, Any]:
    """The line through all pairs that were met often enough, and [shifted PMI, score] of some of them by chance."""
    met = training_counts(corpus.ids, keep_probability(corpus.counts), window, 1, epochs)
    noise = np.bincount(noise_table(corpus.counts), minlength=len(corpus.words)).astype(np.float64)
    noise /= noise.sum()
    line = shifted_pmi_check(in_emb, out_emb, met, noise, negatives, MET)["shifted"]
    centers, contexts = np.repeat(np.arange(met.shape[0]), np.diff(met.indptr)), met.indices
    ratio = log_ratios(met, noise) - np.log(negatives)
    [often] = np.nonzero(met.data >= MET)

    def point(at: int) -> list[float]:
        score = float(in_emb[centers[at]] @ out_emb[contexts[at]])
        return [round(float(ratio[at]), 2), round(score, 2)]

    named = {}
    for pair in NAMED:
        center, context = (corpus.words.index(word) for word in pair)
        [at] = np.nonzero((centers == center) & (contexts == context))[0]
        named[" ".join(pair)] = point(int(at))
    chosen = np.sort(np.random.default_rng(1).choice(often, POINTS, replace=False))
    return {
        "corpus": corpus.name, "met": MET, "line": asdict(line), "named": named,
        "points": [point(int(at)) for at in chosen],
    }  # fmt: skip


def cone(in_emb: np.ndarray) -> dict[str, Any]:
    """Unit vectors of words from all over the vocabulary along their table's mean and across it, and less the mean."""
    mean, rows = in_emb.mean(axis=0), np.linspace(0, len(in_emb) - 1, NEEDLES).astype(int)
    unit = {name: unit_length(table[rows]) for name, table in (("trained", in_emb), ("centred", in_emb - mean))}
    along = mean / np.linalg.norm(mean)
    flat = unit["trained"] - np.outer(unit["trained"] @ along, along)
    across = np.linalg.svd(flat - flat.mean(axis=0))[2][0]  # where they vary most
    found: dict[str, Any] = {}
    for name, vectors in unit.items():
        total, n = vectors.sum(axis=0), len(vectors)
        found[f"{name}.cosine"] = float((total @ total - n) / (n * (n - 1)))
        found[name] = np.round((vectors @ np.stack([along, across], axis=1)).astype(float), 3).tolist()
    return found


def unit_length(rows: np.ndarray) -> np.ndarray:
    """Rows (n, d), each at length one."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def map_vectors() -> tuple[WordVectors, list[str]]:
    """The vectors that ship, and the words that the two maps show: the most frequent ones, and the families."""
    vectors = WordVectors.load(VECTORS)
    members = {word for family in FAMILIES.values() for word in family}
    return vectors, map_words(vectors, top=MAPPED - len(members))


def two_maps() -> dict[str, Any]:
    """t-SNE from two random starts, and the mean share of a word's nearest neighbours that both maps give it."""
    vectors, words = map_vectors()
    unit = vectors.unit[[vectors.index[word] for word in words]]
    places = [random_start(unit, seed) for seed in SEEDS]
    return {"words": words, "kept": kept_neighbours(*places), "places": [np.round(p, 2).tolist() for p in places]}


def random_start(unit: np.ndarray, seed: int) -> np.ndarray:
    """Places (n, 2) of unit vectors (n, d) by t-SNE from a random start, the longer side scaled to 0 … 1."""
    tsne = TSNE(perplexity=30, metric="cosine", init="random", random_state=seed)
    places = tsne.fit_transform(unit).astype(float)
    return (places - places.min(axis=0)) / np.ptp(places, axis=0).max()


def kept_neighbours(first: np.ndarray, second: np.ndarray) -> float:
    """The mean share of each point's nearest neighbours in one map (n, 2) that are so in the other, too."""
    lists = [NearestNeighbors(n_neighbors=NEIGHBOURS).fit(p).kneighbors(return_distance=False) for p in (first, second)]
    return float(np.mean([len(set(a) & set(b)) / NEIGHBOURS for a, b in zip(*lists)]))
