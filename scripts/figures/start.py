"""The figure of START.md: words without likeness beside words with it."""

from __future__ import annotations

import math

import numpy as np

from scripts.figures.svg import SMALL, Drawing, Point

WORDS = ("beer", "tea", "car")
# How often each stands beside drink, bottle, hot, drive and wheel: the small text of START.md.
COUNTS = np.array([[4, 3, 0, 0, 0], [5, 1, 3, 0, 0], [0, 0, 0, 6, 2]])
AXES = np.array([[-0.87, 0.5], [0.87, 0.5], [0, -1]])  # where three right angles point on the page
LENGTH = 118
LABELS = (("blue", 22), ("blue", 22), ("orange", -8))  # each word's ink, and how far below its arrow's head it stands


def one_hot() -> Drawing:
    """Three one-hot vectors beside the rows of counts of the same words, both in the space that the three span."""
    degrees = angle(COUNTS[0], COUNTS[1])
    drawing = Drawing(
        "Embeddings show which words are alike, one-hot vectors do not",
        "Left: the one-hot vectors of beer, tea and car stand at right angles to each other, 90 degrees each. Right: "
        f"as rows of counts, beer and tea are {degrees:.0f} degrees apart, and car is at 90 degrees to both.",
        382,
    )
    panels = (
        (175, "one-hot vectors", np.eye(3, dtype=int), np.eye(3), "every two words: 90°"),
        (540, "embeddings", COUNTS, in_three_dimensions(COUNTS), f"beer and tea: {degrees:.0f}°, car to both: 90°"),
    )
    for x, name, rows, vectors, angles in panels:
        drawing.text(x, 62, name, anchor="middle", bold=True)
        space(drawing, (x, 222), vectors, [f"{word} {tuple(row)}" for word, row in zip(WORDS, rows.tolist())])
        drawing.text(x, 350, angles, anchor="middle", size=SMALL)
    drawing.text(540, 371, "counts beside drink, bottle, hot, drive, wheel", anchor="middle", size=SMALL, ink="soft")
    drawing.line([(345, 50), (345, 372)], "faint")
    return drawing


def angle(a: np.ndarray, b: np.ndarray) -> float:
    """Between two vectors (d,), in degrees."""
    return math.degrees(math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))


def in_three_dimensions(rows: np.ndarray) -> np.ndarray:
    """Three vectors (3, d) at length one, turned: the first onto axis 1, the second into the plane of 1 and 2."""
    upper = np.linalg.qr((rows / np.linalg.norm(rows, axis=1, keepdims=True)).T)[1]  # column i is vector i
    return (upper * np.sign(np.diag(upper))[:, None]).T


def space(drawing: Drawing, origin: Point, vectors: np.ndarray, names: list[str]) -> None:
    """Vectors (3, 3) as arrows from `origin`, over faint axes."""

    def at(place: np.ndarray) -> Point:
        x, y = np.array(origin) + LENGTH * place @ AXES
        return float(x), float(y)

    for axis in np.eye(3):
        drawing.line([origin, at(axis)], "faint")
    turn = math.radians(angle(vectors[0], vectors[1]))

    def on_ground(radius: float, way: float) -> Point:
        return at(radius * np.array([math.cos(way), math.sin(way), 0]))

    drawing.line([on_ground(0.4, way) for way in np.linspace(0, turn, 20)], "soft", thick=1.2)
    x, y = on_ground(0.52, turn / 2)
    drawing.text(x, y + 5, f"{math.degrees(turn):.0f}°", size=SMALL, anchor="middle")
    for vector, name, (ink, below) in zip(vectors, names, LABELS):
        x, y = at(vector)
        drawing.arrow(origin, (x, y), ink, thick=2.5, dashed=ink == "orange")
        drawing.text(x, y + below, name, anchor="middle", ink=ink, bold=True)
