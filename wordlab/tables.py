"""Markdown tables, and the places in pages where they belong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from wordlab.files import write_text


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], padded: bool = False) -> str:
    """A Markdown table; `padded` columns read well in a terminal, too."""
    lines = [header, *rows]
    widths = [max(len(row[i]) for row in lines) if padded else 0 for i in range(len(header))]
    rule = ["-" * (width if padded else 3) for width in widths]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in [header, rule, *rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def insert(path: Path, made: dict[str, str]) -> None:
    """Fill every `<!-- table: name -->` … `<!-- end -->` of a Markdown file that `made` has a text for."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- table: {name} -->\n{made[name]}\n<!-- end -->" if name in made else match[0]

    text = path.read_text(encoding="utf-8")
    filled = re.sub(r"<!-- table: (\w+) -->\n.*?<!-- end -->", fill, text, flags=re.DOTALL)
    if filled != text:
        write_text(path, filled)
