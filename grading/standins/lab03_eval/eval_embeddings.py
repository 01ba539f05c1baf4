"""Scores of word vectors by scipy and gensim: word similarity, and Google's analogies among all words.

`evaluate` returns a flat dictionary under the keys of Lab 3's harness, such as `wordsim353.rho` and
`google.full.accuracy`. It has no intervals, and only the sets that the labs name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics.pairwise import paired_cosine_distances

from lab03_eval.benchmarks import BENCHMARKS, CORE, NotAtHand, Pair, find, read_questions
from lab03_eval.languages import ENGLISH, language_name
from lab03_eval.multilingual import pairs_of
from lab03_eval.vectors import SubwordVectors, WordVectors
from lab03_eval.vectors.lookup import Lookup, written_in

SEMANTIC_SECTIONS = 5  # the first five of Google's fourteen sections; the others are syntactic
PROTOCOL_NOTE = (
    "Spearman's ρ of cosine against human scores, by scipy; analogies among all words, the question's words excluded,\n"
    "by gensim. Lab 3 adds the intervals, and the 30,000 most frequent words as candidates."
)


def cosines(vectors: WordVectors, pairs: list[Pair]) -> tuple[np.ndarray, np.ndarray]:
    """Cosine (n,) of each pair of words, NaN where one is unknown, and whether both are known (n,)."""
    rows = Lookup(vectors).rows([pair[:2] for pair in pairs])  # (n, 2)
    known = np.all(rows >= 0, axis=1)
    cosine = np.full(len(pairs), math.nan)
    if known.any():
        first, second = vectors.matrix[rows[known]].astype(np.float64).swapaxes(0, 1)
        cosine[known] = 1 - paired_cosine_distances(first, second)
    return cosine, known


def evaluate_similarity(vectors: WordVectors, pairs: list[Pair]) -> dict[str, float]:
    """Spearman's ρ between cosine and human scores, with the `used` and `total` pairs."""
    cosine, known = cosines(vectors, pairs)
    human = np.array([score for *_, score in pairs])
    varies = known.sum() > 1 and np.ptp(cosine[known]) > 0
    rho = float(spearmanr(cosine[known], human[known]).statistic) if varies else math.nan
    return {"rho": rho, "used": int(known.sum()), "total": len(pairs)}


def _evaluate_analogies(vectors: WordVectors, path: Path) -> dict[str, float]:
    """Accuracy of 3CosAdd among all words, in all and of the semantic and syntactic sections."""
    asked = [len(questions) for _, questions in read_questions(path)]
    *sections, _ = vectors.to_gensim().evaluate_word_analogies(str(path), restrict_vocab=None)[1]
    scores: dict[str, float] = {}
    for part, chosen in (
        ("", slice(None)), ("semantic.", slice(SEMANTIC_SECTIONS)), ("syntactic.", slice(SEMANTIC_SECTIONS, None)),
    ):  # fmt: skip
        correct, wrong = (sum(len(section[key]) for section in sections[chosen]) for key in ("correct", "incorrect"))
        used = correct + wrong
        scores |= {f"{part}accuracy": correct / used if used else math.nan, f"{part}correct": correct}
        scores |= {f"{part}used": used, f"{part}total": sum(asked[chosen])}
    return {f"full.{key}": value for key, value in scores.items()}


def evaluate(vectors: WordVectors, names: Iterable[str] = CORE, language: str = ENGLISH) -> dict[str, Any]:
    """Scores of the named sets; where one is not at hand or in another language, `NAME.not_run` says why."""
    results: dict[str, Any] = {}
    for name in names:
        if BENCHMARKS[name].language != language:
            results[f"{name}.not_run"] = f"the vectors are {language_name(language)}"
            continue
        try:
            if BENCHMARKS[name].kind == "similarity":
                scores = evaluate_similarity(vectors, pairs_of(name)[0])
            elif language == ENGLISH:
                scores = _evaluate_analogies(vectors, find(name))
            else:
                results[f"{name}.not_run"] = "gensim reads Google's layout alone; Lab 3 reads this file"
                continue
        except NotAtHand as reason:
            results[f"{name}.not_run"] = str(reason)
        else:
            results |= {f"{name}.{key}": value for key, value in scores.items()}
    return results


def composed_for(vectors: SubwordVectors, pairs: list[Pair]) -> WordVectors:
    """The vectors, and those composed for the pairs' unknown words, in the case that the vocabulary is written in."""
    lookup, case = Lookup(vectors), written_in(vectors.words)
    words = chain.from_iterable(pair[:2] for pair in pairs)
    unknown = [word for word in dict.fromkeys(case(word) for word in words if lookup.row(word) < 0) if word in vectors]
    return WordVectors(vectors.words + unknown, np.vstack([vectors.matrix, *(vectors[word] for word in unknown)]))


def format_scores(results: dict[str, Any], words: int) -> str:
    """The table that people read: one row per measure, with its coverage."""
    lines = [f"{'measure':<26}{'score':>14}{'used / total':>18}"]
    for name, benchmark in BENCHMARKS.items():
        if f"{name}.not_run" in results:
            lines.append(f"{benchmark.title:<26}not run: {results[f'{name}.not_run']}")
        if f"{name}.rho" in results:
            lines.append(_row(results, benchmark.title, name, f"ρ = {results[f'{name}.rho']:.3f}"))
        for title, key in (
            (f"{benchmark.title}, all {words:,} words", f"{name}.full"),
            ("  semantic", f"{name}.full.semantic"),
            ("  syntactic", f"{name}.full.syntactic"),
        ):
            if f"{key}.accuracy" in results:
                lines.append(_row(results, title, key, f"{100 * results[f'{key}.accuracy']:.1f} %"))
    return "\n".join(lines)


def _row(results: dict[str, Any], title: str, key: str, score: str) -> str:
    used, total = results[f"{key}.used"], results[f"{key}.total"]
    return f"{title:<26}{score if used else 'no coverage':>14}{f'{used:,} / {total:,}':>18}"
