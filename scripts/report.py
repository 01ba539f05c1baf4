"""Measure Lab 1 and write its tables: reports/lab01.json, reports/lab01.md, and the tables in README and WALKTHROUGH.

    python scripts/report.py                          everything below on wiki8, about an hour on 2 cores
    python scripts/report.py --data data/text8        the same on text8, into reports/text8/ and its places in the pages
    python scripts/report.py --only lab bugs          these measurements; the others keep their figures
    python scripts/report.py --only                   none: only write the tables again from the JSON
    python scripts/report.py --check                  write nothing; are the tables what the JSON gives?

Measurements: `lab` (the preset with seeds 1 to 3, also on held-out sets), `bugs` (one fault at a time,
with fewer epochs), `sample` (both engines, on a text that needs no download), `numpy` (the command of numpy_sgns.py).
The tables of speed come from reports/bench.json, which scripts/bench.py measures.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.devices import choose_device
from wordlab.tables import figure, finite, markdown

import torch

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.demo import describe
from lab01_word2vec.kept import keep_vectors, make_trainer
from lab01_word2vec.options import ENGINES, build_parser, configure
from lab01_word2vec.solution import FREQUENT, analogy, nearest
from lab01_word2vec.text import SAMPLE, WIKI8, Text
from lab01_word2vec.training import Run
from lab03_eval.benchmarks import CORE, HELD_OUT
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.pictures.plots import draw_families
from lab03_eval.vectors import WordVectors
from scripts.bench import KEPT as KEPT_BY_BOTH
from scripts.faults import FAULTS, Fault
from scripts.peers import GENSIM_FILE
from scripts.processes import run_python
from scripts.report_best import SHORT, SHORT_SPELT, training_seconds
from scripts.reporting import CHECKS, ROOT, Report, demand_sets, folder, load, over_rounds, row

SCORES = {
    "wordsim353.rho": "WordSim-353 ρ",
    "simlex999.rho": "SimLex-999 ρ",
    "google.full.accuracy": "Google full %",
    "google.top30k.accuracy": "Google top30k %",
}
# Ways of keeping vectors that are compared: title, and the arguments of keep_vectors.
KEPT: dict[str, tuple] = {
    "in": ("in",),
    "sum": ("sum",),
    "centred, all of out": ("centred", 1.0),
    "centred": ("centred",),
    "flattened": ("flattened",),
}
LAST = list(KEPT)[-1]  # the command's default
BUG_EPOCHS, BUG_LR = 1, 0.5
SAMPLE_EPOCHS = 10
Runs = dict[str, dict[str, Any]]  # by title, what `train_once` recorded


# Measurements


def train_once(corpus: Corpus, *options: str, fault: Fault | None = None) -> tuple[dict[str, Any], WordVectors]:
    """Train with the given options of Lab 1's command.

    Returns the record, which has the scores of each way of keeping vectors, and the vectors that the command keeps.
    """
    args = build_parser().parse_args(list(options))
    device, precision = choose_device(args.device, args.precision)
    config = configure(args, corpus, str(precision).removeprefix("torch."))
    torch.set_num_threads(args.threads)

    trainer = make_trainer(config, corpus.counts, device)
    if fault:
        assert isinstance(trainer, BlockTrainer)
        fault(trainer, corpus.counts)
    with tempfile.TemporaryDirectory() as scratch:
        trained = Run(trainer, corpus.ids, config, Path(scratch)).train()
    # The precision is the configuration's, because the pair engine does not take the one that was chosen.
    record = {"config": asdict(config), "precision": config.precision, "device": device.type, **trained}
    for title, kept in KEPT.items():
        vectors = WordVectors(corpus.words, keep_vectors(*trainer.embeddings(), *kept))
        record[title] = score(vectors)
    scores = " ".join(f"{record[LAST][key]:.3f}" for key in SCORES)
    print(f"{' '.join(options)}: {record['seconds']:.0f} s, {scores}", flush=True)
    return record, vectors  # the last way is the command's


def score(vectors: WordVectors) -> dict[str, Any]:
    results = evaluate(vectors, CORE + HELD_OUT)
    return {key: results.get(key) for key in (*SCORES, *CHECKS)} | royals(vectors)


def royals(vectors: WordVectors) -> dict[str, int]:
    """The rank of queen, from 1, among king's neighbours and the answers to king − man + woman; 0 if it is in neither.

    Nothing is returned where one of the four words is unknown.
    """
    if not all(word in vectors for word in ("king", "queen", "man", "woman")):
        return {}
    near = [word for word, _ in nearest(vectors, "king", 1000)]
    answers = [word for word, _ in analogy(vectors, "man", "king", "woman", 1000)]
    ranked = {"queen_near_king": near, "queen_as_answer": answers}
    return {name: found.index("queen") + 1 if "queen" in found else 0 for name, found in ranked.items()}


def recorded(corpus: Corpus, started: float, runs: Runs) -> dict[str, Any]:
    """What every measurement but numpy's keeps."""
    return {
        "corpus": corpus.name,
        "tokens": corpus.tokens,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "seconds": time.perf_counter() - started,
        "runs": runs,
    }


