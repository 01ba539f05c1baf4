"""Markdown tables, the figures in them, and the places in pages where they belong."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

from wordlab.files import write_text

MARK = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)  # where a table belongs, and what is there now


def finite(*values: float | None) -> bool:
    """Whether all values can be shown: neither NaN nor infinite, nor None, which JSON has in the place of both."""
    return all(value is not None and math.isfinite(value) for value in values)


def figure(key: str, values: Sequence[float | None]) -> str:
    """Mean ± half the range of several runs, in the unit and with the digits of the measure `key`.

    Keys that end in "accuracy" are shares and shown in percent. Of "memory_mb" the most is shown, since later runs
    reuse what the first one took. Where a run has no such figure, the cell is "–".
    """
    if not values or not finite(*values):
        return "–"
    known = [value for value in values if value is not None]
    known = [max(known)] if key == "memory_mb" else known
    scale, digits = (100, 1) if key.endswith("accuracy") else (1, 0 if key in ("seconds", "memory_mb") else 3)
    spread = f" ± {scale * (max(known) - min(known)) / 2:.{digits}f}" if len(known) > 1 else ""
    return f"{scale * statistics.mean(known):.{digits}f}{spread}"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], padded: bool = False) -> str:
    """A Markdown table; `padded` columns read well in a terminal, too."""
    lines = [header, *rows]
    widths = [max(len(row[i]) for row in lines) if padded else 0 for i in range(len(header))]
    rule = ["-" * (width if padded else 3) for width in widths]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in [header, rule, *rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fill(text: str, made: dict[str, str]) -> str:
    """`text` with every `<!-- table: name -->` … `<!-- end -->` filled that `made` has a table for."""

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- table: {name} -->\n{made[name]}\n<!-- end -->" if name in made else match[0]

    return MARK.sub(filled, text)


def insert(path: Path, made: dict[str, str]) -> None:
    """Fill the marks of a Markdown file as `fill` does. A file that has these tables already is left alone."""
    text = path.read_text(encoding="utf-8")
    filled = fill(text, made)
    if filled != text:
        write_text(path, filled)
