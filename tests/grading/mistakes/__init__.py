"""Seeded mistakes: one small edit of a lab's solution each, and the step that must notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grading.starters import LABS, write_lab


@dataclass(frozen=True)
class Mistake:
    """Replaces `old`, which stands exactly once in `file` of the lab's package, by `new`; `step` must then fail."""

    name: str
    package: str  # lab01_word2vec …
    file: str  # solution.py, corpus.py …
    old: str
    new: str
    step: str

    @property
    def lab(self) -> str:
        """The lab whose learners write the file: its package's, unless another lab has adopted it."""
        module = f"{self.package}.{Path(self.file).stem}"
        adopting = [name for name, lab in LABS.items() if module in lab.adopted]
        return (adopting or [name for name, lab in LABS.items() if lab.package == self.package])[0]

    def write(self, folder: Path) -> None:
        """The faulty submission, as a learner's folder. Raises StarterError unless the edit applies exactly once."""
        write_lab(self.lab, folder, solved=True, edit=(f"{self.package}/{self.file}", self.old, self.new))
