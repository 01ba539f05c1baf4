"""The n-grams of words in a safetensors file: their rows, and the maps that a composed word goes through."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lab03_eval.vectors.fasttext_file import MAX_NGRAM
from lab03_eval.vectors.maps import Composition, Map
from lab03_eval.vectors.rows import NGrams, VectorFileError

MAPS = ("first.mean", "first.matrix", "second.mean", "second.matrix")
LENGTHS = "ngram_lengths"  # a tensor, since the library writes several entries of metadata in no fixed order
NGRAM_TENSORS = ("ngrams", *MAPS, LENGTHS)


def as_tensors(ngrams: NGrams) -> dict[str, np.ndarray]:
    """The rows of n-grams, the shortest and longest length, and the maps, as named tensors."""
    tensors = {"ngrams": np.asarray(ngrams.matrix, dtype=np.float32), LENGTHS: np.array([ngrams.minn, ngrams.maxn])}
    if ngrams.composition:
        first, second = ngrams.composition.first, ngrams.composition.second
        arrays = (first.mean, first.matrix, second.mean, second.matrix)
        tensors |= {name: array.astype(np.float32) for name, array in zip(MAPS, arrays)}
    return tensors


def of_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> NGrams:
    """What `as_tensors` made. Raises VectorFileError where shapes, lengths or numbers do not fit one another."""
    lengths = tensors.get(LENGTHS, np.zeros(0))
    if lengths.shape != (2,) or lengths.dtype.kind not in "iu":
        raise VectorFileError(f"{path}: n-grams without a tensor {LENGTHS} of two whole numbers")
    minn, maxn = lengths.tolist()
    if not 1 <= minn <= maxn <= MAX_NGRAM:
        raise VectorFileError(f"{path}: n-grams of {minn} to {maxn} letters: expected 1 to {MAX_NGRAM}")
    found = {name: tensors[name] for name in ("ngrams", *MAPS) if name in tensors}
    for name, array in found.items():
        if array.dtype.kind != "f" or not array.size or not np.isfinite(array).all():
            raise VectorFileError(f"{path}: tensor {name} holds what is not a finite number")
    shapes = {name: array.shape for name, array in found.items()}
    columns = tensors["matrix"].shape[-1]
    if len(found) == 1:
        expected: dict[str, tuple[Any, ...]] = {"ngrams": (len(found["ngrams"]), columns)}
    else:
        d = found["ngrams"].shape[-1]
        inner = shapes.get("second.mean", (0,))[0]
        fitting: list[tuple[Any, ...]] = [(len(found["ngrams"]), d), (d,), (d, inner), (inner,), (inner, columns)]
        expected = dict(zip(("ngrams", *MAPS), fitting))
    if shapes != expected:
        raise VectorFileError(f"{path}: n-grams of shapes {shapes}: expected {expected}")
    maps = [found[name].astype(np.float32) for name in MAPS if name in found]
    composition = Composition(Map(*maps[:2]), Map(*maps[2:])) if maps else None
    return NGrams(found["ngrams"].astype(np.float32), minn, maxn, composition)
