"""Lab 2's grading: its steps in the order of EXERCISE.md. Expected values follow the definitions, in plain loops."""

from __future__ import annotations

from grading.lab02.centers import CENTER_STEPS
from grading.lab02.constants import CONSTANTS
from grading.lab02.counts import COUNT_STEPS
from grading.lab02.glove import GLOVE_STEPS
from grading.lab02.optional import OPTIONAL_STEPS
from grading.lab02.subwords import CARRIED, NGRAM_STEPS
from grading.places import HELPER, PACKAGES
from grading.starters import given
from grading.steps import Lab

LAB = Lab(
    "lab02",
    PACKAGES["lab02"],
    (*COUNT_STEPS, *GLOVE_STEPS, *NGRAM_STEPS, *CENTER_STEPS, CARRIED, *OPTIONAL_STEPS),
    given=given("lab02"),
    tools=(PACKAGES["lab01"], PACKAGES["lab03"], HELPER),
    libraries=("numpy", "torch", "scipy.sparse"),
    constants=CONSTANTS,
)
