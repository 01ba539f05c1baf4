"""Measure Lab 2 and write its tables: reports/lab02.json, lab02.md, lab02.png, README and WALKTHROUGH.

    python scripts/report_lab02.py                           on wiki8, about an hour on 2 cores
    python scripts/report_lab02.py --data data/text8         the same on text8, into reports/text8/
    python scripts/report_lab02.py --only sweep              this measurement; the others keep their figures
    python scripts/report_lab02.py --only                    none: only write the tables again from the JSON
    python scripts/report_lab02.py --check                   write nothing; are the tables what the JSON gives?

Measurements: `comparison` (the lab's own command with three seeds and all of --also), `inflections` (what the lab's
three models with seed 1 say of the forms of a verb and an adjective, every model centred), `sweep` (GloVe with other
x_max and alpha, and the paper's optimiser, seed 1), `speed` (how long GloVe counts, and how long it trains until it is
better than the C program in the same run, seeds 1 to 3; it needs the C program's parts `vocab_count`, `cooccur`,
`shuffle` and `glove` on the PATH) and `whole` (FastText with 2,000,000 buckets on the whole corpus, seeds 1 to 3, and
the fasttext package once).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.devices import choose_device
from wordlab.errors import InputError
from wordlab.tables import figure, markdown

import numpy as np
import torch
from scipy import sparse

from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.text import WIKI8, Text
from lab02_glove_fasttext.comparison import (
    RESOURCES,
    SCORES,
    claims,
    format_inflections,
    format_lines,
    format_ratios,
    measured,
    score,
    score_table,
    split_runs,
)
from lab02_glove_fasttext.glove import ORIGIN, Glove, train_glove
from lab02_glove_fasttext.models import Setup, fasttext, thinned
from lab02_glove_fasttext.options import ALSO, Factorisation, build_parser, configure, counter, read_slice
from lab03_eval.benchmarks import BENCHMARKS, HELD_OUT
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors
from scripts.peers import GLOVE_PARTS, glove_c, prepare
from scripts.processes import run_python
from scripts.reporting import ROOT, Report, folder, load

SWEEP = ((100.0, 0.75), (10.0, 0.75), (1000.0, 0.75), (100.0, 0.5), (100.0, 1.0))  # x_max and alpha
THINNED = {f"thinned, t = {threshold:g}": threshold for threshold in (1e-3, 1e-4)}  # --glove-subsample
PAPER_EPOCHS = 3
BUCKETS = 2_000_000
PEER = "fastText 0.9.3"
CORE_SCORES = {key: title for key, title in SCORES.items() if not key.startswith("rw")}
OTHER_SETS = [name for name in HELD_OUT if name != "rw"]  # `score` has Rare Words already
TO_PASS = ("wordsim353.rho", "simlex999.rho", "google.full.accuracy")  # scores of the C program of GloVe
# Run by itself, so that its memory is its own. The arguments: text, model, and what train_unsupervised gets as JSON.
PEER_PROGRAM = """\
import json, sys
import fasttext
from lab02_glove_fasttext.comparison import measured
record = {}
with measured(record):
    model = fasttext.train_unsupervised(sys.argv[1], model="skipgram", verbose=0, **json.loads(sys.argv[3]))
model.save_model(sys.argv[2])
print(json.dumps(record))
"""


# Measurements


def measure_comparison(args: argparse.Namespace) -> dict[str, Any]:
    """The lab's command, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        command = ROOT / "lab02_glove_fasttext" / "solution.py"
        run_python(command, "--data", args.data, "--seeds", "3", "--also", *ALSO, "--out", out)
        shutil.copyfile(Path(out, "comparison.png"), folder(args.root, Text(args.data).name) / "lab02.png")
        found = json.loads(Path(out, "comparison.json").read_text(encoding="utf-8"))
    found["config"]["data"] = Path(args.data).name  # the folder is this machine's and tells a reader nothing
    return found


