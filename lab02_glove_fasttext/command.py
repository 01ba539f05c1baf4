"""Lab 2's command: parse, configure, count, train, save, compare."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wordlab import STARTED
from wordlab.command import run_command, unless_impossible
from wordlab.devices import choose_device
from wordlab.files import demand_writable, write_json, write_text
from wordlab.packages import needs

import numpy as np
import torch

from lab01_word2vec.corpus import Corpus
from lab02_glove_fasttext.comparison import (
    COMPARED,
    MODELS,
    Runs,
    inflections,
    measured,
    report,
    split_runs,
    unknown_words,
)
from lab02_glove_fasttext.glove import probability_ratios
from lab02_glove_fasttext.models import Setup, train_models
from lab02_glove_fasttext.options import Prediction, build_parser, configure, counted_from, counter, read_slice
from lab03_eval.measures.senses import evaluate_senses, format_senses
from lab03_eval.vectors import WordVectors

AMBIGUOUS = ("bank", "python", "apple")
PROBES = ("solid", "gas", "water", "fashion")  # the GloVe paper's Table 1, for ice and steam


def main() -> None:
    run_command(build_parser(), run)


def run(args: argparse.Namespace) -> None:
    out = Path(args.out)
    device, precision = choose_device(args.device, args.precision)
    asked = {args.pretrained: WordVectors.load(args.pretrained)} if args.pretrained else {}
    corpus = read_slice(args)
    prediction, factorisation = configure(args, corpus, str(precision).removeprefix("torch."))
    torch.set_num_threads(args.threads)
    for name, vectors in asked.items():
        print(f"{name}: {vectors}")
    config = settled(args, prediction)
    print("configuration:", " ".join(f"{key}={value}" for key, value in config.items()))
    print(f"slice: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words", flush=True)
    if args.dry_run:
        return
    demand_writable(out)
    count = counter(args, corpus)
    setup = Setup(corpus, count, prediction, factorisation, device, out, args.resume, "ppmi" in args.also)
    counting: dict[str, Any] = {}
    with measured(counting):
        cells = setup.counts.nnz
    print(f"counted {cells:,} cells in {counting['seconds']:.1f} s", flush=True)

    runs: Runs = {}
    models: dict[str, WordVectors] = {}
    for name, vectors, record in train_models(setup, args.seeds, tuple(args.also)):
        runs.setdefault(name, []).append(record)
        if name in COMPARED:
            models.setdefault(name, vectors)
    figures = {
        "config": config | {"corpus": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)},
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "counting": counting | {"cells": cells},
        "runs": runs,
    }
    compare(figures | ask(models, asked, args.oov, corpus, setup), out)
    seconds = time.perf_counter() - STARTED
    print(f"done in {seconds:.0f} s: {out}/glove.bin, skipgram.bin, fasttext.bin, comparison.md and comparison.json")


def settled(args: argparse.Namespace, prediction: Prediction) -> dict[str, Any]:
    """Every option that shapes the results, those that the corpus settles included, by name."""
    known = {key: value for key, value in asdict(prediction).items() if key in vars(args) and key != "precision"}
    known["glove_subsample"] = counted_from(args)
    options = vars(args) | known
    return {key: options[key] for key in sorted(options) if key not in ("out", "resume", "dry_run")}


def ask(
    models: dict[str, WordVectors], asked: dict[str, WordVectors], queries: list[str], corpus: Corpus, setup: Setup
) -> dict[str, Any]:
    """What the models say of unknown words, inflections and ambiguous words, and the counts of ice and steam."""
    senses = {name: format_senses(evaluate_senses(vectors, AMBIGUOUS), 5) for name, vectors in models.items()}
    return {
        "ratios": probability_ratios(setup.counts, corpus.words, ("ice", "steam"), PROBES),
        "unknown": unknown_words(models | asked, queries),
        "inflections": inflections(models | asked),
        "senses": "\n".join(f"{MODELS[name]}\n{text}" for name, text in senses.items()),
    }


def compare(figures: dict[str, Any], out: Path) -> None:
    """Write the comparison as text and figures, print it, and draw its chart."""
    text = report(figures)
    write_text(out / "comparison.md", text)
    write_json(out / "comparison.json", figures)
    print(f"\n{text}", flush=True)
    unless_impossible("comparison.png", lambda: draw(figures["runs"], out, text.splitlines()[0].removeprefix("# ")))


def draw(runs: Runs, out: Path, title: str) -> None:
    """Write comparison.png. Raises InputError where it would show nothing, or a package for it is missing."""
    with needs("matplotlib"):  # which takes a second to import
        from lab02_glove_fasttext.chart import draw_scores

    draw_scores(split_runs(runs)[0], out / "comparison.png", title)
