"""The table of the tasks' results that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wordlab.tables import finite

from lab03_eval.tasks.scores import Row


def format_tasks(results: dict[str, Any]) -> str:
    """The table that people read: one row per task, the margins with their 95 % intervals, lost ones included."""
    lines = [
        f"{'task':<22}{'measure':<14}{'these vectors':>21}{'random':>8}{'baseline':>10}"
        f"{'− random':>26}{'− baseline':>26}{'used / total':>18}{'tokens':>9}"
    ]
    for key in results:
        name, _, part = key.rpartition(".")
        if part == "not_run":
            lines.append(f"{name:<22}not run: {results[key]}")
        elif part == "title":
            lines.append(_format_row({k.removeprefix(f"{name}."): v for k, v in results.items()}))
    lines.append(
        f"Seed {results['seed']}; p(w) from {results['word_probability']}; but for STS, sentence vectors by "
        f"{results['method']}. Baseline: TF-IDF; for tags, each word's most frequent."
    )
    return "\n".join(lines)


def number(value: Any, sign: str = "") -> str:
    """Three decimals, or a dash."""
    return f"{value:{sign}.3f}" if finite(float(value)) else "–"


def interval(scores: Mapping[str, Any], prefix: str = "", sign: str = "") -> str:
    """The score whose keys begin with `prefix`, and its interval."""
    value, low, high = (number(scores[f"{prefix}{part}"], sign) for part in ("score", "low", "high"))
    return f"{value} ({low} … {high})"


def _format_row(scores: Row) -> str:
    return (
        f"{scores['title']:<22}{scores['measure']:<14}{interval(scores):>21}"
        f"{number(scores['random.score']):>8}{number(scores['baseline.score']):>10}"
        f"{interval(scores, 'margin.random.', '+'):>26}{interval(scores, 'margin.baseline.', '+'):>26}"
        f"{scores['used']:>9,} /{scores['total']:>7,}{100 * scores['token_coverage']:>7.1f} %"
    )
