"""Figures of Lab 2: the Huffman tree, GloVe's weight and ratios, and the n-grams of a word."""

from __future__ import annotations

import math

import numpy as np
import torch

from lab02_glove_fasttext.hierarchical import huffman
from lab02_glove_fasttext.solution import ngrams, weight
from scripts.figures.scales import Scale, bottom_axis, left_axis
from scripts.figures.svg import MARGIN, SMALL, Drawing, Point

COUNTED = {"the": 9, "of": 5, "king": 4, "queen": 3, "crown": 2, "throne": 1}
FOLLOWED = "crown"
RADIUS = 18  # of a node
X_MAX, ALPHA = 100.0, 0.75
# P(k | ice) / P(k | steam): Pennington, Socher & Manning (2014), "GloVe", Table 1.
RATIOS = {"solid": 8.9, "gas": 0.085, "water": 1.36, "fashion": 0.96}
BESIDE = {"solid": "ice", "gas": "steam", "water": "both", "fashion": "neither"}
KNOWN, UNKNOWN = "where", "anywhere"
Path = tuple[bool, ...]  # from the root down, True for a turn to the right


def codes() -> dict[str, Path]:
    """The path from the root to each word of COUNTED."""
    tree = huffman(np.array(list(COUNTED.values())))
    rows = enumerate(COUNTED)
    return {word: tuple(bool(turn) for turn in tree.right[row][: tree.length[row]][::-1]) for row, word in rows}


def node_places(paths: dict[str, Path]) -> dict[Path, Point]:
    """Where each node is drawn: leaves side by side, and every other node above the middle of its two."""
    leaves = sorted(paths.values())
    places: dict[Path, Point] = {}
    for path in sorted({leaf[:depth] for leaf in leaves for depth in range(len(leaf) + 1)}, key=len, reverse=True):
        if path in leaves:
            x = 64 + 114.0 * leaves.index(path)
        else:
            x = (places[*path, False][0] + places[*path, True][0]) / 2
        places[path] = (x, 76 + 74.0 * len(path))
    return places


def huffman_tree() -> Drawing:
    """The tree of a few counted words, with the path to one of them."""
    paths = codes()
    followed, places = paths[FOLLOWED], node_places(paths)
    turns = ", ".join("right" if turn else "left" for turn in followed)
    drawing = Drawing(
        f"The probability of {FOLLOWED} is the product of its path’s turns",
        f"A binary tree with the words {', '.join(COUNTED)} as leaves and counts at every node. The path from the root "
        f"to {FOLLOWED} is marked: {turns}. Frequent words have short paths.",
        492,
    )
    for path, at in places.items():
        taken = path == followed[: len(path)]
        under = {word: count for word, count in COUNTED.items() if paths[word][: len(path)] == path}
        drawing.circle(at, RADIUS, line="orange" if taken else "soft")
        drawing.text(at[0], at[1] + 5, str(sum(under.values())), anchor="middle", bold=taken)
        if len(under) == 1:
            drawing.text(at[0], at[1] + 38, *under, anchor="middle", bold=taken)
        elif taken:
            side, anchor = (1, "start") if path and path[-1] else (-1, "end")  # away from the branch above
            drawing.text(at[0] + side * (RADIUS + 6), at[1] - 6, f"n_{{{len(path)}}}", anchor=anchor, ink="orange")
        if path:
            edge(drawing, places[path[:-1]], at, path[-1], taken)
    factors = [f"σ({'' if turn else '−'}v · n_{{{depth}}})" for depth, turn in enumerate(followed)]
    drawing.text(MARGIN, 452, f"P({FOLLOWED} | center) = " + " · ".join(factors), bold=True)
    drawing.notes(478, "At node n the path turns right with the chance σ(v · n), and left with σ(−v · n).")
    return drawing


def edge(drawing: Drawing, above: Point, below: Point, right: bool, taken: bool) -> None:
    """The branch between two nodes, an arrow with its turn named where it belongs to the path."""
    angle = math.atan2(below[1] - above[1], below[0] - above[0])
    x, y = RADIUS * math.cos(angle), RADIUS * math.sin(angle)
    start, end = (above[0] + x, above[1] + y), (below[0] - x, below[1] - y)
    if not taken:
        drawing.line([start, end], "soft")
        return
    drawing.arrow(start, end, "orange", thick=3)
    side = 10 if right else -10
    middle = ((start[0] + end[0]) / 2 + side, (start[1] + end[1]) / 2 - 4)
    drawing.text(*middle, "right" if right else "left", ink="orange", size=SMALL, anchor="start" if right else "end")


