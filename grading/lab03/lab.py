"""Lab 3's grading: its steps in the order of EXERCISE.md. Expected values come from the definition or from scipy."""

from __future__ import annotations

from grading.lab03.analogies import ANALOGY_STEPS
from grading.lab03.bias import BIAS_STEPS
from grading.lab03.geometry import GEOMETRY_STEPS
from grading.lab03.intervals import INTERVAL_STEPS
from grading.lab03.similarity import SIMILARITY_STEPS
from grading.places import HELPER, PACKAGES
from grading.starters import given
from grading.steps import Lab

LAB = Lab(
    "lab03",
    PACKAGES["lab03"],
    (*SIMILARITY_STEPS, *ANALOGY_STEPS, *INTERVAL_STEPS, *GEOMETRY_STEPS, *BIAS_STEPS),
    given=given("lab03"),
    tools=(HELPER,),
    libraries=("numpy", "scipy.stats"),
)
