"""Lab 3, the lesson: how word vectors are measured, and how far a measurement can be trusted.

    python lab03_eval/solution.py                                 the vectors that ship with the repository
    python lab03_eval/solution.py --vectors mine.bin glove.txt    any others, each compared with the first

A vector file gets two classical scores. Word similarity asks whether pairs that people call similar have a high cosine
(steps 1 to 3 of EXERCISE.md); analogies ask whether king − man + woman is nearest to queen (steps 4 to 7). Both depend
on the words that happened to be asked, so each gets an interval, and two embeddings are compared on the same words
(steps 8 and 9). The other steps are in measures/: geometry.py is the shape of the space, bias.py what it has learnt
about groups of people. eval_embeddings.py applies all this to 21 data sets, command.py is the command above.
"""

from __future__ import annotations

import math
import runpy
import sys
from collections.abc import Iterable

try:
    from wordlab.errors import InputError
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

import numpy as np
from scipy import stats

from lab03_eval.benchmarks import Pair, Section
from lab03_eval.measures.joined import best_rows
from lab03_eval.measures.significance import RESAMPLES, difference_of, settled, spearman_rows
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

SEMANTIC_SECTIONS = 5  # the first five of Google's fourteen sections; the others are syntactic
CONFIDENCE_Z = 1.959964  # of a normal distribution, 95 % lie within so many standard deviations
# How the two parts of an analogy's score are joined, and a part that keeps a word from being the answer.
OBJECTIVES = {"3cosadd": (np.add, -np.inf), "3cosmul": (np.multiply, 0)}


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's ρ of x (n,) and y (n,): Pearson's r of the ranks, equal values sharing their average rank.

    NaN where one side is constant, or has fewer than two values: without order there is no correlation.
    """
    # BEGIN SOLUTION: Σ x·y / √(Σx² Σy²) of the average ranks, less their mean; NaN where a side does not vary
    x, y = stats.rankdata(x), stats.rankdata(y)
    if len(x) < 2:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    norm = math.sqrt((x @ x) * (y @ y))
    return float(x @ y / norm) if norm > 0 else math.nan
    # END SOLUTION


def cosines(vectors: WordVectors, pairs: list[Pair], oov: str = "skip") -> tuple[np.ndarray, np.ndarray]:
    """Cosine (n,) of each pair of words, and whether both words are known (n,).

    A word is sought as written, then in lower case, then in title case. A pair with an unknown word gets NaN
    (`oov="skip"`), 0 ("zero", as gensim's dummy4unknown), or the cosine with the mean of all vectors in the unknown
    word's place ("mean", as word-embeddings-benchmarks).
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
    """Spearman's ρ between cosine and human scores, with its interval `low` to `high`, `used` and `total` pairs.

    `oov` says what an unknown word means, as in `cosines`.
    """
    # BEGIN SOLUTION: ρ of cosine and human score over the pairs that have a cosine; used: both words known; total: all
    cosine, known = cosines(vectors, pairs, oov)
    scored = np.isfinite(cosine)
    human = np.array([score for *_, score in pairs])[scored]
    rho = spearman(settled(cosine[scored]), human)
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

    3CosAdd: argmax cos(w, b − a + c). 3CosMul (Levy & Goldberg 2014, §6): argmax s(w,b)·s(w,c)/(s(w,a) + ε) with
    s = (cos + 1)/2. The question's own words are no candidates. Each of `limits` is a number of most frequent
    candidates, None for all. Returns (n,), or (limits, n) if there are several limits.
    """
    # BEGIN SOLUTION: argmax over w ∉ {a, b, c} of w·(b − a + c), or of s(w,b)·s(w,c)/(s(w,a) + ε), s = (w·v + 1)/2
    if objective not in OBJECTIVES:
        raise InputError(f"unknown objective {objective!r}; known: {', '.join(OBJECTIVES)}")
    join, excluded = OBJECTIVES[objective]
    # A score joins a part of (a, b) with a part of c. Google's 19,544 questions share 550 pairs and 474 thirds.
    keys, pair = np.unique(questions[:, 0] * len(unit) + questions[:, 1], return_inverse=True)  # (P,), (n,)
    a, b = np.divmod(keys, len(unit))
    c, third = np.unique(questions[:, 2], return_inverse=True)  # (C,), (n,)
    asked = [unit[b] - unit[a], unit[c]] if objective == "3cosadd" else [unit[a], unit[b], unit[c]]

    def parts(first: int, products: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        of_pair, of_third = products[-2:]  # (P, t) and (C, t), of the t words from row `first` on
        if objective == "3cosmul":
            for cosine in products:
                cosine += 1
                cosine /= 2
            products[0] += epsilon
            of_pair /= products[0]
        for part, rows in ((of_pair, a), (of_pair, b), (of_third, c)):
            here = np.flatnonzero((rows >= first) & (rows < first + part.shape[1]))
            part[here, rows[here] - first] = excluded
        return of_pair, of_third

    ends = [min(limit or len(unit), len(unit)) for limit in limits]
    answers = best_rows(unit, asked, parts, (pair, third), join, ends)
    return answers if len(ends) > 1 else answers[0]
    # END SOLUTION


def answer_questions(
    vectors: WordVectors,
    sections: list[Section],
    limits: Iterable[int | None] = (None,),
    objective: str = "3cosadd",
    epsilon: float = 0.001,
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each question was answered, and answered rightly: both (limits, n) bool, section after section.

    A limit keeps only the first (most frequent) words, as candidates and in the questions: a question with a word
    outside is not answered.
    """
    limits, vectors = list(limits), vectors.distinct()
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

    answered and right are (n,) bool. The parts' keys are `semantic.accuracy`, `syntactic.used`,
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
    """`section_scores` of all questions, where only the first `restrict` words count (None: all)."""
    answered, right = answer_questions(vectors, sections, (restrict,), objective, epsilon)
    return section_scores(sections, answered[0], right[0])


def proportion_interval(correct: int, n: int) -> tuple[float, float]:
    """95 % Wilson score interval of the proportion correct/n (Wilson 1927); it holds correct/n and stays in [0, 1]."""
    # BEGIN SOLUTION: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964; NaN for n = 0
    if n == 0:
        return (math.nan, math.nan)
    p, z2 = correct / n, CONFIDENCE_Z**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = CONFIDENCE_Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # Where p is 0 or 1 the interval ends there, which rounding would miss by some 1e-17.
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))
    # END SOLUTION


