"""Lab 1's command: parse, configure, train, save, score."""

from __future__ import annotations

import argparse
import importlib.util
import platform
import runpy
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wordlab import STARTED
from wordlab.command import OneLineParser, run_command, unless_impossible
from wordlab.devices import choose_device
from wordlab.files import demand_writable, save_tensors, write_json
from wordlab.packages import needs

import torch

from lab01_word2vec.checkpoint import CHECKPOINT
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.demo import describe
from lab01_word2vec.kept import Trained, train_vectors
from lab01_word2vec.options import BEST, PRESETS, SMALL, Configuration, build_parser, configure, settle_language
from lab01_word2vec.ranks import join_ranks, let_one_speak
from lab01_word2vec.solution import FREQUENT
from lab03_eval.benchmarks import core_sets, without_sets
from lab03_eval.eval_embeddings import PROTOCOL_NOTE, evaluate, format_scores
from lab03_eval.languages import ENGLISH, language_name
from lab03_eval.multilingual import set_notes
from lab03_eval.vectors import WordVectors

THRESHOLDS = {"wordsim353.rho": 0.55, "google.full.accuracy": 0.30}


def main() -> None:
    let_one_speak()
    parser = OneLineParser(add_help=False)
    parser.add_argument("--preset")
    if parser.parse_known_args()[0].preset != BEST:
        run_command(build_parser(), run)
    elif importlib.util.find_spec("best_vectors"):
        runpy.run_module("best_vectors", run_name="__main__")
    else:
        parser.error("--preset best needs the package best_vectors, which is in the repository; --preset lab does not")


def run(args: argparse.Namespace) -> None:
    out, ranks = Path(args.out), join_ranks(args.wait)
    ranks.agree(lambda: None if ranks.rank else demand_writable(out))
    device, precision = choose_device(args.device, args.precision)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    reading = {"cache": args.cache, "processes": args.threads, "ranks": ranks}
    corpus = load_corpus(args.data, args.min_count, subsample=args.subsample, **reading)
    language, told = settle_language(args, corpus)
    config = configure(args, corpus, str(precision).removeprefix("torch."), ranks.count)
    shape = {key: value for key, value in asdict(config).items() if key != "corpus"}
    ranks.demand_same("options or versions", shape | {"torch": torch.__version__, "keep": args.keep})
    usual = args.epochs or PRESETS[args.preset]["epochs"]
    announce(corpus, config, f"{device.type}, {args.threads} threads", usual, told)
    if args.dry_run:
        return
    resume = args.resume or ranks.restarted(out / CHECKPOINT)
    trained = train_vectors(corpus, config, device, out, args.keep, resume, ranks)
    if ranks.rank == 0:
        save_and_show(corpus, config, trained, args, language, {"device": device.type, "ranks": ranks.count})


def save_and_show(
    corpus: Corpus, config: Configuration, trained: Trained, args: argparse.Namespace, language: str,
    system: dict[str, Any],
) -> None:  # fmt: skip
    """Write the vectors, score them, write and print the scores, and draw the neighbours."""
    out, vectors = Path(args.out), save(corpus, trained, Path(args.out))
    vectors.language = language
    speed = int(corpus.counts.sum()) * config.epochs / max(trained.seconds, 1e-9)
    print(f"trained in {trained.seconds:.1f} s ({speed / 1e6:.2f} million words/s)")

    scores = evaluate(vectors, core_sets(language), language=language)
    report = {"config": asdict(config), "keep": args.keep, "precision": config.precision}
    report |= {"language": language, "threads": args.threads} | system
    report |= {"corpus": {"name": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)}}
    report |= {"versions": {"python": platform.python_version(), "torch": torch.__version__}}
    training = {"seconds": trained.seconds, "losses": trained.losses, "words_per_second": speed}
    training |= {"exchanged_bytes": trained.exchanged}
    report |= {"training": training, "command_seconds": time.perf_counter() - STARTED}
    write_json(out / "run.json", report | {"scores": scores})
    print(f"\n{describe(vectors, None if args.all_words else FREQUENT, language, config.seed)}")
    print(f"\nScores ({corpus.name}, seed {config.seed}, {args.keep} vectors)")
    print("\n".join(score_lines(scores, len(vectors), language)))
    unless_impossible("neighbours.png", lambda: draw(vectors, corpus.name, config.seed, out))
    seconds = time.perf_counter() - STARTED
    print(f"\ndone in {seconds:.0f} s: {out}/vectors.bin; {verdict(corpus, scores, language)}")


def announce(corpus: Corpus, config: Configuration, system: str, usual: int, language: str | None) -> None:
    """Say before training what will be trained, on what."""
    print("configuration:", " ".join(f"{key}={value}" for key, value in asdict(config).items()))
    print(f"system: {system}, {config.precision} products, torch {torch.__version__}")
    replaced = f", {corpus.replaced:,} characters that were not UTF-8" if corpus.replaced else ""
    print(f"corpus: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words{replaced}")
    if corpus.pruned:
        print(f"        words seen {corpus.pruned:,} times or less may be missing: the table of words was full")
    if language:
        print(f"language: {language}")
    if config.epochs > usual:
        print(f"        fewer than 10 million tokens: {config.epochs} epochs instead of {usual}")
    print(f"        {corpus.kept:,.0f} tokens per epoch after subsampling", flush=True)


def save(corpus: Corpus, trained: Trained, out: Path) -> WordVectors:
    """Write vectors.bin, and vectors.safetensors with both tables; returns the vectors that were kept."""
    vectors = WordVectors(corpus.words, trained.matrix)
    vectors.save(out / "vectors.bin")
    tensors = {"in_emb": trained.in_emb, "out_emb": trained.out_emb}
    tensors |= {"counts": corpus.counts, "matrix": vectors.matrix}
    save_tensors(out / "vectors.safetensors", tensors, {"words": "\n".join(corpus.words)})
    return vectors


def draw(vectors: WordVectors, corpus: str, seed: int, out: Path) -> None:
    """Write neighbours.png. Raises InputError where it would show nothing, or a package for it is missing."""
    with needs("matplotlib"):  # which takes a second to import
        from lab03_eval.pictures.plots import draw_families

    draw_families(vectors, out / "neighbours.png", f"word2vec, {corpus}", seed=seed)


def score_lines(scores: dict[str, Any], words: int, language: str) -> list[str]:
    """The table of scores, its protocol and what is odd in the sets; or that there is no set in the language."""
    if reason := without_sets(language):
        return [f"none: {reason}"]
    return [format_scores(scores, words), PROTOCOL_NOTE, *set_notes(scores)]


def verdict(corpus: Corpus, scores: dict[str, Any], language: str) -> str:
    """The last line's judgement. The thresholds apply to English corpora of text8's size only."""
    if language != ENGLISH:
        return f"the thresholds are for English, and do not apply to {language_name(language)}"
    if corpus.tokens < SMALL:
        return f"the thresholds do not apply to a corpus of {corpus.tokens:,} tokens; try --data data/text8"
    marks = [f"{key} {scores[key]:.3f} (> {floor:g})" for key, floor in THRESHOLDS.items()]
    passed = all(scores[key] > floor for key, floor in THRESHOLDS.items())
    return f"{'thresholds passed' if passed else 'BELOW a threshold'}: {', '.join(marks)}"
