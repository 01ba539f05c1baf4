"""What all pictures share: inks, how text is drawn, captions, and how a figure is written to its file."""

from __future__ import annotations

import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # files only: no screen is needed
from wordlab.files import replacing

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lab03_eval.pictures.fonts import settle

INK, SOFT, DOTS = "0.1", "0.35", "0.76"

literally = matplotlib.rc_context({"text.parse_math": False})  # a $ in a word or a file's name starts no formula


def shortened(name: str, width: int = 40) -> str:
    """`name` in at most `width` characters, its middle left out where it is longer."""
    kept = width - 1
    return name if len(name) <= width else f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"


def save(figure: Figure, path: str | Path) -> None:
    """Write the figure in the format that the suffix of `path` names, each text in fonts that have it, and close it."""
    settle(figure)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=figure.dpi, facecolor="white")
    plt.close(figure)


def caption(figure: Figure, text: str, width: int) -> None:
    """Write `text` under the picture, in lines of `width` characters."""
    figure.text(0.5, 0.01, textwrap.fill(text, width), ha="center", va="bottom", fontsize=8, color=SOFT)