def measure_inflections(args: argparse.Namespace) -> dict[str, Any]:
    """What the lab's command says of them with its three models and one seed."""
    with tempfile.TemporaryDirectory() as out:
        run_python(ROOT / "lab02_glove_fasttext" / "solution.py", "--data", args.data, "--out", out)
        found = json.loads(Path(out, "comparison.json").read_text(encoding="utf-8"))
    return {"corpus": found["config"]["corpus"], "seed": found["config"]["seed"], "models": found["inflections"]}


def the_slice(data: str) -> tuple[argparse.Namespace, Corpus]:
    """The lab's own options, and its slice of the corpus."""
    options = build_parser().parse_args(["--data", data])
    torch.set_num_threads(options.threads)
    return options, read_slice(options)


def measure_sweep(args: argparse.Namespace) -> dict[str, Any]:
    """GloVe's scores for other weights, and with the paper's optimiser."""
    options, corpus = the_slice(args.data)
    count = counter(options, corpus)
    shape = {"dim": options.dim, "epochs": options.glove_epochs, "lr": None, "optimizer": "blocks"}
    shape["subsample"] = 1.0  # every token is counted, as in the paper
    settings = {
        f"x_max {x_max:g}, α {alpha:g}": Factorisation(**shape, x_max=x_max, alpha=alpha) for x_max, alpha in SWEEP
    }
    first = next(iter(settings.values()))
    settings |= {name: replace(first, subsample=threshold) for name, threshold in THINNED.items()}
    settings[f"the paper's AdaGrad, {PAPER_EPOCHS} epochs"] = replace(first, epochs=PAPER_EPOCHS, optimizer="adagrad")
    runs = {}
    for name, setting in settings.items():
        given = asdict(setting)
        counts = count(thinned(corpus, given.pop("subsample"), options.seed))
        glove = train_glove(counts, seed=options.seed, **given)
        scores: dict[str, Any] = evaluate(WordVectors(corpus.words, glove.matrix))
        runs[name] = {"seconds": glove.seconds} | {key: scores[key] for key in CORE_SCORES}
        print(name, *(f"{value:.3f}" for value in runs[name].values()), flush=True)
    known = {"corpus": corpus.name, "tokens": corpus.tokens, "seed": options.seed, "epochs": options.glove_epochs}
    return known | {"runs": runs}


def measure_speed(args: argparse.Namespace) -> dict[str, Any] | None:
    """The C program's seconds and scores on this machine, and ours until its scores are passed."""
    if missing := [part for part in GLOVE_PARTS if not shutil.which(part)]:
        print(f"speed: not measured, since the PATH has no {' '.join(missing)}; the old figures stay")
        return None
    options, corpus = the_slice(args.data)
    count = counter(options, corpus)
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch, "slice.txt")
        prepare(options.data, prepared, corpus.tokens)
        shape = (options.dim, options.window, options.x_max, options.threads)
        c_counting, c_training, vectors = glove_c(prepared, *shape)
    theirs: dict[str, Any] = {"counting_seconds": c_counting, "seconds": c_training}
    theirs["as trained"], theirs["origin moved"] = c_scores(vectors, corpus)
    counting = []
    for _ in range(3):
        resources: dict[str, Any] = {}
        with measured(resources):
            counts = count(corpus.ids)
        counting.append(resources)
    runs = [first_better(counts, corpus, options, seed, theirs["origin moved"]) for seed in (1, 2, 3)]
    return {"c": theirs, "counting": counting, "epochs": options.glove_epochs, "runs": runs}


def c_scores(vectors: WordVectors, corpus: Corpus) -> list[dict[str, Any]]:
    """Scores of the C program's W + W̃ as it writes them, and with its origin moved as `settle` moves ours."""
    matrix = np.stack([vectors[word] for word in corpus.words])
    token_share = corpus.counts / corpus.counts.sum()
    moved = matrix - ORIGIN * (token_share @ matrix)
    scored: list[dict[str, Any]] = [evaluate(WordVectors(corpus.words, each)) for each in (matrix, moved)]
    return [{key: scores[key] for key in CORE_SCORES} for scores in scored]


