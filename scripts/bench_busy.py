"""How long a training step takes on a machine that also does other things: reports/busy.json, reports/lab01.md.

    python scripts/bench_busy.py              about fifteen minutes; leave the machine alone meanwhile
    python scripts/bench_busy.py --only       measure nothing: write the tables again from the JSON

Threads that finish early wait for the others at the end of every parallel loop. OpenMP lets them spin there, which is
quickest alone, but beside other work they spin away the time that the slower thread needs. The measurement times Lab
1's steps with several lengths of spinning, alone and beside other processes. Then it times whole trainings, also with
what waits less: one thread, which waits for none, and ranks, which wait for each other's rows and not at every loop.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.tables import markdown

from lab01_word2vec.text import WIKI8
from scripts.reporting import ROOT, Report, load, over_rounds
from scripts.scaling import train

STEPS = 100
WAITING = {
    "OpenMP's own": {"GOMP_SPINCOUNT": "300000"},  # libgomp's default
    "the labs' (10,000 spins)": {"GOMP_SPINCOUNT": "10000"},
    "no spinning": {"OMP_WAIT_POLICY": "PASSIVE"},
}
BUSY = "while True: pass"
ROUNDS = 3
USUAL = "2 threads, the default"
# Ranks and threads of each.
WAYS = {USUAL: (1, 2), "`--threads 1`": (1, 1), "torchrun, 2 ranks of 1 thread": (2, 1)}
# Lab 1's trainer on the beginning of wiki8: prints the milliseconds of each step, or trains until it is killed.
TRAIN = """
import itertools, json, sys, time
import wordlab
import torch
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.kept import make_trainer
from lab01_word2vec.options import build_parser, configure
from wordlab.devices import choose_device
args = build_parser().parse_args(["--data", "wiki8"])
torch.set_num_threads(args.threads)
device, precision = choose_device("cpu", "auto")
corpus = load_corpus("wiki8", limit=3_000_000)
trainer = make_trainer(configure(args, corpus, str(precision).removeprefix("torch.")), corpus.counts, device)
print("ready", flush=True)
steps, seconds = int(sys.argv[1]), []
for number, (batch, _) in enumerate(itertools.chain.from_iterable(trainer.batches(corpus.ids, e) for e in range(999))):
    if number == steps + 20:
        break
    started = time.perf_counter()
    trainer.step(batch, 0.5, False)
    seconds.append(time.perf_counter() - started)
print(json.dumps([1000 * each for each in seconds[20:]]))
"""


def start(program: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A process in a session of its own, because Linux divides the cores among sessions before processes.

    Work beside a training usually comes from another terminal or window, which is another session.
    """
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


@contextlib.contextmanager
def beside(others: list[subprocess.Popen[str]]) -> Iterator[None]:
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def another_job() -> subprocess.Popen[str]:
    """A training with OpenMP's own waiting, once it trains."""
    job = start(TRAIN, str(10**9), **WAITING["OpenMP's own"])
    assert job.stdout is not None
    job.stdout.readline()
    return job


LOADS = {
    "alone": list,
    "one busy process": lambda: [start(BUSY)],
    "two busy processes": lambda: [start(BUSY), start(BUSY)],
    "another training": lambda: [another_job()],
}
APART = ("alone", "two busy processes")  # of LOADS, those beside which whole trainings are timed


def measure_steps(args: argparse.Namespace) -> dict[str, Any]:
    """The mean milliseconds of a step, by load and by how threads wait."""
    found: dict[str, Any] = {}
    for load_name, others in LOADS.items():
        with beside(others()):
            for waiting, environment in WAITING.items():
                output = start(TRAIN, str(STEPS), **environment).communicate()[0]
                steps = json.loads(output.splitlines()[-1])
                found.setdefault(load_name, {})[waiting] = sum(steps) / len(steps)
                print(f"{load_name}, {waiting}: {found[load_name][waiting]:.1f} ms", flush=True)
    return {"cores": os.cpu_count(), "steps": STEPS, "milliseconds": found}


def measure_trainings(args: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    """The seconds of each round's training by the quick preset, by way and by load."""
    found: dict[str, dict[str, list[float]]] = {way: {name: [] for name in APART} for way in WAYS}
    for _ in range(ROUNDS):
        for load_name in APART:
            with beside(LOADS[load_name]()):
                for way, (ranks, threads) in WAYS.items():
                    with tempfile.TemporaryDirectory() as out:
                        quick = ("--data", WIKI8, "--preset", "quick")
                        seconds = train(*quick, out=Path(out), ranks=ranks, threads=threads)["seconds"]
                    found[way][load_name].append(seconds)
                    print(f"{load_name}, {way}: {seconds:.1f} s", flush=True)
    return found


def tables(root: Path) -> dict[str, str]:
    found = load(root, "busy.json")
    tables = {"busy": steps_table(found["steps"])} if "steps" in found else {}
    return tables | ({"busy_trainings": trainings_table(found["trainings"])} if "trainings" in found else {})


def steps_table(found: dict[str, Any]) -> str:
    rows = [[name, *(f"{each[waiting]:.1f}" for waiting in WAITING)] for name, each in found["milliseconds"].items()]
    return markdown([f"ms per step, {found['cores']} cores", *WAITING], rows)


def trainings_table(found: dict[str, dict[str, list[float]]]) -> str:
    """Medians with ranges, and each beside other work as a multiple of the default alone."""
    usual = statistics.median(found[USUAL][APART[0]])
    rows = []
    for way, seconds in found.items():
        cells = ["{} ({})".format(*over_rounds(each, digits=0)) for each in seconds.values()]
        rows.append([way, *cells, f"{statistics.median(seconds[APART[-1]]) / usual:.1f}"])
    return markdown(["training, s", *APART, "times the default alone"], rows)


REPORT = Report(
    pages=("reports/lab01.md",),
    tables=tables,
    record="busy.json",
    measurements={"steps": measure_steps, "trainings": measure_trainings},
)

if __name__ == "__main__":
    run_command(REPORT.build_parser(__doc__), REPORT.run, place="root")
