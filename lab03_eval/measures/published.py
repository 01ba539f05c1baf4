"""Published figures, computed anew on the same vectors: the check that the harness measures what others measure.

`measure` returns one row per figure, with `published` or `gensim` beside `ours`, coverage and a verdict. A row whose
file is not at hand has `not_run` with the remedy instead. scripts/published.py writes the rows as a page.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wordlab.errors import InputError

import numpy as np

from lab03_eval.benchmarks import (
    BENCHMARKS,
    NotAtHand,
    Pair,
    damaged,
    find,
    find_data,
    finite,
    read_pairs,
    read_questions,
    read_text,
)
from lab03_eval.eval_embeddings import evaluate_analogies, evaluate_similarity, solve_analogies
from lab03_eval.measures.bias import evaluate_weat
from lab03_eval.measures.word_lists import WEAT_TESTS, read_words
from lab03_eval.vectors import WordVectors

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

Figures = dict[str, Any]

TOLERANCE = 0.01  # of the published figure
RG65_GOLD = "wordsim/wordspace_RG65.tsv"
CAPITALS = "analogy/capitals.txt"
DSM = "pretrained/wordspace_DSM_Vectors.txt"
WEAT_WORD2VEC = "pretrained/wefe_weat_w2v.npz"
WEAT_GLOVE = "pretrained/sweater_glove_math.npz"
GOOGLENEWS_CAPITALS = "pretrained/googlenews_capitals_257.npz"
GOOGLENEWS_PART = "pretrained/googlenews300_union.npz"


@cache
def vectors_of(file: str) -> WordVectors:
    return WordVectors.load(find_data(file))


# By other programs


@dataclass(frozen=True)
class Claim:
    """A published figure and how to compute it: `measure` returns `ours`, `used`, `total`."""

    measure: Callable[[], Figures]
    what: str
    vectors: str
    published: float
    source: str
    conditions: str


def columns(file: str, number: int) -> list[list[str]]:
    """The fields of each line but the first, which names the columns, or which the source leaves out."""
    path = find_data(file)
    rows = [line.split() for line in read_text(path).splitlines()]
    for line, row in enumerate(rows, start=1):
        if len(row) != number:
            raise damaged(path, f"line {line}", f"{number} columns")
    return rows[1:]


def rg65() -> Figures:
    try:
        pairs: list[Pair] = [(first, second, finite(score)) for first, second, score in columns(RG65_GOLD, 3)]
    except ValueError as error:
        raise damaged(find_data(RG65_GOLD), str(error), "a number in the third column") from None
    scores = evaluate_similarity(vectors_of(DSM), pairs)
    return {"ours": scores["rho"], "used": scores["used"], "total": scores["total"]}


def weat_effect(file: str, test: str) -> Figures:
    figures = evaluate_weat(vectors_of(file), read_words("weat"), WEAT_TESTS[test])
    return {"ours": figures["effect"], "used": figures["used"], "total": figures["total"], "p": figures["p"]}


def capitals(unit: bool) -> Figures:
    """Accuracy of 3CosAdd: argmax cos(w, b − a + c) with the offset taken between unit or between raw vectors."""
    vectors = vectors_of(GOOGLENEWS_CAPITALS)
    questions = columns(CAPITALS, 4)
    rows = np.array([[vectors.index.get(word, -1) for word in question] for question in questions])  # (n, 4)
    rows = rows[(rows >= 0).all(axis=1)]
    if unit:
        answers = solve_analogies(vectors.unit, rows[:, :3])
    else:
        a, b, c = rows[:, :3].T
        scores = (vectors.matrix[b] - vectors.matrix[a] + vectors.matrix[c]) @ vectors.unit.T  # (n, V)
        np.put_along_axis(scores, rows[:, :3], -np.inf, axis=1)
        answers = scores.argmax(axis=1)
    return {"ours": float(np.mean(answers == rows[:, 3])), "used": len(rows), "total": len(questions)}


CALISKAN = {  # word2vec's effect sizes
    "1_flowers_insects": ("flowers / insects, pleasant / unpleasant", 1.54),
    "2_instruments_weapons": ("instruments / weapons, pleasant / unpleasant", 1.63),
    "6_career_family": ("male / female names, career / family", 1.89),
    "7_math_arts": ("math / arts, male / female", 0.97),
    "8_science_arts": ("science / arts, male / female", 1.24),
    "9_mental_physical": ("mental / physical disease, temporary / permanent", 1.30),
}
CLAIMS = [
    Claim(
        rg65,
        "RG-65, Spearman's ρ",
        "wordspace DSM_Vectors, 1,677 × 50",
        0.687,
        "R package wordspace: eval.similarity.correlation(RG65, DSM_Vectors)",
        "the package's own ratings; lemma_POS keys such as cord_N; cosine",
    ),
    *(
        Claim(
            partial(weat_effect, WEAT_WORD2VEC, test),
            f"WEAT: {title}",
            "word2vec GoogleNews, 347 words",
            figure,
            "Caliskan et al. (2017), table of word2vec",
            "standard deviation over n − 1" + ("; set unpleasant_5a" if "pleasant /" in title else ""),
        )
        for test, (title, figure) in CALISKAN.items()
    ),
    Claim(
        partial(weat_effect, WEAT_GLOVE, "7_math_arts"),
        "WEAT: math / arts, male / female",
        "GloVe (glove_math of R package sweater), 32 words",
        1.06,
        "Caliskan et al. (2017), Table 1; 1.055015 in the tests of R package sweater",
        "standard deviation over n − 1",
    ),
    *(
        Claim(
            partial(capitals, unit),
            "Capitals, 3CosAdd, accuracy",
            "word2vec GoogleNews, 257 words",
            0.92,
            "deeplearning.ai, Natural Language Processing, course 1, week 3",
            conditions,
        )
        for unit, conditions in (
            (
                False,
                "offset of raw vectors; first question dropped, as the course does; the 257 words are the candidates",
            ),
            (True, "the harness's protocol instead: offset of unit vectors; otherwise as above"),
        )
    ),
]


def judged(published: float, ours: float) -> str:
    if math.isnan(ours):
        return "not defined"
    off = ours / published - 1
    return "within 1 %" if abs(off) <= TOLERANCE else f"off by {100 * off:+.1f} %"


def run_claim(claim: Claim) -> Figures:
    row: Figures = {
        "what": claim.what,
        "vectors": claim.vectors,
        "published": claim.published,
        "source": claim.source,
        "conditions": claim.conditions,
    }
    try:
        row |= claim.measure()
    except InputError as reason:
        return row | {"not_run": str(reason)}
    return row | {"verdict": judged(claim.published, row["ours"])}


# By gensim


SIMILARITIES = {"wordsim353": "WordSim-353, Spearman's ρ", "simlex999": "SimLex-999, Spearman's ρ"}
ACCURACY, SECTIONS = "Google, 3CosAdd, accuracy", "Google, sections with equal counts"


def against_gensim() -> list[Figures]:
    """The harness and gensim on the same 13,951 of GoogleNews's vectors: scores and counts must be equal.

    gensim looks words up as they are written. So the harness is asked only what both look up alike: the items whose
    words are in the file as they are written.
    """
    try:
        vectors = vectors_of(GOOGLENEWS_PART)
        theirs = vectors.to_gensim()
        return [*similarities_against_gensim(vectors, theirs), *analogies_against_gensim(vectors, theirs)]
    except InputError as reason:
        return [{"what": what, "not_run": str(reason)} for what in (*SIMILARITIES.values(), ACCURACY, SECTIONS)]


def similarities_against_gensim(vectors: WordVectors, theirs: KeyedVectors) -> list[Figures]:
    rows = []
    for name, what in SIMILARITIES.items():
        pairs = read_pairs(find(name))
        written = [pair for pair in pairs if pair[0] in vectors.index and pair[1] in vectors.index]
        mine = evaluate_similarity(vectors, written) | {"total": len(pairs)}
        _, rho, unknown = theirs.evaluate_word_pairs(str(find(name)), **exactly(vectors))
        covered = math.isclose(mine["used"] / mine["total"], 1 - unknown / 100)
        rows.append(agreement(what, float(rho.statistic), mine["rho"] if covered else math.nan, mine))
    return rows


def analogies_against_gensim(vectors: WordVectors, theirs: KeyedVectors) -> list[Figures]:
    sections = read_questions(find("google"))
    written = [(name, [q for q in questions if vectors.index.keys() >= set(q)]) for name, questions in sections]
    mine = evaluate_analogies(vectors, written) | {"total": sum(len(questions) for _, questions in sections)}
    score, answered = theirs.evaluate_word_analogies(str(find("google")), **exactly(vectors))
    answered.pop()  # the last is the sum of all
    equal = 0
    for section in answered:
        right, wrong = len(section["correct"]), len(section["incorrect"])
        key = f"section.{section['section']}"
        equal += (mine[f"{key}.correct"], mine[f"{key}.used"]) == (right, right + wrong)
    return [agreement(ACCURACY, score, mine["accuracy"], mine), agreement(SECTIONS, len(answered), equal, mine)]


def exactly(vectors: WordVectors) -> dict[str, Any]:
    """gensim's options for all rows and for words as they are written."""
    return {"restrict_vocab": len(vectors), "case_insensitive": False}


