"""Lab 1 against gensim's Word2Vec on one corpus at equal settings, in turn, in one run.

    python scripts/bench.py --data data/text8 --json reports/bench.json

Each trainer is a process of its own, so that its peak memory is its own; "above imports" subtracts what the
process held once everything was imported. Equal settings: skip-gram, d100, window 5, 5 negatives, sample
1e-4, min_count 5, 5 epochs, 2 threads. Differences that remain: gensim draws negatives for every pair and
skips one that equals the positive, cuts the corpus into sentences of 10,000 words, and is not reproducible
with two workers; blocks shares its negatives within a block and counts every one as drawn. Time to quality:
the training seconds a schedule needs to reach, on WordSim-353 and full analogies at once, the scores gensim
has after its 5 epochs in the same run; ours tries 1, 2, 3 … epochs, each a whole run with its own decay.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.benchmarks import CORE, HELD_OUT  # noqa: E402
from lab03_eval.eval_embeddings import evaluate  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing  # noqa: E402

SCORES = ["wordsim353.rho", "simlex999.rho", "google.full.accuracy", "google.top30k.accuracy"]
TTQ_SCORES = ["wordsim353.rho", "google.full.accuracy"]


def peak_mb() -> float:
    """This process's peak resident memory.

    On Linux the kernel's VmHWM, since ru_maxrss starts from the parent's; elsewhere ru_maxrss, bytes on macOS.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def train_gensim(data: str, out: str, seed: int, threads: int, epochs: int) -> dict[str, float]:
    from gensim.models import Word2Vec

    from lab01_word2vec.corpus import read_pieces, split_words

    class Sentences:
        """Streams the corpus in sentences of gensim's longest, 10,000 words, as its Text8Corpus does."""

        def __iter__(self):
            rest = []
            for words in split_words(read_pieces(data)):
                rest += words
                while len(rest) >= 10_000:
                    yield rest[:10_000]
                    del rest[:10_000]
            yield rest

    imports = peak_mb()
    started = time.perf_counter()
    model = Word2Vec(
        sg=1, vector_size=100, window=5, negative=5, sample=1e-4, min_count=5, workers=threads, epochs=epochs, seed=seed
    )
    model.build_vocab(Sentences())
    trained_from = time.perf_counter()
    model.train(Sentences(), total_examples=model.corpus_count, epochs=epochs)
    ended = time.perf_counter()
    peak = peak_mb()
    WordVectors.from_gensim(model.wv).save(out)
    words = model.corpus_total_words * epochs
    return _record(started, trained_from, ended, words, peak - imports)


def train_lab01(
    data: str, out: str, seed: int, threads: int, epochs: int, engine: str, *options: str
) -> dict[str, float | str]:
    import torch

    from lab01_word2vec import solution
    from lab01_word2vec.corpus import load_corpus

    arguments = ["--data", data, "--seed", str(seed), "--engine", engine, "--epochs", str(epochs), *options]
    args = solution.build_parser().parse_args(arguments)
    torch.set_num_threads(threads)
    device, precision = solution.choose_device("cpu", args.precision)
    imports = peak_mb()
    started = time.perf_counter()
    corpus = load_corpus(data, args.min_count)
    config = solution.resolve_config(args, corpus.tokens)
    trained_from = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        views, _ = solution.train_views(corpus, config, device, precision, Path(scratch))
    ended = time.perf_counter()
    peak = peak_mb()
    WordVectors(corpus.words, solution.keep_vectors(views, args.keep)).save(out)
    record = _record(started, trained_from, ended, len(corpus.ids) * epochs, peak - imports)
    return record | {"precision": str(precision).removeprefix("torch.")}


def _record(started: float, trained_from: float, ended: float, words: int, memory: float) -> dict[str, float]:
    return {
        "reading_seconds": trained_from - started,
        "training_seconds": ended - trained_from,
        "words_per_second": words / (ended - trained_from),
        "peak_mb_above_imports": memory,
    }


