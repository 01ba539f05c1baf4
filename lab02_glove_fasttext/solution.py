"""Lab 2: GloVe and FastText from scratch, compared with skip-gram on one slice of text.

    python lab02_glove_fasttext/solution.py --data data/text8
    python lab02_glove_fasttext/solution.py --data data/text8 --seeds 3     mean and spread
    python lab02_glove_fasttext/solution.py --data sample --oov blorptastic

Counts co-occurrences once, then trains GloVe (glove.py), skip-gram (Lab 1's blocks) and FastText (fasttext.py) on
the first 10 million tokens with one vocabulary, dimension and window; scores all three with Lab 3's harness,
asks for unknown words, and writes the comparison. WALKTHROUGH.md explains every choice.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()  # before the imports: the last line tells the whole command's time

import numpy as np  # noqa: E402
import torch  # noqa: E402
from scipy import sparse  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab01_word2vec.blocks import BlockTrainer  # noqa: E402
from lab01_word2vec.corpus import Corpus, InputError, keep_probability, load_corpus, noise_table  # noqa: E402
from lab01_word2vec.options import SMALL, OneLineParser, add_common_options  # noqa: E402
from lab01_word2vec.solution import choose_device, keep_vectors  # noqa: E402
from lab01_word2vec.training import CHECKPOINT, run_command, train  # noqa: E402
from lab02_glove_fasttext.cbow import CbowTrainer  # noqa: E402
from lab02_glove_fasttext.comparison import (  # noqa: E402
    MODELS,
    SCORES,
    Runs,
    claims,
    draw_scores,
    format_inflections,
    format_lines,
    format_ratios,
    inflections,
    measured,
    score,
    score_table,
    shown,
    unknown_words,
)
from lab02_glove_fasttext.cooccurrence import cooccurrence  # noqa: E402
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer, check_ngrams, save_fasttext  # noqa: E402
from lab02_glove_fasttext.glove import (  # noqa: E402
    LEARNING_RATES,
    log_bilinear_correlation,
    probability_ratios,
    train_glove,
)
from lab02_glove_fasttext.hierarchical import HierarchicalTrainer  # noqa: E402
from lab02_glove_fasttext.ppmi import ppmi, ppmi_svd, shifted_pmi_check, training_counts  # noqa: E402
from lab03_eval.command import number  # noqa: E402
from lab03_eval.eval_embeddings import PROTOCOL_NOTE, to_json  # noqa: E402
from lab03_eval.senses import evaluate_senses, format_senses  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing  # noqa: E402

SLICE = 10_000_000
UNKNOWN = ("covid", "transformer", "googling", "unfriendliest", "ronaldo", "germanification", "xqzt")
AMBIGUOUS = ("bank", "python", "apple")
AT_LEAST = (0, 10)  # times that a pair was met an epoch, in the check of what skip-gram factorises
PROBES = ("solid", "gas", "water", "fashion")  # the paper's Table 1, for ice and steam
Trained = tuple[WordVectors, dict[str, Any]]
Train = Callable[[Corpus, sparse.csr_array, argparse.Namespace, int], Trained]


def train_blocks(trainer: BlockTrainer, name: str, corpus: Corpus, args: argparse.Namespace, seed: int) -> list[float]:
    """Train a block trainer on the slice; returns the loss of each epoch."""
    # What must agree for a checkpoint to be continued.
    identity = {"model": name, "corpus": f"{corpus.name}/{len(corpus.ids)}", "epochs": args.epochs, "lr": args.lr}
    identity |= {"dim": args.dim, "window": args.window, "negatives": args.negatives, "seed": seed}
    if name == "hierarchical":  # a node near the root moves with every pair: shorter steps, and fewer passes do
        identity |= {"epochs": max(1, args.epochs * 3 // 5), "lr": 0.4 * args.lr}
    scratch = args.out / f"{name}-{seed}"
    trained = train(trainer, corpus.ids, identity, scratch, args.resume and (scratch / CHECKPOINT).exists())
    shutil.rmtree(scratch, ignore_errors=True)  # a single epoch leaves no checkpoint and no folder
    return trained["losses"]


def block_options(corpus: Corpus, args: argparse.Namespace, seed: int) -> dict[str, Any]:
    """What every block trainer is made of: the text's frequencies, the model's shape and the device."""
    device, precision = choose_device(args.device, args.precision)
    keep, noise = keep_probability(corpus.counts, args.subsample), noise_table(corpus.counts)
    shape = {"dim": args.dim, "window": args.window, "negatives": args.negatives, "shared": 64, "seed": seed}
    return {"counts": corpus.counts, "keep": keep, "noise": noise, "device": device, "precision": precision} | shape


def glove(corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        model = train_glove(
            counts,
            args.dim,
            args.glove_epochs,
            args.glove_lr,
            args.x_max,
            args.alpha,
            optimizer=args.optimizer,
            seed=seed,
        )
    record |= {"losses": model.losses, "log_bilinear": log_bilinear_correlation(model, counts)}
    return WordVectors(corpus.words, model.matrix, corpus.counts), record


def skipgram(corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        options = block_options(corpus, args, seed)
        trainer = BlockTrainer(**options)
        record["losses"] = train_blocks(trainer, "skipgram", corpus, args, seed)
    if "ppmi" in args.also:
        met = training_counts(corpus.ids, options["keep"], args.window, seed, args.epochs)
        noise = np.bincount(options["noise"], minlength=len(corpus.words)) / len(options["noise"])
        for least in AT_LEAST:
            lines = shifted_pmi_check(*trainer.embeddings(), met, noise, args.negatives, least)
            record |= {f"factorised.{least}.{name}": asdict(line) for name, line in lines.items()}
    return WordVectors(corpus.words, keep_vectors([trainer.embeddings()]), corpus.counts), record


def fasttext(corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        subwords = Subwords(corpus.words, args.minn, args.maxn, args.bucket)
        trainer = SubwordTrainer(subwords, **block_options(corpus, args, seed))
        record["losses"] = train_blocks(trainer, "fasttext", corpus, args, seed)
    path = args.out / ("fasttext.bin" if seed == args.seed else ".fasttext.bin")
    training = {"epochs": args.epochs, "min_count": args.min_count, "subsample": args.subsample}
    save_fasttext(path, trainer, corpus.words, corpus.counts, training)
    vectors = WordVectors.load(path)  # what is scored is what anyone loads
    if seed != args.seed:
        path.unlink()
    return vectors, record


def cbow(corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace, seed: int, divide: bool = True) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        trainer = CbowTrainer(**block_options(corpus, args, seed), divide=divide)
        record["losses"] = train_blocks(trainer, "cbow" if divide else "cbow_undivided", corpus, args, seed)
    return WordVectors(corpus.words, keep_vectors([trainer.embeddings()]), corpus.counts), record


def hierarchical(corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace, seed: int) -> Trained:
    options = block_options(corpus, args, seed)
    shape = {key: options[key] for key in ("counts", "keep", "dim", "window", "seed", "device", "precision")}
    record: dict[str, Any] = {}
    with measured(record):
        trainer = HierarchicalTrainer(**shape)
        record["losses"] = train_blocks(trainer, "hierarchical", corpus, args, seed)
    return WordVectors(corpus.words, keep_vectors([trainer.embeddings()]), corpus.counts), record


def ppmi_vectors(corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace, seed: int) -> Trained:
    record: dict[str, Any] = {}
    with measured(record):
        tables = ppmi_svd(ppmi(counts), args.dim, seed=seed)
    return WordVectors(corpus.words, keep_vectors([tables]), corpus.counts), record


TRAINERS: dict[str, Train] = {"glove": glove, "skipgram": skipgram, "fasttext": fasttext}
ALSO: dict[str, Train] = {
    "cbow": cbow,
    "cbow_undivided": functools.partial(cbow, divide=False),
    "hierarchical": hierarchical,
    "ppmi": ppmi_vectors,
}


def train_models(
    corpus: Corpus, counts: sparse.csr_array, args: argparse.Namespace
) -> Iterator[tuple[str, WordVectors, dict[str, Any]]]:
    """(name, vectors, record with scores) of every model and seed; the first seed's files are kept."""
    for seed in range(args.seed, args.seed + args.seeds):
        for name, trained in (TRAINERS | {name: ALSO[name] for name in args.also}).items():
            print(f"seed {seed}: {MODELS[name]}", flush=True)
            vectors, record = trained(corpus, counts, args, seed)
            if seed == args.seed and name in ("glove", "skipgram"):
                vectors.save(args.out / f"{name}.bin")
            record |= score(vectors)
            scores = ", ".join(f"{title} {shown(key, [record.get(key)])}" for key, title in SCORES.items())
            print(f"    {record['seconds']:.0f} s, {scores}", flush=True)
            yield name, vectors, record