def agreement(what: str, theirs: float, ours: float, scores: Figures) -> Figures:
    """Equal means: but for the rounding of the last bits of a float64."""
    equal = math.isclose(theirs, ours, rel_tol=1e-14)
    verdict = "equal" if equal else f"differs by {ours - theirs:.1g}"
    if math.isnan(ours - theirs):
        verdict = "not defined"
    counts = {"used": scores["used"], "total": scores["total"]}
    return {"what": what, "gensim": theirs, "ours": ours, "verdict": verdict} | counts


# By the GloVe paper

GLOVE_SHAPE = (400_000, 300)
# Pennington, Socher & Manning (2014), Tables 2 and 3: 6 billion tokens, 300 dimensions, in percent.
GLOVE_ANALOGIES = {
    "semantic.": ("Google semantic", 77.4),
    "syntactic.": ("Google syntactic", 67.0),
    "": ("Google", 71.7),
}
GLOVE_SIMILARITIES = {
    "wordsim353": ("WordSim-353", 65.8),
    "mc30": ("MC-30", 72.7),
    "rg65": ("RG-65", 77.8),
    "scws": ("SCWS", 53.9),
    "rw": ("Rare Words", 38.1),
}
GLOVE_ADDRESS = "https://nlp.stanford.edu/data/glove.6B.zip"
GLOVE_REMEDY = f"python scripts/published.py --with glove.6B.300d.txt, a member of {GLOVE_ADDRESS}"
GLOVE_VARIANTS = {
    "plain": "cosine of the released rows",
    "scaled": "each column divided by its norm over the vocabulary, then cosine",
    "standardised": "each column's mean removed and its standard deviation made 1, then cosine",
}


