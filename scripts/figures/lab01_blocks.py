"""Figures of Lab 1, section 6: a block with its halo, mask and negatives, and what a token costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from demos.tiny_skipgram import CORPUS
from lab01_word2vec.blocks import L, window_masks
from lab01_word2vec.solution import build_vocab, noise_table
from scripts.figures.svg import MARGIN, SMALL, Drawing

HALO = [
    "the",
    "old",
    "king",
    "sits",
    "upon",
    "the",
    "throne",
    "the",
    "young",
    "queen",
    "sits",
    "upon",
    "her",
    "throne",
]  # of demos/tiny_skipgram.py
RADIUS, CENTERS, SHOWN = 3, 8, 6  # the largest radius, and how many centers and negatives the figure has
CELL, LEFT, TOP = 25, 96, 126
DIM, WINDOW, NEGATIVES, SHARED = 100, 5, 5, 96  # of the preset lab
BYTES = 4  # of one number in the tables


def drawn() -> tuple[np.ndarray, list[str]]:
    """The radius (CENTERS,) of each center, and the negatives, drawn as blocks.py draws them."""
    words, counts, _, _ = build_vocab(CORPUS.split(), min_count=1)
    rng, noise = np.random.default_rng(1), noise_table(counts)
    radius = rng.integers(1, RADIUS + 1, CENTERS)
    return radius, [words[row] for row in noise[rng.integers(0, len(noise), SHOWN)]]


def block() -> Drawing:
    """The scores of a block as one matrix: a band of contexts, and the negatives that all centers share."""
    radius, negatives = drawn()
    mask = window_masks(RADIUS, CENTERS)[np.arange(CENTERS), radius].numpy()  # (CENTERS, halo)
    drawing = Drawing(
        "A block’s scores are one product, masked to a band",
        f"A matrix of {CENTERS} centers by the {len(HALO)} tokens of their halo, with {SHOWN} negatives beside it. In "
        "each center's row, the tokens within its radius count as contexts, plus; all other tokens of the halo are "
        "masked. Every negative counts for every center, minus.",
        424,
    )
    right = LEFT + CELL * len(HALO) + 26
    for column, word in enumerate(HALO):
        drawing.text(LEFT + CELL * column + 16, TOP - 8, word, size=SMALL, turn=60)
    for column, word in enumerate(negatives):
        drawing.text(right + CELL * column + 16, TOP - 8, word, size=SMALL, turn=60, ink="orange")
    drawing.text(660, TOP - 8, "weight", ink="soft", size=SMALL, anchor="middle")
    for row, (marks, reach) in enumerate(zip(mask, radius)):
        y, center = TOP + CELL * row, row + RADIUS
        drawing.text(LEFT - 40, y + 18, HALO[center], size=SMALL, anchor="end")
        drawing.text(LEFT - 8, y + 18, f"r={reach}", ink="soft", size=SMALL, anchor="end")
        for column, context in enumerate(marks):
            square(drawing, LEFT + CELL * column, y, "blue" if context else "", "+" if context else "")
        drawing.circle((LEFT + CELL * (center + 0.5), y + CELL / 2), 4, fill="soft")
        for column in range(SHOWN):
            square(drawing, right + CELL * column, y, "orange", "−")
        drawing.text(660, y + 18, f"{marks.sum() * NEGATIVES / SHOWN:.1f}", size=SMALL, anchor="middle")
    bottom = TOP + CELL * CENTERS
    below(drawing, LEFT, LEFT + CELL * len(HALO), bottom, f"halo: {CENTERS} + 2 · {RADIUS} = {len(HALO)} tokens")
    below(drawing, right, right + CELL * SHOWN, bottom, f"K = {SHOWN} negatives")
    drawing.notes(
        bottom + 66,
        "+ a context, blank a masked score, • the center itself, − a negative of every center.",
        f"A center with n contexts owes n · {NEGATIVES} negatives, so each of its K counts n · {NEGATIVES} / K times.",
    )
    return drawing


def square(drawing: Drawing, x: float, y: float, ink: str, sign: str) -> None:
    """A score of the matrix, filled in `ink` and with its sign, or empty where it is masked."""
    if ink:
        drawing.rect(x + 1, y + 1, CELL - 2, CELL - 2, fill=ink, rounded=3)
        drawing.text(x + CELL / 2, y + 18, sign, ink="ground", anchor="middle", bold=True)
    else:
        drawing.rect(x + 1, y + 1, CELL - 2, CELL - 2, line="faint", rounded=3)


def below(drawing: Drawing, left: float, right: float, y: float, name: str) -> None:
    """A bracket under the columns from `left` to `right`, with its name."""
    drawing.line([(left, y + 6), (left, y + 12), (right, y + 12), (right, y + 6)], "soft")
    drawing.text((left + right) / 2, y + 30, name, size=SMALL, anchor="middle")


class Cost(NamedTuple):
    """What a center and its contexts cost: bytes read, as many written, and floating-point operations."""

    bytes: float
    flops: float

    @property
    def intensity(self) -> float:
        """Flops per byte moved."""
        return self.flops / (2 * self.bytes)


def pair_cost() -> Cost:
    """Pair by pair: each of a center's w + 1 pairs moves its own rows."""
    pairs, rows = WINDOW + 1, 1 + (1 + NEGATIVES)
    return Cost(pairs * rows * DIM * BYTES, pairs * (1 + NEGATIVES) * 3 * 2 * DIM)


