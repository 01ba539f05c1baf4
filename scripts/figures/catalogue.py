"""Every figure by the name of its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scripts.figures import lab01, lab01_blocks, lab01_vectors, lab02, lab03, start
from scripts.figures.svg import Drawing

FOLDER = Path(__file__).resolve().parents[2] / "figures"
FIGURES: dict[str, Callable[[], Drawing]] = {
    "one_hot": start.one_hot,
    "window": lab01.window,
    "training_step": lab01.training_step,
    "power": lab01.power,
    "block": lab01_blocks.block,
    "step_cost": lab01_blocks.step_cost,
    "shifted_pmi": lab01_vectors.shifted_pmi,
    "parallelogram": lab01_vectors.parallelogram,
    "cone": lab01_vectors.cone,
    "huffman": lab02.huffman_tree,
    "glove_weight": lab02.glove_weight,
    "ice_steam": lab02.ice_steam,
    "ngrams": lab02.ngrams_of_a_word,
    "tsne_twice": lab03.tsne_twice,
}
