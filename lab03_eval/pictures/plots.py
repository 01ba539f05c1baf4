"""Pictures of embeddings, each with a caption that says what may not be read from it.

A file's suffix chooses its format: .png at 300 dots per inch, .pdf and .svg as vectors. The background is
white and opaque and the writing dark, so that a picture reads the same on paper and on a dark page.
"""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from scipy import stats

from lab03_eval.benchmarks import Pair
from lab03_eval.eval_embeddings import cosines, evaluate_similarity
from lab03_eval.pictures.labels import place_labels
from lab03_eval.pictures.layout import (
    CAUTIONS,
    COLOURS,
    LayoutError,
    known_capitals,
    known_families,
    known_word_pairs,
    lay_out,
    named_words,
    shown_variance,
)
from lab03_eval.pictures.style import DOTS, INK, SOFT, caption, literally, save, shortened
from lab03_eval.vectors import WordVectors

FREQUENT = "frequent words"  # the group of the named words that belong to no family
MARKERS = dict(zip(COLOURS, "osD^vP"))  # a second sign beside the colour, for grey prints
PALETTE = list(COLOURS.values())

SECTION = "google.full.section."
SECTIONS_CAUTION = (
    "Whiskers: 95 % Wilson intervals, as if the questions were independent; the same words recur in them. Not to "
    "be read: how another training seed would score, how well a task will go, or a comparison of two bars with "
    "different counts behind “of”: they answered different questions."
)
SIMILARITY_CAUTION = (
    "Named: the {} pairs whose two ranks differ most. Only the order of cosines counts for ρ. Not to be "
    "read: a cosine as a degree of similarity; cosines of two embeddings against each other: their scales differ. "
    "People differ too, and some pairs are related without being similar."
)
ANALOGIES_CAUTION = (
    "Unit vectors. Each plane was chosen from the very words that it shows, which favours parallel arrows. Not to "
    "be read: that arrows parallel here are parallel in the whole space. The mean cosine between the relation's "
    "offsets there (1 parallel, 0 unrelated) is given above each panel."
)
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


def _draw_named(axes: plt.Axes, vectors: WordVectors, words: list[str], places: np.ndarray) -> int:
    """The named words' dots and labels and the country–capital lines among `words`, at `places` (n, 2).

    Returns how many of the named words have no label, since no font has their letters.
    """
    place = dict(zip(words, places))
    lines = [np.array([place[country], place[capital]]) for country, capital in known_capitals(vectors)]
    for line in lines:
        axes.plot(*line.T, color="0.3", linewidth=0.8, zorder=2)
    named = [word for word in named_words(vectors) if word in place]
    groups = known_families(vectors)
    members = {word for family in groups.values() for word in family}
    if frequent := [word for word in named if word not in members]:
        groups[FREQUENT] = frequent
    for name, group in groups.items():
        x, y = np.array([place[word] for word in group]).T
        marker, colour = MARKERS.get(name, "o"), COLOURS.get(name, DOTS)
        axes.scatter(x, y, s=16, marker=marker, color=colour, edgecolor=INK, linewidth=0.4, label=name, zorder=3)
    axes.set(xticks=[], yticks=[])
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)
    return place_labels(axes, np.array([place[word] for word in named]), named, lines)


def _shown(groups: list[str]) -> str:
    """What a map shows whose named words belong to these groups."""
    if groups == [FREQUENT]:
        return "the most frequent (grey), the first of which are named. Thin lines lead a label to its dot."
    return (
        "the most frequent (grey) and those of the families, even rarer ones. Dark lines join countries and capitals; "
        "thin ones lead a label to its dot." + (" Some frequent words are named, too." if FREQUENT in groups else "")
    )


def _unlabelled(count: int) -> str:
    """The sentence of a caption that says how many words have no label; empty where all have one."""
    return f" {count} of the words have no label, since no installed font has their letters." if count else ""


@literally
def draw_families(vectors: WordVectors, path: str | Path, title: str, seed: int = 1) -> None:
    """A labelled picture of a few words alone, laid out by t-SNE: those that `named_words` gives.

    Each country is joined to its capital. Raises LayoutError where the vectors have too little to show.
    """
    words = named_words(vectors)
    places = lay_out(vectors, words, "t-SNE", seed)
    figure, axes = plt.subplots(figsize=(9, 6.5), dpi=150)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.06, top=0.94)
    axes.set(title=shortened(title, 50))
    axes.spines[:].set_visible(False)
    unlabelled = _draw_named(axes, vectors, words, places)
    axes.legend(frameon=False, fontsize=8, loc="best")
    text = "t-SNE by cosine: who is near whom can be read from it, distances between groups cannot."
    caption(figure, text + _unlabelled(unlabelled), 120)
    save(figure, path)


