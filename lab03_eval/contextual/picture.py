"""The picture of one word in six sentences: a field per pair of sentences."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lab03_eval.contextual.polysemy import PER_SENSE, SENSES, SENTENCES, WORD
from lab03_eval.pictures.style import INK, caption, literally, save


@literally
def draw_splits(splits: dict[str, dict[str, Any]], path: Path) -> None:
    """A panel per way of standing for the word, each with its own scale from its lowest cosine to 1."""
    figure, panels = plt.subplots(1, len(splits), figsize=(13, 4.5), dpi=150)
    labels = [textwrap.fill(text, 34) for text in SENTENCES]
    for place, (axes, (name, split)) in enumerate(zip(panels, splits.items())):
        cosines = np.array(split["cosines"])
        low = min(cosines.min(), 0.99)
        axes.imshow(cosines, cmap="Blues", vmin=low - 0.15 * (1 - low), vmax=1 + 0.35 * (1 - low))
        for i, row in enumerate(cosines):
            for j, value in enumerate(row):
                ink = "white" if value > 0.99 else INK
                shown = f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")
                axes.text(j, i, shown, ha="center", va="center", fontsize=8, color=ink)
        axes.axhline(PER_SENSE - 0.5, color=INK, lw=1)
        axes.axvline(PER_SENSE - 0.5, color=INK, lw=1)
        numbers = [str(number) for number in range(1, len(SENTENCES) + 1)]
        axes.set_xticks(range(len(SENTENCES)), numbers, fontsize=8)
        named = [f"{label}  {number}" for label, number in zip(labels, numbers)]
        axes.set_yticks(range(len(SENTENCES)), named if place == 0 else numbers, fontsize=8)
        axes.tick_params(length=0)
        axes.set_title(f"{name}\nnearest sentence has the sense: {split['right']} of {len(SENTENCES)}", fontsize=10)
    figure.subplots_adjust(left=0.2, right=0.985, top=0.88, bottom=0.11, wspace=0.12)
    first, second = (f"{PER_SENSE * i + 1} to {PER_SENSE * (i + 1)}: {sense}" for i, sense in enumerate(SENSES))
    told = (
        f"Cosines of {WORD} in six sentences. Sentences {first}; {second}. Darker is nearer, on each panel's own scale."
    )
    caption(figure, told, 150)
    save(figure, path)
