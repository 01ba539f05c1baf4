"""Measure Lab 1 and write its tables: reports/lab01.json, reports/lab01.md, and the tables in README and WALKTHROUGH.

    python scripts/report.py --data data/text8        everything below, about an hour on 2 cores
    python scripts/report.py --only lab bugs          these measurements; the others keep their figures
    python scripts/report.py --only                   none: only write the tables again from the JSON

Measurements: `lab` and `best` (presets, seeds 1 to 3, also on held-out sets), `bugs` (one fault at a time,
fewer epochs), `sample` (both engines without a download), `numpy` (the command of numpy_sgns.py).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab01_word2vec import blocks, corpus, solution  # noqa: E402
from lab03_eval.benchmarks import BENCHMARKS, CORE, HELD_OUT  # noqa: E402
from lab03_eval.eval_embeddings import evaluate  # noqa: E402
from lab03_eval.plots import draw_families  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing  # noqa: E402
from scripts.tables import REPORTS, insert, load, table  # noqa: E402

SCORES = {
    "wordsim353.rho": "WordSim-353 ρ",
    "simlex999.rho": "SimLex-999 ρ",
    "google.full.accuracy": "Google full %",
    "google.top30k.accuracy": "Google top30k %",
}
CHECKS = {f"{name}.rho": f"{BENCHMARKS[name].title} ρ" for name in HELD_OUT}
# Ways of keeping vectors that are compared: title, and the arguments of keep_vectors.
KEPT: dict[str, tuple] = {
    "in": ("in",),
    "sum": ("sum",),
    "centred, all of out": ("centred", 1.0),
    "centred": ("centred",),
}
BUG_EPOCHS = 1
Fault = Callable[[blocks.BlockTrainer, np.ndarray], None]  # breaks a trainer in one place


def train_once(data: corpus.Corpus, *options: str, fault: Fault | None = None) -> dict:
    """Train with the given command-line options; scores for each way of keeping vectors, seconds, losses."""
    args = solution.build_parser().parse_args(list(options))
    config = solution.resolve_config(args, data.tokens)
    device, precision = solution.choose_device(args.device, args.precision)
    torch.set_num_threads(args.threads)

    def make(*arguments: Any) -> blocks.BlockTrainer | solution.PairTrainer:
        trainer = solution.make_trainer(*arguments)
        if fault:
            assert isinstance(trainer, blocks.BlockTrainer)
            fault(trainer, data.counts)
        return trainer

    with tempfile.TemporaryDirectory() as scratch:
        views, trained = solution.train_views(data, config, device, precision, Path(scratch), make=make)
    record = {"config": config, "precision": str(precision), "device": device.type, **trained}
    for title, kept in KEPT.items():
        vectors = WordVectors(data.words, solution.keep_vectors(views, *kept))
        record[title] = score(vectors)
    record["vectors"] = vectors  # the last, centred: what the command keeps
    show(" ".join(options), record)
    return record


def score(vectors: WordVectors) -> dict[str, Any]:
    results = evaluate(vectors, CORE + HELD_OUT)
    return {key: results.get(key) for key in (*SCORES, *CHECKS)} | royals(vectors)


def royals(vectors: WordVectors) -> dict[str, float]:
    """Where queen stands among king's neighbours and the answers to king − man + woman, 1 being first."""
    if not all(word in vectors for word in ("king", "queen", "man", "woman")):
        return {}
    near = [word for word, _ in solution.nearest(vectors, "king", 1000)]
    answers = [word for word, _ in solution.analogy(vectors, "man", "king", "woman", 1000)]
    return {name: found.index("queen") + 1 if "queen" in found else 0 for name, found in
            (("queen_near_king", near), ("queen_as_answer", answers))}  # fmt: skip


def show(name: str, record: dict) -> None:
    scores = " ".join(f"{record['centred'][key]:.3f}" for key in SCORES)
    print(f"{name}: {record['seconds']:.0f} s, {scores}", flush=True)


