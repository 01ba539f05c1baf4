"""Measure the best vectors, view by view and step by step: reports/best.json, best.md, best_vectors/README.md.

    python scripts/report_best.py                  an hour and a quarter on two cores: all three measurements
    python scripts/report_best.py --only           measure nothing: write the tables again from the JSON
    python scripts/report_best.py --check          write nothing; are the tables what the JSON gives?

`ablation` trains each view once per seed and joins them in every way that the table names. `one_seed` trains those of
`best` without seeds of their own. `commands` times each command as a user runs it, with reading, scoring and writing.
The settings were chosen on WordSim-353, SimLex-999 and Google; the other sets only confirm.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.devices import choose_device
from wordlab.tables import figure, markdown

import numpy as np
import torch

from best_vectors.join import reduction, side_by_side
from best_vectors.options import DIMENSIONS, build_parser, configure
from best_vectors.views import Configuration, rows_of, train_view
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.text import WIKI8
from lab03_eval.benchmarks import CORE, HELD_OUT
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.maps import ALPHA, principal
from scripts.processes import whole_command
from scripts.reporting import CHECKS, Report, demand_sets, load, row

SEEDS = (1, 2, 3)
SETS = (*CORE, *HELD_OUT, "msr")
CHOSEN = {
    "wordsim353.rho": "WordSim-353 ρ",
    "simlex999.rho": "SimLex-999 ρ",
    "google.full.accuracy": "Google full %",
    "google.full.semantic.accuracy": "semantic %",
    "google.full.syntactic.accuracy": "syntactic %",
    "google.top30k.accuracy": "Google top30k %",
}
ALL = CHOSEN | CHECKS | {"msr.full.accuracy": "MSR %"}  # those after the chosen ones confirm
BEST, SPELT = "best --full", "best --subwords --full"
SHORT, SHORT_SPELT = "best", "best --subwords"
Matrices = dict[str, np.ndarray]  # by a view's name, (V, d)


def train_views(
    corpus: Corpus, configs: Sequence[Configuration], device: torch.device
) -> tuple[Matrices, Matrices, dict[str, float]]:
    """What is kept of each view, the same without its context table, and the seconds of its training."""
    both, alone, seconds = {}, {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        for config in configs:
            trainer, trained = train_view(config, corpus, device, Path(scratch), resume=False)
            name = config.view.name
            both[name], alone[name] = rows_of(trainer, config.view.share), rows_of(trainer, 0.0)
            seconds[name] = trained["seconds"]
    return both, alone, seconds


def flattened(views: Matrices, alpha: float = ALPHA) -> Matrices:
    return {name: principal(rows, None, alpha)(rows) for name, rows in views.items()}


def joined(views: Matrices, configs: Sequence[Configuration]) -> np.ndarray:
    """Those of the configured views that are in `views`, side by side with their weights: (V, all their columns)."""
    found = [config.view for config in configs if config.view.name in views]
    return side_by_side([views[view.name] for view in found], [view.weight for view in found])


def plain(views: Matrices) -> Matrices:
    return {name: rows for name, rows in views.items() if not is_spelt(name)}


def ways(both: Matrices, alone: Matrices, configs: Sequence[Configuration]) -> Iterator[tuple[str, np.ndarray]]:
    """Every row of the table: what the command can make, and what is missed where a part is left out."""
    every = flattened(both)
    words = plain(every)
    for name in every:
        yield f"{name} alone", joined({name: every[name]}, configs)
    yield BEST, joined(words, configs)
    for name in words:
        yield f"without {name}", joined({other: rows for other, rows in words.items() if other != name}, configs)
    yield "without the context tables", joined(flattened(plain(alone)), configs)
    yield "spectrum as it is (α 1)", joined(flattened(plain(both), alpha=1.0), configs)
    columns = joined(words, configs)
    yield SHORT, reduction(columns, DIMENSIONS, ALPHA)(columns)
    columns = joined(every, configs)
    yield SPELT, columns
    yield SHORT_SPELT, reduction(columns, DIMENSIONS, ALPHA)(columns)
    yield "the same, reduced by the directions of all words", principal(columns, DIMENSIONS)(columns)


def is_spelt(view: str) -> bool:
    """Whether a view, or a way of the command, has the n-grams of words."""
    return "subwords" in view


def training_seconds(run: dict[str, Any], way: str) -> float:
    """Of all views that a way of the command trains."""
    return sum(seconds for view, seconds in run["seconds"].items() if is_spelt(way) or not is_spelt(view))


def settled(data: str, corpus: Corpus, precision: torch.dtype, *options: str) -> list[Configuration]:
    """The views that the command trains with these options."""
    parsed = build_parser().parse_args(["--data", data, *options])
    return configure(parsed, corpus, str(precision).removeprefix("torch."))[0]


def measure_ablation(args: argparse.Namespace) -> dict[str, Any]:
    demand_sets(SETS)
    corpus, runs = load_corpus(args.data), {}
    device, precision = choose_device("cpu", "auto")
    for seed in SEEDS:
        configs = settled(args.data, corpus, precision, "--seed", str(seed), "--subwords")
        both, alone, seconds = train_views(corpus, configs, device)
        rows = {title: score(WordVectors(corpus.words, matrix)) for title, matrix in ways(both, alone, configs)}
        runs[f"seed {seed}"] = {"seconds": seconds, "rows": rows}
        print(f"seed {seed}: {sum(seconds.values()):.0f} s of training; {rows[SHORT_SPELT]}", flush=True)
    facts = {"corpus": corpus.name, "tokens": corpus.tokens, "threads": torch.get_num_threads()}
    return facts | {"torch": torch.__version__, "machine": platform.machine(), "runs": runs}


class OneSeed(Configuration):
    """A view that starts from the random rows that every other view starts from."""

    @property
    def seed(self) -> int:
        return self.settings.seed


def measure_one_seed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The scores of BEST, one dictionary per seed, if its views had no seeds of their own."""
    demand_sets(SETS)
    corpus, runs = load_corpus(args.data), []
    device, precision = choose_device("cpu", "auto")
    for seed in SEEDS:
        own = settled(args.data, corpus, precision, "--seed", str(seed))
        configs = [OneSeed(config.view, config.settings) for config in own]
        both, _, _ = train_views(corpus, configs, device)
        runs.append(score(WordVectors(corpus.words, joined(flattened(both), configs))))
        print(f"seed {seed}, the same of all views: {runs[-1]}", flush=True)
    return runs


