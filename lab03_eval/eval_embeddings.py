"""Measure any static word embedding: similarity, analogies, categories, each with its coverage and interval.

    python lab03_eval/eval_embeddings.py vectors.bin --json scores.json

As a library, `evaluate(WordVectors.load("vectors.bin"))` returns the same flat dictionary that `--json` writes, under
keys such as `wordsim353.rho`, `google.full.accuracy`, `men.used` and `msr.not_run`. The measures themselves are those
of solution.py, and are importable from here too. WordSim-353, SimLex-999 and Google's questions are read from gensim's
package without importing it, the other sets once they are fetched (benchmarks.py).
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Iterable
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

import numpy as np

from lab03_eval.benchmarks import (
    BENCHMARKS,
    CORE,
    Categories,
    NotAtHand,
    Pair,
    find,
    read_categories,
    read_pairs,
    read_questions,
)
from lab03_eval.measures.significance import RESAMPLES, compare_proportions, percentile_interval
from lab03_eval.solution import (
    OBJECTIVES,
    Lookup,
    answer_questions,
    compare_correlations,
    cosines,
    evaluate_analogies,
    evaluate_similarity,
    proportion_interval,
    section_scores,
    solve_analogies,
    spearman,
    spearman_interval,
)
from lab03_eval.vectors import SubwordVectors, WordVectors
from wordlab.errors import InputError
from wordlab.files import write_json

__all__ = [
    "OOV",
    "PROTOCOLS",
    "PROTOCOL_NOTE",
    "TOP_WORDS",
    "Lookup",
    "answer_questions",
    "compare",
    "compare_correlations",
    "composed_for",
    "cosines",
    "evaluate",
    "evaluate_analogies",
    "evaluate_categories",
    "evaluate_similarity",
    "format_score",
    "format_scores",
    "proportion_interval",
    "score_rows",
    "section_scores",
    "solve_analogies",
    "spearman",
    "spearman_interval",
]

TOP_WORDS = 30_000  # word2vec's compute-accuracy looks among the 30,000 most frequent words
OOV = ("skip", "zero", "mean", "compose")
PROTOCOLS = {"full": None, "top30k": TOP_WORDS}
NO_NGRAMS = "no n-grams to compose unknown words from: only fastText's .bin has them"


def evaluate_categories(vectors: WordVectors, categories: Categories, seed: int = 1) -> dict[str, float]:
    """Purity of k-means clusters of the words, k = the number of categories, with `low`, `high`, `used`, `total`.

    Purity is the share of words that belong to the largest category of their cluster (Almuhareb & Poesio 2005;
    Baroni, Dinu & Kruszewski 2014, §2). Unit vectors, ten starts. Never below the share of the largest
    category, and small sets come out high by chance: compare it on the same words only. The interval draws
    words again with the clusters as they are.
    """
    from sklearn.cluster import KMeans  # a second to import, needed here only

    lookup = Lookup(vectors)
    members = [(lookup.row(word), label) for label, words in enumerate(categories.values()) for word in words]
    rows, labels = np.array([member for member in members if member[0] >= 0], dtype=int).reshape(-1, 2).T  # (n,)
    scores = {"purity": math.nan, "low": math.nan, "high": math.nan, "used": len(rows), "total": len(members)}
    present = len(np.unique(labels))
    if len(rows) > present > 1:
        clusters = KMeans(present, n_init=10, random_state=seed).fit_predict(vectors.unit[rows])
        table = np.zeros((present, len(categories)))  # words of each cluster and category
        np.add.at(table, (clusters, labels), 1)
        shares = table.ravel() / len(rows)
        drawn = np.random.default_rng(seed).multinomial(len(rows), shares, RESAMPLES).reshape(-1, *table.shape)
        low, high = percentile_interval(drawn.max(axis=2).sum(axis=1) / len(rows))
        scores |= {"purity": float(table.max(axis=1).sum() / len(rows)), "low": low, "high": high}
    return scores


def evaluate(
    vectors: WordVectors, names: Iterable[str] = CORE, oov: str = "skip", objective: str = "3cosadd"
) -> dict[str, float | str]:
    """Scores of the named benchmarks under flat keys; `NAME.not_run` says why where a set is not at hand.

    Similarity sets give `rho`, category sets `purity`, question sets `full.accuracy` and `top30k.accuracy`.
    `oov` is one of OOV: what becomes of a pair with an unknown word (see cosines); "compose" makes a vector for it
    from its n-grams first, where `vectors` are SubwordVectors. Raises InputError, a ValueError, for another name,
    policy or objective, and for a data set's file that is damaged.
    """
    names = _known(names)
    if oov not in OOV:
        raise InputError(f"unknown policy {oov!r}; known: {', '.join(OOV)}")
    if oov == "compose" and not isinstance(vectors, SubwordVectors):
        raise InputError(NO_NGRAMS)
    results: dict[str, float | str] = {}
    for name in names:
        try:
            scores = _measure(vectors, name, oov, objective)
        except NotAtHand as reason:
            results[f"{name}.not_run"] = str(reason)
        except ImportError as error:
            results[f"{name}.not_run"] = f"needs {error.name}: pip install scikit-learn"
        else:
            results |= {f"{name}.{key}": value for key, value in scores.items()}
    return results


def _known(names: Iterable[str]) -> list[str]:
    names = list(names)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        raise InputError(f"unknown benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}")
    return names


def _measure(vectors: WordVectors, name: str, oov: str, objective: str) -> dict[str, float]:
    """Scores of one benchmark."""
    kind, path = BENCHMARKS[name].kind, find(name)
    if kind == "similarity":
        pairs = read_pairs(path)
        if isinstance(vectors, SubwordVectors) and oov == "compose":
            return evaluate_similarity(composed_for(vectors, pairs), pairs)
        return evaluate_similarity(vectors, pairs, oov)
    if kind == "categories":
        return evaluate_categories(vectors, read_categories(path))
    sections = read_questions(path)
    scores: dict[str, float] = {}
    answers = answer_questions(vectors, sections, PROTOCOLS.values(), objective)
    for protocol, answered, right in zip(PROTOCOLS, *answers):
        of_protocol = section_scores(sections, answered, right)
        scores |= {f"{protocol}.{key}": value for key, value in of_protocol.items()}
    return scores


def composed_for(vectors: SubwordVectors, pairs: list[Pair]) -> WordVectors:
    """The vectors, and those composed for the pairs' unknown words."""
    words = itertools.chain.from_iterable(pair[:2] for pair in pairs)
    return vectors.with_words(map(str.lower, words) if Lookup(vectors).lower else words)


