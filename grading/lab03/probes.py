"""Calls a Lab 3 submission's functions with the inputs of the steps beside it. Runs in the child; expects nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.plain import plain


class Vectors:
    """What Lab 3's functions use of WordVectors, so that a submission need not have it."""

    def __init__(self, words: list[str], matrix: list[list[float]]):
        self.words = list(words)
        self.matrix = np.array(matrix, dtype=np.float32)
        self.index = {word: row for row, word in enumerate(words)}
        length = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        self.unit = self.matrix / np.where(length > 0, length, 1)
        self.dim = self.matrix.shape[1]

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        return self.matrix[self.index[word]]


def spearman(submission: Any, inputs: Any) -> Any:
    return [plain(submission.spearman(np.array(case["x"]), np.array(case["y"]))) for case in inputs]


def cosines(submission: Any, inputs: Any) -> Any:
    pairs = [tuple(pair) for pair in inputs["pairs"]]
    found = {}
    for oov in ("skip", "zero", "mean"):
        cosine, known = submission.cosines(Vectors(inputs["words"], inputs["matrix"]), pairs, oov)
        found[oov] = {"cosine": plain(cosine), "known": plain(known)}
    return found


def similarity(submission: Any, inputs: Any) -> Any:
    pairs = [tuple(pair) for pair in inputs["pairs"]]
    vectors = Vectors(inputs["words"], inputs["matrix"])
    return {oov: plain(submission.evaluate_similarity(vectors, pairs, oov)) for oov in ("skip", "zero")}


def analogies_add(submission: Any, inputs: Any) -> Any:
    return plain(submission.solve_analogies(*_analogy(inputs)))


def analogies_mul(submission: Any, inputs: Any) -> Any:
    return plain(submission.solve_analogies(*_analogy(inputs), objective="3cosmul", epsilon=0.001))


def analogies_limits(submission: Any, inputs: Any) -> Any:
    one = submission.solve_analogies(*_analogy(inputs), limits=(inputs["limit"],))
    both = submission.solve_analogies(*_analogy(inputs), limits=(inputs["limit"], None))
    turned = submission.solve_analogies(*_analogy(inputs), limits=(None, inputs["limit"]))
    return {"one": plain(one), "both": plain(both), "turned": plain(turned)}


def _analogy(inputs: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.array(inputs["unit"], dtype=np.float32), np.array(inputs["questions"], dtype=np.int64)


def section_scores(submission: Any, inputs: Any) -> Any:
    sections = [(name, [tuple(question) for question in questions]) for name, questions in inputs["sections"]]
    return plain(submission.section_scores(sections, np.array(inputs["answered"]), np.array(inputs["right"])))


def proportion_interval(submission: Any, inputs: Any) -> Any:
    return [plain(submission.proportion_interval(correct, n)) for correct, n in inputs]


def compare_correlations(submission: Any, inputs: Any) -> Any:
    def compare(case: dict) -> Any:
        return plain(submission.compare_correlations(*(np.array(case[name]) for name in ("first", "second", "human"))))

    return {name: [compare(case) for case in cases] for name, cases in inputs.items()}


def anisotropy(submission: Any, inputs: Any) -> Any:
    matrices = [np.array(matrix, dtype=np.float64) for matrix in inputs]
    return [{"cosine": plain(submission.anisotropy(matrix)), "matrix": plain(matrix)} for matrix in matrices]


def nearest_rows(submission: Any, inputs: Any) -> Any:
    return plain(submission.nearest_rows(np.array(inputs["matrix"]), inputs["k"]))


def hubness(submission: Any, inputs: Any) -> Any:
    return plain(submission.hubness(np.array(inputs["matrix"]), inputs["k"]))


def procrustes(submission: Any, inputs: Any) -> Any:
    return [plain(submission.procrustes(np.array(case["source"]), np.array(case["target"]))) for case in inputs]


def weat(submission: Any, inputs: Any) -> Any:
    return plain(submission.weat(*(np.array(inputs[name]) for name in "xyab")))


def debias(submission: Any, inputs: Any) -> Any:
    vectors = Vectors(inputs["words"], inputs["matrix"])
    direction, equalize, specific = (np.array(inputs[name]) for name in ("direction", "equalize", "specific"))
    debiased = submission.hard_debias(vectors, direction, equalize, specific)
    return plain(getattr(debiased, "matrix", debiased))
