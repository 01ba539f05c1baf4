"""Measure and draw embeddings with Lab 3, and write its tables: reports/lab03.json, lab03.md, README, WALKTHROUGH.

    python scripts/report_lab03.py                                        the vectors that ship with the repository
    python scripts/report_lab03.py --vectors lab03_eval/wiki8_20k.safetensors runs/lab01/vectors.safetensors
    python scripts/report_lab03.py --only                                 none: write the tables again from the JSON

Measurements: `scores` (all sets, geometry, bias, senses, differences), `tasks` (the last embedding), `pictures` (the
last embedding, into reports/). Speed comes from scripts/bench_eval.py, published figures from scripts/published.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval import solution  # noqa: E402
from lab03_eval.eval_embeddings import to_json  # noqa: E402
from lab03_eval.tasks import Setting, evaluate_tasks  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing  # noqa: E402
from scripts.tables import REPORTS, insert, load, table  # noqa: E402

PAGES = [ROOT / "README.md", ROOT / "lab03_eval" / "WALKTHROUGH.md", REPORTS / "lab03.md"]
SEED = 1


def measure(paths: list[str], names: list[str], results: dict) -> dict:
    embeddings = {solution.label(path): WordVectors.load(path) for path in paths}
    last = list(embeddings)[-1]
    if "scores" in names:
        figures, text = solution.measure(embeddings, SEED)
        results["scores"] = figures | {"text": text}
    if "tasks" in names:
        results["tasks"] = {"vectors": last} | evaluate_tasks(Setting(embeddings[last], seed=SEED))
    if "pictures" in names:
        draw_from = {last: embeddings[last]} | embeddings
        solution.draw(draw_from, results["scores"]["results"], REPORTS, 5000, SEED)
        (REPORTS / "map.html").unlink()  # megabytes that anyone can make again
    return results


def section(text: str, title: str) -> str:
    """The part of a measured text under the heading that starts with `title`, without the heading."""
    part = text[text.index(f"\n## {title}") + 1 :]
    body = part[part.index("\n") :]
    return body[: body.index("\n## ")].strip() if "\n## " in body else body.strip()


def task_table(results: dict) -> str:
    rows = []
    for key in results:
        name, _, part = key.rpartition(".")
        if part == "not_run":
            rows.append([name, "not run", "", "", "", "", ""])
        elif part == "title":
            cell = {field: results[f"{name}.{field}"] for field in ("title", "measure", "score", "used", "total")}
            margins = [
                f"{results[f'{name}.margin.{other}.score']:+.3f} "
                f"({results[f'{name}.margin.{other}.low']:+.3f} … {results[f'{name}.margin.{other}.high']:+.3f})"
                for other in ("random", "baseline")
            ]
            scores = [f"{results[f'{name}.{other}score']:.3f}" for other in ("", "random.", "baseline.")]
            rows.append([cell["title"], cell["measure"], *scores, *margins])
    scores = ["these vectors", "random vectors", "TF-IDF or most frequent tag"]
    return table(["task", "measure", *scores, "− random", "− baseline"], rows)


def tables(results: dict, bench: dict) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    made = {}
    if "scores" in results:
        text = results["scores"]["text"]
        first = next(iter(results["scores"]["results"]))
        made["lab03_scores"] = section(text, "Scores")
        made["lab03_geometry"] = section(text, "Geometry")
        made["lab03_bias"] = section(text, f"Bias of {first}")
        made["lab03_senses"] = section(text, f"Senses in {first}")
        if "\n## Differences" in text:
            made["lab03_differences"] = section(text, "Differences")
    if "tasks" in results:
        made["tasks"] = task_table(results["tasks"])
    return made | bench_tables(bench)


SPEED = {
    "load_bin": "load 70,000 × 300, word2vec binary",
    "load_text": "load 1,000,000 × 300, text",
    "analogies": "Google's 19,544 questions, 70,000 × 100",
}


def bench_tables(bench: dict) -> dict[str, str]:
    """Medians over the rounds of scripts/bench_eval.py."""
    rows = []
    for name, title in SPEED.items():
        if name in bench:
            result = bench[name]
            ours, theirs = (f"{result['median_seconds'][library]:.2f}" for library in ("ours", "gensim"))
            peaks = result.get("peak_matrices")
            memory = f"{peaks['ours']:.2f} and {peaks['gensim']:.2f}" if peaks else "–"
            rows.append([title, ours, theirs, f"{result['ratio']:.1f}", memory])
    header = ["task", "ours, s", "gensim, s", "times as fast", "peak memory / matrix, ours and gensim's"]
    return {"bench_eval": table(header, rows)} if rows else {}


def main() -> None:
    names = ["scores", "tasks", "pictures"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", nargs="+", default=[str(solution.SHIPPED)], metavar="FILE")
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    args = parser.parse_args()
    results = load("lab03.json")
    if args.only:
        results = json.loads(to_json(measure(args.vectors, args.only, results)))
        with replacing(REPORTS / "lab03.json") as temporary:
            temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    made = tables(results, load("bench_eval.json"))
    for page in PAGES:
        insert(page, made)


if __name__ == "__main__":
    main()
