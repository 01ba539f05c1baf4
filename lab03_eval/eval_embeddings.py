"""Measure any static word embedding: similarity, analogies, categories, each with its coverage and interval.

    python lab03_eval/eval_embeddings.py vectors.bin --json scores.json
    python lab03_eval/eval_embeddings.py german.bin --lang de        the sets in German (languages.py)

As a library, `evaluate(WordVectors.load("vectors.bin"))` returns the same flat dictionary that `--json` writes, under
keys such as `wordsim353.rho`, `google.full.accuracy`, `men.used` and `msr.not_run`. The measures themselves are those
of solution.py, and are importable from here too. WordSim-353, SimLex-999 and Google's questions are read from gensim's
package without importing it, the other sets once they are fetched (benchmarks.py).
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.files import write_json

import numpy as np

from lab03_eval.benchmarks import (
    BENCHMARKS,
    CORE,
    Categories,
    NotAtHand,
    Pair,
    Section,
    find,
    read_categories,
    sets_of,
    without_sets,
)
from lab03_eval.languages import ENGLISH, language_code, language_name, reported_beside, settle
from lab03_eval.measures.significance import ROUNDING, compare_proportions, holm, settled
from lab03_eval.multilingual import pairs_of, questions_of, set_notes
from lab03_eval.solution import (
    OBJECTIVES,
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
from lab03_eval.vectors.lookup import Lookup, shared_prefix, written_in

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
TOO_FEW, CONSTANT = "too few items", "constant"  # why a score is NaN
HALVES = re.compile(r"\w+\.(semantic|syntactic)\.")  # keys of the parts of Google's questions
NO_NGRAMS = "no n-grams to compose unknown words from: only fastText's .bin has them"


def evaluate_categories(vectors: WordVectors, categories: Categories, seed: int = 1) -> dict[str, float | str]:
    """Purity of k-means clusters of the words, k = the number of categories, with `low`, `high`, `used`, `total`.

    Purity is the share of words that belong to the largest category of their cluster (Almuhareb & Poesio 2005;
    Baroni, Dinu & Kruszewski 2014, §2). Unit vectors, ten starts. Never below the share of the largest
    category, and small sets come out high by chance: compare it on the same words only. The interval is Wilson's of
    that share, with the clusters and the largest category of each as they are. A bootstrap that chose the largest
    category anew in every sample would lie above the score, since the largest of several counts rises with any noise.
    Where there is no purity, it is NaN and `undefined` says why.
    """
    from sklearn.cluster import KMeans  # a second to import, needed here only

    lookup = Lookup(vectors)
    members = [(lookup.row(word), label) for label, words in enumerate(categories.values()) for word in words]
    rows, labels = np.array([member for member in members if member[0] >= 0], dtype=int).reshape(-1, 2).T  # (n,)
    unit, present = vectors.unit[rows], len(np.unique(labels))
    scores: dict[str, float | str] = {"purity": math.nan, "low": math.nan, "high": math.nan}
    scores |= {"used": len(rows), "total": len(members)}
    if not len(rows) > present > 1:
        return scores | {"undefined": TOO_FEW}
    if np.ptp(unit, axis=0).max() <= ROUNDING:
        return scores | {"undefined": CONSTANT}
    table = np.zeros((present, len(categories)), dtype=int)  # words of each cluster and category
    np.add.at(table, (KMeans(present, n_init=10, random_state=seed).fit_predict(unit), labels), 1)
    pure = int(table.max(axis=1).sum())
    low, high = proportion_interval(pure, len(rows))
    return scores | {"purity": pure / len(rows), "low": low, "high": high}


def evaluate(
    vectors: WordVectors,
    names: Iterable[str] = CORE,
    oov: str = "skip",
    objective: str = "3cosadd",
    language: str = ENGLISH,
) -> dict[str, float | str]:
    """Scores of the named benchmarks under flat keys.

    Similarity sets give `rho`, category sets `purity`, question sets `full.accuracy` and `top30k.accuracy`. `NAME.used`
    counts the items whose words are known, `NAME.recased` the words that were found in another case only. Where a set
    is not at hand or damaged, or in another `language` than the vectors, `NAME.not_run` says why. A score that is NaN
    has its reason in `NAME.undefined`, and `NAME.noted` tells what is odd in a set. `oov` is one of OOV: what becomes
    of a pair with an unknown word (see cosines); "compose" makes a vector for it from its n-grams first, where
    `vectors` are SubwordVectors. Raises InputError, a ValueError, for another name, policy or objective.
    """
    names = _known(names)
    for what, value, known in (("policy", oov, OOV), ("objective", objective, OBJECTIVES)):
        if value not in known:
            raise InputError(f"unknown {what} {value!r}; known: {', '.join(known)}")
    if oov == "compose" and not isinstance(vectors, SubwordVectors):
        raise InputError(NO_NGRAMS)
    results: dict[str, float | str] = {}
    for name in names:
        if BENCHMARKS[name].language != language:
            results[f"{name}.not_run"] = f"the vectors are {language_name(language)}"
            continue
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


def _measure(vectors: WordVectors, name: str, oov: str, objective: str) -> dict[str, float | str]:
    """Scores of one benchmark."""
    kind, notes = BENCHMARKS[name].kind, list[str]()
    if kind == "similarity":
        pairs, notes = pairs_of(name)
        words: Iterable[str] = words_of(pairs)
        scores = _similarity(vectors, pairs, oov)
    elif kind == "categories":
        categories = read_categories(find(name))
        words = chain.from_iterable(categories.values())
        scores = evaluate_categories(vectors, categories)
    else:
        sections, notes = questions_of(name)
        words = (word for _, questions in sections for question in questions for word in question)
        scores = _analogies(vectors, sections, objective)
        if BENCHMARKS[name].language != ENGLISH:  # whose fifth section ends nothing
            scores = {key: value for key, value in scores.items() if not HALVES.match(key)}
    return scores | {"recased": Lookup(vectors).recased(words)} | ({"noted": "; ".join(notes)} if notes else {})


def _similarity(vectors: WordVectors, pairs: list[Pair], oov: str) -> dict[str, float | str]:
    if isinstance(vectors, SubwordVectors) and oov == "compose":
        vectors, oov = composed_for(vectors, pairs), "skip"
    scores: dict[str, float | str] = {**evaluate_similarity(vectors, pairs, oov)}
    if math.isnan(float(scores["rho"])):
        scores["undefined"] = CONSTANT if float(scores["used"]) > 1 else TOO_FEW
    return scores


def _analogies(vectors: WordVectors, sections: list[Section], objective: str) -> dict[str, float | str]:
    scores: dict[str, float | str] = {}
    answers = answer_questions(vectors, sections, PROTOCOLS.values(), objective)
    for protocol, answered, right in zip(PROTOCOLS, *answers):
        of_protocol = section_scores(sections, answered, right)
        scores |= {f"{protocol}.{key}": value for key, value in of_protocol.items()}
    return scores


def words_of(pairs: list[Pair]) -> list[str]:
    """The words of the pairs, first and second alike."""
    return [word for pair in pairs for word in pair[:2]]


def composed_for(vectors: SubwordVectors, pairs: list[Pair]) -> WordVectors:
    """The vectors, and those composed for the pairs' unknown words, in the case that the vocabulary is written in."""
    lookup, case = Lookup(vectors), written_in(vectors.words)
    return vectors.with_words(case(word) for word in words_of(pairs) if lookup.row(word) < 0)


