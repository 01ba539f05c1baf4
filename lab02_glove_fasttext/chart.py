"""The chart of the comparison: a bar per measure and model."""

from __future__ import annotations

from pathlib import Path

from wordlab.errors import InputError
from wordlab.tables import finite

import matplotlib.pyplot as plt
import numpy as np

from lab02_glove_fasttext.comparison import MODELS, Runs, titles
from lab03_eval.languages import ENGLISH
from lab03_eval.pictures.style import literally, save, shortened

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#56B4E9", "#D55E00")


@literally
def draw_scores(runs: Runs, path: Path, title: str, language: str = ENGLISH) -> None:
    """Bars of the scores, whiskers from the lowest to the highest seed. Raises InputError where there is no score."""
    rows = {key: text for key, text in titles(language).items() if ".composed." not in key}
    keys = list(rows)
    if not any(finite(record.get(key)) for records in runs.values() for record in records for key in keys):
        raise InputError("no question and no word pair of the data sets is in the vocabulary")
    chart, axes = plt.subplots(figsize=(10, 4.8), dpi=200, layout="constrained")
    width, lowest = 0.81 / len(runs), 0.0
    for place, (name, records) in enumerate(runs.items()):
        values = np.array([[100 * record.get(key, np.nan) for key in keys] for record in records])  # (seeds, keys)
        middle, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
        at = np.arange(len(keys)) + width * (place - (len(runs) - 1) / 2)
        whiskers = [middle - low, high - middle]
        axes.bar(at, middle, 0.93 * width, yerr=whiskers, capsize=3, color=COLOURS[place], label=MODELS[name])
        for x, y, value in zip(at, high, middle):
            if np.isfinite(value):
                axes.text(x, max(y, 0) + 1, f"{value:.0f}", ha="center", fontsize=8)
        lowest = min(lowest, *low[np.isfinite(low)])
    axes.set_xticks(range(len(keys)), [tick(key, text) for key, text in rows.items()], fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(title=shortened(title, 90), ylim=(1.05 * lowest, None))
    axes.legend(frameon=False)
    seeds = len(next(iter(runs.values())))
    over = f"Whiskers: lowest to highest of {seeds} seeds. " if seeds > 1 else "One seed. "
    chart.supxlabel(f"{over}Not to be read: who wins on another corpus or a larger one.", fontsize=8)
    save(chart, path)


def tick(key: str, title: str) -> str:
    """A measure and its unit, on two lines."""
    return title.split(" ρ")[0] + "\n100 · ρ" if key.endswith(".rho") else title.replace(" %", "\n% correct")
