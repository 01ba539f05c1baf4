"""Lab 1 against gensim, word2vec.c and fastText: speed at equal settings, and the time to equal scores.

    python scripts/bench.py --report             five rounds on wiki8, an hour and a half, into reports/bench.json
    python scripts/bench.py --rounds 1           one round
    python scripts/bench.py --data data/text8 --json bench.json

A round runs every trainer once, in turn, each in a process of its own, and a ratio compares times of one round. "Above
imports" is the peak memory without what the process held once everything was imported. Equal settings are skip-gram,
d100, window 5, 5 negatives, sample 1e-4, min_count 5, 5 epochs, 2 threads. These differences remain: the peers draw
negatives for every pair and skip one that equals the positive, take a thousand words as a sentence, and are not
reproducible with two threads. The block engine shares its negatives within a block and counts every one as drawn.

Time to quality is the training time of the first schedule on `LADDER` that reaches all of gensim's scores of the same
round. Both sides keep their vectors in the same way: the center's table as it was trained, or both tables as
Lab 1 keeps them, which raises gensim's scores too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
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
from wordlab.tables import figure, finite

from lab01_word2vec.text import WIKI8, Text
from lab03_eval.benchmarks import CORE, HELD_OUT
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors
from scripts.peers import GENSIM, Raced, installed, prepare
from scripts.processes import peak_bytes, run_python, whole_command
from scripts.reporting import ROOT, folder

EPOCHS = 5
EQUAL = ["--lr", "0.5", "--shared", "64"]  # what is ours alone to choose, for so few epochs
SCORES = ["wordsim353.rho", "simlex999.rho", "google.full.accuracy", "google.top30k.accuracy", "men.rho"]
# Ways of keeping vectors that are compared: title, and the argument of keep_vectors.
BOTH = "both tables, flattened"
KEPT = {BOTH: "flattened", "center's table alone": "in"}
FASTER = "blocks, to gensim's faster mode"
TARGETS = {
    "WordSim, analogies and MEN": ["wordsim353.rho", "google.full.accuracy", "men.rho"],
    "these and SimLex": ["wordsim353.rho", "google.full.accuracy", "men.rho", "simlex999.rho"],
}
# Schedules of Lab 1, the quickest first: few epochs want long steps, and similarity wants short ones.
LADDER = [  # epochs, learning rate, negatives that a block shares
    (2, 0.5, 64), (3, 0.4, 64), (3, 0.4, 96), (4, 0.35, 96), (5, 0.3, 96), (6, 0.25, 96), (8, 0.25, 96),
]  # fmt: skip
Record = dict[str, Any]


# One training run, in a process of its own


@dataclass(frozen=True)
class Job:
    """`trainer` is a peer's name or an engine of Lab 1, whose command takes `options`."""

    trainer: str
    data: str  # the corpus, or the prepared file of a peer
    tokens: int
    seed: int
    threads: int
    epochs: int = EPOCHS
    options: list[str] = field(default_factory=list)


def train_apart(job: Job, folder: Path) -> Record:
    """Train in a process of its own. Returns its record and leaves a file of vectors per way of KEPT in `folder`."""
    write_json(folder / "job.json", asdict(job))
    environment = os.environ | {"OMP_NUM_THREADS": str(job.threads)}
    run_python(__file__, "--child", folder, env=environment, stdout=sys.stderr)
    return json.loads((folder / "record.json").read_text(encoding="utf-8"))


def train_here(folder: Path) -> None:
    """What the process of `train_apart` does: read job.json, write record.json and the vectors."""
    job = Job(**json.loads((folder / "job.json").read_text(encoding="utf-8")))
    peer = installed().get(job.trainer)
    raced = peer(Path(job.data), job.epochs, job.threads, job.seed) if peer else train_lab01(job)

    from lab01_word2vec.kept import keep_vectors  # it imports torch, which is not a peer's to hold in memory

    record: Record = {
        "reading_seconds": raced.reading_seconds,
        "training_seconds": raced.training_seconds,
        "words_per_second": job.tokens * job.epochs / raced.training_seconds,
    }
    if raced.peak_bytes_above_imports is not None:
        record["peak_mb_above_imports"] = raced.peak_bytes_above_imports / 2**20
    for kept in KEPT.values():
        if raced.out_emb is not None or kept == "in":
            matrix = raced.in_emb if raced.out_emb is None else keep_vectors(raced.in_emb, raced.out_emb, kept)
            WordVectors(raced.words, matrix).save(folder / f"{kept}.bin")
    write_json(folder / "record.json", record)


def train_lab01(job: Job) -> Raced:
    from wordlab.devices import choose_device

    import torch

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
    ended, peak = time.perf_counter(), peak_bytes() - before
    tables = trained.in_emb, trained.out_emb
    return Raced(corpus.words, *tables, read - started, ended - read, peak)


# The rounds


def train_and_score(job: Job, title: str) -> Record:
    """The record of a run with the scores of its vectors, which is also printed."""
    with tempfile.TemporaryDirectory() as scratch:
        record = train_apart(job, Path(scratch))
        for way, kept in KEPT.items():
            if (vectors := Path(scratch, f"{kept}.bin")).exists():
                measured = evaluate(WordVectors.load(vectors), CORE + HELD_OUT)
                record[way] = {key: measured.get(key) for key in [*SCORES, *(f"{name}.rho" for name in HELD_OUT)]}
    shown = next(record[way] for way in KEPT if way in record)
    scores = " ".join(f"{key.split('.')[-2]} {figure(key, [shown[key]])}" for key in SCORES)
    print(
        f"{title:<22}{record['training_seconds']:8.1f} s {record['words_per_second'] / 1e6:6.2f} M words/s   {scores}",
        flush=True,
    )
    return record