def spearman_interval(rho: float, n: int) -> tuple[float, float]:
    """95 % interval of ρ on n pairs, by Fisher's z with the variance (1 + ρ²/2)/(n − 3) of Bonett & Wright (2000)."""
    if n <= 3 or math.isnan(rho) or abs(rho) == 1:
        return (math.nan, math.nan)
    half = CONFIDENCE_Z * math.sqrt((1 + rho * rho / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def compare_correlations(first: np.ndarray, second: np.ndarray, human: np.ndarray, seed: int = 1) -> dict[str, float]:
    """ρ(first) − ρ(second) against the same human scores, all (n,), with the interval of its paired bootstrap.

    The same pairs of words are drawn for both, so that what is hard for both cancels (Efron & Tibshirani 1993,
    §16.4; for embeddings, Faruqui et al. 2016). `excludes_zero` says whether the interval leaves 0 out.
    """
    # BEGIN SOLUTION: 1000 × draw n pairs with replacement, the same for both: ρ₁ − ρ₂; its 2.5th and 97.5th percentile
    rng, n = np.random.default_rng(seed), len(human)
    differences = []
    for part in np.array_split(np.arange(RESAMPLES), 1 + RESAMPLES * n // 1_000_000):
        drawn = rng.integers(0, n, (len(part), n))  # (b, n)
        differences.append(spearman_rows(first[drawn], human[drawn]) - spearman_rows(second[drawn], human[drawn]))
    whole = spearman_rows(first[None], human[None]) - spearman_rows(second[None], human[None])
    return difference_of(float(whole[0]), np.concatenate(differences), n)
    # END SOLUTION


if __name__ == "__main__":
    runpy.run_module("lab03_eval", run_name="__main__")  # command.py: parse, load, measure, save, draw
