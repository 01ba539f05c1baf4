"""Pictures of embeddings."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # files only: no screen is needed
import matplotlib.pyplot as plt
import numpy as np
from sklearn.manifold import TSNE

from lab03_eval.vectors import WordVectors, replacing

CAPITALS = [
    ("france", "paris"), ("germany", "berlin"), ("italy", "rome"), ("spain", "madrid"), ("russia", "moscow"),
    ("japan", "tokyo"), ("china", "beijing"), ("greece", "athens"), ("poland", "warsaw"), ("egypt", "cairo"),
]  # fmt: skip
FAMILIES = {
    "countries": [country for country, _ in CAPITALS],
    "capitals": [capital for _, capital in CAPITALS],
    "animals": ["cat", "dog", "horse", "cow", "sheep", "wolf", "bear", "lion"],
    "professions": ["doctor", "nurse", "lawyer", "teacher", "engineer", "carpenter", "baker", "actor"],
    "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "programming languages": ["java", "perl", "php", "fortran", "lisp", "javascript", "basic"],
}
# Okabe & Ito's palette, told apart by people with deuteranopia too.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]


def place_labels(axes: plt.Axes, points: np.ndarray, labels: list[str], colours: list[str]) -> None:
    """Write each label beside its point (n, 2), in the first of 24 places that covers nothing else, or the least."""
    figure = axes.figure
    figure.canvas.draw()  # fixes the limits, and with them where the points are
    renderer = figure.canvas.get_renderer()
    dots = axes.transData.transform(points)  # (n, 2) in pixels
    scale = figure.dpi / 72
    boxes = [(x - 4 * scale, y - 4 * scale, x + 4 * scale, y + 4 * scale) for x, y in dots]
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    for point, label, colour in zip(points, labels, colours):
        text = axes.annotate(label, point, xytext=(0, 0), textcoords="offset points", fontsize=8, color=colour)
        best = None
        for distance in (6, 12, 18):
            for angle in angles:
                dx, dy = np.cos(angle), np.sin(angle)
                text.set_ha("left" if dx > 0.3 else "right" if dx < -0.3 else "center")
                text.set_va("bottom" if dy > 0.3 else "top" if dy < -0.3 else "center")
                text.set_position((distance * dx, distance * dy))
                box = text.get_window_extent(renderer).extents
                covered = sum(
                    max(0, min(box[2], b[2]) - max(box[0], b[0])) * max(0, min(box[3], b[3]) - max(box[1], b[1]))
                    for b in boxes
                )
                if best is None or covered < best[0]:
                    best = (covered, text.get_position(), text.get_ha(), text.get_va(), tuple(box))
                if not covered:
                    break
            if not best[0]:
                break
        _, position, ha, va, box = best
        text.set(position=position, ha=ha, va=va)
        boxes.append(box)


def draw_families(vectors: WordVectors, path: str | Path, title: str, seed: int = 1) -> None:
    """A labelled picture of a few word families, laid out by t-SNE (van der Maaten & Hinton 2008).

    Each family has its colour, each country is joined to its capital. Families with fewer than two known
    words are left out.
    """
    families = {name: [w for w in words if w in vectors] for name, words in FAMILIES.items()}
    families = {name: words for name, words in families.items() if len(words) > 1}
    words = [word for members in families.values() for word in members]
    figure, axes = plt.subplots(figsize=(9, 6.5), dpi=150)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.05, top=0.94)
    if len(words) > 2:
        rows = [vectors.index[word] for word in words]
        tsne = TSNE(perplexity=min(10, (len(words) - 1) / 3), metric="cosine", init="random", random_state=seed)
        points = tsne.fit_transform(vectors.unit[rows])  # (n, 2)
        place = dict(zip(words, points))
        for pair in CAPITALS:
            if all(word in place for word in pair):
                axes.plot(*np.array([place[word] for word in pair]).T, color="0.75", linewidth=0.8, zorder=1)
        colour_of = {name: COLOURS[list(FAMILIES).index(name)] for name in families}
        for name, members in families.items():
            axes.scatter(*np.array([place[w] for w in members]).T, s=22, color=colour_of[name], label=name, zorder=2)
        axes.margins(0.08)
        colours = [colour_of[name] for name, members in families.items() for _ in members]
        place_labels(axes, points, words, colours)
        axes.legend(frameon=False, fontsize=8, loc="best")
    else:
        axes.text(0.5, 0.5, "too few words of the families are in this vocabulary", ha="center")
    axes.set(xticks=[], yticks=[], title=title)
    axes.spines[:].set_visible(False)
    caption = "t-SNE by cosine: who is near whom can be read from it, distances between groups cannot."
    figure.text(0.5, 0.012, caption, ha="center", fontsize=7, color="0.35")
    with replacing(path) as temporary:
        figure.savefig(temporary)
    plt.close(figure)
