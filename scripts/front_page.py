"""Write the front page's own tables from the labs' measurements: python scripts/front_page.py

The map of the labs, the comparison of the models, and the line for a résumé come from reports/*.json, like every
other table; nothing is measured here.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab02_glove_fasttext.comparison import INFLECTIONS, MODELS, shown  # noqa: E402
from scripts.tables import insert, load, table  # noqa: E402

MADE_OF = {"glove": "counts", "skipgram": "words", "fasttext": "words and n-grams"}
RHO, ACCURACY = "wordsim353.rho", "google.full.accuracy"


def tables(lab01: dict, lab02: dict, lab03: dict, bench: dict) -> dict[str, str]:
    """The tables by name."""
    return {
        "labs": map_of_labs(lab01, lab02["comparison"], lab03),
        "models": compare_models(lab02["comparison"]),
        "resume": resume_line(lab01, bench),
    }


def mean(records: list[dict], key: str) -> str:
    """Without the spread, which the reports show; of memory the most."""
    middle = max if key == "memory_mb" else statistics.mean
    return shown(key, [middle([record[key] for record in records])])


def map_of_labs(lab01: dict, comparison: dict, lab03: dict) -> str:
    lab = [run["centred"] for run in lab01["lab"]["runs"].values()]
    seconds = statistics.mean(run["seconds"] for run in lab01["lab"]["runs"].values())
    runs = {name: comparison["runs"][name] for name in MADE_OF}
    shipped = lab03["scores"]["results"]["wiki8_20k"]
    training = sum(statistics.mean(record["seconds"] for record in records) for records in runs.values())
    scores = ", ".join(f"{MODELS[name]} {mean(records, RHO)}" for name, records in runs.items())
    rows = [
        ["[1](lab01_word2vec/README.md)", "word2vec, from pairs to blocks", f"{seconds:.0f} s of training",
         f"WordSim-353 {mean(lab, RHO)}, Google {mean(lab, ACCURACY)} %"],
        ["[2](lab02_glove_fasttext/README.md)", "GloVe and FastText, compared fairly", f"{training:.0f} s of training",
         f"WordSim-353: {scores}"],
        ["[3](lab03_eval/README.md)", "measuring and drawing any vectors", "half a minute",
         f"the 20,000 words that ship: WordSim-353 {shown(RHO, [shipped[RHO]])} "
         f"on {shipped['wordsim353.used']} of {shipped['wordsim353.total']} pairs"],
    ]  # fmt: skip
    return table(["lab", "you build", "2 cores", "expect"], rows)


def compare_models(comparison: dict) -> str:
    """By unknown words, morphology and cost."""
    forms = ["/".join(group) for group in INFLECTIONS]
    rows = []
    for name in MADE_OF:
        records, found = comparison["runs"][name], comparison["inflections"][name]
        cosines = " and ".join(f"{found[group]['cosine']:.2f}" for group in forms)
        keys = ("google.full.semantic.accuracy", "google.full.syntactic.accuracy", "seconds", "memory_mb")
        unknown = "composed" if name == "fasttext" else "no vector"
        rows.append([MODELS[name], MADE_OF[name], unknown, cosines, *(mean(records, key) for key in keys)])
    header = ["model", "made of", "unknown words", f"cosine of {' and '.join(forms)}", "semantic %", "syntactic %"]
    return table([*header, "training s", "peak MB"], rows)


def resume_line(lab01: dict, bench: dict) -> str:
    best = [run["centred"] for run in lab01["best"]["runs"].values()]
    faster = statistics.median(bench["ratios"]["blocks"])
    return (
        "> Built word2vec, GloVe and FastText from scratch in PyTorch; skip-gram as block matrix products with "
        f"hand-derived gradients trains {faster:.1f} times as fast as gensim on the same two cores; WordSim-353 "
        f"{mean(best, RHO)} and {mean(best, ACCURACY)} % of Google's analogies from 17 million words."
    )


def main() -> None:
    results = [load(name) for name in ("lab01.json", "lab02.json", "lab03.json", "bench.json")]
    insert(ROOT / "README.md", tables(*results))


if __name__ == "__main__":
    main()