def common_words(first: WordVectors, second: WordVectors) -> tuple[WordVectors, WordVectors]:
    """Both embeddings with the words that both hold; where one has no capitals, words are the same but for case."""
    fold = str.lower if Lookup(first).lower or Lookup(second).lower else str
    rows = []
    for vectors in (first, second):
        of_word: dict[str, int] = {}
        for word, row in vectors.index.items():  # the most frequent of "paris", "Paris" and "PARIS"
            of_word.setdefault(fold(word), row)
        rows.append(of_word)
    words = [word for word in rows[0] if word in rows[1]]
    mine, theirs = (
        WordVectors(words, vectors.matrix[[of_word[word] for word in words]])
        for vectors, of_word in zip((first, second), rows)
    )
    return mine, theirs


def compare(first: WordVectors, second: WordVectors, names: Iterable[str] = CORE) -> dict[str, float | bool]:
    """Paired bootstrap of first − second on what both know: `NAME.difference`, `low`, `high`, `used`, `real`.

    `real` is True where the 95 % interval leaves 0 out. In analogies the words that both hold are the candidates, so
    that the shorter vocabulary is no advantage. Sets that are not at hand, and category sets, whose clusters have no
    pairs, are left out. Raises InputError, a ValueError, for another name.
    """
    first, second = common_words(first, second)
    results: dict[str, float | bool] = {}
    for name in _known(names):
        try:
            difference = _difference(first, second, name) if len(first) else None
        except NotAtHand:
            continue
        if difference:
            results |= {f"{name}.{key}": value for key, value in difference.items()}
    return results


def _difference(first: WordVectors, second: WordVectors, name: str) -> dict[str, float] | None:
    """The difference on one benchmark, None where it has no items that both answer."""
    kind, path = BENCHMARKS[name].kind, find(name)
    if kind == "similarity":
        pairs = read_pairs(path)
        sides = [cosines(vectors, pairs)[0] for vectors in (first, second)]  # (n,) each
        both = np.isfinite(sides).all(axis=0)
        human = np.array([score for *_, score in pairs])
        if both.sum() < 2:
            return None
        return compare_correlations(sides[0][both], sides[1][both], human[both])
    if kind == "analogy":
        answers = [answer_questions(vectors, read_questions(path)) for vectors in (first, second)]
        both = answers[0][0][0] & answers[1][0][0]
        return compare_proportions(answers[0][1][0][both], answers[1][1][0][both]) if both.any() else None
    return None


