"""What an embedding has learnt about groups of people: association tests, the gender direction, and its removal.

    WEAT                  Caliskan, Bryson & Narayanan (2017): do flowers lie nearer to pleasant words than insects do?
    gender direction      Bolukbasi et al. (2016): what she − he, woman − man, … have in common
    professions           where they lie on that direction, and how that agrees with what people call a stereotype
    hard debiasing        the same paper's neutralise-and-equalise, with Google's analogies before and after

An effect says how the text uses words, not what is true, and a small one is no proof of fairness. After hard debiasing
the stereotyped words still lie together and can be told apart (Gonen & Goldberg 2019, "Lipstick on a Pig"). Google's
section "family" asks about the very words that were equalised and may move either way; the other sections say what
debiasing cost. Both are counted over the 30,000 most frequent words.

The word lists are data sets (word_lists.py). Words that an embedding does not know are left out and counted, and words
that it has in another case only are counted as `recased`. A set with fewer than two known words gives "no coverage"
instead of a number.
"""

from __future__ import annotations

import math
from itertools import chain, combinations
from typing import Any

from wordlab.errors import InputError

import numpy as np

from lab03_eval.benchmarks import NotAtHand, find, read_questions
from lab03_eval.eval_embeddings import TOP_WORDS, evaluate_analogies, spearman
from lab03_eval.measures.significance import ROUNDING, settled
from lab03_eval.measures.word_lists import WEAT_TESTS, read_words
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

EXACT_PARTITIONS = 200_000  # up to two sets of ten: enumerated in well under a second
SAMPLES = 100_000
SHOWN = 10  # professions named at each end, at most


class NoCoverage(InputError):
    """Too few of the words that a measure needs are in the vocabulary. The message is one line."""


def permutation_p(x: np.ndarray, y: np.ndarray, seed: int = 0) -> tuple[float, bool]:
    """One-sided p that a random split of the scores `x` (n,) and `y` (m,) has as large a sum over its first n.

    Since the sum of all scores is fixed, this orders splits as the paper's statistic Σx − Σy does. p is exact over all
    (n+m)!/(n!m!) splits while these are at most 200,000; the second value is then True. Otherwise it comes from 100,000
    seeded random splits, and the observed split counts as one of them, so that p is never 0 (Phipson & Smyth 2010).
    """
    scores, n = np.concatenate([x, y]), len(x)
    splits = math.comb(len(scores), n)
    exact = splits <= EXACT_PARTITIONS
    if exact:
        chosen = np.fromiter(chain.from_iterable(combinations(range(len(scores)), n)), np.intp, splits * n)
        sums = scores[chosen.reshape(splits, n)].sum(axis=1)  # (splits,)
    else:
        order = np.random.default_rng(seed).random((SAMPLES, len(scores)), dtype=np.float32)
        sums = scores[np.argpartition(order, n - 1, axis=1)[:, :n]].sum(axis=1)  # (samples,)
    rounding = 1e-12 * np.abs(scores).sum()  # the observed split, summed in another order, must count as equal
    as_large = int(np.sum(sums >= x.sum() - rounding))
    return (as_large / splits if exact else (as_large + 1) / (SAMPLES + 1)), exact


def weat(x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, seed: int = 0) -> dict[str, float | bool]:
    """Effect size and p-value for unit vectors of target words x, y and attribute words a, b, each (words, d).

    s(w) = mean cos(w, a) − mean cos(w, b); effect = (mean s(x) − mean s(y)) / standard deviation of s over x ∪ y, the
    sample's (divided by n − 1), which gives the paper's figures. NaN where s is the same for every word, but for
    float32's rounding. `p` is
    one-sided, `exact` says whether all splits were counted. Caliskan et al. (2017), "Methods".
    """
    # BEGIN SOLUTION: s(w) = mean cos(w, A) − mean cos(w, B); (mean s(X) − mean s(Y)) / std of s over X ∪ Y, n − 1
    of_x, of_y = ((words @ a.T).mean(axis=1) - (words @ b.T).mean(axis=1) for words in (x, y))
    spread = float(np.std(np.concatenate([of_x, of_y]), ddof=1))
    effect = float(of_x.mean() - of_y.mean()) / spread if spread > ROUNDING else math.nan
    p, exact = permutation_p(of_x, of_y, seed)
    return {"effect": effect, "p": p, "exact": exact}
    # END SOLUTION


