"""Figures of Lab 1, sections 1 and 4: the step of training, and where its words come from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lab01_word2vec.solution import SkipGramDataset
from scripts.figures.measured import read
from scripts.figures.scales import Scale, bottom_axis
from scripts.figures.svg import MARGIN, SMALL, Drawing

SENTENCE = ["the", "old", "king", "sits", "upon", "the", "throne"]
WINDOW = 3
# Scores of a center's vector with a context that was there and five words that were drawn. The first three are those
# that the walkthrough works by hand.
SCORES = {"queen": 2.0, "child": -1.0, "table": 0.5, "river": 0.0, "seven": -2.0, "green": -0.5}
POWER = 0.75


def window_pairs() -> list[list[int]]:
    """For every position of SENTENCE, the positions that the lab's own data set pairs it with in epoch 0 of seed 1."""
    ids = np.arange(len(SENTENCE))
    contexts: list[list[int]] = [[] for _ in SENTENCE]
    for center, context in SkipGramDataset(ids, np.ones(len(ids)), WINDOW):
        contexts[center].append(context)
    return [sorted(found) for found in contexts]


def window() -> Drawing:
    """The sliding window: a row per center, with the radius that it drew and the pairs that this gives."""
    pairs, cell, step = window_pairs(), 61, 50
    drawing = Drawing(
        f"Each center draws its own radius, from 1 to {WINDOW}",
        f"The sentence “{' '.join(SENTENCE)}” in {len(SENTENCE)} rows. In each row another word is the center, and the "
        "words within the radius that it drew are its contexts. The pairs stand beside the row.",
        72 + step * len(SENTENCE),
    )
    right = MARGIN + cell * len(SENTENCE) + 10
    for x, name in ((MARGIN, "center filled, its contexts framed"), (right, "radius"), (right + 60, "pairs")):
        drawing.text(x, 58, name, ink="soft", size=SMALL)
    for center, contexts in enumerate(pairs):
        y = 70 + step * center
        radius = max(abs(center - context) for context in contexts)
        for place, word in enumerate(SENTENCE):
            x = MARGIN + cell * place
            if place == center:
                drawing.rect(x + 2, y, cell - 4, 34, fill="blue", rounded=4)
            elif place in contexts:
                drawing.rect(x + 2, y, cell - 4, 34, line="blue", rounded=4, thick=2)
            ink = "ground" if place == center else "ink" if place in contexts else "soft"
            drawing.text(x + cell / 2, y + 22, word, ink=ink, anchor="middle", bold=place == center)
        drawing.text(right + 18, y + 22, str(radius), bold=True, anchor="middle")
        words = [SENTENCE[context] for context in contexts]
        first = f"{SENTENCE[center]} → " + ", ".join(words[:3]) + ("," if words[3:] else "")
        drawing.text(right + 60, y + (14 if words[3:] else 22), first, size=SMALL)
        if words[3:]:
            drawing.text(right + 60, y + 31, ", ".join(words[3:]), size=SMALL)
    return drawing


def training_step() -> Drawing:
    """One pull and five pushes: the center's row of in_emb against six rows of out_emb."""
    drawing = Drawing(
        "A step of training is one pull and five pushes",
        "The row of king in the table in_emb is scored against six rows of the table out_emb. The row of queen, which "
        "stood beside king, is pulled towards it. The rows of five drawn words are pushed away, each by its σ(s).",
        360,
    )
    top, step, middle = 100, 38, 100 + 2.5 * 38
    table_rows(drawing, MARGIN + 44, middle, "king", "in_emb")
    for x, name in ((262, "score s"), (334, "label"), (412, "label − σ(s)")):
        drawing.text(x, 62, name, ink="soft", size=SMALL, anchor="middle")
    for row, (word, score) in enumerate(SCORES.items()):
        y, true = top + step * row, row == 0
        ink = "blue" if true else "orange"
        drawing.line([(130, middle), (222, y)], ink, dashed=not true)
        gradient = float(true) - 1 / (1 + math.exp(-score))
        drawing.text(262, y + 5, signed(score, 1), anchor="middle")
        drawing.text(334, y + 5, str(int(true)), anchor="middle")
        drawing.text(412, y + 5, signed(gradient, 3), anchor="middle", bold=True)
        length = 14 + 70 * abs(gradient)
        start = 506 + (length if true else -length) / 2
        drawing.arrow((start, y), (start - length if true else start + length, y), ink, thick=3, dashed=not true)
        drawing.text(568, y + 5, word)
        cells(drawing, 626, y, filled=True, ink=ink)
    drawing.text(506, 62, "moves u", ink="soft", size=SMALL, anchor="middle")
    drawing.text(656, 62, "out_emb", size=SMALL, anchor="middle", bold=True)
    drawing.text(506, top - 14, "pull", ink="blue", size=SMALL, anchor="middle")
    drawing.text(506, top + step - 11, "push", ink="orange", size=SMALL, anchor="middle")
    drawing.text(
        MARGIN,
        345,
        "s = v_{king} · u. The more wrong the score, the longer the move. Last, v_{king} moves by the sum of all six.",
        size=SMALL,
    )
    return drawing