def score_rows(results: dict[str, float | str], words: int) -> list[tuple[str, str, str]]:
    """(title, key, measure) of every row of the table that `results` fills, for a vocabulary of so many words."""
    rows = []
    for name, benchmark in BENCHMARKS.items():
        measure = {"similarity": "rho", "categories": "purity", "analogy": "accuracy"}[benchmark.kind]
        if f"{name}.not_run" in results or f"{name}.{measure}" in results:
            rows.append((benchmark.title, name, measure))
        if f"{name}.full.accuracy" in results:
            rows.append((f"{benchmark.title}, all {words:,} words", f"{name}.full", measure))
            if name == "google":
                rows += [(f"  {part}", f"google.full.{part}", measure) for part in ("semantic", "syntactic")]
            if words > TOP_WORDS:
                rows.append((f"{benchmark.title}, top {TOP_WORDS:,}", f"{name}.top30k", measure))
    return rows


def format_score(results: dict[str, float | str], key: str, measure: str) -> str:
    """One figure as people read it: a correlation, a percentage, or that no item was covered."""
    value = results[f"{key}.{measure}"]
    if not results[f"{key}.used"]:
        return "no coverage"
    return f"ρ = {value:.3f}" if measure == "rho" else f"{100 * value:.1f} %"


def format_scores(results: dict[str, float | str], words: int) -> str:
    """The table that people read: one row per measure, with interval and coverage."""
    lines = [f"{'measure':<26}{'score':>12}{'95 % interval':>18}{'used / total':>18}"]
    for title, key, measure in score_rows(results, words):
        if f"{key}.not_run" in results:
            lines.append(f"{title:<26}not run: {results[f'{key}.not_run']}")
            continue
        low, high, used, total = (results[f"{key}.{part}"] for part in ("low", "high", "used", "total"))
        interval = f"{low:.3f} … {high:.3f}" if measure == "rho" else f"{100 * low:.1f} … {100 * high:.1f} %"
        if low != low:  # NaN
            interval = "too few items"
        correct = f"  ({results[f'{key}.correct']:,} correct)" if measure == "accuracy" else ""
        lines.append(
            f"{title:<26}{format_score(results, key, measure):>12}{interval if used else '':>18}"
            f"{f'{used:,} / {total:,}':>18}{correct}"
        )
    return "\n".join(lines)


PROTOCOL_NOTE = (
    "Spearman's ρ of cosine against human scores; analogies on unit vectors, the question's words excluded,\n"
    "among all words and among the most frequent; AP and BLESS: purity of k-means."
)


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("vectors", help="a vector file; lab03_eval/vectors/formats.py lists the formats")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every score, unrounded, under named keys")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="SET")
    parser.add_argument("--oov", choices=OOV, default="skip", help="pairs with unknown words")
    parser.add_argument("--objective", choices=OBJECTIVES, default="3cosadd", help="of the analogies")
    return parser


def run(args: argparse.Namespace) -> None:
    vectors = WordVectors.load(args.vectors)
    if args.oov == "compose" and not isinstance(vectors, SubwordVectors):
        raise InputError(f"{args.vectors}: {NO_NGRAMS}")
    results = {"vectors": args.vectors, "words": len(vectors), "dim": vectors.dim}
    results |= {"oov": args.oov, "objective": args.objective}
    results |= evaluate(vectors, args.only, args.oov, args.objective)
    print(f"{args.vectors}: {len(vectors):,} words, {vectors.dim} dimensions, oov {args.oov}, {args.objective}")
    print(f"{format_scores(results, len(vectors))}\n{PROTOCOL_NOTE}", flush=True)
    if isinstance(vectors, SubwordVectors) and args.oov != "compose":
        print("Unknown words were not composed from their n-grams: --oov compose does.", flush=True)
    if args.json:
        write_json(args.json, results)


if __name__ == "__main__":
    run_command(build_parser(), run, place="vectors")
