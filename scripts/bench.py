"""Lab 1 against gensim's Word2Vec on one corpus at equal settings, in turn, in one run.

    python scripts/bench.py --report             on wiki8, into reports/bench.json
    python scripts/bench.py --data data/text8 --json bench.json

Each trainer runs in a process of its own, so that its peak memory is its own. "Above imports" means without what the
process held once everything was imported. Equal settings are skip-gram, d100, window 5, 5 negatives, sample 1e-4,
min_count 5, 5 epochs, 2 threads. These differences remain: gensim draws negatives for every pair and skips one that
equals the positive, cuts the corpus into sentences of 10,000 words, and is not reproducible with two workers. The block
engine shares its negatives within a block and counts every one as drawn.

Time to quality is the training time of the shortest schedule that reaches, on WordSim-353 and the full analogies at
once, the scores that gensim has after its 5 epochs in the same round. Ours tries 1, 2, 3 … epochs, and each try is a
whole run whose learning rate falls to 0.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, number, run_command, seed
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.files import demand_writable, write_json

from lab01_word2vec.text import WIKI8, Text, split_words
from lab03_eval.benchmarks import CORE, HELD_OUT
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors
from scripts.processes import peak_bytes, run_python
from scripts.reporting import ROOT, folder

GENSIM = "gensim"
EPOCHS = 5
SCORES = ["wordsim353.rho", "simlex999.rho", "google.full.accuracy", "google.top30k.accuracy"]
TTQ_SCORES = ["wordsim353.rho", "google.full.accuracy"]
SENTENCE = 10_000  # words, the longest that gensim takes
Records = dict[str, list[dict[str, Any]]]  # by trainer, a record per round


# One training run, in a process of its own


@dataclass(frozen=True)
class Job:
    """`trainer` is gensim or an engine of Lab 1, whose command takes `options`."""

    trainer: str
    data: str
    seed: int
    threads: int
    epochs: int = EPOCHS
    options: list[str] = field(default_factory=list)


def train_apart(job: Job, folder: Path) -> dict[str, Any]:
    """Train in a process of its own. Returns its record and leaves vectors.bin in `folder`."""
    write_json(folder / "job.json", asdict(job))
    environment = os.environ | {"OMP_NUM_THREADS": str(job.threads)}
    run_python(__file__, "--child", folder, env=environment, stdout=sys.stderr)
    return json.loads((folder / "record.json").read_text(encoding="utf-8"))


def train_here(folder: Path) -> None:
    """What the process of `train_apart` does: read job.json, write vectors.bin and record.json."""
    job = Job(**json.loads((folder / "job.json").read_text(encoding="utf-8")))
    vectors, record = train_gensim(job) if job.trainer == GENSIM else train_lab01(job)
    vectors.save(folder / "vectors.bin")
    write_json(folder / "record.json", record)


class Sentences:
    """The corpus in sentences of gensim's longest, as its Text8Corpus has them, read anew each time."""

    def __init__(self, data: str):
        self.text = Text(data)

    def __iter__(self) -> Iterator[list[str]]:
        rest: list[str] = []
        for words in split_words(self.text.pieces()):
            rest += words
            while len(rest) >= SENTENCE:
                yield rest[:SENTENCE]
                del rest[:SENTENCE]
        yield rest


def train_gensim(job: Job) -> tuple[WordVectors, dict[str, Any]]:
    from gensim.models import Word2Vec  # here, so that our runs do not hold it in memory

    sentences, before = Sentences(job.data), peak_bytes()
    started = time.perf_counter()
    model = Word2Vec(
        sg=1, vector_size=100, window=5, negative=5, sample=1e-4, min_count=5,
        workers=job.threads, epochs=job.epochs, seed=job.seed,
    )  # fmt: skip
    model.build_vocab(sentences)
    read = time.perf_counter()
    model.train(sentences, total_examples=model.corpus_count, epochs=job.epochs)
    record = timed(started, read, model.corpus_total_words * job.epochs, before)
    return WordVectors.from_gensim(model.wv), record


def train_lab01(job: Job) -> tuple[WordVectors, dict[str, Any]]:
    from wordlab.devices import choose_device

    import torch  # these are not gensim's to hold in memory

    from lab01_word2vec.corpus import load_corpus
    from lab01_word2vec.kept import train_vectors
    from lab01_word2vec.options import build_parser, configure

    given = ["--data", job.data, "--seed", str(job.seed), "--engine", job.trainer, "--epochs", str(job.epochs)]
    args = build_parser().parse_args([*given, *job.options])
    torch.set_num_threads(job.threads)
    device, precision = choose_device("cpu", args.precision)
    before = peak_bytes()
    started = time.perf_counter()
    corpus = load_corpus(job.data, args.min_count, subsample=args.subsample)
    config = configure(args, corpus, str(precision).removeprefix("torch."))
    read = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        trained = train_vectors(corpus, config, device, Path(scratch), args.keep, resume=False)
    record = timed(started, read, len(corpus.ids) * job.epochs, before) | {"precision": config.precision}
    return WordVectors(corpus.words, trained.matrix), record