def build_parser() -> OneLineParser:
    parser = OneLineParser(description=__doc__.split("\n")[0])
    add_common_options(parser)
    lab = parser.add_argument_group("lab 2")
    lab.add_argument("--tokens", type=number(int, 1, 10**12), help="the slice; 10 million, or all of a smaller corpus")
    lab.add_argument("--seeds", type=number(int, 1, 100), default=1, help="runs, from --seed upwards")
    lab.add_argument("--dim", type=number(int, 1, 4096), default=100, help="dimensions d")
    lab.add_argument("--window", type=number(int, 1, 100), default=10, help="largest radius w")
    lab.add_argument("--also", nargs="+", choices=ALSO, default=(), metavar="MODEL", help=f"also: {', '.join(ALSO)}")
    lab.add_argument("--oov", nargs="+", default=UNKNOWN, metavar="WORD", help="unknown words to ask all models for")
    lab.add_argument("--pretrained", metavar="FILE", help="ask these vectors too, such as cc.en.300.bin")
    counting = parser.add_argument_group("GloVe")
    counting.add_argument("--glove-epochs", type=number(int, 1, 1000), default=20, help="passes over the counts")
    counting.add_argument("--glove-lr", type=number(float, 0, 10, open_low=True), help="default: the optimizer's")
    counting.add_argument("--x-max", type=number(float, 0, 1e9, open_low=True), default=100.0)
    counting.add_argument("--alpha", type=number(float, 0, 1, open_low=True), default=0.75)
    counting.add_argument("--optimizer", choices=LEARNING_RATES, default="blocks", help="adagrad: the paper's")
    counting.add_argument("--memory", type=number(float, 0, 1e6, open_low=True), default=1.0, help="GB for counting")
    predicting = parser.add_argument_group("skip-gram and FastText")
    predicting.add_argument("--epochs", type=number(int, 1, 1000), help="passes over the text: 5, of a small one more")
    predicting.add_argument("--lr", type=number(float, 0, 10, open_low=True), help="falls linearly to 0")
    predicting.add_argument("--negatives", type=number(int, 1, 1000), default=5, help="negatives k for each positive")
    predicting.add_argument("--minn", type=number(int, 1, 100), default=3, help="shortest n-gram")
    predicting.add_argument("--maxn", type=number(int, 1, 100), default=6, help="longest n-gram")
    predicting.add_argument("--bucket", type=number(int, 0, 10**9), default=200_000, help="rows that n-grams share")
    parser.set_defaults(out="runs/lab02")
    return parser


