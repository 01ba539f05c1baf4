"""Pictures of embeddings, each with a caption that says what may not be read from it.

A file's suffix chooses its format: .png at 300 dots an inch, .pdf and .svg as vectors. The background is
white and opaque and the writing dark, so that a picture reads the same on paper and on a dark page.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # files only: no screen is needed
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from scipy import stats

from lab03_eval.benchmarks import Pair
from lab03_eval.eval_embeddings import cosines, evaluate_similarity
from lab03_eval.layout import (
    CAUTIONS,
    COLOURS,
    MIN_WORDS,
    known_capitals,
    known_families,
    known_word_pairs,
    lay_out,
    shown_variance,
)
from lab03_eval.vectors import WordVectors, replacing

INK, SOFT, DOTS = "0.1", "0.35", "0.76"
MARKERS = dict(zip(COLOURS, "osD^vP"))  # a second sign beside the colour, for grey prints
PALETTE = list(COLOURS.values())

RINGS = np.array([4, 7, 11, 16, 22, 30, 40, 52, 66, 84, 106, 132, 160, 200])  # points from a dot to its label
TURNS = np.linspace(0, 2 * np.pi, 24, endpoint=False)
CROWD = 45  # points: labels turn away from the dots within this distance
FORBIDDEN = 1e6  # the price of covering another label or leaving the picture
FONT_SIZES = (8, 7, 6, 5)

literally = matplotlib.rc_context({"text.parse_math": False})  # a $ in a word or a file's name starts no formula

RELATIONS = {
    "man → woman": [
        ("man", "woman"), ("king", "queen"), ("boy", "girl"), ("father", "mother"), ("husband", "wife"),
        ("brother", "sister"), ("he", "she"), ("actor", "actress"),
    ],
    "adjective → comparative": [
        ("big", "bigger"), ("small", "smaller"), ("high", "higher"), ("low", "lower"), ("long", "longer"),
        ("short", "shorter"), ("strong", "stronger"), ("old", "older"),
    ],
    "present → past": [
        ("go", "went"), ("take", "took"), ("see", "saw"), ("write", "wrote"), ("say", "said"), ("know", "knew"),
        ("find", "found"), ("come", "came"),
    ],
}  # fmt: skip


def shortened(name: str, width: int = 40) -> str:
    """`name` in at most `width` characters, its middle left out where it is longer."""
    kept = width - 1
    return name if len(name) <= width else f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"


@literally
def place_labels(axes: plt.Axes, points: np.ndarray, labels: list[str], lines: Sequence[np.ndarray] = ()) -> None:
    """Write each label near its point (n, 2) so that no two overlap; a thin line leads to one that stands off.

    Greedy over rings of places around each point: the cheapest place is near, on the side away from the
    crowd, and covers no dot, no leading line and none of the `lines` (from, to) that are drawn already. If
    some label finds no free place, all are set in a smaller font. Call it when the axes' limits are final.
    """
    if not labels:
        return
    axes.figure.canvas.draw()  # fixes where the points are
    pixels = axes.figure.dpi / 72  # of one point; every length below is in points
    dots = axes.transData.transform(points) / pixels  # (n, 2)
    ends = [axes.transData.transform(line) / pixels for line in lines]
    drawn = [np.linspace(start, end, 40) for start, end in ends]
    frame = np.array(axes.get_window_extent().extents) / pixels
    ruler = axes.text(0, 0, "")
    for size in FONT_SIZES:
        sizes = []
        for label in labels:
            ruler.set(text=label, fontsize=size)
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


def _save(figure: Figure, path: str | Path) -> None:
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=figure.dpi, facecolor="white")
    plt.close(figure)


def _caption(figure: Figure, text: str, width: int) -> None:
    figure.text(0.5, 0.01, textwrap.fill(text, width), ha="center", va="bottom", fontsize=8, color=SOFT)


def _draw_families(axes: plt.Axes, vectors: WordVectors, words: list[str], places: np.ndarray) -> None:
    """The families' dots, labels and country–capital lines among `words`, at `places` (n, 2)."""
    place = dict(zip(words, places))
    lines = [np.array([place[country], place[capital]]) for country, capital in known_capitals(vectors)]
    for line in lines:
        axes.plot(*line.T, color="0.3", linewidth=0.8, zorder=2)
    families = known_families(vectors)
    for name, members in families.items():
        x, y = np.array([place[word] for word in members]).T
        axes.scatter(
            x, y, s=16, marker=MARKERS[name], color=COLOURS[name], edgecolor=INK, linewidth=0.4, label=name, zorder=3,
        )  # fmt: skip
    axes.set(xticks=[], yticks=[])
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)
    members = [word for family in families.values() for word in family]
    place_labels(axes, np.array([place[word] for word in members]), members, lines)


