"""What word vectors are worth in tasks: a small MTEB by sentence vectors, and two extrinsic tasks.

    python -m lab03_eval.tasks vectors.bin --json tasks.json
    python -m lab03_eval.tasks vectors.bin --only sts trec
    python -m lab03_eval.tasks vectors.bin --only ner --conll2003 DIR

Every task is also run with random vectors (same words, same dimension) and with a baseline that needs no
vectors, which is TF-IDF, or for tagging each word's most frequent tag. A score says something about the vectors only by
its margin over those two, and the vectors may well lose. Scores are not those of the MTEB leaderboard, whose protocol
is another (see mteb_adapter.py for that).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    from tqdm import tqdm

    from lab03_eval.sentences import METHODS
    from lab03_eval.tasks.benchmark import METHOD, TASKS, Setting, evaluate_tasks
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.command import OneLineParser, run_command, seed
from wordlab.files import demand_writable, write_json

from lab03_eval.tasks.report import format_tasks
from lab03_eval.vectors import WordVectors


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("vectors", help="a vector file; lab03_eval/vectors/formats.py lists the formats")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every score, unrounded, under named keys")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), metavar="TASK", help=" ".join(TASKS))
    parser.add_argument("--method", choices=METHODS, default=METHOD, help="sentence vectors; STS shows all three")
    seeded = "of random vectors, k-means, held-out texts and bootstrap"
    parser.add_argument("--seed", type=seed, default=0, help=seeded)
    parser.add_argument("--conll2003", metavar="DIR", type=Path, help="folder with eng.train and eng.testb")
    return parser


def run(args: argparse.Namespace) -> None:
    vectors = WordVectors.load(args.vectors)
    if args.json:  # said before the minutes that the tasks take
        demand_writable(args.json.parent)
    setting = Setting(vectors, args.method, args.seed, args.conll2003)
    results = {"vectors": args.vectors, "words": len(vectors), "dim": vectors.dim}
    results |= evaluate_tasks(setting, tqdm(args.only, unit="task", disable=None, leave=False))
    if args.json:
        write_json(args.json, results)
    print(f"{args.vectors}: {vectors}\n{format_tasks(results)}", flush=True)


run_command(build_parser(), run, place="vectors")
