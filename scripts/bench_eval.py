"""Lab 3 against gensim: loading vectors and answering Google's analogy questions, side by side in one run.

    python scripts/bench_eval.py --json reports/bench_eval.json

Every measurement is a process of its own, the two libraries take turns, and medians are compared. Seconds count from
after the imports, and peak memory is counted without what the process held by then.

Loading is timed with random numbers over 70,000 words, since its speed does not depend on what they mean. That of the
questions does: the search passes over words that cannot be nearest, and how many these are is in the vectors. They are
answered with vectors that Lab 1's quick preset trains on wiki8 for the purpose, or with `--vectors`. gensim, which
needs minutes for the questions, answers them in three rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, number, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.files import demand_writable, write_json

import numpy as np

from lab01_word2vec.text import WIKI8
from lab03_eval.benchmarks import find, read_questions
from lab03_eval.eval_embeddings import evaluate_analogies
from lab03_eval.vectors import WordVectors
from scripts.processes import peak_bytes, run_python

ROOT = Path(__file__).resolve().parents[1]
SEED = 1
GENSIM_ROUNDS = 3  # of the questions, at most


def load(library: str, path: str) -> dict[str, float]:
    """Seconds of reading the file, and peak memory above imports as a multiple of the matrix."""
    if library == "gensim":
        from gensim.models import KeyedVectors

    imports, started = peak_bytes(), time.perf_counter()
    if library == "gensim":
        matrix = KeyedVectors.load_word2vec_format(path, binary=path.endswith(".bin")).vectors
    else:
        matrix = WordVectors.load(path).matrix
    return {"seconds": time.perf_counter() - started, "peak_matrices": (peak_bytes() - imports) / matrix.nbytes}


def analogies(library: str, path: str) -> dict[str, float]:
    """Seconds of answering all of Google's questions with every word a candidate; the file is loaded before."""
    file = find("google")
    vectors = WordVectors.load(path)
    if library == "gensim":
        theirs = vectors.to_gensim()
        started = time.perf_counter()
        _, sections = theirs.evaluate_word_analogies(str(file), restrict_vocab=len(vectors))
        seconds = time.perf_counter() - started
        used = len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])
        return {"seconds": seconds, "used": used, "correct": len(sections[-1]["correct"])}
    started = time.perf_counter()
    scores = evaluate_analogies(vectors, read_questions(file))
    return {"seconds": time.perf_counter() - started, "used": scores["used"], "correct": scores["correct"]}


def make(shape: str, path: str) -> dict[str, float]:
    """Write random vectors of a shape like 70000x300, in a child, too, since children may inherit the peak of this."""
    size, dim = map(int, shape.split("x"))
    rows = np.random.default_rng(SEED).standard_normal((size, dim), dtype=np.float32)
    WordVectors([f"word{place}" for place in range(size)], rows).save(path)
    return {}


TASKS = {"make": make, "load": load, "analogies": analogies}


def in_child(task: str, what: str, path: Path) -> dict[str, float]:
    return json.loads(run_python(__file__, "--child", task, what, path, stdout=subprocess.PIPE, text=True))


def compare(title: str, task: str, path: Path, rounds: int, gensim_rounds: int) -> dict[str, Any]:
    """Both libraries in turn: all records, the medians and the ratio of the medians."""
    records: dict[str, list[dict[str, float]]] = {"ours": [], "gensim": []}
    for done in range(rounds):
        records["ours"].append(in_child(task, "ours", path))
        if done < gensim_rounds:
            records["gensim"].append(in_child(task, "gensim", path))
    seconds = {library: statistics.median(record["seconds"] for record in each) for library, each in records.items()}
    result = records | {"median_seconds": seconds, "ratio": seconds["gensim"] / seconds["ours"]}
    print(f"{title:<32}{seconds['ours']:9.2f} s{seconds['gensim']:9.2f} s{result['ratio']:9.1f} ×", end="", flush=True)
    if task == "load":
        peaks = {library: max(record["peak_matrices"] for record in each) for library, each in records.items()}
        result["peak_matrices"] = peaks
        print(f"   peak {peaks['ours']:.2f} and {peaks['gensim']:.2f} times the matrix")
    else:
        ours, theirs = records["ours"][0], records["gensim"][0]
        print(
            f"   {ours['used']:,} and {theirs['used']:,} answered, {ours['correct']} and {theirs['correct']} correctly"
        )
    return result


def bench(args: argparse.Namespace) -> dict[str, Any]:
    print(f"{'':<32}{'ours':>11}{'gensim':>11}{'gensim/ours':>12}")
    results: dict[str, Any] = {"rounds": args.rounds}
    with tempfile.TemporaryDirectory() as scratch:
        wide, large = Path(scratch, "wide.bin"), Path(scratch, "large.txt")
        in_child("make", "70000x300", wide)
        results["load_bin"] = compare("load 70k × 300 .bin", "load", wide, args.rounds, args.rounds)
        asked, whose = Path(args.vectors or Path(scratch, "vectors.bin")), "your vectors"
        if not args.vectors:
            whose = "vectors of Lab 1's quick preset"
            quick = ("--data", WIKI8, "--preset", "quick", "--out", scratch)
            run_python(ROOT / "lab01_word2vec" / "solution.py", *quick, stdout=subprocess.DEVNULL)
        gensim_rounds = min(GENSIM_ROUNDS, args.rounds)
        results["analogies"] = compare("Google questions", "analogies", asked, args.rounds, gensim_rounds)
        results["analogies"]["vectors"] = whose
        if args.large:
            in_child("make", "1000000x300", large)
            results["load_text"] = compare("load 1M × 300 .txt", "load", large, 1, 1)
    return results


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--vectors", metavar="FILE", help="answer the questions with these vectors")
    parser.add_argument("--rounds", type=number(int, 1, 1000), default=5)
    parser.add_argument("--large", action="store_true", help="also 1M × 300 as text: 4 GB of disk, minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure, unrounded")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser


def run(args: argparse.Namespace) -> None:
    if args.child:
        task, what, path = args.child
        print(json.dumps(TASKS[task](what, path)))
        return
    if args.json:
        demand_writable(args.json.parent)  # said before minutes of work
    results = bench(args)
    if args.json:
        write_json(args.json, results)


if __name__ == "__main__":
    run_command(build_parser(), run, place="json")
