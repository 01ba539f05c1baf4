"""Lab 3: measure and draw any word vectors, one or several side by side.

    python lab03_eval/solution.py                                 the vectors that ship with the repository
    python lab03_eval/solution.py --vectors mine.bin glove.txt    any others; differences against the first are tested

Prints the scores with coverage, the paired bootstrap of every difference, the geometry of the space, what it has
learnt about groups of people, and which senses mix in one vector. Writes under --out: scores.json (every figure,
unrounded), report.md (the same tables), and for the first embedding the pictures and map.html, an interactive page that
needs no server. WALKTHROUGH.md says what each measure means and when it misleads.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.benchmarks import BENCHMARKS, find, read_pairs  # noqa: E402
from lab03_eval.bias import WEAT_TESTS, evaluate_bias  # noqa: E402
from lab03_eval.command import number, one_line_errors  # noqa: E402
from lab03_eval.eval_embeddings import (  # noqa: E402
    PROTOCOL_NOTE,
    TOP_WORDS,
    compare,
    evaluate,
    format_score,
    score_rows,
    to_json,
)
from lab03_eval.export import export_projector, export_sentence_transformer  # noqa: E402
from lab03_eval.geometry import alignment, evaluate_geometry, neighbour_overlap  # noqa: E402
from lab03_eval.layout import METHODS, MIN_WORDS, LayoutError, demand_spread, lay_out, map_words  # noqa: E402
from lab03_eval.senses import WORDS, evaluate_senses, format_senses  # noqa: E402
from lab03_eval.vectors import VectorFileError, WordVectors, replacing  # noqa: E402

SHIPPED = Path(__file__).resolve().with_name("wiki8_20k.safetensors")
PROJECTED = 10_000  # words that the Embedding Projector's page draws with ease
GEOMETRY = {
    "geometry.anisotropy": "mean cosine of two words",
    "geometry.anisotropy.centred": "  mean removed",
    "geometry.isotropy": "isotropy (partition ratio)",
    "geometry.isotropy.centred": "  mean removed",
    "geometry.hubness.skewness": "hubness (skewness of N_10)",
    "geometry.hubness.max": "  lists that hold the greatest hub",
}


def columns(title: str, header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, padded so that it also reads well in a terminal."""
    table = [header, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in table]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return f"\n## {title}\n\n" + "\n".join(lines)


def score_cell(result: dict[str, Any], key: str, measure: str) -> str:
    """Score (95 % interval) used/total."""
    low, high, used, total = (result[f"{key}.{part}"] for part in ("low", "high", "used", "total"))
    interval = f"({low:.2f} … {high:.2f})" if measure == "rho" else f"({100 * low:.1f} … {100 * high:.1f})"
    if math.isnan(low):
        interval = "(too few for an interval)"
    return f"{format_score(result, key, measure)} {interval if used else ''} {used:,}/{total:,}"


def scores_table(embeddings: dict[str, WordVectors], results: dict[str, dict]) -> str:
    """Scores of all embeddings, a column each, with coverage; one that is not run says why below."""
    first = next(iter(results))
    words = max(map(len, embeddings.values()))
    rows = []
    reasons: dict[str, list[str]] = {}
    for title, key, measure in score_rows(results[first], words):
        if reason := results[first].get(f"{key}.not_run"):
            rows.append([title, *["not run"] * len(results)])
            reasons.setdefault(reason, []).append(title.strip())
            continue
        cells = [score_cell(result, key, measure) for result in results.values()]
        # "all words" are another number of words in every embedding: the column's head has it.
        rows.append([title.replace(f"all {words:,} words", "all words"), *cells])
    shapes = [f"{name}: {len(vectors):,} x {vectors.dim}" for name, vectors in embeddings.items()]
    header = ["measure: score (95 % interval) used/total", *shapes]
    notes = "".join(f"\n- not run, {', '.join(titles)}: {reason}" for reason, titles in reasons.items())
    return columns("Scores", header, rows) + "\n\n" + PROTOCOL_NOTE + ("\n" + notes if notes else "")


