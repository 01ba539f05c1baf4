"""Figures of Lab 1, sections 5, 8 and 9: what the trained vectors are like."""

from __future__ import annotations

from typing import Any

from demos.analogy_explorer import DIMENSIONS, SPACE, cosine
from scripts.figures.measured import read
from scripts.figures.scales import Scale, bottom_axis, left_axis
from scripts.figures.svg import SMALL, Drawing, Point

QUESTION = ("man", "king", "woman")  # what is to woman as king is to man
OTHERS = (("monarch", (0, 22), "middle"), ("prince", (12, 5), "start"), ("princess", (-12, 5), "end"))


def shifted_pmi() -> Drawing:
    """Scores v_c · u_o of a trained model against the shifted PMI of the same pairs."""
    kept: dict[str, Any] = read()["shifted_pmi"]
    line = kept["line"]
    drawing = Drawing(
        "A trained score is close to the pair’s shifted PMI",
        f"Each dot is a pair of words of the corpus {kept['corpus']}. Shifted PMI runs to the right, the trained "
        f"score upwards. The dots lie along the diagonal, with a correlation of {line['r']:.2f}.",
        554,
    )
    x, y = Scale(-4, 8, 80, 560), Scale(-4, 11, 450, 76)
    bottom_axis(
        drawing,
        x,
        450,
        [(tick, ticked(tick)) for tick in range(-4, 9, 2)],
        "shifted PMI = log #(c, o) / (#(c) · P_{n}(o)) − log k",
    )
    left_axis(drawing, y, 80, [(tick, ticked(tick)) for tick in range(-4, 11, 2)], "score v_{c} · u_{o}")
    for place in kept["points"]:
        drawing.circle((x(place[0]), y(place[1])), 2.6, fill="blue", opacity=0.5)
    drawing.line([(x(-4), y(-4)), (x(8), y(8))], "soft", dashed=True)
    drawing.text(x(8) + 8, y(8) + 5, "equal", ink="soft")
    ends = [(value, line["intercept"] + line["slope"] * value) for value in (-3.5, 8)]
    drawing.line([(x(a), y(b)) for a, b in ends], "orange", thick=2.5)
    drawing.text(x(8) + 8, y(ends[1][1]) + 5, "fitted line", ink="orange")
    drawing.text(x(8) + 8, y(ends[1][1]) + 25, f"slope {line['slope']:.2f}", ink="orange", size=SMALL)
    drawing.text(x(8) + 8, y(ends[1][1]) + 43, f"r = {line['r']:.2f}", ink="orange", size=SMALL)
    for name, place in kept["named"].items():
        drawing.circle((x(place[0]), y(place[1])), 4.5, line="ink")
        drawing.text(x(place[0]) + 10, y(place[1]) + 20, name.replace(" ", " → "), size=SMALL, halo=True)
    drawing.notes(
        520,
        f"{len(kept['points'])} of the {line['n']:,} pairs of the corpus {kept['corpus']} that were met "
        f"{kept['met']:g} times per epoch",
        "or more often. The line is fitted to all of them.",
    )
    return drawing


