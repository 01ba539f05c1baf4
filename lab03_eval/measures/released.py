"""Figures published on released files of vectors that are too large to pass on: how a file is told, and its rows.

A file is told by its name, and its first bytes must have the layout that the name stands for. A file of another size is
measured all the same, and its verdict says that it is not the published one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

from lab03_eval.benchmarks import BENCHMARKS, NotAtHand, find, read_pairs, read_questions
from lab03_eval.eval_embeddings import evaluate_analogies, evaluate_similarity
from lab03_eval.measures.published import judged
from lab03_eval.measures.sat import Choice, evaluate_choices
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.fasttext_file import MAGIC
from lab03_eval.vectors.text_file import header_of, numbers_at_the_end

Row = dict[str, Any]

PAPER = "Pennington, Socher & Manning (2014), Table 3, CBOW*"
SAT_SOURCE = "README of the repository ajschumacher/sat_analogies, commit 3998562"
NO_SOURCE = "no figure of this file was found"
NO_SAT = "the questions are not at hand, since they may not be passed on; with them: --sat FILE"


@dataclass(frozen=True)
class Released:
    """A file: its name, layout, shape and address, and its figures as (benchmark, published or None, source)."""

    name: str
    layout: str
    shape: tuple[int, int]
    address: str
    figures: tuple[tuple[str, float | None, str], ...]


GLOVE_300D = Released(
    "glove.6B.300d.txt",
    "text without a header",
    (400_000, 300),
    "https://nlp.stanford.edu/data/glove.6B.zip",
    (("sat", 155, SAT_SOURCE),),  # what the paper reports is a table of its own
)
GOOGLENEWS = Released(
    "GoogleNews-vectors-negative300.bin",
    "word2vec's binary",
    (3_000_000, 300),
    "https://code.google.com/archive/p/word2vec/",
    (
        ("wordsim353", 0.684, PAPER),
        ("mc30", 0.796, PAPER),
        ("rg65", 0.754, PAPER),
        ("rw", 0.455, PAPER),
        ("sat", 158, SAT_SOURCE),
    ),
)
CC_EN = Released(
    "cc.en.300.bin",
    "fastText's binary",
    (2_000_000, 300),
    "https://dl.fbaipublicfiles.com/fasttext/vectors-crawl/cc.en.300.bin.gz",
    (("wordsim353", None, NO_SOURCE), ("simlex999", None, NO_SOURCE), ("google", None, NO_SOURCE)),
)
FILES = (GLOVE_300D, GOOGLENEWS, CC_EN)


def recognise(path: str | Path) -> Released:
    """Which released file `path` is. Raises InputError where name or layout is of none, OSError where it is not there.

    >>> recognise("vectors.bin")
    Traceback (most recent call last):
    ...
    wordlab.errors.InputError: vectors.bin: none of the files that figures are known of: glove.6B.300d.txt, \
GoogleNews-vectors-negative300.bin, cc.en.300.bin
    """
    name = Path(path).name
    released = next((file for file in FILES if file.name == name), None)
    if released is None:
        raise InputError(f"{path}: none of the files that figures are known of: {', '.join(f.name for f in FILES)}")
    found = _layout(Path(path))
    if found != released.layout:
        raise InputError(f"{path}: {released.name} is {released.layout}, found {found}; fetch it: {released.address}")
    return released


def _layout(path: Path) -> str:
    with open(path, "rb") as file:
        head = file.readline(1 << 14)
    if head.startswith(MAGIC):
        return CC_EN.layout
    if header_of(head):
        return GOOGLENEWS.layout
    return GLOVE_300D.layout if numbers_at_the_end(head) else "something else"


def score(vectors: WordVectors, name: str, sat: list[Choice] | None = None) -> Row:
    """`ours`, `used`, `total` of one measure. Raises NotAtHand where its data are not there."""
    if name == "sat":
        if sat is None:
            raise NotAtHand(NO_SAT)
        return dict(evaluate_choices(vectors, sat))
    kind, path = BENCHMARKS[name].kind, find(name)
    if kind == "analogy":
        scores, measure = evaluate_analogies(vectors, read_questions(path)), "accuracy"
    else:
        scores, measure = evaluate_similarity(vectors, read_pairs(path)), "rho"
    return {"ours": scores[measure], "used": scores["used"], "total": scores["total"]}


def released_rows(released: Released, vectors: WordVectors | None, sat: list[Choice] | None = None) -> list[Row]:
    """One row per published figure of a file; without `vectors` each says how to have it."""
    rows = []
    for name, published, source in released.figures:
        row: Row = {"file": released.name, "what": title(name), "published": published, "source": source}
        row["protocol"] = PROTOCOLS["sat" if name == "sat" else BENCHMARKS[name].kind]
        if vectors is None:
            remedy = f"python scripts/published.py --with {released.name}{' --sat FILE' * (name == 'sat')}"
            rows.append(row | {"not_run": f"{remedy}; the file: {released.address}"})
            continue
        try:
            row |= score(vectors, name, sat)
        except NotAtHand as reason:
            row["not_run"] = str(reason)
        else:
            row["verdict"] = _verdict(row, vectors.matrix.shape == released.shape)
        rows.append(row)
    return rows


PROTOCOLS = {
    "similarity": "Spearman's ρ; cosine of the rows as released",
    "analogy": "3CosAdd on unit rows, all words",
    "sat": "right answers; cosine of the offsets; words as written",
}


def title(name: str) -> str:
    return "SAT analogies" if name == "sat" else BENCHMARKS[name].title.strip()


def _verdict(row: Row, comparable: bool) -> str:
    if not row["used"] or math.isnan(row["ours"]):
        return "no coverage"
    if not comparable:
        return "not comparable: a file of another size"
    return "nothing to compare with" if row["published"] is None else judged(row["published"], row["ours"])