def measure_lab(args: argparse.Namespace) -> dict[str, Any]:
    """The preset with three seeds. The first is also drawn, and asked what the command asks it."""
    demand_sets(CORE + HELD_OUT)
    corpus, started = load_corpus(args.data), time.perf_counter()
    runs: Runs = {}
    shown: dict[str, str] = {}
    for seed in (1, 2, 3):
        runs[f"seed {seed}"], vectors = train_once(corpus, "--preset", "lab", "--seed", str(seed))
        if seed == 1:
            picture = folder(args.root, Text(args.data).name) / "neighbours.png"
            draw_families(vectors, picture, f"word2vec, lab preset, {corpus.name}", seed=seed)
            shown = {"demo": describe(vectors, FREQUENT)}
    return shown | recorded(corpus, started, runs)


def measure_faults(args: argparse.Namespace) -> dict[str, Any]:
    """The reference and each fault alone, from the same seed."""
    corpus, started = load_corpus(args.data), time.perf_counter()
    epochs = ("--epochs", str(BUG_EPOCHS), "--lr", str(BUG_LR))
    return recorded(
        corpus, started, {name: train_once(corpus, *epochs, fault=fault)[0] for name, fault in FAULTS.items()}
    )


def measure_sample(args: argparse.Namespace) -> dict[str, Any]:
    """Both engines on the text that gensim carries."""
    corpus, started = load_corpus(SAMPLE), time.perf_counter()
    epochs = ("--epochs", str(SAMPLE_EPOCHS))
    return recorded(corpus, started, {engine: train_once(corpus, "--engine", engine, *epochs)[0] for engine in ENGINES})


def measure_numpy(args: argparse.Namespace) -> dict[str, Any]:
    """The command of the NumPy page, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        run_python(ROOT / "lab01_word2vec" / "numpy_sgns.py", "--data", args.data, "--out", out)
        return json.loads(Path(out, "run.json").read_text(encoding="utf-8"))


# Tables


def kept_scores(runs: Runs, kept: str = LAST) -> list[dict[str, Any]]:
    return [run[kept] for run in runs.values()]


def scores_table(results: dict[str, Any], bench: dict[str, Any], best: dict[str, Any]) -> str:
    """The presets, and gensim where it was measured."""
    keys = [*SCORES, *CHECKS]
    rows = []
    if "lab" in results:
        runs = results["lab"]["runs"]
        seconds = statistics.mean(run["seconds"] for run in runs.values())
        title = f"lab ({results['lab']['corpus']})"
        rows.append([*row(title, kept_scores(runs), keys), figure("seconds", [seconds])])
    for way in (SHORT, SHORT_SPELT) if best else ():
        found = list(best["runs"].values())
        seconds = statistics.mean(training_seconds(run, way) for run in found)
        title = f"{way} ({best['corpus']})"
        rows.append([*row(title, [run["rows"][way] for run in found], keys), figure("seconds", [seconds])])
    for way in KEPT_BY_BOTH if bench else ():
        gensim = bench["trainers"][GENSIM_FILE]
        seconds = statistics.median(run["training_seconds"] for run in gensim)
        title = f"gensim, {way} ({bench['corpus']}, runs: {len(gensim)})"
        rows.append([*row(title, [run[way] for run in gensim], keys), figure("seconds", [seconds])])
    return markdown(["vectors", *SCORES.values(), *CHECKS.values(), "training s"], rows)


def lab_tables(lab: dict[str, Any]) -> dict[str, str]:
    """What only the lab preset is asked: the demo, the ways of keeping vectors, and where queen is."""
    ranks = {
        "queen_near_king": "rank of queen near king",
        "queen_as_answer": "rank of queen for king − man + woman",
    }
    kept = [row(title, kept_scores(lab["runs"], title), [*SCORES, *CHECKS]) for title in KEPT]
    royal = [[seed, *(str(run[LAST].get(key, "–")) for key in ranks)] for seed, run in lab["runs"].items()]
    return {
        "demo": f"```text\n{lab['demo']}\n```",
        "kept": markdown(["vectors", *SCORES.values(), *CHECKS.values()], kept),
        "royals": markdown(["lab preset", *ranks.values()], royal),
    }


def numpy_table(page: dict[str, Any], lab: dict[str, Any]) -> str:
    """The NumPy page beside the lab preset's first seed, the same vectors kept."""
    run = lab["runs"]["seed 1"]
    sides = {
        f"numpy_sgns.py ({page['corpus']})": (page["scores"], page["training_seconds"]),
        f"lab ({lab['corpus']}), the same vectors kept": (run["centred, all of out"], run["seconds"]),
    }
    rows = [
        [*row(title, [scores], [*SCORES]), figure("seconds", [seconds])] for title, (scores, seconds) in sides.items()
    ]
    return markdown(["seed 1", *SCORES.values(), "training s"], rows)


