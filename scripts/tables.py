"""Markdown tables that are written from committed measurements, never by hand."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.vectors import replacing  # noqa: E402

REPORTS = ROOT / "reports"


def load(name: str) -> dict:
    """The measurements in reports/NAME; none where the file is not there."""
    path = REPORTS / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def insert(path: Path, made: dict[str, str]) -> None:
    """Fill every `<!-- table: name -->` … `<!-- end -->` of a Markdown file that `made` has a text for."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- table: {name} -->\n{made[name]}\n<!-- end -->" if name in made else match[0]

    text = path.read_text(encoding="utf-8")
    filled = re.sub(r"<!-- table: (\w+) -->\n.*?<!-- end -->", fill, text, flags=re.DOTALL)
    if filled != text:
        with replacing(path) as temporary:
            temporary.write_text(filled, encoding="utf-8")
