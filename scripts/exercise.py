"""What a lab's EXERCISE.md says of its steps: two hints for each, and which steps are the core.

The page is the one source of the hints: a reader unfolds them there, and `progress.py` prints them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from demos.questions import plain

RUNG = re.compile(r"^## \d+\. (\w+) \(\d+ points\)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
HINT = re.compile(r"<details><summary>Hint: ([^<]+)</summary>\n\n(.*?)\n\n</details>", re.DOTALL)
THINK, FORMULA = "what to think of", "the formula"
MORE = "\n## More\n"  # the heading below which a lab's steps go beyond its core


@dataclass(frozen=True)
class Hints:
    """A question or a picture that leads to the answer, and the formula of the answer, both as plain text."""

    think: str
    formula: str


def read_hints(page: str) -> dict[str, Hints]:
    """The hints by step, of every step of the page that has both."""
    hints = {}
    for name, rung in RUNG.findall(page):
        found = dict(HINT.findall(rung))
        if {THINK, FORMULA} <= found.keys():
            hints[name] = Hints(plain(found[THINK]), plain(found[FORMULA]))
    return hints


def core_steps(page: str) -> list[str]:
    """The steps above the heading "More"; none where the page makes no difference between its steps."""
    core, more, _ = page.partition(MORE)
    return [name for name, _ in RUNG.findall(f"{core}{MORE}")] if more else []