def _noise_power(power: float) -> Fault:
    def change(trainer: blocks.BlockTrainer, counts: np.ndarray) -> None:
        trainer.noise = corpus.noise_table(counts, power)

    return change


def _no_subsampling(trainer: blocks.BlockTrainer, counts: np.ndarray) -> None:
    trainer.keep = np.ones(len(counts))


def _short_window(trainer: blocks.BlockTrainer, counts: np.ndarray) -> None:
    trainer.masks = trainer.masks.view(blocks.L, trainer.window + 1, -1)[:, [0, 1, 2, 3, 4, 4]].flatten(0, 1)


def _right_end_missed(trainer: blocks.BlockTrainer, counts: np.ndarray) -> None:
    masks = trainer.masks.view(blocks.L, trainer.window + 1, -1)
    for i in range(blocks.L):
        for radius in range(1, trainer.window + 1):
            masks[i, radius, i + trainer.window + radius] = 0


def _duplicates_dropped(trainer: blocks.BlockTrainer, counts: np.ndarray) -> None:
    class Dropping(torch.Tensor):
        def index_add_(
            self, dim: int, index: torch.Tensor, source: torch.Tensor, *, alpha: complex = 1
        ) -> torch.Tensor:
            plain = self.as_subclass(torch.Tensor)
            plain[index] = plain[index] + alpha * source
            return self

    trainer.table = trainer.table.as_subclass(Dropping)


BUGS: dict[str, Fault | None] = {
    "none (the reference)": None,
    "k = 0: no negatives": lambda trainer, counts: setattr(trainer, "negatives", 0),
    "negatives drawn uniformly (power 0)": _noise_power(0.0),
    "negatives in proportion to count (power 1)": _noise_power(1.0),
    "no subsampling": _no_subsampling,
    "the radius never reaches the window": _short_window,
    "windows miss their right end": _right_end_missed,
    "of equal rows only the last is updated": _duplicates_dropped,
}


def measure_bugs(data: corpus.Corpus) -> dict[str, dict]:
    return {name: train_once(data, "--epochs", str(BUG_EPOCHS), fault=fault) for name, fault in BUGS.items()}


