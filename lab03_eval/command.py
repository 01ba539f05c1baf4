"""Lab 3: measure and draw any word vectors, one or several side by side.

    python lab03_eval/solution.py                                 the vectors that ship with the repository
    python lab03_eval/solution.py --vectors mine.bin glove.txt    any others; differences against the first are tested
    python lab03_eval/solution.py --vectors german.bin --lang de  vectors in German, on the sets in German

Prints the scores with coverage, the paired bootstrap of every difference, the geometry of the space, what it has
learnt about groups of people, and which senses mix in one vector. Writes under --out: scores.json (every figure,
unrounded), report.md (the same tables), and for the first embedding the pictures and map.html, an interactive page that
needs no server. WALKTHROUGH.md says what each measure means and when it misleads.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wordlab.command import OneLineParser, number, run_command, seed, unless_impossible
from wordlab.errors import InputError
from wordlab.files import demand_writable, write_json, write_text
from wordlab.packages import MissingPackage, needs

import numpy as np
from tqdm import tqdm

from lab03_eval.benchmarks import BENCHMARKS, sets_of
from lab03_eval.eval_embeddings import compare, evaluate
from lab03_eval.examples import examples, known_or_drawn
from lab03_eval.languages import ENGLISH, language_code, language_name, reported_beside, settle
from lab03_eval.measures.bias import evaluate_bias
from lab03_eval.measures.geometry import alignment, evaluate_geometry, neighbour_overlap
from lab03_eval.measures.report import report
from lab03_eval.measures.senses import WORDS, evaluate_senses
from lab03_eval.multilingual import pairs_of
from lab03_eval.pictures.layout import METHODS, MIN_WORDS, LayoutError, demand_spread, lay_out, map_words
from lab03_eval.pictures.page import write_page
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.export import export_projector, export_sentence_transformer

SHIPPED = Path(__file__).resolve().with_name("wiki8_20k.safetensors")
PROJECTED = 10_000  # words that the Embedding Projector's page draws with ease


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument(
        "--vectors", nargs="+", metavar="FILE", default=[str(SHIPPED)], help=".bin .txt .vec .safetensors .npz"
    )
    parser.add_argument("--lang", type=language_code, metavar="CODE", help="the vectors' language, such as de")
    parser.add_argument("--out", type=Path, default=Path("runs/lab03"), metavar="DIR")
    parser.add_argument("--top", type=number(int, MIN_WORDS, 10**9), default=5000, help="words on the maps")
    parser.add_argument("--seed", type=seed, default=1)
    parser.add_argument(
        "--export", action="store_true", help="also write the first embedding for Embedding Projector (10,000 words) "
        "and as a sentence-transformers model"
    )  # fmt: skip
    parser.add_argument("--no-pictures", action="store_true", help="only measure: seconds instead of minutes")
    return parser


def label(path: str) -> str:
    """What a file is called in tables: its name, or its folder's where it is only called "vectors"."""
    file = Path(path)
    return file.resolve().parent.name if file.stem == "vectors" else file.stem


def load(paths: list[str]) -> dict[str, WordVectors]:
    """The vectors of each file by its label; of two equal labels the second says its place in the list."""
    embeddings: dict[str, WordVectors] = {}
    for place, path in enumerate(paths, start=1):
        vectors = WordVectors.load(path)
        name = label(path) if label(path) not in embeddings else f"{label(path)} ({place})"
        embeddings[name] = vectors
        print(f"{name}: {vectors}", flush=True)
    return embeddings


def settle_language(paths: list[str], asked: str | None) -> str:
    """The one language of all files, told where it is not English by record. Raises InputError where they differ."""
    found: dict[str, str] = {}
    for path in paths:
        found[path], told = settle(asked, *reported_beside(Path(path)), path, "--lang")
        if told:
            print(told, flush=True)
    first, *others = found
    for other in others:
        if found[other] != found[first]:
            raise InputError(
                f"{other}: its vectors are {language_name(found[other])}, and those of {first} are "
                f"{language_name(found[first])}: measure each language by a command of its own"
            )
    return found[first]


def agreement_of(first: WordVectors, other: WordVectors) -> dict[str, float]:
    """Neighbour overlap and Procrustes residual. Raises ValueError where too few words are common."""
    return neighbour_overlap(first, other) | {"residual": alignment(first, other)["residual"]}