@literally
def map_figure(vectors: WordVectors, words: list[str], layouts: dict[str, np.ndarray], title: str) -> Figure:
    """The figure of `draw_maps`: one panel per layout, two in a row, and the legend with its cautions in the last."""
    rows = len(layouts) // 2 + 1
    figure, panels = plt.subplots(rows, 2, figsize=(11, 5.3 * rows + 0.4), dpi=300, squeeze=False)
    top = 1 - 0.65 / (5.3 * rows + 0.4)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=top, wspace=0.02, hspace=0.07)
    figure.suptitle(shortened(title, 60), fontsize=13, color=INK, y=0.995, va="top")
    panels = panels.ravel()
    families = {word for family in known_families(vectors).values() for word in family}
    others = [i for i, word in enumerate(words) if word not in families]
    unlabelled = 0
    for axes, (method, places) in zip(panels, layouts.items()):
        axes.scatter(*places[others].T, s=2, color=DOTS, linewidth=0, zorder=1, rasterized=True)
        axes.spines[:].set_color("0.8")
        unlabelled = _draw_named(axes, vectors, words, places)
        kept = f", {100 * shown_variance(vectors, words, places):.0f} % of the variance" if method == "PCA" else ""
        axes.set_title(method + kept, fontsize=11, color=INK)
    for axes in panels[len(layouts) :]:
        axes.axis("off")
    text = panels[len(layouts)]
    handles, names = panels[0].get_legend_handles_labels()
    text.legend(handles, names, loc="upper left", frameon=False, fontsize=10, ncols=2, markerscale=1.4)
    cautions = [
        f"{len(words):,} words: {_shown(names)} Axes have no unit: a panel may be turned or mirrored."
        + _unlabelled(unlabelled),
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
    save(map_figure(vectors, words, layouts, title), path)


@literally
def draw_sections(results: dict[str, dict[str, Any]], path: str | Path, words: dict[str, int] | None = None) -> None:
    """Accuracy in each of Google's sections under `full`, with 95 % intervals, for one or several embeddings.

    `results` holds for each name the flat dictionary of `eval_embeddings.evaluate`, `words` the size of its
    vocabulary. A section without an answered question shows as "no coverage". Raises LayoutError where all do.
    """
    first = next(iter(results.values()))
    ending = ".accuracy"
    sections = [key[len(SECTION) : -len(ending)] for key in first if key.startswith(SECTION) and key.endswith(ending)]
    if not any(scores[f"{SECTION}{section}.used"] for scores in results.values() for section in sections):
        raise LayoutError(first.get("google.not_run", "all of Google's analogies hold an unknown word"))
    thickness = 0.8 / len(results)
    keys = 0.2 * len(results) if len(results) > 1 else 0  # inches of legend, above the bars
    height = 1.55 + keys + len(sections) * max(0.36, 0.2 * len(results))
    figure, axes = plt.subplots(figsize=(9, height), dpi=300)
    figure.subplots_adjust(left=0.27, right=0.97, bottom=1.1 / height, top=1 - (0.45 + keys) / height)
    bars = []
    for nth, scores in enumerate(results.values()):
        y = np.arange(len(sections)) + (nth - (len(results) - 1) / 2) * thickness
        size = 6.5 if len(results) > 1 else 8
        bars.append(_draw_bars(axes, scores, sections, y, thickness, PALETTE[nth % len(PALETTE)], size))
    axes.set_yticks(range(len(sections)), sections)
    axes.set(xlim=(0, 112), xticks=range(0, 101, 20), ylim=(len(sections) - 0.4, -0.6))
    candidates = f"all {next(iter(words.values())):,} words" if words and len(words) == 1 else "all words"
    title = f"Google analogies by section (3CosAdd, {candidates} are candidates)"
    axes.set_title(title, fontsize=11, loc="left", pad=6 + 72 * keys)
    axes.set_xlabel("correct / answered, %")
    axes.spines[["top", "right"]].set_visible(False)
    if len(results) > 1:
        labels = [shortened(name) + (f", {words[name]:,} words" if words else "") for name in results]
        axes.legend(bars, labels, frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    caption(figure, SECTIONS_CAUTION, 125)
    save(figure, path)


def _draw_bars(
    axes: plt.Axes,
    scores: dict[str, Any],
    sections: list[str],
    y: np.ndarray,
    thickness: float,
    colour: str,
    size: float,
) -> BarContainer:
    """One embedding's bars at heights `y` (n,), with whiskers, and notes of font `size` behind them."""
    used = np.array([scores[f"{SECTION}{section}.used"] for section in sections])
    accuracy, low, high = (
        100 * np.array([scores[f"{SECTION}{section}.{key}"] if n else 0 for section, n in zip(sections, used)])
        for key in ("accuracy", "low", "high")
    )
    bars = axes.barh(y, accuracy, thickness, color=colour, edgecolor="white", linewidth=0.5)
    known = used > 0
    errors = np.maximum(0, [accuracy - low, high - accuracy])[:, known]
    axes.errorbar(accuracy[known], y[known], xerr=errors, fmt="none", color=INK, linewidth=1, capsize=2)
    for place, value, end, n in zip(y, accuracy, high, used):
        note = f"{value:.0f} % of {n:,}" if n else "no coverage"
        axes.text(end + 1, place, note, va="center", fontsize=size, color=SOFT)
    return bars


@literally
def draw_similarity(vectors: WordVectors, pairs: list[Pair], path: str | Path, title: str, named: int = 10) -> None:
    """Human score against cosine for each known pair; the `named` pairs whose two ranks differ most are labelled.

    Raises LayoutError where no pair is known.
    """
    cosine, known = cosines(vectors, pairs)
    chosen = [pair for pair, both in zip(pairs, known) if both]
    if not chosen:
        raise LayoutError(f"none of the {len(pairs):,} word pairs is in this vocabulary")
    human, cosine = np.array([score for *_, score in chosen]), cosine[known]  # (n,) each
    figure, axes = plt.subplots(figsize=(8, 6.5), dpi=300)
    figure.subplots_adjust(left=0.1, right=0.97, bottom=0.16, top=0.91)
    axes.set(xlabel="human score", ylabel="cosine")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(f"{shortened(title)}\n{_rho(vectors, pairs)}", fontsize=11, loc="left")
    gap = stats.rankdata(cosine) - stats.rankdata(human)  # (n,)
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
    unlabelled = place_labels(axes, np.stack([human[worst], cosine[worst]], axis=1), labels)
    caption(figure, SIMILARITY_CAUTION.format(named) + _unlabelled(unlabelled), 125)
    save(figure, path)


def _rho(vectors: WordVectors, pairs: list[Pair]) -> str:
    """ρ with its interval, and how many pairs are known."""
    scores = evaluate_similarity(vectors, pairs)
    rho = "ρ undefined" if math.isnan(scores["rho"]) else f"ρ = {scores['rho']:.3f}"
    interval = f"{scores['low']:.3f} … {scores['high']:.3f}"
    if math.isnan(scores["low"]):
        interval = "too few pairs" if scores["used"] <= 3 else "no interval"
    return f"{rho} ({interval}), {scores['used']:,} of {len(pairs):,} pairs"


@literally
def draw_analogies(vectors: WordVectors, path: str | Path) -> None:
    """Word pairs of four relations as arrows, each relation in the plane of its own first two components.

    Raises LayoutError where none of them can be drawn.
    """
    relations = {"country → capital": known_capitals(vectors)}
    for name, pairs in RELATIONS.items():
        relations[name] = known_word_pairs(vectors, pairs)
    figure, panels = plt.subplots(2, 2, figsize=(11, 10), dpi=300)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.07, top=0.95, wspace=0.04, hspace=0.14)
    drawn = 0
    for axes, (name, pairs), colour in zip(panels.ravel(), relations.items(), PALETTE):
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("0.8")
        try:
            _draw_relation(axes, vectors, name, pairs, colour)
            drawn += 1
        except LayoutError as reason:
            axes.set_title(f"{name}: {reason}", fontsize=10, loc="left")
    if not drawn:
        plt.close(figure)
        raise LayoutError(f"of no relation ({', '.join(relations)}) are two pairs in this vocabulary")
    caption(figure, ANALOGIES_CAUTION, 150)
    save(figure, path)


def _draw_relation(axes: plt.Axes, vectors: WordVectors, name: str, pairs: list[tuple[str, str]], colour: str) -> None:
    """One relation's arrows. Raises LayoutError where they cannot be drawn."""
    if len(pairs) < 2:
        raise LayoutError("fewer than two pairs are in this vocabulary")
    words = list(dict.fromkeys(word for pair in pairs for word in pair))
    places = dict(zip(words, lay_out(vectors, words, "PCA")))
    points = np.array([places[word] for word in words])
    axes.scatter(points[:, 0], points[:, 1], s=14, color=colour, edgecolor=INK, linewidth=0.4, zorder=3)
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