def evaluate_weat(
    vectors: WordVectors, sets: dict[str, list[str]], test: tuple[str, str, str, str], seed: int = 0
) -> dict[str, float | bool]:
    """`weat` of four named word sets, with the words `used` of the `total`, and `recased`. Raises NoCoverage."""
    lookup = Lookup(vectors)
    known = {}
    for name in test:
        known[name] = [row for row in map(lookup.row, sets[name]) if row >= 0]
        if len(known[name]) < 2:
            raise NoCoverage(f"no coverage: {len(known[name])} of the {len(sets[name])} words of {name}")
    x, y, a, b = (vectors.unit[known[name]].astype(np.float64) for name in test)
    return weat(x, y, a, b, seed) | {
        "used": sum(map(len, known.values())),
        "total": sum(len(sets[name]) for name in test),
        "recased": lookup.recased(chain.from_iterable(sets[name] for name in test)),
    }


def known_pairs(vectors: WordVectors, pairs: list[list[str]]) -> np.ndarray:
    """Rows (n, 2) of the pairs whose two words are known."""
    rows = Lookup(vectors).rows([tuple(pair) for pair in pairs]).reshape(-1, 2)
    return rows[(rows >= 0).all(axis=1)]


def gender_direction(unit: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, float]:
    """(direction (d,), share of variance): first principal component of definitional pairs (n, 2) of rows of `unit`.

    Each pair is centred on its own mean, so that only what its two words differ in counts; the sign is chosen so that
    the first words (she, woman, …) lie on the positive side. The share is large where the pairs differ in one thing.
    Bolukbasi et al. (2016), §5.1. Raises NoCoverage for fewer than two pairs.
    """
    if len(pairs) < 2:
        raise NoCoverage(f"no coverage: {len(pairs)} definitional pairs; at least 2 are needed")
    half = (unit[pairs[:, 0]].astype(np.float64) - unit[pairs[:, 1]]) / 2  # (n, d); the second words are its negative
    _, strength, components = np.linalg.svd(half, full_matrices=False)
    if strength[0] <= ROUNDING:
        raise NoCoverage("no coverage: the definitional pairs do not differ")
    direction = components[0] * (1 if components[0] @ half.sum(axis=0) >= 0 else -1)
    return direction, float(strength[0] ** 2 / np.sum(strength**2))


def hard_debias(vectors: WordVectors, direction: np.ndarray, equalize: np.ndarray, specific: np.ndarray) -> WordVectors:
    """Neutralise and equalise (Bolukbasi et al. 2016, §6), on unit vectors, for a unit `direction` (d,).

    Neutralise: every row but those of `specific` words and of the pairs loses its component along `direction` and is
    scaled back to length one. Equalise: the two words of each pair (n, 2) keep what they have in common and differ
    along `direction` only, by as much as leaves them unit vectors. A pair that points the same way is set apart by the
    sign of its difference.
    """
    # BEGIN SOLUTION: w − (w·g) g, to length 1; a pair: its mean µ less (µ·g) g, ± √(1 − |µ|²) g
    matrix = vectors.unit.astype(np.float64)
    neutral = np.ones(len(matrix), dtype=bool)
    neutral[specific] = neutral[equalize.ravel()] = False
    matrix[neutral] -= np.outer(matrix[neutral] @ direction, direction)
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(length > 0, length, 1)

    first, second = matrix[equalize[:, 0]], matrix[equalize[:, 1]]  # (n, d) each
    middle = (first + second) / 2
    middle -= np.outer(middle @ direction, direction)
    side = np.where((first - second) @ direction >= 0, 1, -1)
    apart = np.outer(side * np.sqrt(np.maximum(0, 1 - np.sum(middle**2, axis=1))), direction)
    matrix[equalize[:, 0]], matrix[equalize[:, 1]] = middle + apart, middle - apart
    return WordVectors(vectors.words, matrix)
    # END SOLUTION


def evaluate_bias(vectors: WordVectors, seed: int = 0) -> dict[str, Any]:
    """All figures under flat keys.

    `bias.weat.7_math_arts.effect`, `.p`, `.exact`, `.used`, `.total`; `bias.gender.share`, `.used`, `.total`;
    `bias.professions.she`, `.he` (the ends of the direction, as [word, cosine]), `.rho` with the stereotype ratings;
    `bias.analogies.family.before`, `.after`, … What cannot be measured has a `not_run` with the reason instead: of
    `bias.weat` or one of its tests, `bias.gender`, `bias.professions`, `bias.debias`.
    """
    return _weat_figures(vectors, seed) | _gender_figures(vectors)


