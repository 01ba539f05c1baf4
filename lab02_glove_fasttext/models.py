"""Each model of the lab from the slice to its vectors, with what training it cost."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from wordlab.tables import figure

import numpy as np
import torch
from scipy import sparse

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.kept import keep_vectors
from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import keep_probability, noise_table, subsample
from lab01_word2vec.trainer import Trainer
from lab01_word2vec.training import Run
from lab02_glove_fasttext.cbow import CbowTrainer
from lab02_glove_fasttext.comparison import MODELS, measured, score, titles
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer, save_fasttext
from lab02_glove_fasttext.glove import log_bilinear_correlation, train_glove
from lab02_glove_fasttext.hierarchical import HierarchicalTrainer
from lab02_glove_fasttext.options import Factorisation, Prediction
from lab02_glove_fasttext.ppmi import ppmi, ppmi_svd, shifted_pmi_check, training_counts
from lab02_glove_fasttext.sharing import owned
from lab03_eval.languages import ENGLISH
from lab03_eval.vectors import WordVectors

SHARED = 64  # negatives that a block shares
AT_LEAST = (0, 10)  # times that a pair was met in an epoch, in the check of what skip-gram factorises


@dataclass(frozen=True)
class Setup:
    """The slice and what counts it, how models are trained on it, and where. The first seed's files are in `out`.

    Of several `ranks`, each has its part of the slice, and the first one saves and scores.
    """

    corpus: Corpus
    count: Callable[[np.ndarray], sparse.csr_array]
    prediction: Prediction  # of skip-gram, with the first seed
    factorisation: Factorisation
    device: torch.device
    out: Path
    language: str = ENGLISH
    resume: bool = False
    factorised: bool = False  # also check what skip-gram factorises
    ranks: Ranks = ALONE

    @functools.cached_property
    def counts(self) -> sparse.csr_array:
        """X of the whole slice; of several ranks, the rows that this one owns."""
        return owned(self.count(self.corpus.ids), self.ranks)

    def trainer_options(self, seed: int) -> dict[str, Any]:
        """What every trainer that predicts is made of: the text's frequencies, the model's shape and the device."""
        chosen, counts = self.prediction, self.corpus.counts
        options = {key: getattr(chosen, key) for key in ("dim", "window", "negatives")}
        options |= {"counts": counts, "keep": keep_probability(counts, chosen.subsample), "noise": noise_table(counts)}
        return options | {
            "shared": SHARED, "seed": self.ranks.seed(seed), "device": self.device,
            "precision": getattr(torch, chosen.precision),
        }  # fmt: skip

    def train(self, trainer: Trainer, model: str, seed: int) -> list[float]:
        """Train on the slice; returns the loss of each epoch."""
        config = replace(self.prediction, model=model, seed=seed)
        if model == "hierarchical":  # a node near the root moves with every pair: shorter steps, and fewer passes do
            config = replace(config, epochs=max(1, config.epochs * 3 // 5), lr=0.4 * config.lr)
        run = Run(trainer, self.corpus.ids, config, self.out / f"{model}-{seed}", self.ranks)
        trained = run.train(self.ranks.gather(self.resume and run.checkpoint.exists())[0])
        if self.ranks.rank == 0:
            shutil.rmtree(run.out, ignore_errors=True)  # a single epoch leaves no checkpoint and no folder
        return trained["losses"]

    def vectors(self, in_emb: np.ndarray, out_emb: np.ndarray) -> WordVectors:
        """What is kept of the two tables (V, d), as in Lab 1."""
        return WordVectors(self.corpus.words, keep_vectors(in_emb, out_emb), self.corpus.counts)


Trained = tuple[WordVectors, dict[str, Any]]


def thinned(corpus: Corpus, threshold: float, seed: int) -> np.ndarray:
    """The text (m,) without some of its frequent tokens, which are dropped as in Lab 1, before windows are formed."""
    return subsample(corpus.ids, keep_probability(corpus.counts, threshold), np.random.default_rng(seed))


def glove(setup: Setup, seed: int) -> Trained:
    record: dict[str, Any] = {}
    options = asdict(setup.factorisation)
    text = thinned(setup.corpus, options.pop("subsample"), setup.ranks.seed(seed))
    counts = owned(setup.count(text), setup.ranks)
    with measured(record):
        model = train_glove(counts, seed=seed, ranks=setup.ranks, **options)
    record |= {"losses": model.losses, "log_bilinear": log_bilinear_correlation(model, counts)}
    return WordVectors(setup.corpus.words, model.matrix, setup.corpus.counts), record


def skipgram(setup: Setup, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        options = setup.trainer_options(seed)
        trainer = BlockTrainer(**options)
        record["losses"] = setup.train(trainer, "skipgram", seed)
    if setup.factorised:
        chosen = setup.prediction
        met = training_counts(setup.corpus.ids, options["keep"], chosen.window, seed, chosen.epochs)
        noise = np.bincount(options["noise"], minlength=len(setup.corpus.words)) / len(options["noise"])
        for least in AT_LEAST:
            lines = shifted_pmi_check(*trainer.embeddings(), met, noise, chosen.negatives, least)
            record |= {f"factorised.{least}.{name}": asdict(line) for name, line in lines.items()}
    return setup.vectors(*trainer.embeddings()), record


def fasttext(setup: Setup, seed: int) -> Trained:
    record: dict[str, Any] = {}
    corpus, chosen, first = setup.corpus, setup.prediction, seed == setup.prediction.seed
    with measured(record):
        subwords = Subwords(corpus.words, chosen.minn, chosen.maxn, chosen.bucket)
        trainer = SubwordTrainer(subwords, **setup.trainer_options(seed))
        record["losses"] = setup.train(trainer, "fasttext", seed)
    if setup.ranks.rank:
        return setup.vectors(*trainer.embeddings()), record
    path = setup.out / ("fasttext.bin" if first else ".fasttext.bin")
    save_fasttext(path, trainer, corpus.words, corpus.counts, asdict(chosen))
    vectors = WordVectors.load(path)  # what is scored is what anyone loads
    if not first:
        path.unlink()
    return vectors, record


def cbow(setup: Setup, seed: int, divide: bool = True) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        trainer = CbowTrainer(**setup.trainer_options(seed), divide=divide)
        record["losses"] = setup.train(trainer, "cbow" if divide else "cbow_undivided", seed)
    return setup.vectors(*trainer.embeddings()), record


def hierarchical(setup: Setup, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        options = setup.trainer_options(seed)
        for of_negatives in ("noise", "negatives", "shared"):
            del options[of_negatives]
        trainer = HierarchicalTrainer(**options)
        record["losses"] = setup.train(trainer, "hierarchical", seed)
    return setup.vectors(*trainer.embeddings()), record


def ppmi_vectors(setup: Setup, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        tables = ppmi_svd(ppmi(setup.counts), setup.prediction.dim, seed=seed)
    return setup.vectors(*tables), record


TRAINERS: dict[str, Callable[[Setup, int], Trained]] = {"glove": glove, "skipgram": skipgram, "fasttext": fasttext}
OTHERS: dict[str, Callable[[Setup, int], Trained]] = {
    "cbow": cbow,
    "cbow_undivided": functools.partial(cbow, divide=False),
    "hierarchical": hierarchical,
    "ppmi": ppmi_vectors,
}


def train_models(setup: Setup, seeds: int, also: tuple[str, ...]) -> Iterator[tuple[str, WordVectors, dict[str, Any]]]:
    """(name, vectors, record with scores) of every model and seed; the first seed's files are kept.

    Of the models in `also`, those are left out whose steps a learner has not written.
    """
    first = setup.prediction.seed
    for seed in range(first, first + seeds):
        for name, trained in (TRAINERS | {name: OTHERS[name] for name in also}).items():
            print(f"seed {seed}: {MODELS[name]}", flush=True)
            try:
                vectors, record = trained(setup, seed)
            except NotImplementedError as hole:
                if name in TRAINERS:
                    raise
                print(f"    left out, since it is not written yet: {hole}", flush=True)
                continue
            if setup.ranks.rank:
                continue
            if seed == first and name in ("glove", "skipgram"):
                vectors.save(setup.out / f"{name}.bin")
            record |= score(vectors, setup.language)
            scores = ", ".join(
                f"{title} {figure(key, [record.get(key)])}" for key, title in titles(setup.language).items()
            )
            print(f"    {record['seconds']:.0f} s, {scores}", flush=True)
            yield name, vectors, record