def block_cost() -> Cost:
    """In blocks: halo and negatives are moved once per block, and all scores are computed."""
    outside = L + 2 * WINDOW + SHARED
    return Cost((L + outside) / L * DIM * BYTES, 3 * 2 * outside * DIM)


def step_cost() -> Drawing:
    """Gather, products and scatter for one token, pair by pair and in blocks."""
    pairs, blocks = pair_cost(), block_cost()
    drawing = Drawing(
        "Blocks move less and compute more for each token",
        f"Pair by pair, a token moves {pairs.bytes / 1e3:.1f} kilobytes in and out for {pairs.flops / 1e3:.1f} "
        f"kiloflop. In blocks it moves {blocks.bytes / 1e3:.1f} kilobytes in and out for {blocks.flops / 1e3:.0f}.",
        276,
    )
    columns = {"gather": 96, "three products": 250, "scatter": 440}
    for name, x in columns.items():
        drawing.text(x, 66, name, bold=True)
    for x in list(columns.values())[1:]:
        drawing.arrow((x - 44, 61), (x - 12, 61), "soft")
    drawing.text(684, 66, "flops per byte", bold=True, anchor="end")
    for row, (name, cost) in enumerate({"pairs": pairs, "blocks": blocks}.items()):
        y = 92 + 68 * row
        drawing.text(MARGIN, y + 27, name, bold=True)
        for column, value, most, label in (
            ("gather", cost.bytes, pairs.bytes, f"{cost.bytes / 1e3:.1f} kB"),
            ("three products", cost.flops, blocks.flops, f"{cost.flops / 1e3:.0f} kflop"),
            ("scatter", cost.bytes, pairs.bytes, f"{cost.bytes / 1e3:.1f} kB"),
        ):
            ink = "blue" if column == "three products" else "orange"
            drawing.rect(columns[column], y + 12, 125 * value / most, 22, fill=ink, rounded=2)
            drawing.text(columns[column], y + 6, label, size=SMALL)
        drawing.text(
            684,
            y + 28,
            f"{cost.intensity:.1f}" if cost.intensity < 1 else f"{cost.intensity:.0f}",
            anchor="end",
            bold=True,
            size=20,
        )
    drawing.notes(
        242,
        f"d = {DIM}, window {WINDOW}, k = {NEGATIVES}, K = {SHARED}, blocks of {L} centers, float32.",
        "The bars of bytes share one scale, and the bars of flops another.",
    )
    return drawing