def _weat_figures(vectors: WordVectors, seed: int) -> dict:
    try:
        sets = read_words("weat")
    except NotAtHand as reason:
        return {"bias.weat.not_run": str(reason)}
    results: dict[str, Any] = {}
    for name, test in WEAT_TESTS.items():
        try:
            figures = evaluate_weat(vectors, sets, test, seed)
            results |= {f"bias.weat.{name}.{key}": value for key, value in figures.items()}
        except NoCoverage as reason:
            results[f"bias.weat.{name}.not_run"] = str(reason)
    return results


def _gender_figures(vectors: WordVectors) -> dict:
    try:
        listed = read_words("definitional_pairs")
    except NotAtHand as reason:
        return {"bias.gender.not_run": str(reason)}
    pairs = known_pairs(vectors, listed)
    counts: dict[str, Any] = {
        "bias.gender.used": len(pairs),
        "bias.gender.total": len(listed),
        "bias.gender.recased": Lookup(vectors).recased(chain.from_iterable(listed)),
    }
    try:
        direction, share = gender_direction(vectors.unit, pairs)
    except NoCoverage as reason:
        return counts | {"bias.gender.not_run": str(reason)}
    results = counts | {"bias.gender.share": share}
    for part, figures in (("professions", _profession_figures), ("debias", _debias_figures)):
        try:
            results |= figures(vectors, direction)
        except NotAtHand as reason:
            results[f"bias.{part}.not_run"] = str(reason)
    return results


def _profession_figures(vectors: WordVectors, direction: np.ndarray) -> dict:
    return profession_figures(vectors, direction, read_words("professions"))


def _debias_figures(vectors: WordVectors, direction: np.ndarray) -> dict:
    """How many words hard debiasing spares, and Google's analogies before and after it."""
    lists = {name: read_words(name) for name in ("equalize_pairs", "gender_specific")}
    questions = read_questions(find("google"))
    equalize = known_pairs(vectors, lists["equalize_pairs"])
    specific = np.array([row for row in map(Lookup(vectors).row, lists["gender_specific"]) if row >= 0], dtype=np.int64)
    results: dict[str, Any] = {"bias.debias.equalized": len(equalize), "bias.debias.specific": len(specific)}
    debiased = hard_debias(vectors, direction, equalize, specific)
    for when, version in (("before", vectors), ("after", debiased)):
        scores = evaluate_analogies(version, questions, TOP_WORDS)
        for part, key in (("all", ""), ("family", "section.family.")):
            if f"{key}accuracy" in scores:
                results[f"bias.analogies.{part}.{when}"] = scores[f"{key}accuracy"]
                results[f"bias.analogies.{part}.used"] = scores[f"{key}used"]
    return results


def profession_figures(vectors: WordVectors, direction: np.ndarray, professions: list[list]) -> dict:
    """Cosines of professions (word, definitional, stereotype rating) with the gender `direction` (d,).

    The ratings run from −1 (she) to 1 (he), and the direction runs the other way. So `rho` compares the cosines with
    the negative ratings, over the professions that are not gendered by definition (actress, waiter).
    """
    lookup = Lookup(vectors)
    rows = np.array([lookup.row(word) for word, *_ in professions])
    ratings = np.array([rating for *_, rating in professions])
    by_definition = np.array([definitional for _, definitional, _ in professions])
    known = rows >= 0
    counts = {
        "bias.professions.used": int(known.sum()),
        "bias.professions.total": len(professions),
        "bias.professions.recased": lookup.recased(word for word, *_ in professions),
    }
    if known.sum() < 2:
        return counts | {"bias.professions.not_run": f"no coverage: {known.sum()} of {len(professions)} professions"}
    cosine = vectors.unit[rows[known]] @ direction  # (known,)
    words = [vectors.words[row] for row in rows[known]]
    ends = [[words[i], float(cosine[i])] for i in np.argsort(-cosine, kind="stable")]
    shown = min(SHOWN, len(ends) // 2)  # no word at both ends
    judged = by_definition[known] == 0
    return counts | {
        "bias.professions.she": ends[:shown],
        "bias.professions.he": ends[: -shown - 1 : -1],
        "bias.professions.rho": spearman(settled(cosine[judged]), -ratings[known][judged]),
        "bias.professions.rated": int(judged.sum()),
    }
