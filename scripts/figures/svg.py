"""A drawing that becomes one SVG file: shapes, text and arrows in roles of colour, readable on light and dark pages.

Coordinates are pixels from the upper left corner, and every drawing is 700 wide. The ground stays transparent. A
reader's preference for dark pages exchanges the inks, as far as the file's own style sheet can know it. Text may hold
one level of `_{…}` and `^{…}` for what is set below and above the line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

WIDTH, MARGIN = 700, 16
SIZE, SMALL = 15, 13  # of text, in pixels; what is raised or lowered is set in 12
# role: on a light page, on a dark one. Blue and orange differ in lightness too, for readers who confuse hues.
INKS = {
    "ink": ("#1f2328", "#e6edf3"),
    "soft": ("#57606a", "#9da7b3"),
    "faint": ("#d0d7de", "#3d444d"),
    "blue": ("#0072b2", "#56b4e9"),
    "orange": ("#b84a00", "#f0a030"),
    "ground": ("#ffffff", "#0d1117"),
}
FONTS = "system-ui, 'Segoe UI', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
Point = tuple[float, float]


class Drawing:
    """A figure with its heading, which is also its title, and a description for those who cannot see it."""

    def __init__(self, heading: str, description: str, height: int):
        self.heading, self.description, self.height = heading, description, height
        self.parts: list[str] = []
        self.text(MARGIN, 26, heading, size=17, bold=True)

    def text(
        self, x: float, y: float, content: str, *, ink: str = "ink", size: int = SIZE, anchor: str = "start",
        bold: bool = False, turn: float = 0, halo: bool = False,
    ) -> None:  # fmt: skip
        """Write `content` with its baseline at y; `turn` is in degrees, counterclockwise around (x, y).

        A `halo` of the ground's colour keeps it readable among dots.
        """
        weight = ' font-weight="600"' if bold else ""
        turned = f' transform="rotate({num(-turn)} {num(x)} {num(y)})"' if turn else ""
        place = f'x="{num(x)}" y="{num(y)}" font-size="{size}" text-anchor="{anchor}"'
        around = " line-ground halo" if halo else ""
        self.parts.append(f'<text class="fill-{ink}{around}" {place}{weight}{turned}>{shifted(content)}</text>')

    def notes(self, y: float, *lines: str) -> None:
        """Small lines at the left margin, the first with its baseline at y."""
        for number, line in enumerate(lines):
            self.text(MARGIN, y + 21 * number, line, ink="soft", size=SMALL)

    def rect(
        self, x: float, y: float, width: float, height: float, *, fill: str = "", line: str = "", opacity: float = 1,
        rounded: float = 0, thick: float = 1,
    ) -> None:  # fmt: skip
        place = f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}" rx="{num(rounded)}"'
        self.parts.append(f"<rect {place}{painted(fill, line, opacity, thick)}/>")

    def circle(self, at: Point, radius: float, *, fill: str = "", line: str = "", opacity: float = 1) -> None:
        place = f'cx="{num(at[0])}" cy="{num(at[1])}" r="{num(radius)}"'
        self.parts.append(f"<circle {place}{painted(fill, line, opacity, 1.5)}/>")

    def line(
        self, points: Iterable[Point], ink: str = "ink", *, thick: float = 1.5, dashed: bool = False,
        opacity: float = 1,
    ) -> None:  # fmt: skip
        """Straight lines from point to point."""
        path = "M" + " L".join(f"{num(x)} {num(y)}" for x, y in points)
        dashes = ' stroke-dasharray="6 4"' if dashed else ""
        self.parts.append(f'<path d="{path}"{painted("", ink, opacity, thick)}{dashes}/>')

    def area(self, points: Sequence[Point], ink: str) -> None:
        path = "M" + " L".join(f"{num(x)} {num(y)}" for x, y in points) + " Z"
        self.parts.append(f'<path d="{path}"{painted(ink, "", 1, 1)}/>')

    def arrow(self, start: Point, end: Point, ink: str = "ink", *, thick: float = 2, dashed: bool = False) -> None:
        """A line with a head at `end`."""
        head = 4 + 2 * thick
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        neck = (end[0] - head * math.cos(angle), end[1] - head * math.sin(angle))
        self.line([start, neck], ink, thick=thick, dashed=dashed)
        across = (-0.45 * head * math.sin(angle), 0.45 * head * math.cos(angle))
        wings = [(neck[0] + side * across[0], neck[1] + side * across[1]) for side in (1, -1)]
        self.area([end, *wings], ink)

    def svg(self) -> str:
        """The whole file."""
        size = f'width="{WIDTH}" height="{self.height}" viewBox="0 0 {WIDTH} {self.height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONTS}">'
        named = f"<title>{escape(plain(self.heading))}</title>\n<desc>{escape(self.description)}</desc>"
        return "\n".join([head, named, style(), *self.parts, "</svg>"]) + "\n"


def num(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a trailing zero."""
    return f"{round(float(value), 1) + 0.0:g}"


def painted(fill: str, line: str, opacity: float, thick: float) -> str:
    """The attributes of a shape that is filled, drawn around, or both."""
    classes = [f"fill-{fill}" if fill else "hollow", *([f"line-{line}"] if line else [])]
    width = f' stroke-width="{num(thick)}"' if line else ""
    return f' class="{" ".join(classes)}"{width}' + (f' opacity="{opacity:g}"' if opacity < 1 else "")


def shifted(content: str) -> str:
    """The inside of a text element, `_{…}` and `^{…}` set lower and higher."""
    spans: list[str] = []
    level = 0
    for mark, moved, ordinary in re.findall(r"([_^])\{([^}]*)\}|((?:(?![_^]\{).)+)", content):
        wanted = {"_": 4, "^": -6, "": 0}[mark]
        inner, size = escape(moved or ordinary, quote=False), ' font-size="12"' if mark else ""
        spans.append(inner if wanted == level else f'<tspan dy="{wanted - level}"{size}>{inner}</tspan>')
        level = wanted
    return "".join(spans)


def plain(content: str) -> str:
    """The text without its marks for raised and lowered parts."""
    return re.sub(r"[_^]\{([^}]*)\}", r"\1", content)


def style() -> str:
    """The style sheet: every role of colour for light pages, and again for dark ones."""

    def rules(dark: bool) -> str:
        return " ".join(
            f".fill-{role} {{ fill: {inks[dark]} }} .line-{role} {{ stroke: {inks[dark]} }}"
            for role, inks in INKS.items()
        )

    dark = f"@media (prefers-color-scheme: dark) {{ {rules(True)} }}"
    plain_rules = ".hollow { fill: none } .halo { paint-order: stroke; stroke-width: 4px }"
    return f"<style>\n{plain_rules}\n{rules(False)}\n{dark}\n</style>"
