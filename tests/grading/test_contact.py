"""Solutions that were written without a look at the grader: the wrong ones fail at their step, the right ones pass."""

from __future__ import annotations

import pytest

from grading.gradebook.table import is_wrong
from grading.places import LABS
from grading.seeded.first_contact import HERE, Contact, grade_contact, read_contacts
from grading.submission import load_lab

CONTACTS = read_contacts()
FIRST = {(contact.lab, bool(contact.steps)): contact for contact in reversed(CONTACTS)}.values()  # of each kind


CASES = [
    pytest.param(each, marks=[] if each in FIRST else pytest.mark.long, id=f"{each.lab} {each.name}")
    for each in CONTACTS
]


@pytest.mark.parametrize("contact", CASES)
def test_a_solution_gets_the_verdict_that_it_deserves(tmp_path, contact: Contact):
    verdicts = grade_contact(contact, tmp_path / "submission")
    failed = {each.step: each.message for each in verdicts if is_wrong(each)}
    if contact.steps:
        assert set(contact.steps) & failed.keys(), f"not found: {contact.what} {failed}"
    else:
        assert not failed


@pytest.mark.parametrize("lab", LABS)
def test_the_lists_name_steps_and_files_that_exist(lab):
    of_lab = [contact for contact in CONTACTS if contact.lab == lab]
    assert sum(bool(contact.steps) for contact in of_lab) >= 20
    assert sum(not contact.steps for contact in of_lab) >= 7
    assert len({contact.name for contact in of_lab}) == len(of_lab)
    steps = {step.name for step in load_lab(lab).steps}
    assert {step for contact in of_lab for step in contact.steps} <= steps
    used = {file for contact in of_lab for file in contact.files}
    assert used == {path.name for path in (HERE / lab).glob("*.py")}
