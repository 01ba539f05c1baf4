"""The command line of the labs that train: checked values, presets, one clear line for a bad one."""

from __future__ import annotations

import argparse
import os
from typing import Any, NoReturn

from lab03_eval.command import number

PRESETS: dict[str, dict[str, Any]] = {
    "quick": {"epochs": 2},
    "lab": {},
    # Three views of the corpus side by side: wide windows see topic, narrow ones function.
    "best": {"dim": 200, "window": [10, 5, 2], "lr": 0.25},
}
# A center's six pairs, taken one by one, add up to longer steps than the one gradient that a block gives it.
ENGINES = {"pairs": {"lr": 0.25}, "blocks": {"lr": 0.5}}
SMALL = 10_000_000  # tokens: smaller corpora get more epochs and a lower learning rate


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line on stderr and exit status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message} (--help lists the options)\n")


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """The groups data and system, which all labs that train share."""
    data = parser.add_argument_group("data")
    data.add_argument("--data", default="data/text8", metavar="FILE", help='text, .gz .bz2 .xz .zip, or "sample"')
    data.add_argument("--min-count", type=number(int, 1, 10**9), default=5, help="drop rarer words")
    data.add_argument(
        "--subsample",
        type=number(float, 0, 1, open_low=True),
        default=1e-4,
        help="threshold t on relative frequency; 1 keeps every token",
    )
    system = parser.add_argument_group("system")
    system.add_argument("--out", metavar="DIR", help="where results go")
    system.add_argument("--seed", type=number(int, 0, 2**32 - 1), default=1)
    system.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    system.add_argument("--threads", type=number(int, 1, 1024), default=os.cpu_count())
    system.add_argument(
        "--precision",
        choices=["auto", "float32", "bfloat16"],
        default="auto",
        help="of the matrix products; auto: bfloat16 where the processor multiplies it in hardware",
    )
    system.add_argument("--resume", action="store_true", help="continue the interrupted run in --out")
    system.add_argument("--dry-run", action="store_true", help="print configuration and corpus, train nothing")


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Lab 1's options: the common ones, model and optimisation; None means "as the preset says"."""
    add_common_options(parser)
    model = parser.add_argument_group("model")
    model.add_argument("--preset", choices=PRESETS, default="lab", help="a set of defaults")
    model.add_argument("--dim", type=number(int, 1, 4096), help="dimensions d")
    model.add_argument(
        "--window", type=number(int, 1, 100), nargs="+", help="largest radius w; several: a model each, side by side"
    )
    model.add_argument("--negatives", type=number(int, 1, 1000), help="negatives k for each positive")
    optimisation = parser.add_argument_group("optimisation")
    optimisation.add_argument("--epochs", type=number(int, 1, 1000), help="passes over the corpus")
    optimisation.add_argument("--lr", type=number(float, 0, 10, open_low=True), help="falls linearly to 0")


def resolve_config(args: argparse.Namespace, tokens: int) -> dict[str, Any]:
    """Defaults, then the engine's and the preset's, then the command line's: everything that shapes the result."""
    config: dict[str, Any] = {"dim": 100, "window": [5], "negatives": 5, "shared": 64, "epochs": 5}
    config |= ENGINES[args.engine] | PRESETS[args.preset]
    if tokens < SMALL:  # more passes for as many gradients, and shorter steps
        config |= {"epochs": min(20, round(5 * SMALL / tokens)), "lr": 0.4 * config["lr"]}
    given = {key: getattr(args, key) for key in config if getattr(args, key) is not None}
    fixed = {key: getattr(args, key) for key in ("engine", "seed", "min_count", "subsample", "workers")}
    return config | given | fixed
