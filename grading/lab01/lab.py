"""Lab 1's grading: its steps in the order of EXERCISE.md, and the threshold that its vectors must reach.

Expected values follow from the definitions, in plain NumPy. Where a correct answer is random, the tolerance is six
standard deviations or more: it fails with a probability below 10⁻⁶.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grading.lab01.blocks import BLOCK_STEPS
from grading.lab01.neighbours import NEIGHBOUR_STEPS
from grading.lab01.pairs import PAIR_STEPS
from grading.lab01.training import TRAINING_STEPS
from grading.lab01.vocabulary import BUILD_VOCAB, KEEP_PROBABILITY, NOISE_TABLE
from grading.places import HELPER, PACKAGES
from grading.starters import given
from grading.steps import Lab, Threshold


def _judge_vectors(out: Path) -> str | None:
    """The floors that the lab names for a corpus of text8's size."""
    from lab03_eval.eval_embeddings import evaluate  # which takes a second to import, and only this step needs it
    from lab03_eval.vectors import WordVectors

    path = out / "vectors.bin"
    if not path.is_file():
        return "the command left no vectors.bin in its --out folder"
    scores: dict[str, Any] = evaluate(WordVectors.load(path))
    rho, accuracy = scores["wordsim353.rho"], scores["google.full.accuracy"]
    said = f"WordSim-353 ρ {rho:.3f} (> .55), Google analogies {100 * accuracy:.1f} % (> 30 %)"
    return None if rho > 0.55 and accuracy > 0.30 else f"below a threshold: {said}"


STEPS = (BUILD_VOCAB, KEEP_PROBABILITY, *PAIR_STEPS, NOISE_TABLE, *TRAINING_STEPS, *BLOCK_STEPS, *NEIGHBOUR_STEPS)

LAB = Lab(
    "lab01",
    PACKAGES["lab01"],
    STEPS,
    given=given("lab01"),
    tools=(PACKAGES["lab03"], HELPER),
    libraries=("numpy", "torch"),
    threshold=Threshold(20, _judge_vectors),
)