def time_whole_command(args: argparse.Namespace) -> float:
    """Seconds of Lab 1's whole command."""
    command = (ROOT / "lab01_word2vec" / "solution.py", "--data", args.data)
    return whole_command(*command, "--threads", str(args.threads), "--seed", str(args.seed))


def reaches(scores: dict[str, Any], bar: dict[str, Any], keys: list[str]) -> bool:
    """Whether all scores of `keys` are at least those of `bar`; what could not be scored reaches nothing."""
    return all(finite(scores[key], bar[key]) and scores[key] >= bar[key] for key in keys)


def goal(way: str, target: str) -> str:
    """The scores to reach, and the way in which both sides keep their vectors, as the tables name them."""
    return f"{target}; {way}"


class Climb:
    """The first schedule on LADDER that reaches a target, round after round from where the last round found it."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], int] = {}

    def reach(self, job: Job, gensim: Record) -> dict[str, Record]:
        """The records of this round's schedules that reached `gensim`, by title; none where the ladder ends first."""
        tries: dict[int, Record] = {}
        reached: dict[str, Record] = {}
        for way in KEPT:
            for target, keys in TARGETS.items():
                for rung in range(self.found.get((way, target), 0), len(LADDER)):
                    epochs, rate, shared = LADDER[rung]
                    if rung not in tries:
                        options = ["--lr", str(rate), "--shared", str(shared)]
                        quick = replace(job, epochs=epochs, options=options)
                        tries[rung] = train_and_score(quick, f"{epochs} epochs, lr {rate:g}, K {shared}")
                    if reaches(tries[rung][way], gensim[way], keys):
                        self.found[way, target] = rung
                        reached[goal(way, target)] = tries[rung] | {"epochs": epochs, "lr": rate, "shared": shared}
                        break
        return reached


def bench(args: argparse.Namespace, prepared: Path, tokens: int) -> Iterator[dict[str, Any]]:
    """After every round, all records so far by trainer, and the ratios of times in the same round."""
    blocks = Job("blocks", args.data, tokens, args.seed, args.threads, options=EQUAL)
    jobs = {name: replace(blocks, trainer=name, data=str(prepared), options=[]) for name in installed()}
    jobs |= {"blocks": blocks, "blocks float32": replace(blocks, options=[*EQUAL, "--precision", "float32"])}
    pairs = replace(blocks, trainer="pairs", epochs=1, options=["--lr", "0.25"])
    jobs |= {"pairs, 1 epoch": pairs}  # in the first round only
    records: dict[str, list[Record]] = {name: [] for name in jobs}
    ratios: dict[str, list[float]] = {}
    quality: dict[str, list[Record]] = {goal(way, target): [] for way in KEPT for target in TARGETS}
    climb = Climb()
    for round_number in range(args.rounds):
        now: dict[str, Record] = {}
        for name, job in jobs.items():
            if round_number == 0 or job.trainer != "pairs":
                now[name] = train_and_score(replace(job, seed=args.seed + round_number), name)
                records[name].append(now[name])
        whole = time_whole_command(args)
        gensim = min((now[name] for name in GENSIM), key=lambda record: record["training_seconds"])
        for name, ratio in compare(now, gensim, whole).items():
            ratios.setdefault(name, []).append(ratio)
        for name, quick in climb.reach(replace(blocks, seed=args.seed + round_number), gensim).items():
            times = {"gensim_seconds": gensim["training_seconds"], "seconds": quick["training_seconds"]}
            schedule = {key: quick[key] for key in ("epochs", "lr", "shared")}
            quality[name].append(schedule | times)
        yield {"rounds": round_number + 1, "trainers": records, "ratios": ratios, "quality": quality}


def compare(now: dict[str, Record], gensim: Record, whole: float) -> dict[str, float]:
    """How many times the words per second of each peer ours has, in one round, and what reading makes of it."""
    ours = now["blocks"]
    ratios = {f"blocks, to {name}": ours["words_per_second"] / now[name]["words_per_second"] for name in installed()}
    faster = gensim["words_per_second"]
    ratios[FASTER] = ours["words_per_second"] / faster
    ratios["blocks float32, to gensim's faster mode"] = now["blocks float32"]["words_per_second"] / faster
    both = [each["reading_seconds"] + each["training_seconds"] for each in (gensim, ours)]
    ratios[f"{FASTER}, with reading"] = both[0] / both[1]
    ratios["whole command, to gensim's faster mode, with reading"] = both[0] / whole
    return ratios


# The command


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--data", default=WIKI8, metavar="FILE", help="a corpus, or wiki8")
    parser.add_argument("--seed", type=seed, default=1, help="of the first round; each round has the next")
    parser.add_argument("--threads", type=number(int, 1, 1024), default=2)
    parser.add_argument("--rounds", type=number(int, 1, 1000), default=5, help="since a machine's speed varies")
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
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch, "prepared.txt")
        tokens = prepare(args.data, prepared)
        for results in bench(args, prepared, tokens):
            if record:  # after every round, so that an hour's rounds survive the one that is interrupted
                write_json(record, known | {"tokens": tokens} | results)
    for name, values in results["ratios"].items():
        print(f"{name}: {statistics.median(values):.1f} times as fast ({min(values):.1f} to {max(values):.1f})")


if __name__ == "__main__":
    run_command(build_parser(), run, place="json")
