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
from lab01_word2vec.options import settle_language
from lab01_word2vec.ranks import demand_alone, join_ranks, let_one_speak, restarts
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
from lab02_glove_fasttext.ngram_range import Length, choose_range, format_lengths, measure_lengths
from lab02_glove_fasttext.options import Prediction, build_parser, configure, counted_from, counter, read_slice
from lab02_glove_fasttext.sharing import rows_of
from lab03_eval.examples import examples, known_or_drawn
from lab03_eval.languages import ENGLISH
from lab03_eval.measures.senses import evaluate_senses, format_senses
from lab03_eval.vectors import WordVectors

NOT_SHAPING = ("out", "resume", "dry_run", "cache", "wait")
PAIR = ("ice", "steam")
PROBES = ("solid", "gas", "water", "fashion")  # the GloVe paper's Table 1, for ice and steam


def main() -> None:
    let_one_speak()
    run_command(build_parser(), run)


def run(args: argparse.Namespace) -> None:
    out, ranks = Path(args.out), join_ranks(args.wait)
    if "ppmi" in args.also:
        demand_alone("--also ppmi")
    device, precision = choose_device(args.device, args.precision)
    asked = {args.pretrained: WordVectors.load(args.pretrained)} if args.pretrained else {}
    corpus = read_slice(args, ranks)
    language, told = settle_language(args, corpus)
    args.oov = args.oov or list(examples(language).unknown)
    lengths = measure_lengths(corpus.words, args.seed) if args.fit_ngrams else []
    if lengths:
        args.minn, args.maxn = choose_range(lengths)
    prediction, factorisation = configure(args, corpus, str(precision).removeprefix("torch."), args.oov)
    torch.set_num_threads(args.threads)
    config = settled(args, prediction)
    ranks.demand_same("options or versions", config | {"torch": torch.__version__})
    announce(asked, config, corpus, told, lengths)
    if args.dry_run:
        return
    ranks.agree(lambda: None if ranks.rank else demand_writable(out))
    shown: dict[str, Any] = {"language": language, "resume": args.resume or restarts() > 0, "ranks": ranks}
    shown["factorised"] = "ppmi" in args.also
    setup = Setup(corpus, counter(args, corpus), prediction, factorisation, device, out, **shown)
    figures = count_and_train(setup, args, asked)
    if ranks.rank:
        return
    figures |= {"language": language, "lengths": [asdict(length) for length in lengths]}
    sizes = {"corpus": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)}
    figures |= {"config": config | sizes, "versions": {"torch": torch.__version__, "numpy": np.__version__}}
    compare(figures, out)
    seconds = time.perf_counter() - STARTED
    print(f"done in {seconds:.0f} s: {out}/glove.bin, skipgram.bin, fasttext.bin, comparison.md and comparison.json")


def count_and_train(setup: Setup, args: argparse.Namespace, asked: dict[str, WordVectors]) -> dict[str, Any]:
    """Count, train every model, and ask it: all figures but those of the configuration."""
    counting: dict[str, Any] = {}
    words, ranks = setup.corpus.words, setup.ranks
    with measured(counting):
        counting["cells"] = sum(ranks.gather(setup.counts.nnz))
    print(f"counted {counting['cells']:,} cells in {counting['seconds']:.1f} s", flush=True)
    compared = rows_of(setup.counts, ranks, [row for row, word in enumerate(words) if word in PAIR])
    runs, models = trained(setup, args)
    if ranks.rank:
        return {}
    ratios = probability_ratios(compared, words, PAIR, PROBES)
    return {"counting": counting, "runs": runs, "ratios": ratios} | ask(models, asked, args.oov, setup)


def trained(setup: Setup, args: argparse.Namespace) -> tuple[Runs, dict[str, WordVectors]]:
    """The records of all models and seeds, and the first seed's vectors of those that are compared."""
    runs: Runs = {}
    models: dict[str, WordVectors] = {}
    for name, vectors, record in train_models(setup, args.seeds, tuple(args.also)):
        runs.setdefault(name, []).append(record)
        if name in COMPARED:
            models.setdefault(name, vectors)
    return runs, models


def announce(
    asked: dict[str, WordVectors], config: dict[str, Any], corpus: Corpus, language: str | None, lengths: list[Length]
) -> None:
    """Say before training what will be trained, on what."""
    for name, vectors in asked.items():
        print(f"{name}: {vectors}")
    print("configuration:", " ".join(f"{key}={value}" for key, value in config.items()))
    print(f"slice: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words", flush=True)
    if language:
        print(f"language: {language}", flush=True)
    if lengths:
        minn, maxn = config["minn"], config["maxn"]
        print(f"n-grams of {minn} to {maxn} letters:\n{format_lengths(lengths, minn, maxn)}", flush=True)


def settled(args: argparse.Namespace, prediction: Prediction) -> dict[str, Any]:
    """Every option that shapes the results, those that the corpus settles included, by name."""
    known = {key: value for key, value in asdict(prediction).items() if key in vars(args) and key != "precision"}
    known["glove_subsample"] = counted_from(args)
    options = vars(args) | known
    return {key: options[key] for key in sorted(options) if key not in NOT_SHAPING}


def ask(
    models: dict[str, WordVectors], asked: dict[str, WordVectors], queries: list[str], setup: Setup
) -> dict[str, Any]:
    """What the models say of unknown words, inflections and ambiguous words."""
    known, seed = examples(setup.language), setup.prediction.seed
    senses, ambiguous = [], known.ambiguous
    for name, vectors in models.items():
        if setup.language != ENGLISH:
            ambiguous = known_or_drawn(vectors, known.ambiguous, seed)
        senses.append(f"{MODELS[name]}\n{format_senses(evaluate_senses(vectors, ambiguous), 5)}")
    return {
        "unknown": unknown_words(models | asked, queries),
        "inflections": inflections(models | asked, known.forms),
        "senses": "\n".join(senses),
    }


def compare(figures: dict[str, Any], out: Path) -> None:
    """Write the comparison as text and figures, print it, and draw its chart."""
    text = report(figures)
    write_text(out / "comparison.md", text)
    write_json(out / "comparison.json", figures)
    print(f"\n{text}", flush=True)
    unless_impossible("comparison.png", lambda: draw(figures, out, text.splitlines()[0].removeprefix("# ")))


def draw(figures: dict[str, Any], out: Path, title: str) -> None:
    """Write comparison.png. Raises InputError where it would show nothing, or a package for it is missing."""
    with needs("matplotlib"):  # which takes a second to import
        from lab02_glove_fasttext.chart import draw_scores

    draw_scores(split_runs(figures["runs"])[0], out / "comparison.png", title, figures["language"])
