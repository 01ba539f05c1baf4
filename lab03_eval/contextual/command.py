"""Word vectors beside a contextual model: one word in six sentences, words alone, whole texts, and what they cost.

python -m lab03_eval.contextual                                    the vectors that ship, and all-MiniLM-L6-v2
python -m lab03_eval.contextual vectors.bin --model path/to/bge    yours, and another sentence-transformers folder
python -m lab03_eval.contextual --mteb                             also two tasks by the package mteb's own runner
"""

from __future__ import annotations

import argparse
from pathlib import Path

from wordlab.command import OneLineParser, run_command, seed, unless_impossible
from wordlab.errors import InputError
from wordlab.files import demand_writable, write_json, write_text
from wordlab.packages import needs

from lab03_eval.command import SHIPPED
from lab03_eval.contextual.compare import compare_models, format_comparison
from lab03_eval.contextual.distill import distill
from lab03_eval.contextual.encoder import load_encoder
from lab03_eval.contextual.mteb_tasks import format_mteb, local_tasks, run_mteb
from lab03_eval.contextual.polysemy import WORD
from lab03_eval.vectors import WordVectors

DISTILLED = "distilled"  # the folder of the model in --out


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("vectors", nargs="?", type=Path, default=SHIPPED, help="a vector file (default: what ships)")
    parser.add_argument("--model", metavar="DIR", help="a sentence-transformers folder (default: all-MiniLM-L6-v2)")
    parser.add_argument("--mteb", action="store_true", help="also run what can be had of MTEB, by its own runner")
    parser.add_argument("--out", type=Path, default=Path("runs/contextual"), metavar="DIR", help="where results go")
    parser.add_argument("--seed", type=seed, default=1, help="of the bootstrap")
    return parser


def run(args: argparse.Namespace) -> None:
    demand_writable(args.out)
    vectors = WordVectors.load(args.vectors)
    if WORD not in vectors:
        raise InputError(f"{args.vectors}: {WORD} is not in the vocabulary, and the six sentences are about it")
    contextual = load_encoder(args.model)
    print(f"{args.vectors}: {vectors}\n{contextual.name}: {contextual.dim} dimensions", flush=True)
    tasks = local_tasks() if args.mteb else []  # what is missing is said before minutes are spent
    distilled = distill(contextual)
    found = compare_models(args.vectors, vectors, distilled, contextual, args.seed)
    if tasks:
        found["mteb"] = run_mteb(tasks, args.vectors.stem, vectors, [distilled, contextual])
    distilled.save(args.out / DISTILLED)
    write_json(args.out / "contextual.json", found)
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    note = f"Seed {args.seed}. Word vectors are joined to texts by {found['vectors']['method']}. {versions}."
    tables = list(format_comparison(found).values())
    if "mteb" in found:
        tables.append(format_mteb(found["mteb"]))
    text = "\n\n".join([*tables, note])
    write_text(args.out / "contextual.md", f"{text}\n")
    print(f"\n{text}", flush=True)

    def draw() -> None:
        with needs("matplotlib"):
            from lab03_eval.contextual.picture import draw_splits
        draw_splits(found["polysemy"], args.out / "bank.png")

    unless_impossible("bank.png", draw)
    print(f"\ndone: {args.out}/contextual.json, contextual.md, bank.png, {DISTILLED}/ (the distilled model)")


def main() -> None:
    run_command(build_parser(), run, place="vectors")
