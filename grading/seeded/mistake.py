"""A seeded mistake: one small edit of a lab's solution, and the step that must notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grading.places import PACKAGES
from grading.starters import write_lab


@dataclass(frozen=True)
class Mistake:
    """Replaces `old`, which is found exactly once in `file` of the lab's package, by `new`; `step` must then fail."""

    name: str
    lab: str  # lab01 …
    file: str  # solution.py, measures/geometry.py …
    old: str
    new: str
    step: str

    def write(self, folder: Path) -> None:
        """The faulty submission, as a learner's folder. Raises StarterError unless the edit applies exactly once."""
        edit = (f"{PACKAGES[self.lab]}/{self.file}", self.old, self.new)
        write_lab(self.lab, folder, solved=True, edit=edit)
