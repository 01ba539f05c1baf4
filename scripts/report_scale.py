"""Measure how Lab 1 grows with its text and with its ranks: reports/scale.json, its page, its plot, and RANKS.md.

    python scripts/report_scale.py --large wiki38.xz           a text of 70 million tokens; two hours on 2 cores
    python scripts/report_scale.py --only ranks apart          these measurements need no text but wiki8
    python scripts/report_scale.py --only                      none: write the tables and the plot again from the JSON
    python scripts/report_scale.py --check                     write nothing; are they what the JSON gives?

Measurements: `reading` (a text encoded by one process and by several, and the second start), `memory` (the large text
against four times as much), `growth` (a quarter of text8's tokens up to four times as many), `best` (the preset on the
large text), `ranks` (wiki8 on 1, 2 and 4 ranks, seeds 1 to 3), `rate` (two ranks at the learning rate of one), `apart`
(two halves of wiki8 joined at the end) and `words` (a vocabulary of a million). Nothing else should run on the machine.
Four ranks on two cores are measured for their scores; their time says nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.command import OneLineParser
from wordlab.errors import InputError
from wordlab.tables import figure, markdown

import numpy as np

from lab01_word2vec.encoding import first_tokens
from lab01_word2vec.options import ENGINES, PRESETS
from lab01_word2vec.text import WIKI8, Text
from scripts.processes import run_python
from scripts.reporting import REPORTS, ROOT, Report, load
from scripts.scaling import SCORES, train

RECORD, PICTURE = "scale.json", "scale.png"
TEXT8 = 17_005_207  # tokens
TIMES = (0.25, 0.5, 1, 2, 4)  # as many as text8 has
SEEDS, RANKS = (1, 2, 3), (1, 2, 4)
CORES = 2  # of the machine that a row is compared on: one rank has them all
BEST_EPOCHS = 2  # of every view, on a text four times as long as text8
MILLION, OFTEN = 1_000_000, 20  # words, and how often each occurs on average
TITLES = dict(zip(SCORES, ("WordSim-353 ρ", "SimLex-999 ρ", "Google full %", "Google top30k %")))


def large(args: argparse.Namespace) -> Text:
    """The large text. Raises InputError without one."""
    if not args.large:
        raise InputError(
            f"reading, memory, growth and best need a text of {4 * TEXT8:,} tokens or more: give --large FILE"
        )
    return Text(args.large)


@contextmanager
def unpacked(text: Text) -> Iterator[Path]:
    """The text as one plain file, in a folder that has room for more."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{text.name}.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(text.pieces())
        yield path


def measure_reading(args: argparse.Namespace) -> dict[str, float]:
    """Seconds to encode the large text, a plain file, in three ways, and to the first step of the second start.

    Each way has a process of its own, which tells how long it read.
    """
    seconds: dict[str, float] = {}
    with unpacked(large(args)) as path:
        for name, processes in (("memory", 0), ("pieces", 1), ("cores", CORES)):
            told = run_python("-c", READ, path, path.parent / name, str(processes), cwd=ROOT, stdout=PIPE, text=True)
            seconds[name], seconds["tokens"] = map(float, told.split())
            print(name, seconds[name], flush=True)
        started = time.perf_counter()
        run_python("-c", FIRST_STEP, path, path.parent / "cores", cwd=ROOT)
        return seconds | {"second_start": time.perf_counter() - started}


READ = """
import sys, time
from lab01_word2vec.corpus import load_corpus
started, processes = time.perf_counter(), int(sys.argv[3])
corpus = load_corpus(sys.argv[1], cache=sys.argv[2] if processes else None, processes=processes or 1)
print(time.perf_counter() - started, corpus.tokens)
"""
# What Lab 1's command does until it has taken a step, with its presets.
FIRST_STEP = """
import sys, torch
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.kept import make_trainer
from lab01_word2vec.options import build_parser, configure
args = build_parser().parse_args(["--data", sys.argv[1], "--cache", sys.argv[2]])
corpus = load_corpus(args.data, cache=args.cache)
trainer = make_trainer(configure(args, corpus), corpus.counts, torch.device("cpu"))
trainer.step(next(trainer.batches(corpus.ids, 0))[0], 0.25, True)
"""


