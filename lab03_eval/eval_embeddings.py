"""Measure any static word embedding: similarity, analogies, categories, each with its coverage and interval.

    python lab03_eval/eval_embeddings.py vectors.bin --json scores.json

As a library: `evaluate(WordVectors.load("vectors.bin"))` returns the same flat dictionary that `--json` writes,
under keys such as `wordsim353.rho`, `google.full.accuracy`, `men.used` and `msr.not_run`. Only numpy and scipy
are needed; WordSim-353, SimLex-999 and Google's questions are read from gensim's package without importing it,
the other sets once they are fetched (benchmarks.py).
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy import stats

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.benchmarks import (  # noqa: E402
    BENCHMARKS,
    CORE,
    Categories,
    NotAtHand,
    Pair,
    Section,
    find,
    read_categories,
    read_pairs,
    read_questions,
)
from lab03_eval.command import one_line_errors  # noqa: E402
from lab03_eval.joined import argmax_joined, replace  # noqa: E402
from lab03_eval.significance import (  # noqa: E402
    RESAMPLES,
    compare_correlations,
    compare_proportions,
    percentile_interval,
    proportion_interval,
    spearman_interval,
)
from lab03_eval.vectors import SubwordVectors, VectorFileError, WordVectors, replacing  # noqa: E402

SEMANTIC_SECTIONS = 5  # the first five of Google's fourteen sections; the others are syntactic
TOP_WORDS = 30_000  # word2vec's compute-accuracy looks among the 30,000 most frequent words
TILE_SCORES = 40_000_000  # of an analogy tile: 160 MB
OOV = ("skip", "zero", "mean", "compose")
PROTOCOLS = {"full": None, "top30k": TOP_WORDS}


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's ρ: Pearson's r of the ranks, equal values sharing their average rank.

    NaN where one side is constant (or there are fewer than two values): no order, no correlation.
    """
    # BEGIN SOLUTION: Σ x·y / √(Σx² Σy²) of the average ranks, less their mean; NaN where a side does not vary
    x, y = stats.rankdata(x), stats.rankdata(y)
    if len(x) < 2:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    norm = math.sqrt((x @ x) * (y @ y))
    return float(x @ y / norm) if norm > 0 else math.nan
    # END SOLUTION


class Lookup:
    """Rows of question words; for a vocabulary without capitals the questions are lower-cased too."""

    def __init__(self, vectors: WordVectors):
        self.index = vectors.index
        self.lower = all(word == word.lower() for word in vectors.words)

    def row(self, word: str) -> int:
        """The word's row, −1 if unknown."""
        return self.index.get(word.lower() if self.lower else word, -1)

    def rows(self, items: list[tuple[str, ...]]) -> np.ndarray:
        words = itertools.chain.from_iterable(items)
        rows = [self.index.get(word, -1) for word in (map(str.lower, words) if self.lower else words)]
        return np.array(rows, dtype=np.int64).reshape(len(items), len(items[0]) if items else 0)


def cosines(vectors: WordVectors, pairs: list[Pair], oov: str = "skip") -> tuple[np.ndarray, np.ndarray]:
    """Cosine (n,) of each pair, and whether both its words are known (n,).

    A pair with an unknown word gets NaN (`oov="skip"`), 0 ("zero", gensim's dummy4unknown), or the cosine with
    the mean of all vectors in the unknown word's place ("mean", word-embeddings-benchmarks).
    """
    # BEGIN SOLUTION: v·w / (|v| |w|); unknown: NaN (skip), 0 (zero), the mean of all vectors in its place (mean)
    rows = Lookup(vectors).rows([pair[:2] for pair in pairs]).reshape(-1, 2)  # (n, 2)
    known = np.all(rows >= 0, axis=1)
    first, second = vectors.unit[rows[:, 0]], vectors.unit[rows[:, 1]]  # (n, d)
    if oov == "mean":
        mean = vectors.matrix.mean(axis=0)
        mean /= np.linalg.norm(mean) or 1
        first[rows[:, 0] < 0], second[rows[:, 1] < 0] = mean, mean
    cosine = np.einsum("nd,nd->n", first, second)
    if oov != "mean":
        cosine[~known] = 0 if oov == "zero" else math.nan
    return cosine, known
    # END SOLUTION


