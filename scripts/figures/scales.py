"""From data to pixels: axes with their ticks, linear and logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scripts.figures.svg import SMALL, Drawing


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] to the pixels [start, end], by logarithms if `log`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        change: Callable[[float], float] = math.log if self.log else float
        share = (change(value) - change(self.low)) / (change(self.high) - change(self.low))
        return self.start + share * (self.end - self.start)


def bottom_axis(drawing: Drawing, scale: Scale, y: float, ticks: Sequence[tuple[float, str]], name: str) -> None:
    """A horizontal axis at y, its ticks labelled below it and its name below them."""
    drawing.line([(scale.start, y), (scale.end, y)], "soft")
    for value, label in ticks:
        drawing.line([(scale(value), y), (scale(value), y + 5)], "soft")
        drawing.text(scale(value), y + 20, label, ink="soft", size=SMALL, anchor="middle")
    drawing.text((scale.start + scale.end) / 2, y + 42, name, size=SMALL, anchor="middle")


def left_axis(drawing: Drawing, scale: Scale, x: float, ticks: Sequence[tuple[float, str]], name: str) -> None:
    """A vertical axis at x, its ticks labelled on its left and its name at its upper end."""
    drawing.line([(x, scale.start), (x, scale.end)], "soft")
    for value, label in ticks:
        drawing.line([(x - 5, scale(value)), (x, scale(value))], "soft")
        drawing.text(x - 9, scale(value) + 4.5, label, ink="soft", size=SMALL, anchor="end")
    drawing.text(x, min(scale.start, scale.end) - 12, name, size=SMALL)