def glove_variant(vectors: WordVectors, variant: str) -> WordVectors:
    """The vectors with each feature normalised over the vocabulary, as `variant` of GLOVE_VARIANTS says."""
    matrix = vectors.matrix
    if variant == "plain":
        return vectors
    if variant == "standardised":
        matrix = matrix - matrix.mean(axis=0)
    norm = np.linalg.norm(matrix, axis=0)
    return WordVectors(vectors.words, matrix / np.where(norm > 0, norm, 1))


def glove_rows(vectors: WordVectors | None) -> list[Figures]:
    """One row per figure of the paper: `published`, `ours` by variant (both in percent), coverage and verdict."""
    figures = (*GLOVE_ANALOGIES.values(), *GLOVE_SIMILARITIES.values())
    rows: dict[str, Figures] = {what: {"what": what, "published": figure, "ours": {}} for what, figure in figures}
    if vectors is None:
        return [row | {"not_run": GLOVE_REMEDY} for row in rows.values()]
    scores = evaluate_analogies(vectors, read_questions(find("google")))
    for part, (what, _) in GLOVE_ANALOGIES.items():
        rows[what] |= {"used": scores[f"{part}used"], "total": scores[f"{part}total"]}
        rows[what]["ours"]["plain"] = percent(scores[f"{part}accuracy"])
    for variant in GLOVE_VARIANTS:  # the outer loop, so that two copies of a large matrix are held, not six
        version_of = glove_variant(vectors, variant)
        for name, (what, _) in GLOVE_SIMILARITIES.items():
            try:
                scores = evaluate_similarity(version_of, glove_pairs(name))
            except NotAtHand as reason:
                rows[what]["not_run"] = str(reason)
                continue
            rows[what] |= {"used": scores["used"], "total": scores["total"]}
            rows[what]["ours"][variant] = percent(scores["rho"])
    comparable = vectors.matrix.shape == GLOVE_SHAPE
    return [row if "not_run" in row else row | {"verdict": glove_verdict(row, comparable)} for row in rows.values()]


def glove_pairs(name: str) -> list[Pair]:
    if name not in BENCHMARKS:
        raise NotAtHand(f"{name.upper()} is not among the harness's sets")
    return read_pairs(find(name))


def percent(value: float) -> float | None:
    return None if math.isnan(value) else 100 * value


def glove_verdict(row: Figures, comparable: bool) -> str:
    if None in row["ours"].values():
        return "no coverage"
    if not comparable:
        return "not comparable: other vectors than the paper's"
    return "; ".join(f"{variant} {judged(row['published'], ours)}" for variant, ours in row["ours"].items())


def measure(glove: str | None) -> Figures:
    """All rows; `glove` is a file of GloVe's vectors. Raises VectorFileError or OSError where it cannot be read."""
    vectors = WordVectors.load(glove) if glove else None
    note = f" ({vectors.note})" if vectors and vectors.note else ""
    return {
        "tolerance": TOLERANCE,
        "gensim_version": version("gensim"),
        "published": [run_claim(claim) for claim in CLAIMS],
        "gensim": against_gensim(),
        "glove": glove_rows(vectors),
        "glove_file": f"{Path(glove).name}, {len(vectors):,} × {vectors.dim}{note}" if glove and vectors else None,
    }