def glove_weight() -> Drawing:
    """GloVe's weight of a cell by its count."""
    drawing = Drawing(
        "GloVe’s weight f(x) rises with the count and stops at 1",
        "The weight f(x) of a cell of the table of counts by its count x. It rises steeply at first, more slowly then, "
        "and stays at 1 from 100 on.",
        400,
    )
    x, y = Scale(0, 160, 70, 660), Scale(0, 1.1, 330, 76)
    bottom_axis(drawing, x, 330, [(tick, str(tick)) for tick in range(0, 161, 20)], "x, how often two words met")
    left_axis(drawing, y, 70, [(0, "0"), (0.5, "0.5"), (1, "1")], "weight f(x)")
    counts = torch.arange(0, 161, dtype=torch.float64)
    curve = weight(counts, X_MAX, ALPHA).tolist()
    drawing.line([(x(X_MAX), y(0)), (x(X_MAX), y(1))], "soft", dashed=True)
    drawing.line([(x(count), y(value)) for count, value in zip(counts.tolist(), curve)], "blue", thick=3)
    for count in (1, 10, 50, 100):
        drawing.circle((x(count), y(curve[count])), 5, fill="orange")
        below = 1 if count == 1 else 16  # the axis is near
        drawing.text(x(count) + 13, y(curve[count]) + below, f"f({count}) = {curve[count]:.2g}")
    drawing.text(x(X_MAX) + 10, y(0) - 14, f"x_{{max}} = {X_MAX:g}", ink="soft")
    drawing.text(x(24), y(0.85), f"(x / x_{{max}})^{{{ALPHA}}}", ink="blue", anchor="middle")
    drawing.text(x(130), y(1) - 12, "1", ink="blue", anchor="middle")
    return drawing


def ice_steam() -> Drawing:
    """The published ratios that tell ice from steam, as bars from 1 on a logarithmic axis."""
    drawing = Drawing(
        "The ratio tells ice from steam, and is near 1 for words that do not",
        "Bars on a logarithmic axis for the ratio of P(k given ice) to P(k given steam): solid 8.9, gas 0.085, "
        "water 1.36, fashion 0.96. Only solid and gas are far from 1.",
        360,
    )
    scale, bottom = Scale(0.05, 20, 150, 560, log=True), 272
    drawing.text(MARGIN, 62, "word k", ink="soft", size=SMALL)
    drawing.text(684, 62, "stands beside", ink="soft", size=SMALL, anchor="end")
    drawing.text(scale(1) - 12, 62, "← steam", ink="orange", size=SMALL, anchor="end")
    drawing.text(scale(1) + 12, 62, "ice →", ink="blue", size=SMALL)
    for row, (word, ratio) in enumerate(RATIOS.items()):
        y, more = 78 + 48 * row, ratio > 1
        ends = sorted((scale(1), scale(ratio)))
        drawing.text(MARGIN, y + 22, word, bold=True)
        drawing.rect(ends[0], y, ends[1] - ends[0], 32, fill="blue" if more else "orange")
        drawing.text(scale(ratio) + (8 if more else -8), y + 22, f"{ratio:g}", anchor="start" if more else "end")
        drawing.text(684, y + 22, BESIDE[word], anchor="end")
    drawing.line([(scale(1), 70), (scale(1), bottom)], "ink")
    ticks = [(0.1, "0.1"), (1, "1"), (10, "10")]
    bottom_axis(drawing, scale, bottom, ticks, "P(k | ice) / P(k | steam), logarithmic")
    drawing.notes(346, "Pennington, Socher & Manning (2014), “GloVe”, Table 1.")
    return drawing


def ngrams_of_a_word() -> Drawing:
    """The n-grams of a known word, and those that an unknown word shares with it."""
    known, unknown = ngrams(KNOWN), ngrams(UNKNOWN)
    shared = [gram for gram in unknown if gram in known]
    drawing = Drawing(
        f"<{KNOWN}> lends its n-grams to <{UNKNOWN}>, an unknown word",
        f"The {len(known)} n-grams of the known word {KNOWN}, in rows of 3 to 6 letters. The {len(shared)} that "
        f"the unknown word {UNKNOWN} has, too, are filled. Its vector is the mean of its "
        f"{len(unknown)} n-grams’ rows.",
        418,
    )
    drawing.text(MARGIN, 60, f"{KNOWN}: its own row and {len(known)} n-grams", bold=True)
    for n in range(3, 7):
        y = 74 + 38 * (n - 3)
        drawing.text(MARGIN, y + 20, f"n = {n}", ink="soft", size=SMALL)
        chips(drawing, 76, y, [gram for gram in known if len(gram) == n], shared)
    drawing.text(MARGIN, 262, f"{UNKNOWN}: no row of its own, {len(unknown)} n-grams", bold=True)
    drawing.text(MARGIN, 296, "n = 3", ink="soft", size=SMALL)
    end = chips(drawing, 76, 276, [gram for gram in unknown if len(gram) == 3], shared)
    longer = sum(len(gram) > 3 for gram in unknown)
    drawing.text(end + 6, 296, f"and {longer} longer ones", ink="soft", size=SMALL)
    drawing.text(MARGIN, 346, f"v_{{{UNKNOWN}}} = (z_{{<an}} + z_{{any}} + … + z_{{re>}}) / {len(unknown)}", size=17)
    drawing.notes(
        384,
        f"Filled are the {len(shared)} n-grams that both words have. Training on {KNOWN} has filled their rows z.",
        "The rows of the others come from other words of the text.",
    )
    return drawing


def chips(drawing: Drawing, x: float, y: float, grams: list[str], shared: list[str]) -> float:
    """N-grams in boxes from x on, those in `shared` filled; returns where the boxes end."""
    for gram in grams:
        width, both = 20 + 9.5 * len(gram), gram in shared
        drawing.rect(x, y, width, 30, fill="blue" if both else "", line="" if both else "soft", rounded=5)
        drawing.text(x + width / 2, y + 20, gram, ink="ground" if both else "ink", anchor="middle", bold=both)
        x += width + 8
    return x
