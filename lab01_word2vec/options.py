"""Lab 1's command line and presets, and the configuration that they settle."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from typing import Any

from wordlab.command import OneLineParser, number, seed
from wordlab.devices import add_device_options

from lab01_word2vec.corpus import Corpus
from lab01_word2vec.enough import demand_enough
from lab01_word2vec.text import SAMPLE, WIKI8, Text
from lab03_eval.languages import ENGLISH, ENGLISH_CORPORA, language_code, noted_in, settle

# A few passes want long steps. More passes want shorter ones, which similarity gains from (reports/lab01.md).
PRESETS: dict[str, dict[str, Any]] = {
    "quick": {"epochs": 2, "stride": 2.0},
    "lab": {"epochs": 7, "stride": 1.0},
}
BEST = "best"  # several models joined: the package best_vectors, which stands above the labs
# Pairs take six small steps where a block gives a center one gradient. Adagrad makes the six √6 times longer in total,
# hence the lower rate.
ENGINES = {"pairs": 0.125, "blocks": 0.25}  # the learning rate of an engine, times the preset's stride
WAYS = ("in", "sum", "centred", "flattened")  # of making one table of two: keep_vectors in kept.py
RANKS_STRIDE = 1.2  # of several ranks: an epoch has fewer steps, so each goes further (RANKS.md)
SMALL = 10_000_000  # tokens; a smaller corpus gets more epochs and a learning rate of its own


@dataclass(frozen=True)
class Configuration:
    """Everything that shapes the trained vectors; a checkpoint can be continued only under the same one."""

    dim: int
    window: int  # its largest radius
    negatives: int
    shared: int
    epochs: int
    lr: float
    engine: str
    seed: int
    min_count: int
    subsample: float
    workers: int
    precision: str  # of the matrix products
    corpus: str  # its identity


class Joined(argparse.Action):
    """Several names as one string, which Text takes apart again."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        setattr(namespace, self.dest, os.pathsep.join(values))


def add_common_options(parser: argparse.ArgumentParser, out: str) -> None:
    """The groups data and system, which all labs that train share."""
    data = parser.add_argument_group("data")
    data.add_argument(
        "--data", nargs="+", action=Joined, default="data/text8", metavar="FILE",
        help='text, .gz .bz2 .xz .zip: files, a folder, a pattern; or "wiki8" or "sample"',
    )  # fmt: skip
    data.add_argument("--lang", type=language_code, metavar="CODE", help="the text's language, such as de")
    data.add_argument("--min-count", type=number(int, 1, 10**9), default=5, help="drop rarer words")
    data.add_argument(
        "--subsample",
        type=number(float, 0, 1, open_low=True),
        default=1e-4,
        help="threshold t on relative frequency; 1 keeps every token",
    )
    system = parser.add_argument_group("system")
    system.add_argument("--out", metavar="DIR", default=out, help="where results go")
    system.add_argument("--seed", type=seed, default=1)
    add_device_options(system)
    system.add_argument("--resume", action="store_true", help="continue the interrupted run in --out")
    system.add_argument("--cache", metavar="DIR", help="keep the encoded text here: the next start need not read it")
    system.add_argument(
        "--wait", type=number(float, 1, 86_400), default=600, metavar="S",
        help="under torchrun: seconds until a rank that does not answer is given up",
    )  # fmt: skip
    system.add_argument("--dry-run", action="store_true", help="print configuration and corpus, train nothing")


def build_parser() -> OneLineParser:
    """Lab 1's options. The default None means that preset, engine and corpus decide."""
    parser = OneLineParser("Lab 1: skip-gram with negative sampling, trained, shown and measured.")
    add_common_options(parser, out="runs/lab01")
    model = parser.add_argument_group("model")
    model.add_argument(
        "--preset", choices=[*PRESETS, BEST], default="lab", help="a set of defaults; best is a command of its own"
    )
    model.add_argument("--dim", type=number(int, 1, 4096), help="dimensions d")
    model.add_argument("--window", type=number(int, 1, 100), help="largest radius w")
    model.add_argument("--negatives", type=number(int, 1, 1000), help="negatives k per positive")
    optimisation = parser.add_argument_group("optimisation")
    optimisation.add_argument("--epochs", type=number(int, 1, 1000), help="passes over the corpus")
    optimisation.add_argument("--lr", type=number(float, 0, 10, open_low=True), help="falls linearly to 0")
    lab = parser.add_argument_group("lab 1")
    lab.add_argument("--engine", choices=ENGINES, default="blocks")
    lab.add_argument("--shared", type=number(int, 1, 100_000), help="negatives that a block shares (blocks)")
    lab.add_argument("--workers", type=number(int, 0, 64), default=0, help="processes that make pairs (pairs)")
    lab.add_argument("--keep", choices=WAYS, default=WAYS[-1], help="which vectors to save")
    lab.add_argument("--all-words", action="store_true", help="seek neighbours among rare words too")
    return parser


def configure(args: argparse.Namespace, corpus: Corpus, precision: str = "float32", ranks: int = 1) -> Configuration:
    """Defaults, then the engine's and the preset's, then the corpus's, then the command line's.

    `precision` is the block engine's; pairs are always float32. Several `ranks` take fewer and longer steps by default.
    Raises InputError where the corpus is too small.
    """
    demand_enough(args.data, corpus.words, len(corpus.ids), corpus.kept)
    lr, preset = ENGINES[args.engine] * (RANKS_STRIDE if ranks > 1 else 1), PRESETS[args.preset]
    settled: dict[str, Any] = {"dim": 100, "window": 5, "negatives": 5, "shared": 96}
    settled |= {"epochs": preset["epochs"], "lr": lr * preset["stride"]}
    if corpus.tokens < SMALL:  # more passes for as many gradients, and shorter steps
        more = min(20, round(5 * SMALL / corpus.tokens))
        settled |= {"epochs": max(more, preset["epochs"]), "lr": 0.8 * lr}
    settled |= {key: value for key in settled if (value := getattr(args, key)) is not None}
    fixed = {key: getattr(args, key) for key in ("engine", "seed", "min_count", "subsample", "workers")}
    of_run: dict[str, Any] = {
        "precision": precision if args.engine == "blocks" else "float32",
        "corpus": corpus.identity,
    }
    return Configuration(**settled, **fixed, **of_run)


def settle_language(args: argparse.Namespace, corpus: Corpus) -> tuple[str, str | None]:
    """The corpus's language, and the line that tells it where it is not English by the corpus's name or note."""
    note = None if args.data in (SAMPLE, WIKI8) else Text(args.data).note
    recorded, source = noted_in(note) if note else (None, "")
    if recorded is None and corpus.name in ENGLISH_CORPORA:
        recorded, source = ENGLISH, f"the corpus {corpus.name}"
    return settle(args.lang, recorded, source, corpus.name, "--lang")
