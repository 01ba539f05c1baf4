"""The whole glove.6B.50d measured three ways: by the harness, by gensim, and as GloVe's own evaluator does.

`measure_glove_50d` takes minutes, nearly all of them gensim's. The published counts were printed by that evaluator
(eval/python/evaluate.py of GloVe), once on rows of length one and once on the rows as they are.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from lab03_eval.benchmarks import Section, find, read_pairs, read_questions
from lab03_eval.eval_embeddings import answer_questions, evaluate_similarity, solve_analogies
from lab03_eval.measures.released import NO_SAT, PROTOCOLS, SAT_SOURCE
from lab03_eval.measures.sat import Choice, evaluate_choices
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.glove_package import load_glove_50d
from lab03_eval.vectors.lookup import Lookup

Row = dict[str, Any]

SOURCE = "NLP-Project.md of the repository ajpagotto/ContentRecommender, commit 1e3e06a"
# Right answers per section: on unit rows, and on the rows as they are.
PUBLISHED = {
    "capital-common-countries": (401, 296),
    "capital-world": (3098, 1453),
    "currency": (72, 70),
    "city-in-state": (378, 161),
    "family": (349, 176),
    "gram1-adjective-to-adverb": (151, 6),
    "gram2-opposite": (77, 5),
    "gram3-comparative": (690, 119),
    "gram4-superlative": (321, 32),
    "gram5-present-participle": (439, 80),
    "gram6-nationality-adjective": (1375, 1106),
    "gram7-past-tense": (585, 129),
    "gram8-plural": (798, 351),
    "gram9-plural-verbs": (299, 13),
}
KING_QUEEN = 0.783904300999
SAT_RIGHT = 133
SAT_UNKNOWN = ("abash", "combustive", "dissembler", "emend", "unfetter", "unfrock")
TOLERANCE = 1e-6  # of ρ
NEAR_TIE = 1e-6  # a lead of the best answer that float32 may turn round
BLOCK = 64  # questions at a time: 0.2 GB of scores
REMEDY = "python scripts/published.py --whole"


def evaluator_answers(matrix: np.ndarray, questions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The answer (n,) of GloVe's evaluator to each question's rows (n, 3), and its lead over the next best word (n,).

    Each row of `matrix` (V, d) is a candidate but the question's own three. The score is the product with b − a + c.
    """
    answers, leads = np.empty(len(questions), dtype=np.int64), np.empty(len(questions))
    for start in range(0, len(questions), BLOCK):
        asked = questions[start : start + BLOCK]
        a, b, c = asked.T
        scores = (matrix[b] - matrix[a] + matrix[c]) @ matrix.T  # (t, V)
        np.put_along_axis(scores, asked, -np.inf, axis=1)
        best = scores.argmax(axis=1)[:, None]
        top = np.take_along_axis(scores, best, axis=1)[:, 0]
        np.put_along_axis(scores, best, -np.inf, axis=1)
        answers[start : start + BLOCK] = best[:, 0]
        leads[start : start + BLOCK] = top - scores.max(axis=1)
    return answers, leads


def gensim_right(vectors: WordVectors, sections: list[Section]) -> np.ndarray:
    """Whether gensim answers each question rightly (n,), with all words as candidates and without regard to case."""
    options = {"restrict_vocab": len(vectors), "case_insensitive": True}
    _, answered = vectors.to_gensim().evaluate_word_analogies(str(find("google")), **options)
    right = {section["section"]: set(section["correct"]) for section in answered}
    return np.array(
        [
            tuple(word.upper() for word in question) in right[name]
            for name, questions in sections
            for question in questions
        ]
    )


def similarity_rows(vectors: WordVectors) -> list[Row]:
    """ρ by the harness and by gensim."""
    rows, theirs = [], vectors.to_gensim()
    for name, what in (("wordsim353", "WordSim-353, Spearman's ρ"), ("simlex999", "SimLex-999, Spearman's ρ")):
        mine = evaluate_similarity(vectors, read_pairs(find(name)))
        _, rho, unknown = theirs.evaluate_word_pairs(
            str(find(name)), restrict_vocab=len(vectors), case_insensitive=True
        )
        alike = abs(rho.statistic - mine["rho"]) <= TOLERANCE and unknown == 100 * (1 - mine["used"] / mine["total"])
        counts = {"used": mine["used"], "total": mine["total"]}
        row = {"what": what, "program": "gensim", "theirs": float(rho.statistic), "ours": mine["rho"]} | counts
        rows.append(row | {"verdict": "equal" if alike else "differs"})
    return rows