def differences_table(first: str, differences: dict[str, dict]) -> str:
    rows = []
    for name, found in differences.items():
        for key, benchmark in BENCHMARKS.items():
            if f"{key}.difference" in found:
                difference, low, high, used, real = (
                    found[f"{key}.{part}"] for part in ("difference", "low", "high", "used", "real")
                )
                interval = f"{low:+.3f} … {high:+.3f}"
                verdict = "real" if real else "within chance"
                rows.append([benchmark.title.strip(), name, f"{difference:+.3f}", interval, f"{used:,}", verdict])
    header = ["measure", f"{first} against", "difference", "95 % interval", "items", "verdict"]
    return columns("Differences (paired bootstrap over what both know, among the words both hold)", header, rows)


def geometry_table(results: dict[str, dict], agreement: dict[str, dict]) -> str:
    rows = [
        [title, *(f"{result[key]:,.3g}" if key in result else "not run" for result in results.values())]
        for key, title in GEOMETRY.items()
    ]
    hubs = [result.get("geometry.hubness.hub", "–") for result in results.values()]
    rows.append(["  which is", *hubs])
    text = columns("Geometry (most frequent 30,000 words at most)", ["measure", *results], rows)
    for name, found in agreement.items():
        text += (
            f"\n\n{name}: of each word's 10 nearest among {found['words']:,} common words {found['shared']:.0%} are the"
            f" same (chance {found['chance']:.2%}); the best rotation leaves {found['residual']:.2f} of the length"
            " (√2 = 1.41: no rotation helps)."
        )
    return text


def bias_text(name: str, result: dict[str, Any]) -> str:
    """WEAT, the gender direction and debiasing of one embedding."""
    rows = []
    for test, (x, y, _, _) in WEAT_TESTS.items():
        figures = {key.rsplit(".", 1)[1]: value for key, value in result.items() if f".weat.{test}." in key}
        if figures:
            cells = ["no coverage", "–", "–"]
            if "effect" in figures:
                p = "< .001" if figures["p"] < 0.001 else f"{figures['p']:.3f}"
                cells = [f"{figures['effect']:+.2f}", p, f"{figures['used']}/{figures['total']}"]
            rows.append([f"{test.split('_')[0]}. {x} / {y}".replace("_", " "), *cells])
    text = columns(f"Bias of {name}", ["WEAT (Caliskan et al. 2017)", "effect size", "p", "words"], rows)
    for part in ("weat", "gender", "professions"):
        if reason := result.get(f"bias.{part}.not_run"):
            text += f"\n\n{part}: not run: {reason}"
    if "bias.professions.rho" in result:
        she, he = (", ".join(word for word, _ in result[f"bias.professions.{end}"]) for end in ("she", "he"))
        text += (
            f"\n\nGender direction: one component holds {result['bias.gender.share']:.0%} of what "
            f"{result['bias.gender.used']}/{result['bias.gender.total']} word pairs differ in.\n"
            f"- nearest to she: {she}\n- nearest to he: {he}\n- ρ with people's stereotype ratings of "
            f"{result['bias.professions.rated']} professions: {result['bias.professions.rho']:.2f}\n"
        )
        for part in ("family", "all"):
            before, after = (100 * result[f"bias.analogies.{part}.{when}"] for when in ("before", "after"))
            text += f"- Google {part}, top {TOP_WORDS:,}: {before:.1f} % before debiasing, {after:.1f} % after\n"
    return text


def agreement_of(first: WordVectors, other: WordVectors) -> dict[str, float]:
    """Neighbour overlap and Procrustes residual. Raises ValueError where too few words are common."""
    return neighbour_overlap(first, other) | {"residual": alignment(first, other)["residual"]}


def measure(embeddings: dict[str, WordVectors], seed: int) -> tuple[dict[str, Any], str]:
    """Every figure, and the tables that show them as Markdown."""
    results, senses = {}, {}
    for name, vectors in tqdm(embeddings.items(), desc="measuring", disable=None):
        results[name] = evaluate(vectors, BENCHMARKS) | evaluate_geometry(vectors) | evaluate_bias(vectors, seed)
        senses[name] = evaluate_senses(vectors, WORDS)
    first, *others = embeddings
    differences = {name: compare(embeddings[first], embeddings[name], BENCHMARKS) for name in others}
    agreement, text = {}, ""
    for name in others:
        try:
            agreement[f"{first} and {name}"] = agreement_of(embeddings[first], embeddings[name])
        except ValueError as reason:
            text += f"\n\n{first} and {name}: not compared: {reason}"
    sections = [scores_table(embeddings, results), geometry_table(results, agreement) + text]
    if others:
        sections.insert(1, differences_table(first, differences))
    for name in embeddings:
        sections.append(bias_text(name, results[name]))
        sections.append(f"\n## Senses in {name}\n\n```text\n{format_senses(senses[name])}\n```")
    figures = {"results": results, "differences": differences, "agreement": agreement, "senses": senses, "seed": seed}
    return figures, "\n".join(sections)