def common_words(first: WordVectors, second: WordVectors) -> tuple[WordVectors, WordVectors]:
    """Both embeddings with the words that both hold.

    Where one of the two is written in one case, words are the same but for case.
    """
    one_case = any(written_in(vectors.words) is not str for vectors in (first, second))
    fold: Callable[[str], str] = str.lower if one_case else str
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
    """Paired bootstrap of first − second on what both know: `NAME.difference`, `low`, `high`, `used`, `p`, verdicts.

    `excludes_zero` is True where the 95 % interval leaves 0 out, `survives_holm` where the difference remains
    significant after Holm's correction for the number of sets compared. In analogies the words that both hold are the
    candidates, so that the shorter vocabulary is no advantage. Sets that are not at hand, and category sets, whose
    clusters have no pairs, are left out. Raises InputError, a ValueError, for another name.
    """
    names = _known(names)
    first, second = common_words(first, second)
    found: dict[str, dict[str, float]] = {}
    for name in names if len(first) else []:
        try:
            difference = _difference(first, second, name)
        except NotAtHand:
            continue
        if difference:
            found[name] = difference
    results: dict[str, float | bool] = {}
    for (name, difference), survives in zip(found.items(), holm([each["p"] for each in found.values()])):
        results |= {f"{name}.{key}": value for key, value in difference.items()} | {f"{name}.survives_holm": survives}
    return results


def _difference(first: WordVectors, second: WordVectors, name: str) -> dict[str, float] | None:
    """The difference on one benchmark, None where it has no items that both answer."""
    kind = BENCHMARKS[name].kind
    if kind == "similarity":
        pairs, _ = pairs_of(name)
        sides = [cosines(vectors, pairs)[0] for vectors in (first, second)]  # (n,) each
        both = np.isfinite(sides).all(axis=0)
        human = np.array([score for *_, score in pairs])
        if both.sum() < 2:
            return None
        return compare_correlations(settled(sides[0][both]), settled(sides[1][both]), human[both])
    if kind == "analogy":
        sections, _ = questions_of(name)
        answers = [answer_questions(vectors, sections) for vectors in (first, second)]
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
            parts = [part for part in ("semantic", "syntactic") if f"{name}.full.{part}.accuracy" in results]
            rows += [(f"  {part}", f"{name}.full.{part}", measure) for part in parts]
            if words > TOP_WORDS:
                rows.append((f"{benchmark.title}, top {TOP_WORDS:,}", f"{name}.top30k", measure))
    return rows


