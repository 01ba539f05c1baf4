"""A contextual model, a static one distilled from it, and word vectors: quality, differences and costs side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wordlab.tables import figure, markdown

import numpy as np

from lab03_eval.benchmarks import CORE, HELD_OUT, NotAtHand
from lab03_eval.contextual.costs import FIRST_MODEL, FIRST_STATIC, cold_start, megabytes, speed
from lab03_eval.contextual.encoder import ContextualEncoder
from lab03_eval.contextual.polysemy import SENTENCES, splits
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.measures.significance import percentile_interval
from lab03_eval.sentences import SentenceEncoder
from lab03_eval.tasks.benchmark import METHOD, Encoder, cranfield_task, retrieval_score, sts_pairs, sts_score
from lab03_eval.tasks.scores import Score
from lab03_eval.vectors import WordVectors

ASKED = ("bank", "king", "python", "fine")
NEIGHBOURS = 6
TIMED = 500  # sentences
WORD_SCORES = {
    "wordsim353.rho": "WordSim-353 ρ",
    "simlex999.rho": "SimLex-999 ρ",
    "men.rho": "MEN ρ",
    "rw.rho": "Rare Words ρ",
    "google.full.accuracy": "Google %",
}
TEXT_SCORES = {"sts": "STS-B test ρ", "cranfield": "Cranfield nDCG@10"}
COSTS = {
    "sentences_per_second": "sentences per second",
    "words_per_second": "words per second",
    "megabytes": "MB on disk",
    "cold_seconds": "seconds to the first vector",
}


def compare_models(
    path: Path, vectors: WordVectors, distilled: ContextualEncoder, contextual: ContextualEncoder, seed: int
) -> dict[str, Any]:
    """Every figure of the comparison, as `format_comparison` and the page show them. `path` is the vectors' file."""
    texts: dict[str, Encoder] = {path.stem: SentenceEncoder(vectors, METHOD)}
    texts |= {model.name: model for model in (distilled, contextual)}
    tables = {path.stem: vectors} | {
        model.name: WordVectors(vectors.words, model.encode(vectors.words)) for model in (distilled, contextual)
    }
    known = [word for word in ASKED if word in vectors]
    return {
        "vectors": {"name": path.stem, "words": len(vectors), "dim": vectors.dim, "method": METHOD},
        "models": list(texts),
        "seed": seed,
        "versions": {name: version(name) for name in ("torch", "sentence-transformers", "transformers")},
        "polysemy": {name: asdict(split) for name, split in splits(vectors, contextual).items()},
        "neighbours": {
            word: {name: table.most_similar(word, NEIGHBOURS) for name, table in tables.items()} for word in known
        },
        "words": {name: word_scores(table) for name, table in tables.items()},
        "texts": text_scores(texts, seed),
        "costs": costs(path, texts, distilled, contextual),
    }


def word_scores(table: WordVectors) -> dict[str, Any]:
    """Scores of the words by themselves: every model gives a vector to the same words."""
    scores: dict[str, Any] = evaluate(table, (*CORE, *HELD_OUT))
    return {key: value for key, value in scores.items() if "section" not in key}


def text_scores(encoders: dict[str, Encoder], seed: int) -> dict[str, Any]:
    """STS and retrieval by model, with 95 % intervals and the difference to the last model."""
    found: dict[str, Any] = {}
    for task in TEXT_SCORES:
        try:
            scores = {name: _score(task, encoder, seed) for name, encoder in encoders.items()}
        except NotAtHand as reason:
            found[f"{task}.not_run"] = str(reason)
            continue
        last = list(scores.values())[-1]
        for name, score in scores.items():
            less = Score(score.value - last.value, score.draws - last.draws)
            for key, each in (("", score), ("difference.", less)):
                low, high = percentile_interval(each.draws)
                found[f"{task}.{name}.{key}score"] = each.value
                found |= {f"{task}.{name}.{key}low": low, f"{task}.{name}.{key}high": high}
    return found


def _score(task: str, encoder: Encoder, seed: int) -> Score:
    if task == "sts":
        return sts_score(encoder, sts_pairs(), seed)
    return retrieval_score(encoder, cranfield_task(), seed)


def costs(
    path: Path, encoders: dict[str, Encoder], distilled: ContextualEncoder, contextual: ContextualEncoder
) -> dict[str, dict[str, float]]:
    """Of each model: speed on the first sentences of STS-B's test part, megabytes, seconds to the first vector."""
    try:
        pairs = sts_pairs()
        texts = (pairs.first + pairs.second)[:TIMED]
    except NotAtHand:
        texts = list(SENTENCES) * (TIMED // len(SENTENCES))
    found = {name: speed(encoder, texts) for name, encoder in encoders.items()}
    found[path.stem] |= {"megabytes": megabytes([path]), "cold_seconds": cold_start(FIRST_STATIC, path)}
    for model in (distilled, contextual):
        with tempfile.TemporaryDirectory() as folder:
            model.model.save(folder)
            place = Path(folder)
            found[model.name] |= {"megabytes": megabytes([place]), "cold_seconds": cold_start(FIRST_MODEL, place)}
    return found


def format_comparison(found: dict[str, Any]) -> dict[str, str]:
    """The tables by name: `polysemy`, `neighbours`, `words`, `texts` and `costs`."""
    models = found["models"]
    return {
        "polysemy": markdown(
            ["what stands for the word", "within a sense", "across senses", "nearest sentence has the sense"],
            [
                [name, f"{split['within']:.2f}", f"{split['across']:.2f}", f"{split['right']} of {len(SENTENCES)}"]
                for name, split in found["polysemy"].items()
            ],
        ),
        "neighbours": markdown(
            ["word", *models],
            [
                [word, *(", ".join(other for other, _ in of_model[name]) for name in models)]
                for word, of_model in found["neighbours"].items()
            ],
        ),
        "words": markdown(
            ["every word alone", *models, "used / total"],
            [[title, *_cells(found, key), _coverage(found, key)] for key, title in WORD_SCORES.items()],
        ),
        "texts": markdown(
            ["whole texts", *models],
            [[title, *_text_cells(found, task)] for task, title in TEXT_SCORES.items()],
        ),
        "costs": markdown(
            ["2 cores", *models],
            [[title, *(_rounded(found["costs"][name][key]) for name in models)] for key, title in COSTS.items()],
        ),
    }


def _cells(found: dict[str, Any], key: str) -> list[str]:
    return [figure(key, [found["words"][name].get(key)]) for name in found["models"]]


def _coverage(found: dict[str, Any], key: str) -> str:
    scores, name = found["words"][found["models"][0]], key.rpartition(".")[0]
    if f"{name}.used" not in scores:
        return str(scores.get(f"{name.split('.')[0]}.not_run", "–"))
    return f"{scores[f'{name}.used']:,} / {scores[f'{name}.total']:,}"


def _text_cells(found: dict[str, Any], task: str) -> Sequence[str]:
    scores = found["texts"]
    if reason := scores.get(f"{task}.not_run"):
        return [f"not run: {reason}", *("" for _ in found["models"][1:])]
    cells = []
    for name in found["models"]:
        value, low, high = (scores[f"{task}.{name}.{part}"] for part in ("score", "low", "high"))
        cells.append(f"{value:.3f} ({low:.3f} … {high:.3f})")
    return cells


def _rounded(value: float) -> str:
    """Three digits that count, with thousands apart."""
    digits = max(0, 2 - int(np.floor(np.log10(max(value, 1e-9)))))
    return f"{round(value, digits):,.{min(digits, 1)}f}" if value < 100 else f"{float(f'{value:.2g}'):,.0f}"