@literally
def draw_families(vectors: WordVectors, path: str | Path, title: str, seed: int = 1) -> None:
    """A labelled picture of a few word families alone, laid out by t-SNE; each country is joined to its capital."""
    words = [word for family in known_families(vectors).values() for word in family]
    figure, axes = plt.subplots(figsize=(9, 6.5), dpi=150)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.06, top=0.94)
    axes.set(xticks=[], yticks=[], title=shortened(title, 50))
    axes.spines[:].set_visible(False)
    if len(words) >= MIN_WORDS:
        _draw_families(axes, vectors, words, lay_out(vectors, words, "t-SNE", seed))
        axes.legend(frameon=False, fontsize=8, loc="best")
    else:
        axes.text(0.5, 0.5, "too few words of the families are in this vocabulary", ha="center")
    _caption(figure, "t-SNE by cosine: who is near whom can be read from it, distances between groups cannot.", 120)
    _save(figure, path)


@literally
def map_figure(vectors: WordVectors, words: list[str], layouts: dict[str, np.ndarray], title: str) -> Figure:
    """The figure of `draw_maps`: one panel a layout, two in a row, and the legend with its cautions in the last."""
    rows = len(layouts) // 2 + 1
    figure, panels = plt.subplots(rows, 2, figsize=(11, 5.3 * rows + 0.4), dpi=300, squeeze=False)
    top = 1 - 0.65 / (5.3 * rows + 0.4)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=top, wspace=0.02, hspace=0.07)
    figure.suptitle(shortened(title, 60), fontsize=13, color=INK, y=0.995, va="top")
    panels = panels.ravel()
    families = {word for family in known_families(vectors).values() for word in family}
    others = [i for i, word in enumerate(words) if word not in families]
    for axes, (method, places) in zip(panels, layouts.items()):
        axes.scatter(*places[others].T, s=2, color=DOTS, linewidth=0, zorder=1, rasterized=True)
        axes.spines[:].set_color("0.8")
        _draw_families(axes, vectors, words, places)
        kept = f", {100 * shown_variance(vectors, words, places):.0f} % of the variance" if method == "PCA" else ""
        axes.set_title(method + kept, fontsize=11, color=INK)
    for axes in panels[len(layouts) :]:
        axes.axis("off")
    text = panels[len(layouts)]
    handles, names = panels[0].get_legend_handles_labels()
    text.legend(handles, names, loc="upper left", frameon=False, fontsize=10, ncols=2, markerscale=1.4)
    cautions = [
        f"{len(words):,} words: the most frequent (grey) and those of the families, even rarer ones. Dark lines join "
        "countries and capitals; thin ones lead a label to its dot. Axes have no unit: a panel may be turned or "
        "mirrored.",
        *(f"{method}. {CAUTIONS[method]}" for method in layouts),
        "Every layout loses most of the space: ask for nearest neighbours by cosine before you believe one of them.",
    ]
    text.text(
        0.02, 0.80, "\n\n".join(textwrap.fill(caution, 74) for caution in cautions), transform=text.transAxes,
        va="top", fontsize=9.5, color=INK, linespacing=1.3,
    )  # fmt: skip
    return figure


def draw_maps(
    vectors: WordVectors, words: list[str], layouts: dict[str, np.ndarray], path: str | Path, title: str = ""
) -> None:
    """Maps of `words` side by side, families in their colours, countries joined to capitals, no labels overlapping.

    `words` are `map_words(vectors)`, `layouts` the places (n, 2) that `lay_out` gives them by each method.
    """
    _save(map_figure(vectors, words, layouts, title), path)


