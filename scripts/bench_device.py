"""Lab 1 and the best vectors on a GPU: reports/device.json and a table in reports/lab01.md.

    python scripts/bench_device.py                      on wiki8 and CUDA, some minutes
    python scripts/bench_device.py --device cpu --only lab      the same measurement where there is no GPU
    python scripts/bench_device.py --only               measure nothing: write the table again from the JSON

Measurements: `tests` (the trainers' gradients against autograd, on the device), `lab` (the lab preset at several sizes
of step: words per second and scores beside the CPU's), `quality` (the seconds to gensim's scores, which
reports/bench.json has) and `best` (every view of the best vectors, FastText among them). A GPU adds the gradients of a
row in any order, so that two runs differ in their last digits.

The arithmetic of a step takes a GPU microseconds; launching its twenty kernels takes longer. A larger step launches as
many for more words, but all its gradients are taken at the same vectors, which is why scores are beside every speed.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.devices import choose_device
from wordlab.errors import InputError
from wordlab.tables import figure, markdown

import torch

from lab01_word2vec import blocks
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.kept import train_vectors
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.text import WIKI8
from lab03_eval.vectors import WordVectors
from scripts.bench import BOTH, LADDER, TARGETS, reaches
from scripts.peers import GENSIM
from scripts.report import LAST
from scripts.report_best import ALL, SPELT, flattened, joined, score, settled, train_views
from scripts.reporting import ROOT, Report, load, row

SIZES = (64, 256, 1024, 4096)  # blocks of 64 centers in a step; the labs' own is the first
TESTS = {
    "lab01": ("blocks", "sides", "pairs"),
    "lab02": ("trainers", "cbow", "fasttext", "hierarchical"),
}
REPEATS = "not same_seed and not repeats_itself"  # bytes that only a CPU gives twice


def machine(args: argparse.Namespace) -> dict[str, str]:
    device, _ = choose_device(args.device, "auto")
    card = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {"card": card, "torch": torch.__version__}


@contextlib.contextmanager
def steps_of(size: int) -> Iterator[None]:
    """Steps of at most `size` blocks."""
    usual, blocks.BLOCKS = blocks.BLOCKS, size
    try:
        yield
    finally:
        blocks.BLOCKS = usual


def train_lab(corpus: Corpus, args: argparse.Namespace, size: int, *options: str) -> dict[str, Any]:
    """The seconds, words per second and scores of Lab 1's command with the given options."""
    lab = build_parser().parse_args(["--data", args.data, *options])
    device, precision = choose_device(args.device, "auto")
    config = configure(lab, corpus, str(precision).removeprefix("torch."))
    with steps_of(size), tempfile.TemporaryDirectory() as scratch:
        trained = train_vectors(corpus, config, device, Path(scratch), lab.keep, resume=False)
    words = len(corpus.ids) * config.epochs / trained.seconds
    scores = score(WordVectors(corpus.words, trained.matrix))
    print(f"{size} blocks, {' '.join(options)}: {trained.seconds:.1f} s, {words / 1e6:.2f} M words/s", flush=True)
    return {"seconds": trained.seconds, "words_per_second": words, "scores": scores}


def measure_lab(args: argparse.Namespace) -> dict[str, Any]:
    """The lab preset at every size of step; at the labs' own size with three seeds, whose spread is the noise."""
    corpus = load_corpus(args.data)
    runs: dict[str, list[dict[str, Any]]] = {}
    train_lab(corpus, args, SIZES[0], "--epochs", "1")  # the first use of a device compiles and allocates
    for size in SIZES:
        for seed in (1, 2, 3) if size == SIZES[0] else (1,):
            runs.setdefault(str(size), []).append(train_lab(corpus, args, size, "--seed", str(seed)))
    return machine(args) | {"corpus": corpus.name, "runs": runs}


def measure_quality(args: argparse.Namespace) -> dict[str, Any]:
    """The first schedule of the ladder, and its size of step, that reaches gensim's scores after 5 epochs."""
    raced = load(args.root, "bench.json").get("trainers")
    if not raced:
        raise InputError("reports/bench.json: no scores of gensim; run scripts/bench.py --report first")
    rounds = [run[BOTH] for name in GENSIM for run in raced[name]]
    corpus = load_corpus(args.data)
    found: dict[str, dict[str, Any]] = {}
    for target, keys in TARGETS.items():
        bar = {key: statistics.mean(scores[key] for scores in rounds) for key in keys}
        for (epochs, rate, shared), size in itertools.product(LADDER, reversed(SIZES)):
            schedule = ("--epochs", str(epochs), "--lr", str(rate), "--shared", str(shared))
            run = train_lab(corpus, args, size, *schedule)
            if reaches(run["scores"], bar, keys):
                found[target] = {"size": size, "epochs": epochs, "lr": rate, "seconds": run["seconds"]}
                break
    return machine(args) | {"corpus": corpus.name, "found": found}