def draw(embeddings: dict[str, WordVectors], results: dict[str, dict], out: Path, top: int, seed: int) -> None:
    """The pictures and the page; maps, scatter and arrows are the first embedding's."""
    from lab03_eval import plots  # these take seconds to import, umap-learn most of them
    from lab03_eval.page import write_page

    name, vectors = next(iter(embeddings.items()))
    words = map_words(vectors, top)
    layouts = {method: lay_out(vectors, words, method, seed) for method in tqdm(METHODS, desc="maps", disable=None)}
    plots.draw_maps(
        vectors, words, layouts, out / "maps.png", f"{name}: its {min(top, len(vectors)):,} most frequent words"
    )
    write_page(vectors, words, layouts, out / "map.html", name)
    sizes = {name: len(vectors) for name, vectors in embeddings.items()}
    plots.draw_sections(results, out / "sections.png", sizes)
    plots.draw_similarity(vectors, read_pairs(find("wordsim353")), out / "similarity.png", f"{name}, WordSim-353")
    plots.draw_analogies(vectors, out / "analogies.png")


def label(path: str) -> str:
    """What a file is called in tables: its name, or its folder's where it is only called "vectors"."""
    file = Path(path)
    return file.resolve().parent.name if file.stem == "vectors" else file.stem


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", nargs="+", metavar="FILE", default=[str(SHIPPED)], help="see formats.py")
    parser.add_argument("--out", type=Path, default=Path("runs/lab03"), metavar="DIR")
    parser.add_argument("--top", type=number(int, MIN_WORDS, 10**9), default=5000, help="words on the maps")
    parser.add_argument("--seed", type=number(int, 0, 2**32 - 1), default=1)
    parser.add_argument(
        "--export", action="store_true", help="also write the first embedding for Embedding Projector (10,000 words) "
        "and as a sentence-transformers model"
    )  # fmt: skip
    parser.add_argument("--no-pictures", action="store_true", help="only measure: seconds instead of minutes")
    return parser


def run(args: argparse.Namespace) -> None:
    started = time.perf_counter()
    embeddings: dict[str, WordVectors] = {}
    for place, path in enumerate(args.vectors, start=1):
        vectors = WordVectors.load(path)
        name = label(path) if label(path) not in embeddings else f"{label(path)} ({place})"
        embeddings[name] = vectors
        note = f" ({vectors.note})" if vectors.note else ""
        print(f"{name}: {len(vectors):,} words, {vectors.dim} dimensions{note}", flush=True)
        if place == 1 and not args.no_pictures:  # before the minutes that measuring takes
            try:
                demand_spread(vectors, map_words(vectors, args.top))
            except LayoutError as error:
                raise LayoutError(f"{path}: {error}; --no-pictures only measures") from None
    args.out.mkdir(parents=True, exist_ok=True)
    figures, text = measure(embeddings, args.seed)
    print(text, flush=True)
    with replacing(args.out / "scores.json") as temporary:
        temporary.write_text(to_json(figures), encoding="utf-8")
    with replacing(args.out / "report.md") as temporary:
        temporary.write_text(f"# {', '.join(embeddings)}\n{text}\n", encoding="utf-8")
    if not args.no_pictures:
        draw(embeddings, figures["results"], args.out, args.top, args.seed)
    if args.export:
        vectors = next(iter(embeddings.values()))
        export_projector(vectors, args.out / "projector", PROJECTED)
        export_sentence_transformer(vectors, args.out / "sentence-transformer")
    page = "" if args.no_pictures else f"; open {args.out}/map.html in a browser"
    print(f"\ndone in {time.perf_counter() - started:.0f} s: {args.out}/scores.json, report.md{page}")


def main() -> None:
    parser = build_parser()
    args = parser.parse_args()
    with one_line_errors(parser, args.out, VectorFileError, LayoutError):
        run(args)


if __name__ == "__main__":
    main()
