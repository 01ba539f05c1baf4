"""Lab 1's grading: its steps in the order of EXERCISE.md, and the threshold that its vectors must reach.

Expected values follow from the definitions, in plain NumPy. Where a correct answer is random, the tolerance is six
standard deviations or more: it fails with a probability below 10⁻⁶.
"""

from __future__ import annotations

from grading.lab01.blocks import BLOCK_STEPS
from grading.lab01.constants import CONSTANTS
from grading.lab01.neighbours import NEIGHBOUR_STEPS
from grading.lab01.pairs import PAIR_STEPS
from grading.lab01.sharing import SHARING_STEPS
from grading.lab01.threshold import too_small, trial
from grading.lab01.train import TRAIN
from grading.lab01.training import TRAINING_STEPS
from grading.lab01.vocabulary import BUILD_VOCAB, KEEP_PROBABILITY, NOISE_TABLE
from grading.places import HELPER, PACKAGES
from grading.starters import given
from grading.steps import Lab, Threshold

STEPS = (
    BUILD_VOCAB, KEEP_PROBABILITY, *PAIR_STEPS, NOISE_TABLE, *TRAINING_STEPS, TRAIN, *BLOCK_STEPS, *NEIGHBOUR_STEPS,
    *SHARING_STEPS,
)  # fmt: skip

LAB = Lab(
    "lab01",
    PACKAGES["lab01"],
    STEPS,
    given=given("lab01"),
    tools=(PACKAGES["lab03"], HELPER),
    libraries=("numpy", "torch", "torch._dynamo"),
    threshold=Threshold(20, trial, too_small),
    constants=CONSTANTS,
)