def in_child(trainer: str, args: argparse.Namespace, epochs: int, options: list[str]) -> dict[str, Any]:
    """Train in a child process and score its vectors here."""
    with tempfile.TemporaryDirectory() as scratch:
        vectors, record = Path(scratch, "vectors.bin"), Path(scratch, "record.json")
        command = [
            sys.executable,
            __file__,
            "--data",
            args.data,
            "--seed",
            str(args.seed),
            "--threads",
            str(args.threads),
        ]
        command += ["--child", trainer, str(epochs), str(vectors), str(record), *options]
        subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": str(args.threads)}, stdout=sys.stderr)
        scores = evaluate(WordVectors.load(vectors), CORE + HELD_OUT)
        kept = [*SCORES, *(f"{name}.rho" for name in HELD_OUT)]
        return json.loads(record.read_text()) | {key: scores.get(key) for key in kept}


def whole_command(args: argparse.Namespace) -> float:
    """Seconds of Lab 1's command as a user runs it: imports, reading, training, demo, scores, files."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, str(ROOT / "lab01_word2vec" / "solution.py"), "--data", args.data]
        command += ["--out", scratch, "--threads", str(args.threads), "--seed", str(args.seed)]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def show(name: str, record: dict[str, Any]) -> None:
    scores = " ".join(f"{key.removesuffix('.accuracy').removesuffix('.rho')} {record[key]:.3f}" for key in SCORES)
    print(
        f"{name:<22}{record['training_seconds']:8.1f} s {record['words_per_second'] / 1e6:6.2f} M words/s"
        f"{record['peak_mb_above_imports']:7.0f} MB above imports   {scores}",
        flush=True,
    )


def bench(args: argparse.Namespace) -> dict:
    """All rounds: every trainer's records, and the ratios to gensim's training in the same round."""
    trainers: dict[str, tuple[str, int, list[str]]] = {"gensim": ("gensim", 5, []), "blocks": ("blocks", 5, [])}
    if not args.short:
        trainers |= {
            "blocks float32": ("blocks", 5, ["--precision", "float32"]),
            "pairs, 1 epoch": ("pairs", 1, []),
        }
    results: dict = {"corpus": Path(args.data).stem, "seed": args.seed, "threads": args.threads, "epochs": 5}
    results |= {"rounds": args.rounds, "schedule": args.schedule}
    print(f"corpus {results['corpus']}, seed {args.seed}, {args.threads} threads, 5 epochs, d100", flush=True)
    records: dict[str, list[dict]] = {name: [] for name in trainers}
    ratios: dict[str, list[float]] = {name: [] for name in trainers if name != "gensim"}
    schedules = range(1, 6)  # epochs to try; later rounds start from the first that was enough
    for number in range(args.rounds):
        for name, (trainer, epochs, options) in list(trainers.items())[: 2 if number else None]:
            records[name].append(in_child(trainer, args, epochs, options))
            show(name, records[name][-1])
            if name != "gensim":
                speeds = (records[each][-1]["words_per_second"] for each in (name, "gensim"))
                ratios[name].append(next(speeds) / next(speeds))
        gensim = records["gensim"][-1]
        ratios.setdefault("whole command", []).append(gensim["training_seconds"] / whole_command(args))
        for epochs in schedules:
            quick = in_child("blocks", args, epochs, args.schedule.split())
            show(f"blocks, {epochs} epochs", quick)
            if all(quick[key] >= gensim[key] for key in TTQ_SCORES):
                name, schedules = f"time to quality ({epochs} epochs)", range(epochs, 6)
                records.setdefault(name, []).append(quick)
                ratios.setdefault(name, []).append(gensim["training_seconds"] / quick["training_seconds"])
                break
    results |= {"trainers": records, "ratios": ratios}
    for name, values in ratios.items():
        print(f"{name}: {median_and_range(values)} times as fast as gensim's training")
    return results


def median_and_range(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/text8")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--schedule", default="", help="options of the time-to-quality runs")
    parser.add_argument("--rounds", type=int, default=1, help="of gensim and blocks: a machine's speed varies")
    parser.add_argument("--short", action="store_true", help="leave out float32 and the pair engine")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        trainer, epochs, vectors, record, *options = args.child
        train = train_gensim if trainer == "gensim" else train_lab01
        engine = [] if trainer == "gensim" else [trainer, *options]
        Path(record).write_text(json.dumps(train(args.data, vectors, args.seed, args.threads, int(epochs), *engine)))
        return
    results = bench(args)
    if args.json:
        with replacing(args.json) as temporary:
            temporary.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
