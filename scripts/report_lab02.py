"""Run Lab 2 over three seeds and write its tables: reports/lab02.json, lab02.md, lab02.png, README and WALKTHROUGH.

    python scripts/report_lab02.py --data data/text8         half an hour on 2 cores
    python scripts/report_lab02.py --only sweep              one of: comparison, sweep, whole
    python scripts/report_lab02.py --only                    none: write the tables again from the JSON

Measurements: `comparison` (the lab's own command with --seeds 3), `sweep` (GloVe with other x_max and alpha, seed 1)
and `whole` (FastText with 2,000,000 buckets on the whole corpus, seeds 1 to 3, beside the fasttext package once).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab01_word2vec.corpus import keep_probability, load_corpus, noise_table, read_pieces  # noqa: E402
from lab02_glove_fasttext import solution  # noqa: E402
from lab02_glove_fasttext.cooccurrence import cooccurrence  # noqa: E402
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer, save_fasttext  # noqa: E402
from lab02_glove_fasttext.glove import train_glove  # noqa: E402
from lab03_eval.eval_embeddings import evaluate, to_json  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing  # noqa: E402
from scripts.tables import REPORTS, insert, load, table  # noqa: E402

PAGES = [ROOT / "README.md", ROOT / "lab02_glove_fasttext" / "WALKTHROUGH.md", REPORTS / "lab02.md"]
SWEEP = [(x_max, alpha) for x_max in (10.0, 100.0, 1000.0) for alpha in (0.75,)] + [(100.0, 0.5), (100.0, 1.0)]
SCORES = {key: title for key, title in list(solution.MEASURES.items())[:7] if not key.startswith("rw")}
BUCKETS = 2_000_000


def measure_comparison(data: str) -> dict:
    """The lab's command in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(ROOT / "lab02_glove_fasttext" / "solution.py"), "--data", data]
        subprocess.run([*command, "--seeds", "3", "--out", out], check=True)
        shutil.copyfile(Path(out, "comparison.png"), REPORTS / "lab02.png")
        return json.loads(Path(out, "comparison.json").read_text(encoding="utf-8"))


def measure_sweep(data: str) -> dict:
    args = solution.build_parser().parse_args(["--data", data])
    corpus = solution.read_slice(args)
    counts = cooccurrence(corpus.ids, len(corpus.words), args.window, args.memory, args.threads)
    runs = {}
    for x_max, alpha in SWEEP:
        glove = train_glove(counts, dim=args.dim, epochs=args.glove_epochs, x_max=x_max, alpha=alpha, seed=args.seed)
        scores = evaluate(WordVectors(corpus.words, glove.matrix))
        runs[f"{x_max:g}, {alpha:g}"] = {key: scores[key] for key in SCORES}
        print(f"x_max {x_max:g}, alpha {alpha:g}:", *(f"{scores[key]:.3f}" for key in SCORES), flush=True)
    return {"corpus": corpus.name, "tokens": corpus.tokens, "seed": args.seed, "runs": runs}


def measure_whole(data: str) -> dict:
    """FastText as fastText's own defaults have it, on the whole corpus; and fastText itself."""
    parser = solution.build_parser()
    args = parser.parse_args(["--data", data, "--window", "5", "--bucket", str(BUCKETS)])
    args.out = Path(tempfile.mkdtemp())
    corpus = load_corpus(data, args.min_count)
    keep, noise = keep_probability(corpus.counts, args.subsample), noise_table(corpus.counts)
    torch.set_num_threads(args.threads)
    runs = {}
    for seed in (1, 2, 3):
        record: dict = {}
        with solution.measured(record):
            subwords = Subwords(corpus.words, args.minn, args.maxn, args.bucket)
            trainer = SubwordTrainer(subwords, corpus.counts, keep, noise, **solution.block_shape(args, seed))
            record |= solution.train_blocks(trainer, "fasttext", corpus, args, seed)
        path = args.out / "fasttext.bin"
        settings = {"epochs": args.epochs, "min_count": args.min_count, "subsample": args.subsample}
        save_fasttext(path, trainer, corpus.words, corpus.counts, settings)
        runs[f"seed {seed}"] = record | solution.score(WordVectors.load(path))
        print(f"FastText, seed {seed}: {record['seconds']:.0f} s", flush=True)
    del trainer
    runs["fastText 0.9.3"] = peer(data, args)
    shutil.rmtree(args.out)
    return {"corpus": corpus.name, "tokens": corpus.tokens, "bucket": BUCKETS, "runs": runs}


def peer(data: str, args: argparse.Namespace) -> dict:
    """The fasttext package at the same settings, trained in a process of its own."""
    text, model = args.out / "text", args.out / "peer.bin"
    with open(text, "w", encoding="utf-8") as file:
        file.writelines(read_pieces(data))
    program = (
        "import sys, time, json, resource, fasttext\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "started = time.perf_counter()\n"
        f"model = fasttext.train_unsupervised(sys.argv[1], model='skipgram', dim={args.dim}, ws={args.window}, "
        f"epoch={args.epochs}, minn={args.minn}, maxn={args.maxn}, bucket={args.bucket}, neg={args.negatives}, "
        f"t={args.subsample}, minCount={args.min_count}, thread={args.threads}, verbose=0)\n"
        "seconds = time.perf_counter() - started\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "model.save_model(sys.argv[2])\n"
        "print(json.dumps({'seconds': seconds, 'memory_mb': (peak - before) / 1024}))\n"
    )
    command = [sys.executable, "-c", program, str(text), str(model)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    text.unlink()
    return json.loads(done.stdout.splitlines()[-1]) | solution.score(WordVectors.load(model))


MEASUREMENTS = {"comparison": measure_comparison, "sweep": measure_sweep, "whole": measure_whole}


def tables(results: dict) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    made = {}
    if comparison := results.get("comparison"):
        made["lab02_scores"] = comparison["table"]
        made["lab02_ratios"] = solution.format_ratios(comparison["ratios"])
        made["lab02_oov"] = f"```text\n{comparison['unknown']}\n```"
        made["lab02_senses"] = f"```text\n{comparison['senses']}\n```"
    if sweep := results.get("sweep"):
        rows = [[name, *(solution.shown(key, [run[key]]) for key in SCORES)] for name, run in sweep["runs"].items()]
        made["lab02_sweep"] = table(["x_max, α", *SCORES.values()], rows)
    if whole := results.get("whole"):
        keys = solution.MEASURES
        ours = [run for name, run in whole["runs"].items() if name.startswith("seed")]
        rows = [["FastText (this lab)", *(solution.shown(key, [run.get(key) for run in ours]) for key in keys)]]
        theirs = whole["runs"]["fastText 0.9.3"]
        rows.append(["fastText 0.9.3", *(solution.shown(key, [theirs.get(key)]) for key in keys)])
        made["lab02_whole"] = table([whole["corpus"], *keys.values()], rows)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/text8")
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, default=list(MEASUREMENTS))
    args = parser.parse_args()
    results = load("lab02.json")
    for name in args.only:
        results[name] = json.loads(to_json(MEASUREMENTS[name](args.data)))
        with replacing(REPORTS / "lab02.json") as temporary:
            temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    made = tables(results)
    for page in PAGES:
        insert(page, made)


if __name__ == "__main__":
    main()