def section_rows(sections: list[Section], columns: dict[str, np.ndarray]) -> list[Row]:
    """Right answers per section, then of all, published beside `columns` of whether each question was answered so."""
    names = np.repeat([name for name, _ in sections], [len(questions) for _, questions in sections])
    rows: list[Row] = []
    for name, (unit, raw) in PUBLISHED.items():
        chosen = names == name
        right = {column: int(values[chosen].sum()) for column, values in columns.items()}
        rows.append({"section": name, "total": int(chosen.sum()), "published": unit, "published_raw": raw} | right)
    every = {key: sum(row[key] for row in rows) for key in rows[0] if key != "section"}
    return [judge(row) for row in (*rows, {"section": "all"} | every)]


def judge(row: Row) -> Row:
    unit = {row[key] for key in ("published", "harness", "gensim", "evaluator")}
    return row | {"verdict": "equal" if len(unit) == 1 and row["evaluator_raw"] == row["published_raw"] else "differs"}


def figure_rows(vectors: WordVectors | None, sat: list[Choice] | None) -> list[Row]:
    """The other published figures on these vectors."""
    rows: list[Row] = [
        {"what": "cosine of king and queen", "published": KING_QUEEN, "source": SOURCE, "protocol": "float64"},
        {"what": "SAT words without a vector", "published": len(SAT_UNKNOWN), "source": SAT_SOURCE}
        | {"protocol": f"of the words that the source names: {', '.join(SAT_UNKNOWN)}"},
        {"what": "SAT analogies", "published": SAT_RIGHT, "source": SAT_SOURCE, "protocol": PROTOCOLS["sat"]},
    ]
    if vectors is None:
        return [row | {"not_run": REMEDY} for row in rows]
    king, queen = (vectors[word].astype(float) for word in ("king", "queen"))
    cosine = float(king @ queen / np.sqrt((king @ king) * (queen @ queen)))
    unknown = sum(word not in vectors.index for word in SAT_UNKNOWN)
    rows[0] |= {"ours": cosine, "used": 1, "total": 1}
    rows[1] |= {"ours": unknown, "used": len(SAT_UNKNOWN), "total": len(SAT_UNKNOWN)}
    rows[2] |= evaluate_choices(vectors, sat) if sat else {"not_run": NO_SAT}
    for row in rows:
        if "ours" in row:
            row["verdict"] = "equal" if abs(row["ours"] - row["published"]) <= TOLERANCE else "differs"
    return rows


def measure_glove_50d(sat: list[Choice] | None = None) -> Row:
    """All rows. Raises MissingPackage where the package is not installed, VectorFileError where it is damaged."""
    vectors, sections = load_glove_50d(), read_questions(find("google"))
    rows = Lookup(vectors).rows([question for _, questions in sections for question in questions])  # (n, 4)
    raw = vectors.matrix.astype(np.float64)
    answers, leads = evaluator_answers(raw / np.linalg.norm(raw, axis=1, keepdims=True), rows[:, :3])
    harness = solve_analogies(vectors.unit, rows[:, :3])
    columns = {
        "harness": answer_questions(vectors, sections)[1][0],
        "gensim": gensim_right(vectors, sections),
        "evaluator": answers == rows[:, 3],
        "evaluator_raw": evaluator_answers(raw, rows[:, :3])[0] == rows[:, 3],
    }
    ties = [
        {"question": " ".join(vectors.words[i] for i in rows[n]), "lead": float(leads[n])}
        | {"evaluator": vectors.words[answers[n]], "harness": vectors.words[harness[n]]}
        for n in np.flatnonzero((leads < NEAR_TIE) | (answers != harness))
    ]
    same = {
        "gensim": int((columns["harness"] == columns["gensim"]).sum()),
        "GloVe's evaluator": int((answers == harness).sum()),
    }
    asked = {"gensim": "Google, questions judged alike", "GloVe's evaluator": "Google, questions given the same answer"}
    agreement = [
        {"what": asked[program], "program": program, "theirs": len(rows), "ours": count}
        | {"used": len(rows), "total": len(rows), "verdict": "equal" if count == len(rows) else "differs: see below"}
        for program, count in same.items()
    ]
    return {
        "vectors": f"{len(vectors):,} × {vectors.dim}",
        "gensim_version": version("gensim"),
        "sections": section_rows(sections, columns),
        "agreement": similarity_rows(vectors) + agreement,
        "near_ties": ties,
        "figures": figure_rows(vectors, sat),
    }


def unmeasured_glove_50d() -> Row:
    """The published figures with the command that computes them."""
    return {"not_run": REMEDY, "figures": figure_rows(None, None)}