def format_score(results: dict[str, float | str], key: str, measure: str) -> str:
    """One figure as people read it: a correlation or a percentage, else why there is none."""
    value = float(results[f"{key}.{measure}"])
    if not results[f"{key}.used"]:
        return "no coverage"
    if math.isnan(value):
        return str(results.get(f"{key}.undefined", TOO_FEW))
    return f"ρ = {value:.3f}" if measure == "rho" else f"{100 * value:.1f} %"


def format_interval(results: dict[str, float | str], key: str, measure: str, digits: int) -> str:
    """The 95 % interval of a figure, a correlation with so many digits; empty where the figure itself is missing."""
    value, low, high, used = (float(results[f"{key}.{part}"]) for part in (measure, "low", "high", "used"))
    if not used or math.isnan(value):
        return ""
    if math.isnan(low):
        return "not defined" if used > 3 else TOO_FEW  # at ρ = 1 Fisher's z is infinite
    return f"{low:.{digits}f} … {high:.{digits}f}" if measure == "rho" else f"{100 * low:.1f} … {100 * high:.1f} %"


def format_scores(results: dict[str, float | str], words: int) -> str:
    """The table that people read: one row per measure, with interval and coverage."""
    rows = score_rows(results, words)
    wide = max(26, *(len(title) + 1 for title, *_ in rows), 0)
    lines = [f"{'measure':<{wide}}{'score':>14}{'95 % interval':>18}{'used / total':>18}"]
    for title, key, measure in rows:
        if f"{key}.not_run" in results:
            lines.append(f"{title:<{wide}}not run: {results[f'{key}.not_run']}")
            continue
        score, interval = format_score(results, key, measure), format_interval(results, key, measure, 3)
        coverage = f"{results[f'{key}.used']:,} / {results[f'{key}.total']:,}"
        correct = f"  ({results[f'{key}.correct']:,} correct)" if measure == "accuracy" else ""
        lines.append(f"{title:<{wide}}{score:>14}{interval:>18}{coverage:>18}{correct}")
    return "\n".join(lines)


def coverage_notes(vectors: WordVectors, results: dict[str, float | str]) -> list[str]:
    """Sentences on what is odd in the sets, which of them found words in another case, and what hides all words."""
    recased = {name: results.get(f"{name}.recased", 0) for name in BENCHMARKS}
    counts = [f"{BENCHMARKS[name].title.strip()} {count:,}" for name, count in recased.items() if count]
    language = str(results.get("language", ENGLISH))
    notes = [] if language == ENGLISH else [f"Sets in other languages than {language_name(language)} are not run."]
    if without := without_sets(language):
        notes = [f"There are no scores: {without}."]
    notes += set_notes(results)
    notes += [f"Words found in another case than they are asked in: {', '.join(counts)}."] if counts else []
    used = [value for key, value in results.items() if key.rpartition(".")[2] == "used"]
    prefix, shared = shared_prefix(vectors.words) if used and not any(used) else ("", 0)
    if prefix:
        notes.append(
            f"No word was found. {shared:,} of the {len(vectors):,} words in the file begin with {prefix!r}, which the "
            "benchmarks' words do not: take it away from the file's words."
        )
    return notes


PROTOCOL_NOTE = (
    "Spearman's ρ of cosine against human scores; analogies on unit vectors, the question's words excluded,\n"
    "among all words and among the most frequent; AP and BLESS: purity of k-means.\n"
    "Each word is sought as written, then in lower case, then in title case."
)


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("vectors", help="a vector file; lab03_eval/vectors/formats.py lists the formats")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every score, unrounded, under named keys")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="SET", help="default: all in the language")
    parser.add_argument("--lang", type=language_code, metavar="CODE", help="the vectors' language, such as de")
    parser.add_argument("--oov", choices=OOV, default="skip", help="pairs with unknown words")
    parser.add_argument("--objective", choices=OBJECTIVES, default="3cosadd", help="of the analogies")
    return parser


def run(args: argparse.Namespace) -> None:
    vectors = WordVectors.load(args.vectors)
    if args.oov == "compose" and not isinstance(vectors, SubwordVectors):
        raise InputError(f"{args.vectors}: {NO_NGRAMS}")
    spoken, told = settle(args.lang, *reported_beside(Path(args.vectors)), args.vectors, "--lang")
    if not (names := args.only or sets_of(spoken)):
        raise InputError(f"{args.vectors}: {without_sets(spoken)}")
    results = {"vectors": args.vectors, "words": len(vectors), "dim": vectors.dim}
    results |= {"language": spoken, "oov": args.oov, "objective": args.objective}
    results |= evaluate(vectors, names, args.oov, args.objective, spoken)
    if args.json:
        write_json(args.json, results)
    print(f"{args.vectors}: {vectors}, oov {args.oov}, {args.objective}")
    if told:
        print(told)
    notes = "\n".join([PROTOCOL_NOTE, *coverage_notes(vectors, results)])
    print(f"{format_scores(results, len(vectors))}\n{notes}", flush=True)
    if isinstance(vectors, SubwordVectors) and args.oov != "compose":
        print("Unknown words were not composed from their n-grams: --oov compose does.", flush=True)


if __name__ == "__main__":
    run_command(build_parser(), run, place="vectors")
