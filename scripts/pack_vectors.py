"""Pack the vectors that ship with the repository: the most frequent words of a finished Lab 1 run, as float16.

    python lab01_word2vec/solution.py --data wiki8.zip --out runs/lab01
    python scripts/pack_vectors.py runs/lab01 --licence "CC BY-SA 3.0 / GFDL (English Wikipedia)"

Writes lab03_eval/NAME_20k.safetensors (NAME is the corpus's) and, beside it, a .json that says what they are: the
training's configuration and corpus, the licence of the text, and scores of the packed file itself. Those are scores
among 20,000 words: fewer candidates make analogies easier, so they are no scores of the whole vocabulary.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.benchmarks import CORE, HELD_OUT  # noqa: E402
from lab03_eval.eval_embeddings import evaluate, to_json  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing, save_tensors  # noqa: E402


def pack(run: Path, count: int, licence: str, folder: Path) -> Path:
    """Write the two files into `folder` and return the path of the vectors."""
    report = json.loads((run / "run.json").read_text(encoding="utf-8"))
    vectors = WordVectors.load(run / "vectors.safetensors")
    assert vectors.counts is not None  # Lab 1 saves them
    corpus = report["corpus"]["name"]
    path = folder / f"{corpus}_{count // 1000}k.safetensors"
    tensors = {"matrix": vectors.matrix[:count].astype(np.float16), "counts": vectors.counts[:count]}
    save_tensors(path, tensors, {"words": "\n".join(vectors.words[:count])})

    packed = WordVectors.load(path)
    scores = evaluate(packed, CORE + HELD_OUT)
    # Among so few words every candidate is "all words": the label is the vocabulary's size.
    labelled = {key.replace("google.full", f"google.{count}"): value for key, value in scores.items()}
    described = {
        "words": f"the {count:,} most frequent of {report['corpus']['words']:,}, float16",
        "corpus": report["corpus"],
        "licence": f"Vectors: MIT. Text they were trained on: {licence}.",
        "command": f"python lab01_word2vec/solution.py --data {corpus} --seed {report['config']['seed']}",
        "config": report["config"],
        "kept": report["keep"],
        "scores": {key: value for key, value in labelled.items() if "top30k" not in key and ".section." not in key},
    }
    with replacing(path.with_suffix(".json")) as temporary:
        temporary.write_text(to_json(described), encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the --out folder of a Lab 1 run")
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--licence", required=True, help="of the corpus's text")
    args = parser.parse_args()
    path = pack(args.run, args.words, args.licence, ROOT / "lab03_eval")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
