"""Write the front page's own tables from the labs' measurements: python scripts/front_page.py

The map of the labs, the comparison of the models, and the lines for a résumé come from reports/*.json, like every
other table. Nothing is measured here. `--check` writes nothing and says whether the tables are what the JSON gives.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.tables import figure, markdown

from lab02_glove_fasttext.comparison import MODELS
from lab03_eval.benchmarks import BENCHMARKS
from lab03_eval.examples import examples
from lab03_eval.languages import ENGLISH
from scripts.bench import BOTH, FASTER
from scripts.report import LAST
from scripts.reporting import REPORTS, Report, load

MADE_OF = {"glove": "counts", "skipgram": "words", "fasttext": "words and n-grams"}
RHO, ACCURACY = "wordsim353.rho", "google.full.accuracy"
SYNTACTIC = "google.full.syntactic.accuracy"
COSTS = {
    "google.full.semantic.accuracy": "semantic %",
    SYNTACTIC: "syntactic %",
    "seconds": "training s",
    "memory_mb": "peak MB",
}


def tables(root: Path) -> dict[str, str]:
    """The tables by name. Raises InputError where a measurement is missing."""
    lab, best = needed(root, "lab01.json", "lab"), needed(root, "best.json", "ablation")
    comparison, forms = needed(root, "lab02.json", "comparison"), needed(root, "lab02.json", "inflections", "models")
    shipped = needed(root, "lab03.json", "scores", "results", "wiki8_20k")
    raced = needed(root, "bench.json", "trainers", "blocks")
    faster = float(statistics.median(needed(root, "bench.json", "ratios", FASTER)))
    return {
        "labs": map_of_labs(lab["runs"], comparison["runs"], shipped),
        "models": compare_models(comparison, forms),
        "resume": "\n".join(
            f"> - {line}"
            for line in (
                of_lab_1([run[BOTH] for run in raced], lab["tokens"], faster),
                of_lab_2(comparison),
                of_lab_3(shipped),
                of_best(best),
            )
        ),
    }


def needed(root: Path, name: str, *keys: str) -> Any:
    """What reports/NAME holds at these keys."""
    found: Any = load(root, name)
    for key in keys:
        if key not in found or found[key] == []:
            raise InputError(
                f"{root / REPORTS / name}: holds no {' '.join(keys)}; measure it first (make bench reports)"
            )
        found = found[key]
    return found


def mean(key: str, records: Sequence[dict[str, Any]]) -> str:
    """The mean without the spread, which the reports show; of memory the most."""
    middle = max if key == "memory_mb" else statistics.mean
    return figure(key, [middle([record[key] for record in records])])


def map_of_labs(lab: dict[str, Any], runs: dict[str, Any], shipped: dict[str, Any]) -> str:
    """What each lab builds, costs and reaches: Lab 1's preset `lab`, Lab 2's three models, the vectors that ship."""
    kept = [run[LAST] for run in lab.values()]
    seconds = statistics.mean(run["seconds"] for run in lab.values())
    training = sum(statistics.mean(record["seconds"] for record in runs[name]) for name in MADE_OF)
    scores = ", ".join(f"{MODELS[name]} {mean(RHO, runs[name])}" for name in MADE_OF)
    rows = [
        ["[1](lab01_word2vec/README.md)", "word2vec, from pairs to blocks", f"{seconds:.0f} s of training",
         f"WordSim-353 {mean(RHO, kept)}, Google {mean(ACCURACY, kept)} %"],
        ["[2](lab02_glove_fasttext/README.md)", "GloVe and FastText, compared fairly", f"{training:.0f} s of training",
         f"WordSim-353: {scores}"],
        ["[3](lab03_eval/README.md)", "measuring and drawing any vectors", "half a minute",
         f"the 20,000 words that ship: WordSim-353 {figure(RHO, [shipped[RHO]])} "
         f"on {shipped['wordsim353.used']} of {shipped['wordsim353.total']} pairs"],
    ]  # fmt: skip
    return markdown(["lab", "you build", "2 cores", "expect"], rows)


def compare_models(comparison: dict[str, Any], inflections: dict[str, Any]) -> str:
    """The models by unknown words, morphology and cost."""
    forms = ["/".join(group) for group in examples(ENGLISH).forms]
    rows = []
    for name, made_of in MADE_OF.items():
        records, found = comparison["runs"][name], inflections[name]
        cosines = " and ".join(f"{found[group]['cosine']:.2f}" for group in forms)
        unknown = "composed" if name == "fasttext" else "no vector"
        rows.append([MODELS[name], made_of, unknown, cosines, *(mean(key, records) for key in COSTS)])
    cosine = f"cosine of {' and '.join(forms)}, each model's mean vector removed"
    return markdown(["model", "made of", "unknown words", cosine, *COSTS.values()], rows)


def of_lab_1(raced: list[dict[str, Any]], tokens: int, faster: float) -> str:
    """Lab 1's line for a résumé: the speed of the training that was raced, and the scores of that training."""
    return (
        "Built word2vec from scratch in PyTorch. Skip-gram as block matrix products with hand-derived gradients trains "
        f"{faster:.1f} times as fast as gensim at equal settings on the same two cores, and reaches WordSim-353 "
        f"{mean(RHO, raced)} and {mean(ACCURACY, raced)} % of Google's analogies from {tokens / 1e6:.0f} million words."
    )


def of_lab_2(comparison: dict[str, Any]) -> str:
    """Lab 2's line: the comparison of its models on one slice."""
    config, runs = comparison["config"], comparison["runs"]
    fasttext, skipgram = (mean(SYNTACTIC, runs[name]) for name in ("fasttext", "skipgram"))
    return (
        "Built GloVe and FastText from scratch, and compared them with skip-gram on the same "
        f"{config['tokens'] / 1e6:.0f} million words over {config['seeds']} seeds. FastText answers {fasttext} % of "
        f"the syntactic analogies, where skip-gram answers {skipgram} %, and composes vectors for unknown words."
    )


def of_lab_3(shipped: dict[str, Any]) -> str:
    """Lab 3's line: the harness, and one score with its coverage and interval."""
    score, low, high = (figure(RHO, [shipped[f"wordsim353.{key}"]]) for key in ("rho", "low", "high"))
    return (
        f"Wrote a harness that scores any static embedding on {len(BENCHMARKS)} data sets in "
        f"{len({benchmark.language for benchmark in BENCHMARKS.values()})} languages, with coverage, intervals and "
        f"paired tests of differences. The 20,000 vectors that ship with it reach WordSim-353 {score} on "
        f"{shipped['wordsim353.used']} of {shipped['wordsim353.total']} pairs, with a 95 % interval of {low} to {high}."
    )


def of_best(best: dict[str, Any]) -> str:
    """The line of the best vectors: what the models of the labs reach together."""
    runs = [run["rows"]["best --subwords"] for run in best["runs"].values()]
    return (
        f"Joined five kinds of models of {best['tokens'] / 1e6:.0f} million words in 300 dimensions. Together they "
        f"reach WordSim-353 {mean(RHO, runs)} and {mean(ACCURACY, runs)} % of Google's analogies."
    )


REPORT = Report(pages=("README.md",), tables=tables)

if __name__ == "__main__":
    run_command(REPORT.build_parser(__doc__), REPORT.run, place="root")
