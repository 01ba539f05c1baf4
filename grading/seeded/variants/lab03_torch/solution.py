"""Torch tensors in and out, in several files."""

from scoring import compare_correlations, cosines, evaluate_similarity, proportion_interval, section_scores, spearman
from search import nearest_rows, solve_analogies
from space import anisotropy, hard_debias, hubness, procrustes, weat

__all__ = [
    "anisotropy",
    "compare_correlations",
    "cosines",
    "evaluate_similarity",
    "hard_debias",
    "hubness",
    "nearest_rows",
    "procrustes",
    "proportion_interval",
    "section_scores",
    "solve_analogies",
    "spearman",
    "weat",
]