def evaluate_similarity(vectors: WordVectors, pairs: list[Pair], oov: str = "skip") -> dict[str, float]:
    """Spearman's ρ between cosine and human scores, with `low`, `high`, `used` and `total`; `oov` as in cosines."""
    # BEGIN SOLUTION: ρ of cosine and human score over the pairs that have a cosine; used: both words known; total: all
    cosine, known = cosines(vectors, pairs, oov)
    scored = np.isfinite(cosine)
    human = np.array([score for *_, score in pairs])[scored]
    rho = spearman(cosine[scored], human)
    low, high = spearman_interval(rho, len(human))
    return {"rho": rho, "low": low, "high": high, "used": int(known.sum()), "total": len(pairs)}
    # END SOLUTION


def solve_analogies(
    unit: np.ndarray,
    questions: np.ndarray,
    objective: str = "3cosadd",
    epsilon: float = 0.001,
    limits: Iterable[int | None] = (None,),
) -> np.ndarray:
    """Rows that answer "a is to b as c is to ?" for questions (n, 3) over unit vectors (V, d).

    3CosAdd: argmax cos(w, b − a + c). 3CosMul (Levy & Goldberg 2014, §6): argmax s(w,b)·s(w,c)/(s(w,a) + ε)
    with s = (cos + 1)/2. The question's own words are not candidates. Each of `limits` is a number of most
    frequent candidates, None for all: one pass over the scores answers for every limit. Returns (n,), or
    (limits, n) if there are several.

    Either score joins a part that hangs on (a, b) with one that hangs on c, and questions share both: Google's
    19,544 have 550 pairs and 474 thirds, so the products are small; joined.py finds the best of their joins.
    """
    # BEGIN SOLUTION: argmax over w ∉ {a, b, c} of w·(b − a + c), or of s(w,b)·s(w,c)/(s(w,a) + ε), s = (w·v + 1)/2
    if objective not in ("3cosadd", "3cosmul"):
        raise ValueError(f"unknown objective {objective!r}; known: 3cosadd, 3cosmul")
    adds = objective == "3cosadd"
    join, excluded = (np.add, -np.inf) if adds else (np.multiply, 0)  # scores of 3CosMul are positive
    keys, pair = np.unique(questions[:, 0] * len(unit) + questions[:, 1], return_inverse=True)  # (P,), (n,)
    pairs = np.stack(np.divmod(keys, len(unit)), axis=1)  # (P, 2)
    thirds, third = np.unique(questions[:, 2], return_inverse=True)  # (C,), (n,)
    if adds:
        asked = np.concatenate([unit[pairs[:, 1]] - unit[pairs[:, 0]], unit[thirds]])  # (P + C, d)
    else:
        asked = unit[np.concatenate([*pairs.T, thirds])]  # (P + P + C, d)
    tile = max(1, TILE_SCORES // (len(asked) + 1))
    space = np.empty(len(asked) * min(tile, len(unit)), np.float32)  # for all tiles: fresh memory costs more than sums

    def best(first: int, last: int, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Score and row, both (n,), of each question's best word among first..last."""
        products = space[: len(asked) * (last - first)].reshape(len(asked), last - first)
        np.matmul(asked, unit[first:last].T, out=products)
        if adds:
            of_pair, of_third = np.split(products, [len(pairs)])  # (P, t), (C, t)
        else:
            products += 1
            products /= 2
            sa, of_pair, of_third = np.split(products, [len(pairs), 2 * len(pairs)])
            sa += epsilon
            of_pair /= sa
        for part, rows in ((of_pair, pairs[:, 0]), (of_pair, pairs[:, 1]), (of_third, thirds)):
            here = np.flatnonzero((rows >= first) & (rows < last))
            part[here, rows[here] - first] = excluded
        score, column = argmax_joined((of_pair, pair), (of_third, third), join, floor)
        return score, first + column

    top, answer = np.full(len(questions), -np.inf, np.float32), np.zeros(len(questions), np.int64)
    ends = [min(limit or len(unit), len(unit)) for limit in limits]
    answers = np.zeros((len(ends), len(questions)), dtype=np.int64)
    for first, last in itertools.pairwise(sorted({*range(0, max(ends), tile), *ends})):
        score, row = best(first, last, top)
        replace(top, answer, slice(None), score, row)
        for number, end in enumerate(ends):
            if end == last:
                answers[number] = answer
    return answers if len(ends) > 1 else answers[0]
    # END SOLUTION


def answer_questions(
    vectors: WordVectors,
    sections: list[Section],
    limits: Iterable[int | None] = (None,),
    objective: str = "3cosadd",
    epsilon: float = 0.001,
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each question was answered, and answered rightly: both (limits, n) bool, sections in their order.

    A limit keeps only the first (most frequent) rows, as candidates and as question words; a question with a
    word outside is not answered.
    """
    limits = list(limits)
    rows = Lookup(vectors).rows([q for _, questions in sections for q in questions]).reshape(-1, 4)  # (n, 4)
    known = (rows >= 0).all(axis=1)
    found = np.full((len(limits), len(rows)), -1)
    solved = solve_analogies(vectors.unit, rows[known, :3], objective, epsilon, limits)
    found[:, known] = solved.reshape(len(limits), -1)
    ends = np.array([limit or len(vectors) for limit in limits])
    answered = known & (rows.max(axis=1) < ends[:, None])  # (limits, n)
    return answered, answered & (found == rows[:, 3])


def section_scores(sections: list[Section], answered: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Accuracy = correct / answered, in all and per part, with `low`, `high`, `correct`, `used`, `total`.

    answered and right are (n,) bool. Keys of parts: `semantic.accuracy`, `syntactic.used`,
    `section.family.correct`, … A set of one section has no parts.
    """
    # BEGIN SOLUTION: accuracy = correct / answered, NaN where nothing was; semantic: the first five sections
    section = np.repeat(np.arange(len(sections)), [len(questions) for _, questions in sections])  # (n,)
    parts = {"": np.ones(len(section), dtype=bool)}
    if len(sections) > 1:
        parts |= {"semantic.": section < SEMANTIC_SECTIONS, "syntactic.": section >= SEMANTIC_SECTIONS}
        parts |= {f"section.{name}.": section == i for i, (name, _) in enumerate(sections)}
    results: dict[str, float] = {}
    for part, chosen in parts.items():
        correct, used = int(right[chosen].sum()), int(answered[chosen].sum())
        low, high = proportion_interval(correct, used)
        results |= {
            f"{part}accuracy": correct / used if used else math.nan,
            f"{part}low": low,
            f"{part}high": high,
            f"{part}correct": correct,
            f"{part}used": used,
            f"{part}total": int(chosen.sum()),
        }
    return results
    # END SOLUTION


def evaluate_analogies(
    vectors: WordVectors,
    sections: list[Section],
    restrict: int | None = None,
    objective: str = "3cosadd",
    epsilon: float = 0.001,
) -> dict[str, float]:
    """Scores of one protocol, as section_scores returns them; `restrict` is the limit of answer_questions."""
    answered, right = answer_questions(vectors, sections, (restrict,), objective, epsilon)
    return section_scores(sections, answered[0], right[0])


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
    from its n-grams first, where `vectors` are SubwordVectors. Raises ValueError for another name or policy.
    """
    names = list(names)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        raise ValueError(f"unknown benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}")
    if oov not in OOV:
        raise ValueError(f"unknown policy {oov!r}; known: {', '.join(OOV)}")
    if oov == "compose" and not isinstance(vectors, SubwordVectors):
        raise ValueError("no n-grams to compose unknown words from: only fastText's .bin has them")
    results: dict[str, float | str] = {}
    for name in names:
        try:
            path = find(name)
        except NotAtHand as reason:
            results[f"{name}.not_run"] = str(reason)
            continue
        kind = BENCHMARKS[name].kind
        if kind == "similarity":
            pairs = read_pairs(path)
            if isinstance(vectors, SubwordVectors) and oov == "compose":
                scores = evaluate_similarity(composed_for(vectors, pairs), pairs)
            else:
                scores = evaluate_similarity(vectors, pairs, oov)
        elif kind == "categories":
            try:
                scores = evaluate_categories(vectors, read_categories(path))
            except ImportError as error:
                results[f"{name}.not_run"] = f"needs {error.name}: pip install scikit-learn"
                continue
        else:
            sections = read_questions(path)
            outcomes = zip(PROTOCOLS, *answer_questions(vectors, sections, PROTOCOLS.values(), objective))
            scores = {}
            for protocol, answered, right in outcomes:
                of_protocol = section_scores(sections, answered, right)
                scores |= {f"{protocol}.{key}": value for key, value in of_protocol.items()}
        results |= {f"{name}.{key}": value for key, value in scores.items()}
    return results


def composed_for(vectors: SubwordVectors, pairs: list[Pair]) -> WordVectors:
    """The vectors, and those composed for the pairs' unknown words."""
    words = itertools.chain.from_iterable(pair[:2] for pair in pairs)
    return vectors.with_words(map(str.lower, words) if Lookup(vectors).lower else words)


def common_words(first: WordVectors, second: WordVectors) -> list[WordVectors]:
    """Both embeddings with the words that both hold; where one has no capitals, words are the same but for case."""
    fold = str.lower if Lookup(first).lower or Lookup(second).lower else str
    rows = []
    for vectors in (first, second):
        of_word: dict[str, int] = {}
        for word, row in vectors.index.items():  # the most frequent of "paris", "Paris" and "PARIS"
            of_word.setdefault(fold(word), row)
        rows.append(of_word)
    words = [word for word in rows[0] if word in rows[1]]
    return [
        WordVectors(words, vectors.matrix[[of_word[word] for word in words]])
        for vectors, of_word in zip((first, second), rows)
    ]


def compare(first: WordVectors, second: WordVectors, names: Iterable[str] = CORE) -> dict[str, float | bool]:
    """Paired bootstrap of first − second on what both know: `NAME.difference`, `low`, `high`, `used`, `real`.

    `real` is True where the 95 % interval leaves 0 out. Analogies: the words that both hold are the candidates, so
    that the shorter vocabulary is no advantage. Sets that are not at hand, and category sets, whose clusters have no
    pairs, are left out.
    """
    first, second = common_words(first, second)
    results: dict[str, float | bool] = {}
    for name in names if len(first) else ():
        try:
            path = find(name)
        except NotAtHand:
            continue
        if BENCHMARKS[name].kind == "similarity":
            pairs = read_pairs(path)
            sides = [cosines(vectors, pairs)[0] for vectors in (first, second)]  # (n,) each
            both = np.isfinite(sides).all(axis=0)
            human = np.array([score for *_, score in pairs])
            if both.sum() < 2:
                continue
            difference = compare_correlations(sides[0][both], sides[1][both], human[both])
        elif BENCHMARKS[name].kind == "analogy":
            answers = [answer_questions(vectors, read_questions(path)) for vectors in (first, second)]
            both = answers[0][0][0] & answers[1][0][0]
            if not both.any():
                continue
            difference = compare_proportions(answers[0][1][0][both], answers[1][1][0][both])
        else:
            continue
        results |= {f"{name}.{key}": value for key, value in difference.items()}
    return results


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
    """The table that people read: one row a measure, with interval and coverage."""
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


def to_json(results: dict) -> str:
    """Unrounded floats; NaN, which JSON does not know, becomes null, also inside dictionaries and lists."""

    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [clean(inner) for inner in value]
        return None if isinstance(value, float) and math.isnan(value) else value

    return json.dumps(clean(results), indent=2) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", help="a vector file; lab03_eval/formats.py lists the formats")
    parser.add_argument("--json", metavar="FILE", help="also write every score, unrounded, under named keys")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="SET")
    parser.add_argument("--oov", choices=OOV, default="skip", help="pairs with unknown words")
    parser.add_argument("--objective", choices=["3cosadd", "3cosmul"], default="3cosadd", help="of the analogies")
    args = parser.parse_args()
    with one_line_errors(parser, args.vectors, VectorFileError):
        vectors = WordVectors.load(args.vectors)
        results = {"vectors": args.vectors, "words": len(vectors), "dim": vectors.dim}
        results |= {"oov": args.oov, "objective": args.objective}
        try:
            results |= evaluate(vectors, args.only, args.oov, args.objective)
        except ValueError as error:
            raise VectorFileError(f"{args.vectors}: {error}") from None
        print(f"{args.vectors}: {len(vectors):,} words, {vectors.dim} dimensions, oov {args.oov}, {args.objective}")
        print(f"{format_scores(results, len(vectors))}\n{PROTOCOL_NOTE}", flush=True)
        if isinstance(vectors, SubwordVectors) and args.oov != "compose":
            print("Unknown words were not composed from their n-grams: --oov compose does.", flush=True)
        if args.json:
            with replacing(args.json) as temporary:
                temporary.write_text(to_json(results))


if __name__ == "__main__":
    main()
