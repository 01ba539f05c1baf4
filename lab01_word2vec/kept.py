"""From a configuration to the vectors that are kept: a trainer, its run, and both tables made into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.options import Configuration
from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import PairTrainer, keep_probability, noise_table
from lab01_word2vec.training import Run
from lab03_eval.vectors.maps import principal

OUT_SHARE = 0.6  # of out_emb in the vectors that are kept; reports/lab01.md shows 0, 0.6 and 1


@dataclass
class Trained:
    """The `matrix` (V, d) that is kept, the tables in_emb and out_emb (V, d) behind it, and what they cost."""

    matrix: np.ndarray
    in_emb: np.ndarray
    out_emb: np.ndarray
    seconds: float
    losses: list[float]  # the mean loss of each epoch
    exchanged: int = 0  # bytes that this rank gave to others


def make_trainer(config: Configuration, counts: np.ndarray, device: torch.device) -> PairTrainer | BlockTrainer:
    """The untrained model of a configuration."""
    keep, noise = keep_probability(counts, config.subsample), noise_table(counts)
    shape: dict[str, Any] = {key: getattr(config, key) for key in ("dim", "window", "negatives", "seed")}
    if config.engine == "pairs":
        return PairTrainer(counts, keep, noise, workers=config.workers, device=device, **shape)
    precision = getattr(torch, config.precision)
    return BlockTrainer(counts, keep, noise, shared=config.shared, device=device, precision=precision, **shape)


def train_vectors(
    corpus: Corpus, config: Configuration, device: torch.device, out: Path, kept: str, resume: bool,
    ranks: Ranks = ALONE,
) -> Trained:  # fmt: skip
    """Train, with checkpoints in `out`, and keep what `keep_vectors` makes of the two tables."""
    trainer = make_trainer(replace(config, seed=ranks.seed(config.seed)), corpus.counts, device)
    run = Run(trainer, corpus.ids, config, out, ranks)
    trained = run.train(resume)
    run.checkpoint.unlink(missing_ok=True)
    in_emb, out_emb = trainer.embeddings()
    return Trained(keep_vectors(in_emb, out_emb, kept), in_emb, out_emb, exchanged=run.exchanged, **trained)


def both_tables(in_emb: np.ndarray, out_emb: np.ndarray, share: float) -> np.ndarray:
    """in_emb + share·out_emb, (V, d): what a word does as a center, and some of what it does as a context."""
    return in_emb + np.float32(share) * out_emb


def keep_vectors(
    in_emb: np.ndarray, out_emb: np.ndarray, kept: str = "centred", share: float = OUT_SHARE
) -> np.ndarray:
    """The matrix that is evaluated and saved, of in_emb and out_emb, all (V, d).

    "in" is in_emb, "sum" is in + out, "centred" is in + share·out less its mean, and "flattened" is the same in its
    principal directions, their spread made more even. out adds what a word does as a context; a share below one
    favours similarity, and the whole of it favours analogies. The mean is a direction that all words share. It says
    nothing about any of them and draws every cosine towards itself (Mu & Viswanath 2018). The few directions of
    largest variance do so to a lesser degree, and `principal` lets the others be heard.
    """
    matrix = both_tables(in_emb, out_emb, {"in": 0.0, "sum": 1.0}.get(kept, share))
    if kept == "flattened":
        return principal(matrix)(matrix)
    return np.asarray(matrix - matrix.mean(axis=0) if kept == "centred" else matrix)