def speed_tables(bench: dict[str, Any]) -> dict[str, str]:
    """What scripts/bench.py measured of each trainer, the ratios of one round's times, and the times to quality."""
    speeds: list[list[str]] = []
    scores: list[list[str]] = []
    for name, runs in bench["trainers"].items():
        speed, peak, read = (
            statistics.median(run.get(key, math.nan) for run in runs)
            for key in ("words_per_second", "peak_mb_above_imports", "reading_seconds")
        )
        memory = f"{peak:.0f}" if finite(peak) else "–"
        trained = over_rounds([run["training_seconds"] for run in runs])
        speeds.append([name, *trained, f"{read:.1f}", f"{speed / 1e6:.2f}", memory])
        for way in KEPT_BY_BOTH:
            if way in runs[0]:
                scores.append(row(f"{name}: {way}", [run[way] for run in runs], [*SCORES, *CHECKS]))
    ratios = [[name, *over_rounds(times)] for name, times in bench["ratios"].items()]
    quality = [quality_row(name, found, bench["rounds"]) for name, found in bench["quality"].items()]
    over = f"range over {bench['rounds']} rounds" if bench["rounds"] > 1 else "one round"
    speed_header = ["trainer", "training s", over, "reading s", "M words/s", "peak MB above imports"]
    quality_header = ["to gensim's", "schedule", "reached in", "gensim, s", "ours, s", "times as fast", "range"]
    return {
        "speed": markdown(speed_header, speeds),
        "raced": markdown(["trainer: vectors kept", *SCORES.values(), *CHECKS.values()], scores),
        "ratios": markdown(["training", "times as fast", over], ratios),
        "quality": markdown(quality_header, quality),
    }


def quality_row(target: str, found: list[dict[str, Any]], rounds: int) -> list[str]:
    """The times to one target, over the rounds in which a schedule reached it."""
    reached = f"{len(found)} of {rounds} rounds"
    if not found:
        return [target, "–", reached, "–", "–", "–", "–"]
    schedules = sorted({f"{each['epochs']} epochs, lr {each['lr']:g}, K {each['shared']}" for each in found})
    seconds = [statistics.median(each[key] for each in found) for key in ("gensim_seconds", "seconds")]
    times = [each["gensim_seconds"] / each["seconds"] for each in found]
    return [target, " or ".join(schedules), reached, *(f"{each:.1f}" for each in seconds), *over_rounds(times)]


def tables(root: Path, corpus: str = WIKI8) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    results, bench = load(root, "lab01.json", corpus), load(root, "bench.json", corpus)
    best = load(root, "best.json", corpus).get("ablation", {})
    made = {"scores": scores_table(results, bench, best)}
    if "lab" in results:
        made |= lab_tables(results["lab"])
    for name, kind, kept in (("bugs", "fault", LAST), ("sample", "engine, vectors centred", "centred")):
        if name in results:
            rows = [row(title, [run[kept]], [*SCORES]) for title, run in results[name]["runs"].items()]
            made[name] = markdown([kind, *SCORES.values()], rows)
    if "numpy" in results and "lab" in results:
        made["numpy"] = numpy_table(results["numpy"], results["lab"])
    return made | (speed_tables(bench) if bench else {})


REPORT = Report(
    pages=("README.md", "lab01_word2vec/WALKTHROUGH.md", "reports/lab01.md"),
    tables=tables,
    record="lab01.json",
    measurements={
        "lab": measure_lab,
        "bugs": measure_faults,
        "sample": measure_sample,
        "numpy": measure_numpy,
    },
)

if __name__ == "__main__":
    run_command(REPORT.build_parser(__doc__, data=True), REPORT.run, place="root")
