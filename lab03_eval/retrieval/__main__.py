"""Searches compared on Cranfield: BM25, TF-IDF, mean, SIF, FastText, a contextual model, and their rankings joined.

    python -m lab03_eval.retrieval
    python -m lab03_eval.retrieval vectors.bin --fasttext runs/lab02/fasttext.bin --json retrieval.json
    python -m lab03_eval.retrieval --ask "how thick is a boundary layer"

Cranfield has 225 questions about 1,400 abstracts of aerodynamics. FastText is left out unless --fasttext names a file
with n-grams, as Lab 2 writes it. The contextual model is all-MiniLM-L6-v2 and is left out where its package is missing.
--ask measures nothing and prints the first three passages by each search.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    from tqdm import tqdm

    from lab03_eval.retrieval.compare import (
        answers,
        cost_table,
        make_searches,
        measure,
        rank_table,
        score_table,
        with_ngrams,
        with_settings,
    )
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.command import OneLineParser, run_command
from wordlab.errors import InputError
from wordlab.files import demand_writable, write_json
from wordlab.packages import MissingPackage

from lab03_eval.command import SHIPPED
from lab03_eval.contextual.encoder import ContextualEncoder, load_encoder
from lab03_eval.sentences import counter, split_words
from lab03_eval.tasks.benchmark import cranfield_task
from lab03_eval.vectors import SubwordVectors, WordVectors

LAB2 = "python lab02_glove_fasttext/solution.py --data wiki8 --out runs/lab02"


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    told = "a vector file of English words; the vectors that ship where none is given"
    parser.add_argument("vectors", nargs="?", default=str(SHIPPED), help=told)
    parser.add_argument("--fasttext", metavar="FILE", help="fastText's .bin, or any file with n-grams")
    parser.add_argument("--model", metavar="FOLDER", help="a sentence-transformers model in place of all-MiniLM-L6-v2")
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--json", type=Path, metavar="FILE", help="also write every figure, unrounded")
    doing.add_argument("--ask", metavar="QUESTION", help="print the first passages for this question instead")
    return parser


def read_vectors(path: str, passages: list[str]) -> WordVectors:
    """Raises InputError for vectors that know no word of the passages."""
    vectors = WordVectors.load(path)
    if not counter(vectors)(passages).known.any():
        raise InputError(f"{path}: knows no word of Cranfield's passages; give vectors of English words")
    return vectors


def read_fasttext(path: str | None) -> SubwordVectors | None:
    """None, in one line, where no file is named. Raises InputError for a file that composes no words."""
    if path is None:
        print(f"FastText left out: name a file by --fasttext; this makes runs/lab02/fasttext.bin: {LAB2}", flush=True)
        return None
    return with_ngrams(path, f"Lab 2 writes such a file: {LAB2}")


def read_model(folder: str | None) -> ContextualEncoder | None:
    """None, in one line, where no folder is named and the package of the default is missing. Raises InputError."""
    try:
        return load_encoder(folder)
    except MissingPackage as reason:
        if folder is not None:
            raise
        print(f"MiniLM left out: {reason}", flush=True)
        return None


def run(args: argparse.Namespace) -> None:
    if args.ask is not None and not split_words(args.ask):
        raise InputError(f"--ask {args.ask!r}: holds no word; ask a question in words")
    task = cranfield_task()
    vectors, fasttext = read_vectors(args.vectors, task.documents), read_fasttext(args.fasttext)
    if args.json:  # said before the minutes that the searches take
        demand_writable(args.json.parent)
    searches = make_searches(task.documents, vectors, fasttext, read_model(args.model))
    if args.ask is not None:
        print(answers(searches, task.documents, args.ask), flush=True)
        return
    found = measure(task, searches, tqdm(list(searches), unit="search", disable=None, leave=False))
    files = {args.vectors: vectors} | ({args.fasttext: fasttext} if fasttext else {})
    kept = with_settings(found, task, files)
    if args.json:
        write_json(args.json, kept)
    for path, used in files.items():
        unknown = kept["files"][Path(path).name]["unknown"]
        print(f"{path}: {used}\nunknown: {', '.join(f'{word} ({n})' for word, n in unknown.items()) or 'no word'}")
    tables = score_table(found, True), cost_table(found, True), rank_table(found, task.queries, True)
    print("", *tables, sep="\n\n", flush=True)


run_command(build_parser(), run, place="vectors")