class Passed(Exception):
    """The scores are passed: the rest of the training is not needed."""


def first_better(
    counts: sparse.csr_array, corpus: Corpus, options: argparse.Namespace, seed: int, bar: dict[str, float]
) -> dict[str, Any]:
    """The first epoch of the lab's own run after which TO_PASS's scores are above `bar`; the seconds until then."""
    found: dict[str, Any] = {}

    def check(glove: Glove) -> None:
        scores: dict[str, Any] = evaluate(WordVectors(corpus.words, glove.matrix))
        print(f"seed {seed}, {glove.seconds:.1f} s:", *(f"{scores[key]:.3f}" for key in TO_PASS), flush=True)
        if all(scores[key] > bar[key] for key in TO_PASS):
            found.update({"seed": seed, "epoch": len(glove.losses), "seconds": glove.seconds})
            found.update({key: scores[key] for key in CORE_SCORES})
            raise Passed

    with contextlib.suppress(Passed):
        train_glove(counts, options.dim, options.glove_epochs, seed=seed, on_epoch=check)
    if not found:
        raise InputError(f"{options.data}: GloVe never passes the C program's scores; take a corpus of text8's size")
    return found


def measure_whole(args: argparse.Namespace) -> dict[str, Any]:
    """FastText on the whole corpus with the settings that fastText has by default, and fastText itself."""
    given = ["--window", "5", "--bucket", str(BUCKETS), "--epochs", "5", "--lr", "0.5"]
    options = build_parser().parse_args(["--data", args.data, *given])
    device, precision = choose_device(options.device, options.precision)
    torch.set_num_threads(options.threads)
    corpus = load_corpus(args.data, options.min_count, subsample=options.subsample)
    prediction, factorisation = configure(options, corpus, str(precision).removeprefix("torch."))
    runs = {}
    with tempfile.TemporaryDirectory() as scratch:
        for seed in (1, 2, 3):
            of_seed = replace(prediction, seed=seed)
            setup = Setup(corpus, counter(options, corpus), of_seed, factorisation, device, Path(scratch))
            vectors, record = fasttext(setup, seed)
            runs[f"seed {seed}"] = record | whole_scores(vectors)
            print(f"FastText, seed {seed}: {record['seconds']:.0f} s", flush=True)
        runs[PEER] = train_peer(options, Path(scratch))
    return {"corpus": corpus.name, "tokens": corpus.tokens, "bucket": BUCKETS, "runs": runs}


def whole_scores(vectors: WordVectors) -> dict[str, Any]:
    return score(vectors) | evaluate(vectors, OTHER_SETS)


