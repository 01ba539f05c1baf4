"""The hints of every step in EXERCISE.md, the core of Lab 3, and the handouts, which count steps in the same way."""

from __future__ import annotations

import re

import pytest

from grading.places import LABS, PACKAGES, ROOT
from grading.submission import load_lab

each_lab = pytest.mark.parametrize("lab", LABS)
FORMULA = re.compile(r"[=√Σσ·^≤≥≠<²#]")


def page(lab: str, name: str) -> str:
    return (ROOT / PACKAGES[lab] / name).read_text(encoding="utf-8")


def rungs(text: str) -> dict[str, str]:
    return dict(re.findall(r"^## \d+\. (\w+) \(\d+ points\)\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL))


@each_lab
def test_every_step_has_a_question_and_then_a_formula(lab):
    found = rungs(page(lab, "EXERCISE.md"))
    assert list(found) == [step.name for step in load_lab(lab).steps]
    for name, text in found.items():
        folded = re.findall(r"^<details><summary>Hint: (.+)</summary>\n\n(.+)\n\n</details>$", text, re.MULTILINE)
        assert [title for title, _ in folded] == ["what to think of", "the formula"], name
        (_, think), (_, formula) = folded
        assert not FORMULA.search(think), name
        assert len(re.findall(r"[.?](?: |$)", think)) <= 2, name
        assert FORMULA.search(formula), name
        assert "return" not in formula, name
        assert text.index("**Trap.**") < text.index("<details>") < text.index("**Grade it.**"), name


def test_the_core_of_lab_3_is_its_first_eight_steps():
    core, more, beyond = page("lab03", "EXERCISE.md").partition("\n## More\n")
    assert more
    assert len(rungs(f"{core}{more}")) == 8
    assert len(rungs(beyond)) == len(load_lab("lab03").steps) - 8
    steps = numbered(page("lab03", "README.md").partition("| more |")[0])
    assert steps == list(range(1, 9))


@each_lab
def test_the_handout_counts_the_steps_as_the_exercise_does(lab):
    exercise, handout = page(lab, "EXERCISE.md"), page(lab, "README.md")
    graded = len(load_lab(lab).steps)
    experiments = [int(number) for number in re.findall(r"^(\d+)\. \*\*", exercise, re.MULTILINE)]
    steps = numbered(handout)
    assert [number for number in steps if number <= graded] == list(range(1, graded + 1))
    assert {number for number in steps if number > graded} <= set(experiments)
    named = {int(number) for number in re.findall(r"\((?:step|experiment) (\d+)\)", handout)}
    assert len(named) >= 6
    assert named <= set(steps)


def numbered(handout: str) -> list[int]:
    """The numbers in the first column of the handout's tables of steps: `4, 5, 6` or `10 to 13`."""
    steps = handout.partition("\n## Steps\n")[2].partition("\n## ")[0]
    numbers: list[int] = []
    for cell in re.findall(r"^\| ([\d, to]+) \|", steps, re.MULTILINE):
        first, _, last = cell.partition(" to ")
        numbers += range(int(first), int(last) + 1) if last else map(int, cell.split(", "))
    return numbers
