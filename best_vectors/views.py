"""The models that are joined: which, how each is trained, and what each of them sees that the others do not."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from best_vectors.subwords import ngram_means
from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.checkpoint import State, load_checkpoint, save_checkpoint
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.kept import both_tables
from lab01_word2vec.ranks import seed_of_part
from lab01_word2vec.sides import SidedTrainer
from lab01_word2vec.solution import keep_probability, noise_table
from lab01_word2vec.training import Run
from lab02_glove_fasttext.cbow import CbowTrainer
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer
from lab02_glove_fasttext.ppmi import ppmi, ppmi_svd
from lab02_glove_fasttext.solution import cooccurrence

MEMORY = 2.0  # gigabytes that counting may need beside the text
MINN, MAXN, BUCKET = 3, 6, 200_000  # of the n-grams


@dataclass(frozen=True)
class View:
    """One model. `share` is how much of out_emb its vectors get, `weight` how much the view counts in the join.

    Counts are passed over once, and have no learning rate. Means of n-grams get nothing of out_emb.
    """

    kind: str  # of KINDS
    window: int
    epochs: int
    lr: float
    share: float
    weight: float = 1.0
    shared: int = 64  # negatives of a block

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.window}"


# A wide window sees what a text is about, a narrow one which words can take each other's place; sides adds their order.
# CBOW and the factorised counts see the same windows with other eyes: their errors are not skip-gram's.
PLAIN = (
    View("skipgram", 10, 8, 0.2, share=0.6),
    View("skipgram", 20, 8, 0.2, share=0.6, weight=1.25),
    View("sides", 3, 6, 0.2, share=0.2, weight=0.8),
    View("cbow", 10, 6, 0.2, share=1.0, weight=0.9),
    View("counts", 2, 1, 0.0, share=1.0, weight=0.4),
)
# What a word is made of: forms of a word share n-grams, and a word that the text has not is made of them too.
SUBWORDS = View("subwords", 5, 6, 0.3, share=0.0, shared=96)


@dataclass(frozen=True)
class Settings:
    """What all views have in common."""

    dim: int
    negatives: int
    seed: int
    min_count: int
    subsample: float
    precision: str  # of the matrix products
    corpus: str  # its identity


@dataclass(frozen=True)
class Configuration:
    """Everything that shapes one view; a checkpoint can be continued only under the same one."""

    view: View
    settings: Settings

    @property
    def epochs(self) -> int:
        return self.view.epochs

    @property
    def lr(self) -> float:
        return self.view.lr

    @property
    def seed(self) -> int:
        """The view's own. The errors of views that start from the same random rows agree, and their mean keeps them."""
        return seed_of_part(self.settings.seed, zlib.crc32(self.view.name.encode()))


class Factorised:
    """PPMI counts, factorised: as much of a trainer as a checkpoint and the join ask of one."""

    def __init__(self, vocab: int, dim: int):
        self.tables = torch.zeros(2, vocab, dim)

    def fill(self, corpus: Corpus, config: Configuration) -> None:
        """Count and factorise, as Lab 2's ppmi.py explains; subsampling has no part in it."""
        counts = ppmi(cooccurrence(corpus.ids, len(corpus.words), config.view.window, MEMORY, torch.get_num_threads()))
        for table, factor in zip(self.tables, ppmi_svd(counts, config.settings.dim, seed=config.seed)):
            table.copy_(torch.from_numpy(np.ascontiguousarray(factor)))

    def tensors(self) -> dict[str, torch.Tensor]:
        return {"tables": self.tables}

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """Words and contexts, each (V, d)."""
        words, contexts = self.tables.numpy()
        return words, contexts


def rows_of(trainer: Trainer | Factorised, share: float) -> np.ndarray:
    """What is kept (V, d) of a view: its center's table, or what n-grams say instead, and a share of the contexts'."""
    if isinstance(trainer, SubwordTrainer):
        return ngram_means(trainer)
    return both_tables(*trainer.embeddings(), share)


Trainer = BlockTrainer | CbowTrainer
KINDS: dict[str, Callable[..., Trainer]] = {"skipgram": BlockTrainer, "sides": SidedTrainer, "cbow": CbowTrainer}


def make_trainer(config: Configuration, corpus: Corpus, device: torch.device) -> Trainer:
    """The untrained model of a view."""
    settings, counts = config.settings, corpus.counts
    shape: dict[str, Any] = {key: getattr(settings, key) for key in ("dim", "negatives")}
    shape |= {"seed": config.seed, "window": config.view.window, "shared": config.view.shared, "device": device}
    shape |= {"precision": getattr(torch, settings.precision)}
    text = (counts, keep_probability(counts, settings.subsample), noise_table(counts))
    if config.view.kind == "subwords":
        return SubwordTrainer(Subwords(corpus.words, MINN, MAXN, BUCKET), *text, **shape)
    return KINDS[config.view.kind](*text, **shape)


def train_view(
    config: Configuration, corpus: Corpus, device: torch.device, out: Path, resume: bool
) -> tuple[Trainer | Factorised, dict[str, Any]]:
    """The trained model of a view, with the seconds and losses of its training.

    Its tables wait in `out` while the other views train: with `resume`, what is finished is read from there, and what
    was interrupted goes on from its last checkpoint.
    """
    finished = out / f"{config.view.name}.safetensors"
    if config.view.kind == "counts":
        return factorise(config, corpus, finished, resume)
    trainer = make_trainer(config, corpus, device)
    run = Run(trainer, corpus.ids, config, out)
    if resume and finished.exists():
        run.load(finished)
    else:
        run.train(resume and run.checkpoint.exists())
        run.save(finished)
        run.checkpoint.unlink(missing_ok=True)
    return trainer, run.trained()


def factorise(config: Configuration, corpus: Corpus, finished: Path, resume: bool) -> tuple[Factorised, dict[str, Any]]:
    """The same for a view of counts, which takes a minute and has no checkpoints on the way."""
    view = Factorised(len(corpus.words), config.settings.dim)
    if resume and finished.exists():
        return view, {"seconds": load_checkpoint(finished, view, config).seconds, "losses": []}
    started = time.perf_counter()
    view.fill(corpus, config)
    seconds = time.perf_counter() - started
    save_checkpoint(finished, view, config, State(1, 0, 0.0, [[0.0, 0.0]], seconds=seconds))
    return view, {"seconds": seconds, "losses": []}
