"""A contextual model, a static one distilled from it, and word vectors: quality and costs side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wordlab.tables import figure, markdown

from lab03_eval.benchmarks import CORE, HELD_OUT, NotAtHand
from lab03_eval.contextual.costs import FIRST_MODEL, FIRST_STATIC, cold_start, megabytes, speed
from lab03_eval.contextual.encoder import ContextualEncoder
from lab03_eval.contextual.polysemy import SENTENCES, splits
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.sentences import SentenceEncoder
from lab03_eval.tasks.benchmark import METHOD, Encoder, cranfield_task, retrieval_score, sts_pairs, sts_score
from lab03_eval.tasks.report import interval
from lab03_eval.tasks.scores import Score, with_interval
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
# Title, reader of the data, and score of an encoder on them.
TEXT_TASKS: dict[str, tuple[str, Callable[[], Any], Callable[[Encoder, Any, int], Score]]] = {
    "sts": ("STS-B test ρ", sts_pairs, sts_score),
    "cranfield": ("Cranfield nDCG@10", cranfield_task, retrieval_score),
}
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
    """By task, each model's score with its 95 % interval; or `TASK.not_run` with the reason."""
    found: dict[str, Any] = {}
    for task, (_, read, score) in TEXT_TASKS.items():
        try:
            data = read()
        except NotAtHand as reason:
            found[f"{task}.not_run"] = str(reason)
            continue
        found[task] = {name: with_interval(score(encoder, data, seed)) for name, encoder in encoders.items()}
    return found


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
    found[path.stem] |= {"megabytes": megabytes(path), "cold_seconds": cold_start(FIRST_STATIC, path)}
    for model in (distilled, contextual):
        with tempfile.TemporaryDirectory() as folder:
            model.model.save(folder)
            place = Path(folder)
            found[model.name] |= {"megabytes": megabytes(place), "cold_seconds": cold_start(FIRST_MODEL, place)}
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
            [[title, *_text_cells(found, task)] for task, (title, *_) in TEXT_TASKS.items()],
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


def _text_cells(found: dict[str, Any], task: str) -> list[str]:
    scores, models = found["texts"], found["models"]
    if reason := scores.get(f"{task}.not_run"):
        return [f"not run: {reason}", *("" for _ in models[1:])]
    return [interval(scores[task][name]) for name in models]


def _rounded(value: float) -> str:
    """One decimal, or two digits that count, with thousands apart."""
    return f"{value:,.1f}" if value < 100 else f"{float(f'{value:.2g}'):,.0f}"
