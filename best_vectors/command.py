"""The command of the best vectors: parse, configure, train every view, join, save, score."""

from __future__ import annotations

import argparse
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wordlab import STARTED
from wordlab.command import run_command
from wordlab.devices import choose_device
from wordlab.errors import InputError
from wordlab.files import demand_writable, write_json

import numpy as np
import torch

from best_vectors.join import reduction, side_by_side
from best_vectors.options import build_parser, configure
from best_vectors.subwords import composition, ngram_rows
from best_vectors.views import Configuration, rows_of, train_view
from lab01_word2vec.command import score_lines
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.demo import describe
from lab01_word2vec.options import settle_language
from lab01_word2vec.ranks import demand_alone
from lab01_word2vec.solution import FREQUENT
from lab02_glove_fasttext.fasttext import SubwordTrainer
from lab03_eval.benchmarks import CORE, HELD_OUT, core_sets
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.languages import ENGLISH
from lab03_eval.vectors import SubwordVectors, WordVectors
from lab03_eval.vectors.maps import Map, principal


def main() -> None:
    run_command(build_parser(), run)


def run(args: argparse.Namespace) -> None:
    out = Path(args.out)
    demand_writable(out)
    device, precision = choose_device(args.device, args.precision)
    torch.set_num_threads(args.threads)
    demand_alone("--preset best")
    reading = {"cache": args.cache, "processes": args.threads}
    corpus = load_corpus(args.data, args.min_count, subsample=args.subsample, **reading)
    configs, dimensions = configure(args, corpus, str(precision).removeprefix("torch."))
    language, told = settle_language(args, corpus)
    announce(corpus, configs, dimensions, f"{device.type}, {args.threads} threads", told)
    if args.dry_run:
        return
    views = out / "views"  # where they wait for one another
    if args.resume and not views.exists():
        raise InputError(f"{views}: no view to resume; start without --resume")
    started = time.perf_counter()
    vectors, trained = train_and_join(corpus, configs, dimensions, args.alpha, device, views, args.resume)
    vectors.save(out / "vectors.bin")
    vectors.save(out / "vectors.safetensors")
    print(f"{len(configs)} views trained and joined in {time.perf_counter() - started:.1f} s", flush=True)
    shutil.rmtree(views)
    vectors.language = language
    scores = evaluate(vectors, (*CORE, *HELD_OUT) if language == ENGLISH else core_sets(language), language=language)
    report: dict[str, Any] = {"language": language, "settings": asdict(configs[0].settings)}
    report |= {"views": [asdict(config.view) for config in configs], "alpha": args.alpha, "dimensions": vectors.dim}
    report |= {"threads": args.threads, "device": device.type}
    report |= {"corpus": {"name": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)}}
    report |= {"training": trained, "command_seconds": time.perf_counter() - STARTED, "scores": scores}
    write_json(out / "run.json", report)
    print(f"\n{describe(vectors, FREQUENT, language, args.seed)}")
    print(f"\nScores ({corpus.name}, seed {args.seed}, {vectors.dim} dimensions of {len(configs)} views)")
    print("\n".join(score_lines(scores, len(vectors), language)))
    print(f"\ndone in {time.perf_counter() - STARTED:.0f} s: {out}/vectors.bin, vectors.safetensors, run.json")


def announce(
    corpus: Corpus, configs: list[Configuration], dimensions: int | None, system: str, language: str | None
) -> None:
    """Say before training what will be trained, on what."""
    settings = configs[0].settings
    print(f"corpus: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words")
    if language:
        print(f"language: {language}")
    print("settings:", " ".join(f"{key}={value}" for key, value in asdict(settings).items()))
    for config in configs:
        view = asdict(config.view)
        print("view:", view.pop("kind"), " ".join(f"{key}={value}" for key, value in view.items()))
    columns = len(configs) * settings.dim
    print(f"result: {dimensions or columns} dimensions of {columns} columns; {system}", flush=True)


def train_and_join(
    corpus: Corpus, configs: list[Configuration], dimensions: int | None, alpha: float, device: torch.device,
    out: Path, resume: bool,
) -> tuple[WordVectors, list[dict[str, Any]]]:  # fmt: skip
    """The vectors of all views joined, and what training each of them gave."""
    flattened, trained = [], []
    for config in configs:
        print(f"view {config.view.name}", flush=True)
        trainer, record = train_view(config, corpus, device, out, resume)
        rows = rows_of(trainer, config.view.share)
        spread = principal(rows, None, alpha)
        flattened.append(spread(rows))
        trained.append(record)
    matrix = side_by_side(flattened, [config.view.weight for config in configs])
    joined = reduction(matrix, dimensions, alpha) if dimensions else unchanged(matrix.shape[1])
    kept = joined(matrix) if dimensions else matrix
    if not isinstance(trainer, SubwordTrainer):
        return WordVectors(corpus.words, kept, corpus.counts), trained
    # The view of subwords is the last one, and so are its columns.
    composed = composition(spread, configs[-1].view.weight, joined, matrix.shape[1] - spread.matrix.shape[1])
    of_ngrams = ngram_rows(trainer, spread.mean), trainer.subwords.minn, trainer.subwords.maxn
    return SubwordVectors(corpus.words, kept, *of_ngrams, corpus.counts, composed), trained


def unchanged(columns: int) -> Map:
    """The map that keeps all columns as they are."""
    return Map(np.zeros(columns, np.float32), np.eye(columns, dtype=np.float32))
