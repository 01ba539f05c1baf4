"""Which installed fonts draw a text. matplotlib's own font has no letters of Chinese, Hindi and many other scripts."""

from __future__ import annotations

import functools
import logging
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

# A family without a regular weight is drawn in the weight that it has, which matplotlib would report for each label.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


@functools.cache
def families(text: str) -> tuple[str, ...] | None:
    """The font families that draw `text` together, the default ones first; None where some letter is in no font."""
    chosen = tuple(matplotlib.rcParams["font.family"])
    missing = _lacking(findfont(FontProperties()), {ord(letter) for letter in text if letter != "\n"})
    while missing:
        left = {family: _lacking(path, missing) for family, path in _others().items()}
        best = min(left, key=lambda family: len(left[family]), default="")
        if not best or left[best] == missing:
            return None
        chosen, missing = (*chosen, best), left[best]
    return chosen


def settle(figure: FigureBase) -> None:
    """Give each text of the figure the fonts that it needs, and a "?" for each letter that no font has."""
    for text in figure.findobj(Text):
        content = text.get_text()
        if families(content) is None:
            content = "".join(letter if families(letter) else "?" for letter in content)
            text.set_text(content)
        fonts = families(content) or ()
        if len(fonts) > len(matplotlib.rcParams["font.family"]):
            text.set_fontfamily(list(fonts))


def _lacking(path: str, letters: set[int]) -> set[int]:
    """Those of the code points `letters` that the font has no glyph for."""
    return letters.difference(np.intersect1d(_glyphs(path), list(letters)).tolist())


@functools.cache
def _glyphs(path: str) -> np.ndarray:
    """The code points (n,) of a font; none where it cannot be read, or holds pictures of one size only."""
    try:
        font = FT2Font(path)
        return np.fromiter(font.get_charmap() if font.scalable else (), np.uint32)
    except (OSError, RuntimeError):
        return np.empty(0, np.uint32)


@functools.cache
def _others() -> dict[str, str]:
    """The file of each installed family. matplotlib's own, beside the default, are for formulas and for empty boxes."""
    own = Path(matplotlib.get_data_path())
    names = {entry.name for entry in fontManager.ttflist if own not in Path(entry.fname).parents}
    return {name: findfont(FontProperties(family=[name])) for name in sorted(names)}