@literally
def draw_sections(results: dict[str, dict], path: str | Path, words: dict[str, int] | None = None) -> None:
    """Accuracy in each of Google's sections under `full`, with 95 % intervals, for one or several embeddings.

    `results` holds for each name the flat dictionary of `eval_embeddings.evaluate`, `words` the size of its
    vocabulary. A section without an answered question shows as "no coverage".
    """
    prefix, suffix = "google.full.section.", ".accuracy"
    sections = [
        key[len(prefix) : -len(suffix)]
        for key in next(iter(results.values()))
        if key.startswith(prefix) and key.endswith(suffix)
    ]
    thickness = 0.8 / len(results)
    keys = 0.2 * len(results) if len(results) > 1 else 0  # inches of legend, above the bars
    height = 1.55 + keys + len(sections) * max(0.36, 0.2 * len(results))
    figure, axes = plt.subplots(figsize=(9, height), dpi=300)
    figure.subplots_adjust(left=0.27, right=0.97, bottom=1.1 / height, top=1 - (0.45 + keys) / height)
    rows = np.arange(len(sections))
    bars = []
    for nth, scores in enumerate(results.values()):
        y = rows + (nth - (len(results) - 1) / 2) * thickness
        used = np.array([scores[f"{prefix}{section}.used"] for section in sections])
        accuracy, low, high = (
            100 * np.array([scores[f"{prefix}{section}.{key}"] if n else 0 for section, n in zip(sections, used)])
            for key in ("accuracy", "low", "high")
        )
        colour = PALETTE[nth % len(PALETTE)]
        bars.append(axes.barh(y, accuracy, thickness, color=colour, edgecolor="white", linewidth=0.5))
        known = used > 0
        errors = np.maximum(0, [accuracy - low, high - accuracy])[:, known]
        axes.errorbar(accuracy[known], y[known], xerr=errors, fmt="none", color=INK, linewidth=1, capsize=2)
        for place, value, end, n in zip(y, accuracy, high, used):
            note = f"{value:.0f} % of {n:,}" if n else "no coverage"
            axes.text(end + 1, place, note, va="center", fontsize=6.5 if len(results) > 1 else 8, color=SOFT)
    axes.set_yticks(rows, sections)
    axes.set(xlim=(0, 112), xticks=range(0, 101, 20), ylim=(len(sections) - 0.4, -0.6))
    candidates = f"all {next(iter(words.values())):,} words" if words and len(words) == 1 else "all words"
    title = f"Google analogies by section (3CosAdd, {candidates} are candidates)"
    axes.set_title(title, fontsize=11, loc="left", pad=6 + 72 * keys)
    axes.set_xlabel("correct / answered, %")
    axes.spines[["top", "right"]].set_visible(False)
    if len(results) > 1:
        labels = [shortened(name) + (f", {words[name]:,} words" if words else "") for name in results]
        axes.legend(bars, labels, frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    caution = (
        "Whiskers: 95 % Wilson intervals, as if the questions were independent; the same words recur in them. Not to "
        "be read: how another training seed would score, how well a task will go, or a comparison of two bars with "
        "different counts behind “of”: they answered different questions."
    )
    _caption(figure, caution, 125)
    _save(figure, path)


@literally
def draw_similarity(vectors: WordVectors, pairs: list[Pair], path: str | Path, title: str, named: int = 10) -> None:
    """Human score against cosine for each known pair; the `named` pairs whose two ranks differ most are labelled."""
    cosine, known = cosines(vectors, pairs)
    chosen = [pair for pair, both in zip(pairs, known) if both]
    human, cosine = np.array([score for *_, score in chosen]), cosine[known]  # (n,) each
    figure, axes = plt.subplots(figsize=(8, 6.5), dpi=300)
    figure.subplots_adjust(left=0.1, right=0.97, bottom=0.16, top=0.91)
    axes.set(xlabel="human score", ylabel="cosine")
    axes.spines[["top", "right"]].set_visible(False)
    coverage = f"{len(chosen):,} of {len(pairs):,} pairs"
    if chosen:
        gap = stats.rankdata(cosine) - stats.rankdata(human)  # (n,)
        scores = evaluate_similarity(vectors, pairs)
        rho = "ρ undefined" if math.isnan(scores["rho"]) else f"ρ = {scores['rho']:.3f}"
        interval = f"{scores['low']:.3f} … {scores['high']:.3f}"
        if math.isnan(scores["low"]):
            interval = "too few pairs" if len(chosen) <= 3 else "no interval"
        axes.set_title(f"{shortened(title)}\n{rho} ({interval}), {coverage}", fontsize=11, loc="left")
        worst = np.argsort(-np.abs(gap), kind="stable")[:named]
        rest = np.setdiff1d(np.arange(len(gap)), worst)
        axes.scatter(human[rest], cosine[rest], s=12, color="0.65", linewidth=0)
        for side, colour, marker, meaning in (
            (gap > 0, PALETTE[1], "^", "cosine ranks the pair higher than people do"),
            (gap <= 0, PALETTE[0], "v", "people rank the pair higher than cosine does"),
        ):
            those = worst[side[worst]]
            axes.scatter(human[those], cosine[those], s=30, color=colour, marker=marker, label=meaning)
        axes.margins(0.06)
        axes.legend(frameon=False, fontsize=8, loc="upper left")
        labels = ["–".join(chosen[i][:2]) for i in worst]
        place_labels(axes, np.stack([human[worst], cosine[worst]], axis=1), labels)
    else:
        axes.set_title(f"{shortened(title)}\nno coverage, {coverage}", fontsize=11, loc="left")
    caution = (
        f"Named: the {named} pairs whose two ranks differ most. Only the order of cosines counts for ρ. Not to be "
        "read: a cosine as a degree of similarity; cosines of two embeddings against each other: their scales differ. "
        "People differ too, and some pairs are related without being similar."
    )
    _caption(figure, caution, 125)
    _save(figure, path)


@literally
def draw_analogies(vectors: WordVectors, path: str | Path) -> None:
    """Word pairs of four relations as arrows, each relation in the plane of its own first two components."""
    relations = {"country → capital": known_capitals(vectors)}
    for name, pairs in RELATIONS.items():
        relations[name] = known_word_pairs(vectors, pairs)
    figure, panels = plt.subplots(2, 2, figsize=(11, 10), dpi=300)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.07, top=0.95, wspace=0.04, hspace=0.14)
    for axes, (name, pairs), colour in zip(panels.ravel(), relations.items(), PALETTE):
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("0.8")
        if len(pairs) < 2:
            axes.set_title(f"{name}: fewer than two pairs are in this vocabulary", fontsize=10, loc="left")
            continue
        words = list(dict.fromkeys(word for pair in pairs for word in pair))
        places = dict(zip(words, lay_out(vectors, words, "PCA")))
        points = np.array([places[word] for word in words])
        axes.scatter(*points.T, s=14, color=colour, edgecolor=INK, linewidth=0.4, zorder=3)
        axes.margins(0.1)
        axes.set_aspect("equal", adjustable="datalim")
        for a, b in pairs:
            axes.annotate(
                "", places[b], places[a],
                arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 2, "shrinkB": 3}, zorder=2,
            )  # fmt: skip
        place_labels(axes, points, words, [np.array([places[a], places[b]]) for a, b in pairs])
        offsets = np.array([vectors.unit[vectors.index[b]] - vectors.unit[vectors.index[a]] for a, b in pairs])
        offsets /= np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1e-12)
        cosines = (offsets @ offsets.T)[np.triu_indices(len(offsets), 1)]
        variance = 100 * shown_variance(vectors, words, points)
        axes.set_title(
            f"{name}\nplane keeps {variance:.0f} % of the variance; mean cosine of offsets {cosines.mean():.2f}",
            fontsize=10, loc="left",
        )  # fmt: skip
    caution = (
        "Unit vectors. Each plane was chosen from the very words that it shows, which favours parallel arrows. Not to "
        "be read: that arrows parallel here are parallel in the whole space. The mean cosine between the relation's "
        "offsets there (1 parallel, 0 unrelated) stands above each panel."
    )
    _caption(figure, caution, 150)
    _save(figure, path)