def train_peer(options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """The fasttext package at the settings of `options`, trained in a process of its own, and its scores."""
    text, model = scratch / "text", scratch / "peer.bin"
    with open(text, "w", encoding="utf-8") as file:
        file.writelines(Text(options.data).pieces())
    settings = {key: getattr(options, key) for key in ("dim", "minn", "maxn", "bucket")}
    settings |= {"ws": options.window, "epoch": options.epochs, "neg": options.negatives, "t": options.subsample}
    settings |= {"minCount": options.min_count, "thread": options.threads}
    arguments = ("-c", PEER_PROGRAM, text, model, json.dumps(settings))
    printed = run_python(*arguments, stdout=subprocess.PIPE, text=True)
    return json.loads(printed.splitlines()[-1]) | whole_scores(WordVectors.load(model))


# Tables


def tables(root: Path, corpus: str = WIKI8) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    results = load(root, "lab02.json", corpus)
    made: dict[str, str] = {}
    if comparison := results.get("comparison"):
        made |= comparison_tables(comparison)
    if inflections := results.get("inflections"):
        made["lab02_inflections"] = format_inflections(inflections["models"])
    if sweep := results.get("sweep"):
        keys = CORE_SCORES | {"seconds": "training s"}
        rows = [[name, *(figure(key, [run[key]]) for key in keys)] for name, run in sweep["runs"].items()]
        made["lab02_sweep"] = markdown(["GloVe", *keys.values()], rows)
    if speed := results.get("speed"):
        made["lab02_speed"] = speed_table(speed)
    if whole := results.get("whole"):
        made["lab02_whole"] = whole_table(whole)
    return made


def comparison_tables(comparison: dict[str, Any]) -> dict[str, str]:
    """The tables of the lab's own command."""
    compared, others = split_runs(comparison["runs"])
    fit = figure("r", [record["log_bilinear"] for record in comparison["runs"]["glove"]])
    return {
        "lab02_scores": score_table(compared),
        "lab02_also": score_table(others),
        "lab02_claims": claims(compared),
        "lab02_factorised": format_lines(comparison["runs"]["skipgram"]),
        "lab02_ratios": format_ratios(comparison["ratios"]),
        "lab02_fit": f"Over pairs counted 10 times or more the two sides correlate {fit}.",
        "lab02_oov": f"```text\n{comparison['unknown']}\n```",
        "lab02_senses": f"```text\n{comparison['senses']}\n```",
    }


def speed_table(speed: dict[str, Any]) -> str:
    """GloVe's short run beside the C program, measured in the same run."""
    runs, theirs = speed["runs"], speed["c"]
    training = statistics.mean(run["seconds"] for run in runs)
    counting = statistics.median(each["seconds"] for each in speed["counting"])
    epochs = sorted({run["epoch"] for run in runs})
    passed = f"GloVe (this lab), after epoch {' or '.join(map(str, epochs))} of {speed['epochs']}"
    times = [theirs["seconds"] / training, theirs["counting_seconds"] / counting]
    rows = [
        [passed, *(figure(key, [run[key] for run in runs]) for key in TO_PASS), f"{training:.1f}", f"{counting:.1f}"],
    ]
    for kept, seconds in (("origin moved", f"{theirs['seconds']:.0f}"), ("as trained", "the same")):
        cells = [figure(key, [theirs[kept][key]]) for key in TO_PASS]
        rows.append([f"C, 25 iterations, {kept}", *cells, seconds, f"{theirs['counting_seconds']:.1f}"])
    rows.append(["times as fast", *[""] * len(TO_PASS), *(f"{value:.1f}" for value in times)])
    return markdown(["", *(SCORES[key] for key in TO_PASS), "training s", "counting s"], rows)


def whole_table(whole: dict[str, Any]) -> str:
    """FastText on the whole corpus beside the fasttext package."""
    held_out = {f"{name}.rho": f"{BENCHMARKS[name].title} ρ" for name in OTHER_SETS}
    ours = [run for name, run in whole["runs"].items() if name != PEER]
    peer = whole["runs"][PEER]
    rows = []
    for key, title in (SCORES | held_out | RESOURCES).items():
        rows.append([title, figure(key, [run.get(key) for run in ours]), figure(key, [peer.get(key)])])
    times = peer["seconds"] / statistics.mean(run["seconds"] for run in ours)
    rows.append(["times as fast", f"{times:.1f}", "1"])
    return markdown([f"{whole['corpus']}, {whole['tokens']:,} tokens", "FastText (this lab)", PEER], rows)


REPORT = Report(
    pages=("README.md", "lab02_glove_fasttext/WALKTHROUGH.md", "reports/lab02.md"),
    tables=tables,
    record="lab02.json",
    measurements={
        "comparison": measure_comparison,
        "inflections": measure_inflections,
        "sweep": measure_sweep,
        "speed": measure_speed,
        "whole": measure_whole,
    },
)

if __name__ == "__main__":
    run_command(REPORT.build_parser(__doc__, data=True), REPORT.run, place="root")