def measure(embeddings: dict[str, WordVectors], seed: int, language: str = ENGLISH) -> tuple[dict[str, Any], str]:
    """Every figure, and the tables that show them as Markdown. The data sets are those in the `language`."""
    results: dict[str, dict[str, Any]] = {}
    senses = {}
    for name, vectors in tqdm(embeddings.items(), desc="measuring", disable=None):
        results[name] = {"language": language}
        results[name] |= evaluate(vectors, sets_of(language), language=language)
        results[name] |= evaluate_geometry(vectors) | bias_of(vectors, seed, language)
        ambiguous = WORDS if language == ENGLISH else known_or_drawn(vectors, examples(language).ambiguous, seed)
        senses[name] = evaluate_senses(vectors, ambiguous)
    first, *others = embeddings
    differences = {name: compare(embeddings[first], embeddings[name], sets_of(language)) for name in others}
    agreement, not_compared = {}, {}
    for name in others:
        try:
            agreement[f"{first} and {name}"] = agreement_of(embeddings[first], embeddings[name])
        except ValueError as reason:
            not_compared[f"{first} and {name}"] = str(reason)
    figures = {"results": results, "differences": differences, "agreement": agreement, "senses": senses, "seed": seed}
    return figures, report(embeddings, figures, not_compared)


def bias_of(vectors: WordVectors, seed: int, language: str) -> dict[str, Any]:
    """What `evaluate_bias` finds, or why it does not run: all of its word lists are English."""
    if language == ENGLISH:
        return evaluate_bias(vectors, seed)
    reason = f"the word lists are English, and the vectors are {language_name(language)}"
    return {f"bias.{part}.not_run": reason for part in ("weat", "gender")}


def lay_out_all(vectors: WordVectors, words: list[str], seed: int) -> dict[str, np.ndarray]:
    """Places (n, 2) of `words` by each method; a method whose package is missing is left out, with a line."""
    layouts, left_out = {}, []
    for method in tqdm(METHODS, desc="maps", disable=None):
        try:
            layouts[method] = lay_out(vectors, words, method, seed)
        except MissingPackage as reason:
            left_out.append(f"{method} left out of maps.png and map.html: {reason}")
    print("\n".join(left_out), end="\n" if left_out else "", flush=True)
    return layouts


def draw(
    embeddings: dict[str, WordVectors],
    results: dict[str, dict[str, Any]],
    out: Path,
    top: int,
    seed: int,
    language: str = ENGLISH,
) -> None:
    """The page and the pictures; maps, scatter and arrows are the first embedding's. What cannot be drawn is named."""
    name, vectors = next(iter(embeddings.items()))
    words = map_words(vectors, top)
    layouts = lay_out_all(vectors, words, seed)
    write_page(vectors, words, layouts, out / "map.html", name)
    try:
        with needs("matplotlib"):  # which takes a second to import
            from lab03_eval.pictures import plots
    except MissingPackage as reason:
        print(f"maps.png, sections.png, analogies.png and similarity.png left out: {reason}")
        return
    title = f"{name}: its {min(top, len(vectors)):,} most frequent words"
    sizes = {name: len(vectors) for name, vectors in embeddings.items()}
    pictures: dict[str, Callable[[Path], None]] = {
        "maps.png": lambda path: plots.draw_maps(vectors, words, layouts, path, title)
    }
    if language == ENGLISH:
        pictures["sections.png"] = lambda path: plots.draw_sections(results, path, sizes)
        pictures["analogies.png"] = lambda path: plots.draw_analogies(vectors, path)
    else:
        print(f"sections.png and analogies.png left out: they show English words; {name} is {language_name(language)}")
    if pairs := next((key for key in sets_of(language) if BENCHMARKS[key].kind == "similarity"), None):
        pictures["similarity.png"] = lambda path: plots.draw_similarity(
            vectors, pairs_of(pairs)[0], path, f"{name}, {BENCHMARKS[pairs].title}"
        )
    for file, picture in pictures.items():
        unless_impossible(file, functools.partial(picture, out / file))


def run(args: argparse.Namespace) -> None:
    started = time.perf_counter()
    embeddings = load(args.vectors)
    language = settle_language(args.vectors, args.lang)
    for vectors in embeddings.values():
        vectors.language = language
    first = next(iter(embeddings.values()))
    if not args.no_pictures:  # said before the minutes that measuring takes
        try:
            demand_spread(first, map_words(first, args.top))
        except LayoutError as error:
            raise LayoutError(f"{args.vectors[0]}: {error}; --no-pictures only measures") from None
    demand_writable(args.out)
    figures, text = measure(embeddings, args.seed, language)
    write_json(args.out / "scores.json", figures)
    write_text(args.out / "report.md", f"# {', '.join(embeddings)}\n{text}\n")
    print(text, flush=True)
    if not args.no_pictures:
        draw(embeddings, figures["results"], args.out, args.top, args.seed, language)
    if args.export:
        export_projector(first, args.out / "projector", PROJECTED)
        export_sentence_transformer(first, args.out / "sentence-transformer")
    page = "" if args.no_pictures else f"; open {args.out}/map.html in a browser"
    print(f"\ndone in {time.perf_counter() - started:.0f} s: {args.out}/scores.json, report.md{page}")


def main() -> None:
    run_command(build_parser(), run)