def read_slice(args: argparse.Namespace) -> Corpus:
    """The first tokens of the corpus; their number settles `args.epochs` and `args.lr` where these were not given.

    Raises InputError where --tokens asks for more than there are.
    """
    corpus = load_corpus(args.data, args.min_count, args.tokens or SLICE)
    if args.tokens and corpus.tokens < args.tokens:
        raise InputError(f"{args.data}: --tokens {args.tokens:,} asked of {corpus.tokens:,}: lower --tokens")
    few = corpus.tokens < SMALL  # more passes for as many gradients, and shorter steps, as in Lab 1
    args.epochs = args.epochs or (min(20, round(5 * SMALL / corpus.tokens)) if few else 5)
    args.lr = args.lr or (0.2 if few else 0.5)
    return corpus


def split_runs(runs: Runs) -> tuple[Runs, Runs]:
    """The three models of the lab, and the others."""
    return {name: runs[name] for name in TRAINERS}, {name: runs[name] for name in runs if name not in TRAINERS}


def report(figures: dict[str, Any]) -> str:
    """comparison.md, from what comparison.json holds."""
    config, counting = figures["config"], figures["counting"]
    title = f"{config['corpus']}, {config['tokens']:,} tokens, d {config['dim']}, window {config['window']}"
    fit = statistics.mean(record["log_bilinear"] for record in figures["runs"]["glove"])
    seeds = " to ".join(str(seed) for seed in sorted({config["seed"], config["seed"] + config["seeds"] - 1}))
    compared, others = split_runs(figures["runs"])
    parts = [
        f"# {title}",
        f"Counts: {counting['cells']:,} cells, {counting['seconds']:.1f} s. Seed {seeds}. {PROTOCOL_NOTE}",
        score_table(compared),
        claims(compared),
        *(("## Also compared", score_table(others)) if others else ()),
        *(("## What skip-gram factorises", format_lines(figures["runs"]["skipgram"])) if "ppmi" in others else ()),
        "## GloVe: is it log-bilinear?",
        f"Over pairs counted 10 times or more, w_i·w̃_j + b_i + b̃_j and log X_ij correlate {fit:.3f}.",
        format_ratios(figures["ratios"]),
        "## Unknown words",
        f"```text\n{figures['unknown']}\n```",
        "## Inflections",
        format_inflections(figures["inflections"]),
        "## Senses that share a vector",
        f"```text\n{figures['senses']}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def run(args: argparse.Namespace) -> None:
    args.out = Path(args.out)
    check_ngrams(args.minn, args.maxn, args.bucket, args.oov)
    choose_device(args.device, args.precision)
    asked = {args.pretrained: WordVectors.load(args.pretrained)} if args.pretrained else {}
    corpus = read_slice(args)
    torch.set_num_threads(args.threads)
    config = {key: value for key, value in sorted(vars(args).items()) if key not in ("out", "resume", "dry_run")}
    print("configuration:", " ".join(f"{key}={value}" for key, value in config.items()))
    print(f"slice: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words", flush=True)
    if args.dry_run:
        return
    counting: dict[str, Any] = {}
    with measured(counting):
        counts = cooccurrence(corpus.ids, len(corpus.words), args.window, args.memory, args.threads)
    print(f"counted {counts.nnz:,} cells in {counting['seconds']:.1f} s", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)

    runs: Runs = {}
    models: dict[str, WordVectors] = {}
    for name, vectors, record in train_models(corpus, counts, args):
        runs.setdefault(name, []).append(record)
        if name in TRAINERS:
            models.setdefault(name, vectors)
    senses = {name: format_senses(evaluate_senses(vectors, AMBIGUOUS), 5) for name, vectors in models.items()}
    figures = {
        "config": config | {"corpus": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)},
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "counting": counting | {"cells": counts.nnz},
        "runs": runs,
        "ratios": probability_ratios(counts, corpus.words, ("ice", "steam"), PROBES),
        "unknown": unknown_words(models | asked, args.oov),
        "inflections": inflections(models | asked),
        "senses": "\n".join(f"{MODELS[name]}\n{text}" for name, text in senses.items()),
    }
    text = report(figures)
    print(f"\n{text}")
    draw_scores(split_runs(runs)[0], args.out / "comparison.png", text.splitlines()[0].removeprefix("# "))
    for path, content in (("comparison.md", text), ("comparison.json", to_json(figures))):
        with replacing(args.out / path) as temporary:
            temporary.write_text(content, encoding="utf-8")
    seconds = time.perf_counter() - STARTED
    print(f"done in {seconds:.0f} s: {args.out}/glove.bin, skipgram.bin, fasttext.bin, comparison.md, .json, .png")


if __name__ == "__main__":
    run_command(build_parser(), run)
