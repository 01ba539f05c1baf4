"""Solutions that were written without a look at the grader, to see what it makes of code that it has never met.

contact/labNN/list.toml describes them. A solution's definitions are added at the end of the solved lab's files, where
they win over the former ones.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from grading.grader import grade
from grading.places import LABS
from grading.starters import write_lab
from grading.steps import Verdict
from grading.submission import find_submission

HERE = Path(__file__).parent / "contact"


@dataclass(frozen=True)
class Contact:
    """`files` are the lab's files by those here; `steps` are those that its mistake breaks, none of a right one."""

    lab: str
    name: str
    what: str  # the mistake, or the style
    files: dict[str, str]
    steps: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """The submission, as a learner's folder."""
        write_lab(self.lab, folder, solved=True)
        for here, there in self.files.items():
            definitions = (HERE / self.lab / here).read_text(encoding="utf-8")
            with open(folder / there, "a", encoding="utf-8") as file:
                file.write(f"\n\n{definitions}")


def read_contacts() -> list[Contact]:
    """All of them, the wrong ones of each lab first."""
    found = []
    for lab in LABS:
        listed = tomllib.loads((HERE / lab / "list.toml").read_text(encoding="utf-8"))
        for entry in listed["wrong"]:
            found.append(Contact(lab, entry["name"], entry["mistake"], entry["files"], tuple(entry["steps"])))
        found += [Contact(lab, entry["name"], entry["style"], entry["files"], ()) for entry in listed["right"]]
    return found


def grade_contact(contact: Contact, folder: Path) -> list[Verdict]:
    """Verdicts of all steps."""
    contact.write(folder)
    return grade(find_submission(folder, contact.lab))