def timed(started: float, read: float, words: int, before: float) -> dict[str, Any]:
    """The record of a training that ends now, from when it started, when it had read, and the peak before it."""
    ended = time.perf_counter()
    return {
        "reading_seconds": read - started,
        "training_seconds": ended - read,
        "words_per_second": words / (ended - read),
        "peak_mb_above_imports": (peak_bytes() - before) / 2**20,
    }


# The rounds


def train_and_score(job: Job, title: str) -> dict[str, Any]:
    """The record of a run with the scores of its vectors, which is also printed."""
    with tempfile.TemporaryDirectory() as scratch:
        record = train_apart(job, Path(scratch))
        scores = evaluate(WordVectors.load(Path(scratch, "vectors.bin")), CORE + HELD_OUT)
    record |= {key: scores.get(key) for key in [*SCORES, *(f"{name}.rho" for name in HELD_OUT)]}
    shown = " ".join(f"{key.removesuffix('.accuracy').removesuffix('.rho')} {record[key]:.3f}" for key in SCORES)
    print(
        f"{title:<22}{record['training_seconds']:8.1f} s {record['words_per_second'] / 1e6:6.2f} M words/s"
        f"{record['peak_mb_above_imports']:7.0f} MB above imports   {shown}",
        flush=True,
    )
    return record


def time_whole_command(args: argparse.Namespace) -> float:
    """Seconds of Lab 1's command as a user runs it: imports, reading, training, demo, scores, files."""
    with tempfile.TemporaryDirectory() as scratch:
        command = (ROOT / "lab01_word2vec" / "solution.py", "--data", args.data, "--out", scratch)
        started = time.perf_counter()
        run_python(*command, "--threads", str(args.threads), "--seed", str(args.seed), stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def reach(gensim: dict[str, Any], job: Job, at_least: int) -> tuple[int, dict[str, Any]] | None:
    """The first number of epochs, and its record, that has gensim's scores; None if five are not enough."""
    for epochs in range(at_least, EPOCHS + 1):
        quick = train_and_score(replace(job, epochs=epochs), f"blocks, {epochs} epochs")
        if all(quick[key] >= gensim[key] for key in TTQ_SCORES):
            return epochs, quick
    return None


def bench(args: argparse.Namespace) -> dict[str, Any]:
    """All rounds: every trainer's records, and the ratios to gensim's training in the same round."""
    blocks = Job("blocks", args.data, args.seed, args.threads)
    jobs = {GENSIM: replace(blocks, trainer=GENSIM), "blocks": blocks}
    if not args.short:  # these are in the first round only
        jobs["blocks float32"] = replace(blocks, options=["--precision", "float32"])
        jobs["pairs, 1 epoch"] = replace(blocks, trainer="pairs", epochs=1)
    records: Records = {name: [] for name in jobs}
    ratios: dict[str, list[float]] = {name: [] for name in jobs if name != GENSIM}
    enough = 1  # epochs that reached gensim's quality in the round before
    for round_number in range(args.rounds):
        for name, job in list(jobs.items())[: 2 if round_number else None]:
            records[name].append(train_and_score(job, name))
            if name != GENSIM:
                speed, gensim_speed = (records[each][-1]["words_per_second"] for each in (name, GENSIM))
                ratios[name].append(speed / gensim_speed)
        gensim = records[GENSIM][-1]
        ratios.setdefault("whole command", []).append(gensim["training_seconds"] / time_whole_command(args))
        if found := reach(gensim, replace(blocks, options=args.schedule.split()), enough):
            enough, quick = found
            name = f"time to quality ({enough} epochs)"
            records.setdefault(name, []).append(quick)
            ratios.setdefault(name, []).append(gensim["training_seconds"] / quick["training_seconds"])
    return {"trainers": records, "ratios": ratios}


# The command


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--data", default=WIKI8, metavar="FILE", help="a corpus, or wiki8")
    parser.add_argument("--seed", type=seed, default=1)
    parser.add_argument("--threads", type=number(int, 1, 1024), default=2)
    parser.add_argument("--schedule", default="", help="options of the time-to-quality runs")
    parser.add_argument(
        "--rounds", type=number(int, 1, 1000), default=1, help="of gensim and blocks, since a machine's speed varies"
    )
    parser.add_argument("--short", action="store_true", help="leave out float32 and the pair engine")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure, unrounded")
    parser.add_argument("--report", action="store_true", help="write it where the report of this corpus reads it")
    parser.add_argument("--child", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    return parser


def run(args: argparse.Namespace) -> None:
    if args.child:
        train_here(args.child)
        return
    corpus = Text(args.data).name
    record = folder(ROOT, corpus) / "bench.json" if args.report else args.json
    if record:
        demand_writable(record.parent)  # said before an hour of work
    known = {"corpus": corpus, "seed": args.seed, "threads": args.threads, "epochs": EPOCHS}
    print(f"corpus {known['corpus']}, seed {args.seed}, {args.threads} threads, {EPOCHS} epochs, d100", flush=True)
    results = known | {"rounds": args.rounds, "schedule": args.schedule} | bench(args)
    for name, values in results["ratios"].items():
        middle = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
        print(f"{name}: {middle} times as fast as gensim's training")
    if record:
        write_json(record, results)


if __name__ == "__main__":
    run_command(build_parser(), run, place="json")