def measure_numpy(data_path: str) -> dict:
    """The NumPy page's command, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(ROOT / "lab01_word2vec" / "numpy_sgns.py"), "--data", data_path, "--out", out]
        subprocess.run(command, check=True)
        return json.loads(Path(out, "run.json").read_text(encoding="utf-8"))


def measure(name: str, data_path: str) -> dict:
    if name == "numpy":
        return measure_numpy(data_path)
    data = corpus.load_corpus("sample" if name == "sample" else data_path)
    started = time.perf_counter()
    if name in ("lab", "best"):
        runs = {f"seed {seed}": train_once(data, "--preset", name, "--seed", str(seed)) for seed in (1, 2, 3)}
    elif name == "sample":
        runs = {engine: train_once(data, "--engine", engine, "--epochs", "10") for engine in solution.ENGINES}
    else:
        runs = measure_bugs(data)
    vectors = [run.pop("vectors") for run in runs.values()]
    shown = {}
    if name == "lab":
        draw_families(vectors[0], REPORTS / "neighbours.png", f"word2vec, lab preset, {data.name}", seed=1)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            solution.demo(vectors[0], solution.FREQUENT)
        shown = {"demo": printed.getvalue().strip()}
    return shown | {
        "corpus": data.name,
        "tokens": data.tokens,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "seconds": time.perf_counter() - started,
        "runs": runs,
    }


# Tables


def percent_or_rho(key: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f}" if key.endswith("accuracy") else f"{value:.3f}"


def mean_and_spread(key: str, values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return "–"
    if len(known) == 1:
        return percent_or_rho(key, known[0])
    spread = (max(known) - min(known)) / 2
    return f"{percent_or_rho(key, statistics.mean(known))} ± {percent_or_rho(key, spread)}"


def seeds_row(title: str, runs: dict[str, dict], kept: str, keys: dict[str, str]) -> list[str]:
    return [title, *(mean_and_spread(key, [run[kept][key] for run in runs.values()]) for key in keys)]


def tables(results: dict, bench: dict) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    made = {}
    presets = [name for name in ("lab", "best") if name in results]
    keys = SCORES | CHECKS
    scores = [
        [*seeds_row(f"{name} ({results[name]['corpus']})", results[name]["runs"], "centred", keys),
         f"{statistics.mean(run['seconds'] for run in results[name]['runs'].values()):.0f}"]
        for name in presets
    ]  # fmt: skip
    if bench:
        runs = bench["trainers"]["gensim"]
        row = [mean_and_spread(key, [run[key] for run in runs]) for key in keys]
        seconds = statistics.median(run["training_seconds"] for run in runs)
        scores.append([f"gensim ({bench['corpus']}, runs: {len(runs)})", *row, f"{seconds:.0f}"])
    made["scores"] = table(["vectors", *keys.values(), "training s"], scores)
    if "lab" in results:
        runs = results["lab"]["runs"]
        rows = [seeds_row(kept, runs, kept, keys) for kept in KEPT]
        made["demo"] = f"```text\n{results['lab']['demo']}\n```"
        made["kept"] = table(["vectors", *keys.values()], rows)
        rows = [
            [seed, *(str(run["centred"][key]) for key in ("queen_near_king", "queen_as_answer"))]
            for seed, run in runs.items()
        ]
        made["royals"] = table(["lab preset", "rank of queen near king", "rank of queen for king − man + woman"], rows)
    for name, kind in (("bugs", "fault"), ("sample", "engine")):
        if name in results:
            rows = [
                [run_name, *(percent_or_rho(key, run["centred"][key]) for key in SCORES)]
                for run_name, run in results[name]["runs"].items()
            ]
            made[name] = table([kind, *SCORES.values()], rows)
    if "numpy" in results and "lab" in results:
        page, lab = results["numpy"], results["lab"]
        run = lab["runs"]["seed 1"]
        sides = {
            f"numpy_sgns.py ({page['corpus']})": (page["scores"], page["training_seconds"]),
            f"lab ({lab['corpus']}), the same vectors kept": (run["centred, all of out"], run["seconds"]),
        }
        rows = [
            [title, *(percent_or_rho(key, scores[key]) for key in SCORES), f"{seconds:.0f}"]
            for title, (scores, seconds) in sides.items()
        ]
        made["numpy"] = table(["seed 1", *SCORES.values(), "training s"], rows)
    if bench:
        rows = []
        for name, runs in bench["trainers"].items():
            middle = {
                key: statistics.median(run[key] for run in runs)
                for key in ("training_seconds", "words_per_second", "peak_mb_above_imports", *SCORES)
            }
            rows.append(
                [
                    name,
                    f"{middle['training_seconds']:.1f}",
                    f"{middle['words_per_second'] / 1e6:.2f}",
                    f"{middle['peak_mb_above_imports']:.0f}",
                    *(percent_or_rho(key, middle[key]) for key in SCORES),
                ]
            )
        made["speed"] = table(["trainer", "training s", "M words/s", "peak MB above imports", *SCORES.values()], rows)
        rows = [
            [name, f"{statistics.median(ratios):.1f}", f"{min(ratios):.1f} to {max(ratios):.1f}"]
            for name, ratios in bench["ratios"].items()
        ]
        made["ratios"] = table(["against gensim's training", "times as fast", "over the rounds"], rows)
    return made


def main() -> None:
    names = ["lab", "best", "bugs", "sample", "numpy"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/text8")
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    args = parser.parse_args()
    results = load("lab01.json")
    for name in args.only:
        results[name] = measure(name, args.data)
        with replacing(REPORTS / "lab01.json") as temporary:
            temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    made = tables(results, load("bench.json"))
    for path in (ROOT / "README.md", ROOT / "lab01_word2vec" / "WALKTHROUGH.md", REPORTS / "lab01.md"):
        insert(path, made)


if __name__ == "__main__":
    main()
