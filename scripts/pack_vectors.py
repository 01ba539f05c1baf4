"""Pack the vectors that ship with the repository: the most frequent words of a finished Lab 1 run, as float16.

    python lab01_word2vec/solution.py --data wiki8 --out runs/lab01
    python scripts/pack_vectors.py runs/lab01 --licence "CC BY-SA 3.0 / GFDL (English Wikipedia)"

Writes NAME_20k.safetensors (NAME is the corpus's) into lab03_eval/ and, beside it, a .json that says what they are: the
training's configuration and corpus, the licence of the text, and scores of the packed file itself. These are scores
among 20,000 words. Fewer candidates make analogies easier, so they are not the scores of the whole vocabulary.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, number, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.files import save_tensors, write_json
from wordlab.records import read_record, reading_records

import numpy as np

from lab03_eval.benchmarks import CORE, HELD_OUT
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors

ROOT = Path(__file__).resolve().parents[1]


def read_report(path: Path) -> dict[str, Any]:
    """What Lab 1's command says of its run. Raises InputError for another file."""
    report = read_record(path)
    if not {"corpus", "config", "keep"} <= set(report):
        raise InputError(f"{path}: not the report of a Lab 1 run; name the folder of its --out")
    return report


def pack(run: Path, count: int, licence: str, folder: Path) -> Path:
    """Write the two files into `folder` and return the path of the vectors."""
    report = read_report(run / "run.json")
    with reading_records():
        corpus, words, seed = str(report["corpus"]["name"]), f"{report['corpus']['words']:,}", report["config"]["seed"]
    vectors = WordVectors.load(run / "vectors.safetensors")
    if vectors.counts is None:
        raise InputError(f"{run}/vectors.safetensors: holds no counts, which Lab 1 saves: name the folder of its run")
    path = folder / f"{corpus}_{count // 1000}k.safetensors"
    tensors = {"matrix": vectors.matrix[:count].astype(np.float16), "counts": vectors.counts[:count]}
    save_tensors(path, tensors, {"words": "\n".join(vectors.words[:count])})

    packed = WordVectors.load(path)
    scores = evaluate(packed, CORE + HELD_OUT)
    # Among so few words every candidate is "all words": the label is the vocabulary's size.
    labelled = {key.replace("google.full", f"google.{count}"): value for key, value in scores.items()}
    described = {
        "words": f"the {count:,} most frequent of {words}, float16",
        "corpus": report["corpus"],
        "licence": f"Vectors: MIT. Text they were trained on: {licence}.",
        "command": f"python lab01_word2vec/solution.py --data {corpus} --seed {seed}",
        "config": report["config"],
        "kept": report["keep"],
        "scores": {key: value for key, value in labelled.items() if "top30k" not in key and ".section." not in key},
    }
    write_json(path.with_suffix(".json"), described)
    return path


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("run", type=Path, help="the --out folder of a Lab 1 run")
    parser.add_argument("--words", type=number(int, 1, 10**9), default=20_000)
    parser.add_argument("--licence", required=True, help="of the corpus's text")
    parser.add_argument("--out", type=Path, default=ROOT / "lab03_eval", metavar="DIR")
    return parser


def run(args: argparse.Namespace) -> None:
    path = pack(args.run, args.words, args.licence, args.out)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    run_command(build_parser(), run)
