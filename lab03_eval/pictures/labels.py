"""Labels beside dots, so that no two of them overlap."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.text import Annotation, Text

from lab03_eval.pictures.fonts import families, settle
from lab03_eval.pictures.style import INK, literally

RINGS = np.array([4, 7, 11, 16, 22, 30, 40, 52, 66, 84, 106, 132, 160, 200])  # points from a dot to its label
TURNS = np.linspace(0, 2 * np.pi, 24, endpoint=False)
CROWD = 45  # points: labels turn away from the dots within this distance
FORBIDDEN = 1e6  # the price of covering another label or leaving the picture
FONT_SIZES = (8, 7, 6, 5)


@literally
def place_labels(axes: plt.Axes, points: np.ndarray, labels: list[str], lines: Sequence[np.ndarray] = ()) -> int:
    """Write each label near its point (n, 2) so that no two overlap; a thin line leads to a label that is far off.

    Labels in a script of which no font is installed are left out; returns how many those are.

    The search is greedy over rings of places around each point. The cheapest place is near, on the side away from the
    crowd, and covers no dot, no leading line and none of the `lines` (from, to) that are drawn already. If some label
    finds no free place, all are set in a smaller font. Call it when the axes' limits are final.
    """
    legible = [i for i, label in enumerate(labels) if families(label)]
    if legible:
        settle(axes.figure)
        axes.figure.canvas.draw()  # fixes where the points are
        _write(axes, np.asarray(points)[legible], [labels[i] for i in legible], lines)
    return len(labels) - len(legible)


def _write(axes: plt.Axes, points: np.ndarray, labels: list[str], lines: Sequence[np.ndarray]) -> None:
    """`place_labels` for labels (n,) that can all be drawn, in a figure that was drawn."""
    pixels = axes.figure.dpi / 72  # of one point; every length below is in points
    dots = axes.transData.transform(points) / pixels  # (n, 2)
    ends = [axes.transData.transform(line) / pixels for line in lines]
    drawn = [np.linspace(start, end, 40) for start, end in ends]
    frame = np.array(axes.get_window_extent().extents) / pixels
    ruler = axes.text(0, 0, "")
    for size in FONT_SIZES:
        sizes = []
        for label in labels:
            ruler.set(text=label, fontsize=size, fontfamily=families(label))
            sizes.append(ruler.get_window_extent().size)
        extents = np.array(sizes) / pixels
        offsets, dearest = _choose_places(dots, extents, np.concatenate([np.empty((0, 2)), *drawn]), frame)
        if dearest < FORBIDDEN:
            break
    ruler.remove()
    for label, point, offset, extent in zip(labels, points, offsets, extents):
        nearest = np.clip(0.5 - offset / extent, 0, 1)  # where the box comes nearest to the dot, as parts of its sides
        distance = np.linalg.norm(offset + (nearest - 0.5) * extent)
        leader = {"arrowstyle": "-", "color": "0.55", "linewidth": 0.4, "relpos": nearest, "shrinkA": 0, "shrinkB": 1}
        axes.annotate(
            label, point, xytext=offset, textcoords="offset points", ha="center", va="center", fontsize=size,
            color=INK, path_effects=[patheffects.withStroke(linewidth=1.5, foreground="white")],
            arrowprops=leader if distance > RINGS[1] else None, zorder=5, annotation_clip=False,
            fontfamily=families(label),
        )  # fmt: skip


def label_boxes(axes: plt.Axes) -> dict[str, np.ndarray]:
    """(left, bottom, right, top) in pixels of each label that `place_labels` wrote into `axes`."""
    labels = [text for text in axes.texts if isinstance(text, Annotation)]
    axes.figure.canvas.draw()  # fixes where the labels are
    # Text's own extent: an annotation's includes its leading line.
    return {label.get_text(): np.array(Text.get_window_extent(label).extents) for label in labels}


def _choose_places(
    dots: np.ndarray, extents: np.ndarray, drawn: np.ndarray, frame: np.ndarray
) -> tuple[np.ndarray, float]:
    """Offsets (n, 2) from each dot to the middle of its label, and the highest price paid for one.

    `extents` (n, 2) are the labels' sizes, `drawn` (p, 2) points of lines better not covered, `frame` the
    sides left, bottom, right, top of the picture; all in points.
    """
    near = np.linalg.norm(dots[:, None] - dots[None], axis=2) < CROWD  # (n, n)
    outward = dots - (near @ dots) / near.sum(axis=1, keepdims=True)
    length = np.linalg.norm(outward, axis=1)
    direction = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1)  # (t, 2)
    boxes = np.empty((0, 4))
    offsets, dearest = np.zeros_like(dots), 0.0
    for i in np.argsort(-length, kind="stable"):  # the crowd's rim first: its labels leave the middle free
        half = extents[i] / 2
        middle = (direction * (RINGS[:, None, None] + half)).reshape(-1, 2)  # (m, 2), m = rings · turns
        low, high = dots[i] + middle - half - 0.8, dots[i] + middle + half + 0.8
        meeting = np.clip(dots[i], low, high)  # where the leading line meets the box
        leaders = dots[i] + (meeting - dots[i])[:, None] * np.linspace(0.1, 0.9, 9)[:, None]  # (m, 9, 2)
        price = np.linalg.norm(meeting - dots[i], axis=1)
        price += np.tile(8 * (1 - direction @ outward[i] / max(length[i], 1e-9)), len(RINGS))
        price += 25 * _inside(dots, low - 1.5, high + 1.5).sum(axis=1)
        price += 4 * _inside(drawn, low, high).sum(axis=1)
        price += 20 * sum(_inside(leaders, box[:2], box[2:]).sum(axis=1) for box in boxes)
        covered = (low[:, None] < boxes[:, 2:]).all(axis=2) & (high[:, None] > boxes[:, :2]).all(axis=2)  # (m, placed)
        price += FORBIDDEN * (covered.sum(axis=1) + (low < frame[:2]).any(axis=1) + (high > frame[2:]).any(axis=1))
        best = int(price.argmin())
        offsets[i], dearest = middle[best], max(dearest, price[best])
        boxes = np.vstack([boxes, [*low[best], *high[best]]])
        drawn = np.vstack([drawn, leaders[best]])
    return offsets, dearest


def _inside(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which points (…, p, 2) lie in the box or boxes low, high (…, 2): (…, p)."""
    return np.all((points > low[..., None, :]) & (points < high[..., None, :]), axis=-1)