def measure_memory(args: argparse.Namespace) -> dict[str, Any]:
    """One epoch on the large text, and on four files with it: the memory that is the process's own.

    A word has to occur four times as often in the longer text, so that both have the same vocabulary.
    """
    found = {}
    with unpacked(large(args)) as path, tempfile.TemporaryDirectory() as scratch:
        for copies in (1, 4):
            data = [str(path)] * copies
            cache = str(Path(scratch, f"cache{copies}"))
            options = ("--cache", cache, "--epochs", "1", "--min-count", str(5 * copies))
            found[str(copies)] = train("--data", *data, *options, out=Path(scratch), threads=CORES)
            print(copies, found[str(copies)], flush=True)
    return found


def measure_growth(args: argparse.Namespace) -> dict[str, Any]:
    """Scores, seconds and memory on parts of the large text, by how many times text8's tokens they have."""
    found, text = {}, large(args)
    with tempfile.TemporaryDirectory() as scratch:
        for times in TIMES:
            path = Path(scratch, "part.txt")
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(first_tokens(text, round(times * TEXT8)))
            options = ("--cache", str(Path(scratch, str(times))))
            found[str(times)] = train("--data", str(path), *options, out=Path(scratch), threads=CORES)
            print(times, found[str(times)], flush=True)
    return found


def measure_best(args: argparse.Namespace) -> dict[str, Any]:
    """Scores of the preset `best`, plain words, on the whole of the large text, of which it needs fewer epochs."""
    with tempfile.TemporaryDirectory() as scratch:
        options = ("--data", str(large(args).paths[0]), "--epochs", str(BEST_EPOCHS), "--out", scratch)
        run_python("-m", "best_vectors", *options, cwd=ROOT, stdout=DEVNULL)
        report = json.loads(Path(scratch, "run.json").read_text(encoding="utf-8"))
    scores = {key: report["scores"][key] for key in SCORES}
    return report["corpus"] | scores | {"seconds": sum(view["seconds"] for view in report["training"])}


