"""The figure of Lab 3: what of a t-SNE map may be read, and what may not."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab03_eval.pictures.layout import FAMILIES
from scripts.figures.measured import NEIGHBOURS, SEEDS, read
from scripts.figures.svg import MARGIN, SMALL, Drawing, Point

# The families of the labs' own maps; a country lies beside its capital, so these two share a name.
GROUPS = {
    "places": (FAMILIES["countries"] + FAMILIES["capitals"], "circle"),
    "animals": (FAMILIES["animals"], "square"),
    "professions": (FAMILIES["professions"], "diamond"),
    "days": (FAMILIES["days"], "triangle"),
    "languages": (FAMILIES["programming languages"], "plus"),
}
SIDE = 310  # of a map


def tsne_twice() -> Drawing:
    """Two maps of the same vectors: groups hold together, and where they lie to each other changes."""
    kept: dict[str, Any] = read()["tsne_twice"]
    drawing = Drawing(
        "From run to run of t-SNE, groups stay and their places change",
        f"Two maps of the same {len(kept['words'])} words from two random starts. Places, animals, professions, days "
        "and programming languages each form a group in both, but the groups lie elsewhere.",
        452,
    )
    for seed, places, left in zip(SEEDS, kept["places"], (MARGIN, 374)):
        drawing.text(left + SIDE / 2, 60, f"random start, seed {seed}", anchor="middle", bold=True)
        drawing.rect(left, 74, SIDE, SIDE + 12, line="faint")
        one_map(drawing, dict(zip(kept["words"], places)), (left, 80))
    drawing.notes(
        424,
        f"On average, {100 * kept['kept']:.0f} % of a word’s {NEIGHBOURS} nearest words are the same in both maps.",
        f"Shown are {len(kept['words'])} words of the vectors that ship: the most frequent in grey, and five families.",
    )
    return drawing


def one_map(drawing: Drawing, places: dict[str, Point], corner: Point) -> None:
    """Words at places within 0 … 1, families by shape and name, the others as grey dots."""

    def at(place: Point) -> Point:
        return corner[0] + 8 + (SIDE - 16) * place[0], corner[1] + 6 + (SIDE - 16) * place[1]

    members = {word for words, _ in GROUPS.values() for word in words}
    for word, place in places.items():
        if word not in members:
            drawing.circle(at(place), 2, fill="soft", opacity=0.4)
    for number, (name, (words, shape)) in enumerate(GROUPS.items()):
        ink = "orange" if number % 2 else "blue"
        found = [at(places[word]) for word in words]
        for point in found:
            mark(drawing, shape, point, ink)
        x = float(np.median([x for x, _ in found]))
        x = min(max(x, corner[0] + 46), corner[0] + SIDE - 46)
        y = max(min(y for _, y in found) - 9, corner[1] + 6)
        drawing.text(x, y, name, size=SMALL, ink=ink, anchor="middle", bold=True, halo=True)


def mark(drawing: Drawing, shape: str, at: Point, ink: str) -> None:
    """A word of a family, in the family's shape."""
    x, y = at
    if shape == "circle":
        drawing.circle(at, 4, fill=ink)
    elif shape == "square":
        drawing.rect(x - 3.5, y - 3.5, 7, 7, fill=ink)
    elif shape == "plus":
        drawing.line([(x - 4.5, y), (x + 4.5, y)], ink, thick=2)
        drawing.line([(x, y - 4.5), (x, y + 4.5)], ink, thick=2)
    else:
        tip = 4 if shape == "triangle" else 5
        below = [(x + 4.5, y + 4), (x - 4.5, y + 4)] if shape == "triangle" else [(x + 5, y), (x, y + 5), (x - 5, y)]
        drawing.area([(x, y - tip), *below], ink)