def measure_best(args: argparse.Namespace) -> dict[str, Any]:
    """Every view of the best vectors, and all of them joined."""
    corpus = load_corpus(args.data)
    device, precision = choose_device(args.device, "auto")
    configs = settled(args.data, corpus, precision, "--subwords")
    both, _, seconds = train_views(corpus, configs, device)
    return machine(args) | {
        "corpus": corpus.name,
        "seconds": seconds,
        "words": {config.view.name: len(corpus.ids) * config.epochs for config in configs},
        "scores": score(WordVectors(corpus.words, joined(flattened(both), configs))),
    }


def measure_tests(args: argparse.Namespace) -> dict[str, Any]:
    """The tests of the trainers' gradients with their tables on the device; the last line of what they print."""
    device, _ = choose_device(args.device, "auto")
    files = [f"tests/{lab}/test_{name}.py" for lab, names in TESTS.items() for name in names]
    command = [sys.executable, "-m", "pytest", "-q", "-k", REPEATS, *files]
    started, environment = time.perf_counter(), os.environ | {"LAB_TEST_DEVICE": device.type}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()
    print(f"tests on {device.type}: {last}", flush=True)
    if done.returncode:
        raise InputError(f"tests on {device.type}: {last}\n{done.stdout[-4000:]}")
    return machine(args) | {"passed": last, "seconds": time.perf_counter() - started}


def tables(root: Path, corpus: str = WIKI8) -> dict[str, str]:
    """Speed and scores on the device, beside the CPU's of reports/lab01.json."""
    found = load(root, "device.json", corpus)
    rows: list[list[str]] = []
    if "lab" in found:
        rows += lab_rows(found["lab"], load(root, "lab01.json", corpus).get("lab"))
    if "quality" in found:
        rows += [quality_row(found["quality"]["card"], *each) for each in found["quality"]["found"].items()]
    if "best" in found:
        rows += best_rows(found["best"])
    header = [f"training ({corpus})", "seconds", "M words/s", *ALL.values()]
    return {"device": markdown(header, rows)} if rows else {}


def measured(
    title: str, seconds: list[float], speed: float | None = None, scores: Sequence[dict[str, Any]] = ()
) -> list[str]:
    """A row of the table; a score that a run has not is "–"."""
    _, *cells = row(title, [dict.fromkeys(ALL) | each for each in scores], ALL)
    return [title, figure("seconds", seconds), "–" if speed is None else f"{speed / 1e6:.2f}", *cells]


def lab_rows(lab: dict[str, Any], cpu: dict[str, Any] | None) -> Iterator[list[str]]:
    if cpu:
        runs = list(cpu["runs"].values())
        yield measured("lab, CPU", [run["seconds"] for run in runs], scores=[run[LAST] for run in runs])
    for size, runs in lab["runs"].items():
        speed = statistics.mean(run["words_per_second"] for run in runs)
        title = f"lab, {lab['card']}, steps of {size} blocks"
        yield measured(title, [run["seconds"] for run in runs], speed, [run["scores"] for run in runs])


def quality_row(card: str, target: str, schedule: dict[str, Any]) -> list[str]:
    how = f"{schedule['epochs']} epochs, lr {schedule['lr']:g}, steps of {schedule['size']} blocks"
    return measured(f"to gensim's {target}, {card}, {how}", [schedule["seconds"]])


def best_rows(best: dict[str, Any]) -> Iterator[list[str]]:
    for view, words in best["words"].items():
        seconds = best["seconds"][view]
        yield measured(f"{view}, {best['card']}", [seconds], words / seconds)
    yield measured(f"{SPELT}, {best['card']}", [sum(best["seconds"].values())], scores=[best["scores"]])


REPORT = Report(
    pages=("reports/lab01.md",),
    tables=tables,
    record="device.json",
    measurements={
        "tests": measure_tests,
        "lab": measure_lab,
        "quality": measure_quality,
        "best": measure_best,
    },
)


def parser() -> OneLineParser:
    options = REPORT.build_parser(__doc__, data=True)
    options.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    return options


if __name__ == "__main__":
    run_command(parser(), REPORT.run, place="root")