def ticked(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def parallelogram() -> Drawing:
    """King − man + woman in the hand-made space of demos/analogy_explorer.py, by its axes female and royal."""
    a, b, c = QUESTION
    target = tuple(y - x + z for x, y, z in zip(SPACE[a], SPACE[b], SPACE[c]))
    answer = max((word for word in SPACE if word not in QUESTION), key=lambda word: cosine(SPACE[word], target))
    drawing = Drawing(
        f"{b} − {a} + {c} lands beside {answer}",
        f"Words by their axes female, to the right, and royal, upwards. The arrow from {a} to {b}, put at {c}, ends "
        f"beside {answer}. The three words of the question are marked, since they may not be the answer.",
        500,
    )
    x, y = Scale(-1.25, 1.25, 100, 510), Scale(-0.1, 1.12, 390, 70)
    bottom_axis(drawing, x, 400, [(-1, "−1, male"), (0, "0"), (1, "+1, female")], "female")
    left_axis(drawing, y, 72, [(0, "0"), (0.5, "0.5"), (1, "1")], "royal")
    place = DIMENSIONS.index("female"), DIMENSIONS.index("royal")

    def at(vector: tuple[float, ...]) -> Point:
        return x(vector[place[0]]), y(vector[place[1]])

    drawing.line([at(SPACE[b]), at(target)], "soft", thick=1.5, dashed=True)
    drawing.line([at(SPACE[a]), at(SPACE[c])], "soft", thick=1.5, dashed=True)
    drawing.arrow(at(SPACE[a]), at(SPACE[b]), "blue", thick=2.5)
    drawing.arrow(at(SPACE[c]), at(target), "blue", thick=2.5)
    for word, shift, anchor in OTHERS:
        dot(drawing, at(SPACE[word]), "soft", word, shift, anchor)
    dot(drawing, at(SPACE[answer]), "orange", answer, (-10, -12), "end")
    drawing.text(at(target)[0] + 14, at(target)[1] - 12, f"{b} − {a} + {c}", ink="blue", bold=True)
    for word, shift, anchor in ((a, (-14, 5), "end"), (b, (14, -12), "start"), (c, (14, -12), "start")):
        excluded(drawing, at(SPACE[word]), word, shift, anchor)
    scores = sorted(((cosine(SPACE[word], target), word) for word in SPACE), reverse=True)[:4]
    listed = ", ".join(f"{word} {score:.3f}" + (" (excluded)" if word in QUESTION else "") for score, word in scores)
    drawing.notes(
        466,
        "Crossed out are the words of the question, which may not be the answer.",
        f"Cosine with the arrow’s end: {listed}.",
    )
    return drawing


def dot(drawing: Drawing, at: Point, ink: str, word: str, shift: Point, anchor: str) -> None:
    """A word as a filled dot with its name."""
    drawing.circle(at, 5, fill=ink)
    drawing.text(at[0] + shift[0], at[1] + shift[1], word, ink=ink, anchor=anchor, bold=ink != "soft")


def excluded(drawing: Drawing, at: Point, word: str, shift: Point, anchor: str) -> None:
    """A word of the question: a ring that is crossed out, with its name."""
    drawing.circle(at, 8, fill="ground", line="ink")
    for side in (1, -1):
        drawing.line([(at[0] - 5.5, at[1] - 5.5 * side), (at[0] + 5.5, at[1] + 5.5 * side)], "ink")
    drawing.text(at[0] + shift[0], at[1] + shift[1], word, anchor=anchor, bold=True)


def cone() -> Drawing:
    """Vectors along their table's mean and across it, as trained and after the mean is subtracted."""
    kept: dict[str, Any] = read()["cone"]
    drawing = Drawing(
        "Subtracting the mean opens the cone of trained vectors",
        f"Two fans of the unit vectors of {len(kept['trained'])} words of the corpus {kept['corpus']}. As trained, "
        "they lean to the right, where their mean points. Less the mean, they point to all sides.",
        432,
    )
    for name, what, middle in (("trained", "as trained", 180.0), ("centred", "less the mean", 520.0)):
        origin = (middle, 215.0)
        drawing.line([(middle - 150, 215), (middle + 150, 215)], "faint")
        drawing.line([(middle, 85), (middle, 345)], "faint")
        for along, across in kept[name]:
            end = (middle + 200 * along, 215 - 200 * across)
            drawing.line([origin, end], "blue", thick=0.8, opacity=0.45)
            drawing.circle(end, 2.4, fill="blue")
        drawing.circle(origin, 4.5, fill="orange")
        drawing.text(middle, 62, what, anchor="middle", bold=True)
        drawing.text(
            middle, 370, f"mean cosine of two words: {round(kept[f'{name}.cosine'], 2) + 0:.2f}", anchor="middle"
        )
    drawing.text(330, 208, "mean →", anchor="end", size=SMALL)
    drawing.text(166, 236, "origin", anchor="end", size=SMALL, ink="orange")
    words = f"{len(kept['trained'])} words from all over the vocabulary of the corpus {kept['corpus']}, at length 1,"
    drawing.notes(402, words, "in the plane of the mean and one direction across it.")
    return drawing