def table_rows(drawing: Drawing, x: float, middle: float, word: str, name: str) -> None:
    """A table of which the middle row belongs to `word`."""
    for row in range(-3, 4):
        cells(drawing, x, middle + 18 * row, filled=row == 0, ink="blue")
    drawing.text(x - 8, middle + 5, word, anchor="end")
    drawing.text(x + 30, middle - 70, name, size=SMALL, anchor="middle", bold=True)


def cells(drawing: Drawing, x: float, y: float, filled: bool, ink: str) -> None:
    """A row of a table as four boxes, centred on y."""
    for column in range(4):
        place = (x + 15 * column, y - 7.5, 15, 15)
        if filled:
            drawing.rect(*place, fill=ink, opacity=0.35)
        drawing.rect(*place, line="soft")


def signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−") if value else f"{0:.{digits}f}"


def power() -> Drawing:
    """Shares of the draws in proportion to count, and to count^0.75, on a corpus's own counts."""
    kept: dict[str, Any] = read()["power"]
    drawing = Drawing(
        "The power 0.75 gives rare words more of the draws",
        f"For words of {kept['corpus']} from the most frequent to the rarest: the share of all draws in proportion to "
        "their count, and in proportion to count to the power 0.75. A line marks the share of each "
        "word if all were drawn alike.",
        120 + 40 * len(kept["words"]),
    )
    bottom = 70 + 40 * len(kept["words"])
    scale = Scale(1e-7, 0.1, 200, 590, log=True)
    drawing.text(MARGIN, 58, f"word, count in {kept['corpus']}", ink="soft", size=SMALL)
    uniform = scale(1 / kept["vocabulary"])
    drawing.line([(uniform, 64), (uniform, bottom)], "soft", dashed=True)
    drawing.text(uniform, 58, "all words alike", ink="soft", size=SMALL, anchor="middle")
    drawing.text(684, 58, "change", ink="soft", size=SMALL, anchor="end")
    for row, (word, found) in enumerate(kept["words"].items()):
        y, by_count = 86 + 40 * row, found["count"] / kept["tokens"]
        drawing.text(MARGIN, y + 5, word, bold=True)
        drawing.text(166, y + 5, f"{found['count']:,}", size=SMALL, anchor="end", ink="soft")
        drawing.line([(scale.start, y), (scale.end, y)], "faint", thick=1)
        ends = scale(by_count), scale(found["drawn"])
        side = 8 if ends[0] < ends[1] else -8
        drawing.arrow((ends[0] + side, y), (ends[1] - side, y), "soft")
        drawing.circle((ends[0], y), 6, fill="blue")
        drawing.rect(ends[1] - 6, y - 6, 12, 12, fill="orange")
        times = found["drawn"] / by_count
        drawing.text(684, y + 5, f"× {times:.1f}" if times > 1 else f"÷ {1 / times:.1f}", anchor="end")
        if row == 0:
            drawing.text(ends[0], y - 13, "by count", ink="blue", size=SMALL, anchor="middle")
            drawing.text(ends[1], y - 13, "by count^{0.75}", ink="orange", size=SMALL, anchor="end")
    ticks = [(1e-7, "0.00001 %"), (1e-5, "0.001 %"), (1e-3, "0.1 %"), (1e-1, "10 %")]
    bottom_axis(drawing, scale, bottom, ticks, "share of the draws, logarithmic")
    return drawing
