"""From a configuration to the vectors that are kept: a model per window, then both tables of each made into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.options import Configuration
from lab01_word2vec.solution import PairTrainer, keep_probability, noise_table
from lab01_word2vec.training import Run

OUT_SHARE = 0.6  # of out_emb in the vectors that are kept; reports/lab01.md shows 0, 0.6 and 1
View = tuple[np.ndarray, np.ndarray]  # in_emb and out_emb, each (V, d)


@dataclass
class Trained:
    """The `matrix` (V, D) that is kept, the tables in_emb and out_emb (V, views·d) behind it, and what they cost."""

    matrix: np.ndarray
    in_emb: np.ndarray
    out_emb: np.ndarray
    seconds: float
    losses: list[list[float]]  # of each view, the mean loss of each epoch


def train_vectors(
    corpus: Corpus, config: Configuration, device: torch.device, out: Path, kept: str, resume: bool
) -> Trained:
    """Train every view and keep what `keep_vectors` makes of them."""
    views, trained = train_views(corpus, config, device, out, resume)
    in_emb, out_emb = (np.concatenate(tables, axis=1) for tables in zip(*views))
    return Trained(keep_vectors(views, kept), in_emb, out_emb, **trained)


def make_trainer(config: Configuration, counts: np.ndarray, device: torch.device) -> PairTrainer | BlockTrainer:
    """The trainer of a configuration with one window."""
    keep, noise = keep_probability(counts, config.subsample), noise_table(counts)
    (window,) = config.window
    shape: dict[str, Any] = {"dim": config.dim, "window": window, "negatives": config.negatives, "seed": config.seed}
    if config.engine == "pairs":
        return PairTrainer(counts, keep, noise, workers=config.workers, device=device, **shape)
    precision = getattr(torch, config.precision)
    return BlockTrainer(counts, keep, noise, shared=config.shared, device=device, precision=precision, **shape)


def train_views(
    corpus: Corpus,
    config: Configuration,
    device: torch.device,
    out: Path,
    resume: bool = False,
    make: Callable[..., PairTrainer | BlockTrainer] = make_trainer,
) -> tuple[list[View], dict[str, Any]]:
    """Train a model per window. Returns in_emb and out_emb of each, and the seconds and losses of training.

    A finished view waits in `out` while the next one trains, so that --resume need not train it again. `make` builds
    a view's trainer.
    """
    views, seconds, losses = [], 0.0, []
    finished = [out / f"view{number}.safetensors" for number in range(len(config.window))]
    for path, window in zip(finished, config.window):
        of_view = replace(config, window=(window,))
        trainer = make(of_view, corpus.counts, device)
        run = Run(trainer, corpus.ids, of_view, out)
        if resume and path.exists():
            run.load(path)
        else:
            # After finished views the next one may not have come as far as its first checkpoint.
            run.train(resume and (run.checkpoint.exists() or not finished[0].exists()))
            resume = False
            if len(finished) > 1:
                run.save(path)
            run.checkpoint.unlink(missing_ok=True)
        trained = run.trained()
        seconds += trained["seconds"]
        losses.append(trained["losses"])
        views.append(trainer.embeddings())
    for path in finished:
        path.unlink(missing_ok=True)
    return views, {"seconds": seconds, "losses": losses}


def keep_vectors(views: list[View], kept: str = "centred", share: float = OUT_SHARE) -> np.ndarray:
    """The matrix that is evaluated and saved, from (in_emb, out_emb), each (V, d), of every view.

    "in" is in_emb, "sum" is in + out, and "centred" is in + share·out less its mean. out adds what a word does as a
    context; a share below one favours similarity, and the whole of it favours analogies. The mean is a direction that
    all words share. It says nothing about any of them and draws every cosine towards itself (Mu & Viswanath 2018).
    Several views are put side by side, their rows scaled to length one, so that the cosine is the mean of their
    cosines: (V, views·d).
    """
    weight = {"in": 0.0, "sum": 1.0, "centred": share}[kept]
    matrices = [in_emb + np.float32(weight) * out_emb for in_emb, out_emb in views]
    if kept == "centred":
        matrices = [matrix - matrix.mean(axis=0) for matrix in matrices]
    if len(matrices) == 1:
        return matrices[0]
    return np.concatenate([matrix / np.linalg.norm(matrix, axis=1, keepdims=True) for matrix in matrices], axis=1)