def measure_commands(args: argparse.Namespace) -> dict[str, float]:
    """The seconds of each whole command. With `--full` it does the same without the reduction."""
    seconds = {}
    for way, options in {SHORT: [], SHORT_SPELT: ["--subwords"]}.items():
        seconds[way] = whole_command("-m", "best_vectors", "--data", args.data, *options)
        print(f"{way}: {seconds[way]:.0f} s", flush=True)
    return seconds


def score(vectors: WordVectors) -> dict[str, Any]:
    results = evaluate(vectors, SETS)
    return {key: results.get(key) for key in ALL}


def tables(root: Path, corpus: str = WIKI8) -> dict[str, str]:
    found, made = load(root, "best.json", corpus), {}
    if "ablation" in found:
        made = {
            "ablation": ablation_table(found["ablation"], found.get("one_seed")),
            "best": best_table(found["ablation"]),
        }
    if "commands" in found:
        rows = [[f"{way} ({corpus})", f"{seconds:.0f}"] for way, seconds in found["commands"].items()]
        made["commands"] = markdown(["command", "seconds"], rows)
    return made


def ablation_table(found: dict[str, Any], one_seed: list[dict[str, Any]] | None) -> str:
    runs = list(found["runs"].values())
    rows = []
    for title in runs[0]["rows"]:
        shown = f"**{title}**" if title.startswith("best") else title
        rows.append(row(shown, [run["rows"][title] for run in runs], ALL))
    if one_seed:
        rows.append(row(f"{BEST}, its views started from the same rows", one_seed, ALL))
    return markdown([f"vectors ({found['corpus']})", *ALL.values()], rows)


def best_table(found: dict[str, Any]) -> str:
    """What the command's four ways give, and the seconds of training."""
    runs = list(found["runs"].values())
    rows = []
    for title in (SHORT, BEST, SHORT_SPELT, SPELT):
        seconds = [training_seconds(run, title) for run in runs]
        cells = row(f"{title} ({found['corpus']})", [run["rows"][title] for run in runs], ALL)
        rows.append([*cells, figure("seconds", seconds)])
    return markdown(["vectors", *ALL.values(), "training s"], rows)


REPORT = Report(
    pages=("reports/best.md", "best_vectors/README.md"),
    tables=tables,
    record="best.json",
    measurements={"ablation": measure_ablation, "one_seed": measure_one_seed, "commands": measure_commands},
)

if __name__ == "__main__":
    run_command(REPORT.build_parser(__doc__, data=True), REPORT.run, place="root")