def train_wiki8(scratch: Path, seed: int, ranks: int, *options: str) -> dict[str, Any]:
    """A run of the lab preset on wiki8, which is encoded once per folder. All ranks together have all cores."""
    fixed = ("--data", WIKI8, "--cache", str(scratch / "cache"), "--seed", str(seed))
    return train(*fixed, *options, out=scratch, ranks=ranks, threads=max(1, CORES // ranks))


def measure_ranks(args: argparse.Namespace) -> dict[str, Any]:
    """Scores, seconds and bytes on wiki8, by the number of ranks, a run per seed. One rank has all cores.

    The numbers of ranks take turns, so that a slow hour of the machine slows down all of them.
    """
    found: dict[str, Any] = load(args.root, RECORD).get("ranks", {}) | {str(ranks): [] for ranks in args.ranks}
    with tempfile.TemporaryDirectory() as scratch:
        for seed, ranks in itertools.product(SEEDS, args.ranks):
            run = train_wiki8(Path(scratch), seed, ranks)
            found[str(ranks)].append(run)
            print(ranks, seed, run, flush=True)
    return found


def measure_rate(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Two ranks that learn at the rate of one, a run per seed."""
    found, rate = [], ENGINES["blocks"] * PRESETS["lab"]["stride"]
    with tempfile.TemporaryDirectory() as scratch:
        for seed in SEEDS:
            found.append(train_wiki8(Path(scratch), seed, 2, "--lr", str(rate)))
            print(seed, found[-1], flush=True)
    return found


def measure_apart(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Scores on wiki8 of two halves that are trained apart, and of both joined, a run per seed."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in SEEDS:
            options = ("--data", WIKI8, "--shards", "2", "--seed", str(seed), "--out", scratch)
            run_python(ROOT / "lab01_word2vec" / "shards.py", *options, stdout=DEVNULL)
            scores = json.loads(Path(scratch, "run.json").read_text(encoding="utf-8"))["scores"]
            found.append({name: {key: each[key] for key in SCORES} for name, each in scores.items()})
            print(seed, found[-1], flush=True)
    return found


def measure_words(args: argparse.Namespace) -> dict[str, Any]:
    """One epoch with a vocabulary of a million words, whose frequencies are Zipf's, on one and on two ranks."""
    rng, found = np.random.default_rng(1), {}
    share = 1 / np.arange(1, MILLION + 1)
    counts = OFTEN // 2 + rng.multinomial(OFTEN // 2 * MILLION, share / share.sum())
    tokens = rng.permutation(np.repeat(np.arange(MILLION), counts))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "million.txt")
        with open(path, "w", encoding="utf-8") as file:
            for part in np.array_split(tokens, 100):
                file.write(" ".join(f"w{token}" for token in part.tolist()) + "\n")
        for ranks in (1, 2):
            options = ("--data", str(path), "--epochs", "1")
            found[str(ranks)] = train(*options, out=Path(scratch), ranks=ranks, threads=CORES // ranks)
            print(ranks, found[str(ranks)], flush=True)
    return found


# Tables


def tables(root: Path) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    results = load(root, RECORD)
    makers = {"reading": reading_table, "memory": memory_table, "words": words_table}
    made = {f"scale_{name}": make(results[name]) for name, make in makers.items() if name in results}
    if "growth" in results:
        made["scale_growth"] = growth_table(results["growth"], results.get("best"))
    if "ranks" in results:
        made |= {
            "scale_ranks": ranks_table(results["ranks"], results.get("rate", [])),
            "scale_network": network_table(results["ranks"]),
        }
    if "ranks" in results and "apart" in results:
        made["scale_apart"] = apart_table(results["apart"], results["ranks"])
    return made


def reading_table(seconds: dict[str, float]) -> str:
    titles = {
        "memory": "read into memory, one process (no --cache)",
        "pieces": "encoded piece by piece, one process",
        "cores": f"encoded piece by piece, {CORES} processes",
        "second_start": "second start: from the command to its first step",
    }
    rows = [[title, f"{seconds[key]:.1f}", f"{seconds['memory'] / seconds[key]:.2f}×"] for key, title in titles.items()]
    return markdown([f"{seconds['tokens'] / 1e6:.1f} million tokens", "seconds", "against the first row"], rows)


def memory_table(found: dict[str, Any]) -> str:
    rows = [
        [f"{run['tokens'] / 1e6:.1f} million", f"{run['words']:,}", f"{run['memory_mb']:.0f}"] for run in found.values()
    ]
    return markdown(["tokens", "words", "own memory, MB"], rows)


def per_token(run: dict[str, Any]) -> str:
    return f"{1e6 * run['seconds'] / (run['tokens'] * run['epochs']):.2f}"


def growth_table(found: dict[str, Any], best: dict[str, Any] | None) -> str:
    rows = [
        [
            f"{float(times):g}×", f"{run['tokens'] / 1e6:.1f} million", f"{run['words']:,}",
            *(figure(key, [run[key]]) for key in SCORES),
            f"{run['seconds']:.0f}", per_token(run), f"{run['memory_mb']:.0f}",
        ]
        for times, run in found.items()
    ]  # fmt: skip
    if best:
        name = f"{best['tokens'] / TEXT8:.1f}×, best --epochs {BEST_EPOCHS}"
        tokens, seconds = f"{best['tokens'] / 1e6:.1f} million", f"{best['seconds']:.0f}"
        scores = (figure(key, [best[key]]) for key in SCORES)
        rows.append([name, tokens, f"{best['words']:,}", *scores, seconds, "–", "–"])
    costs = ["training s", "µs per token and epoch", "own memory, MB"]
    return markdown(["of text8", "tokens", "words", *TITLES.values(), *costs], rows)


def ranks_table(found: dict[str, Any], rate: list[dict[str, Any]]) -> str:
    rows = [ranks_row(int(ranks), runs) for ranks, runs in found.items()]
    if rate:
        rows.append(ranks_row(2, rate, ", at the learning rate of one rank"))
    return markdown(["ranks (wiki8)", *TITLES.values(), "training s", "MB given per rank and epoch"], rows)


def ranks_row(ranks: int, runs: list[dict[str, Any]], remark: str = "") -> list[str]:
    threads = max(1, CORES // ranks)
    name = f"{ranks} × {threads} thread{'s' * (threads > 1)}{remark}"
    seconds = figure("seconds", [run["seconds"] for run in runs]) if ranks <= CORES else "–"
    given = f"{runs[0]['exchanged_bytes'] / runs[0]['epochs'] / 1e6:,.0f}"
    return [name, *(figure(key, [run[key] for run in runs]) for key in SCORES), seconds, given]


def apart_table(apart: list[dict[str, Any]], ranks: dict[str, Any]) -> str:
    """What one half, the joined halves and the whole text give."""
    kinds = {
        "one half alone": [run["shard 1"] for run in apart],
        "both halves, trained apart and joined": [run["joined"] for run in apart],
        "2 ranks": ranks["2"],
        "1 rank, the whole text": ranks["1"],
    }
    rows = [[name, *(figure(key, [run[key] for run in runs]) for key in SCORES)] for name, runs in kinds.items()]
    return markdown(["wiki8", *TITLES.values()], rows)


def network_table(found: dict[str, Any]) -> str:
    """What the exchange of two ranks would take on networks, computed from the bytes."""
    run = found["2"][0]
    given, seconds = run["exchanged_bytes"] / run["epochs"], run["seconds"] / run["epochs"]
    rows = [
        [f"{rate} Gbit/s", f"{8e-9 * given / rate:.1f}", f"{8e-7 * given / rate / seconds:.0f} %"] for rate in (1, 10)
    ]
    return markdown(["network (computed)", "seconds of exchange per epoch", "of the epoch's training"], rows)


def words_table(found: dict[str, Any]) -> str:
    rows = [
        [ranks, f"{run['words']:,}", f"{run['memory_mb']:,.0f}", per_token(run), f"{run['exchanged_bytes'] / 1e6:,.0f}"]
        for ranks, run in found.items()
    ]
    header = ["ranks", "words", "own memory of a rank, MB", "µs of training per token", "MB given per rank and epoch"]
    return markdown(header, rows)


def draw(root: Path) -> None:
    """The scores against the tokens."""
    found = load(root, RECORD).get("growth")
    if not found:
        return
    import matplotlib.pyplot as plt

    from lab03_eval.pictures.style import save

    tokens = [run["tokens"] / 1e6 for run in found.values()]
    figure_of_scores, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for place, keys, free in zip(axes, (SCORES[:2], SCORES[2:]), ("center right", "lower right")):
        for key, marker in zip(keys, "os"):
            scale = 100 if key.endswith("accuracy") else 1
            place.plot(tokens, [scale * run[key] for run in found.values()], f"{marker}-", label=TITLES[key])
        place.set_xscale("log", base=2)
        place.set_xticks(tokens, [f"{each:.3g}" for each in tokens])
        place.set_xlabel("million tokens")
        place.grid(alpha=0.3)
        place.legend(loc=free)
    axes[0].set_ylabel("Spearman's ρ")
    axes[1].set_ylabel("right answers, %")
    save(figure_of_scores, root / REPORTS / PICTURE)


def run(args: argparse.Namespace) -> None:
    REPORT.run(args)
    if not args.check:
        draw(args.root)


def build_parser() -> OneLineParser:
    parser = REPORT.build_parser(__doc__)
    told = "how many ranks to measure; the others keep their figures"
    parser.add_argument("--ranks", type=int, nargs="+", choices=RANKS, default=RANKS, metavar="N", help=told)
    parser.add_argument("--large", metavar="FILE", help="a text of 70 million tokens or more")
    return parser


REPORT = Report(
    pages=("reports/scale.md", "lab01_word2vec/RANKS.md"),
    tables=tables,
    record=RECORD,
    measurements={
        "reading": measure_reading,
        "memory": measure_memory,
        "growth": measure_growth,
        "best": measure_best,
        "ranks": measure_ranks,
        "rate": measure_rate,
        "apart": measure_apart,
        "words": measure_words,
    },
)

if __name__ == "__main__":
    run_command(build_parser(), run, place="root")
