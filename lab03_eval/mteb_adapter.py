"""Word vectors as a model that the `mteb` package (2.x) can run, by SIF or uSIF sentence vectors.

    import mteb
    model = StaticModel(WordVectors.load("vectors.bin"), name="labs/wiki8-d100")
    mteb.evaluate(model, mteb.get_tasks(tasks=["STSBenchmark"]))

mteb is optional (requirements-dev.txt pins the version that the tests run); this module imports without it.
The class follows mteb's EncoderProtocol by its methods alone and inherits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.preprocessing import normalize

from lab03_eval.sentences import SentenceEncoder
from lab03_eval.vectors import WordVectors

if TYPE_CHECKING:
    from mteb.models.model_meta import ModelMeta


class StaticModel:
    """Sentence vectors behind mteb's interface. Raises ValueError for an unknown method.

    A task hands over its texts in several calls. The first call for a task and subset fixes the mean length and the
    common components (see sentences.py); its later calls use the same, so that queries and documents, or the
    two sides of a pair, remain comparable. Where the first call holds too few texts, none are removed in the task.
    """

    def __init__(self, vectors: WordVectors, name: str = "labs/static-vectors", method: str = "usif"):
        self.vectors = vectors
        self.name = name
        self.encoder = SentenceEncoder(vectors, method)
        self._task: tuple[str, str] | None = None

    def encode(
        self,
        inputs: Iterable[dict[str, Any]],
        *,
        task_metadata: Any,
        hf_split: str,
        hf_subset: str,
        prompt_type: Any = None,
        **kwargs: Any,
    ) -> np.ndarray:
        """Sentence vectors (n, d) of the batches' `text`, in order."""
        texts = [text for batch in inputs for text in batch["text"]]
        if self._task != (task_metadata.name, hf_subset):
            self.encoder.fit(texts)
            self._task = (task_metadata.name, hf_subset)
        return self.encoder.encode(texts)

    def similarity(self, embeddings1: np.ndarray, embeddings2: np.ndarray) -> np.ndarray:
        """Cosines (n, m) of all rows with all rows; 0 where one is zero."""
        return np.asarray(normalize(embeddings1) @ normalize(embeddings2).T)

    def similarity_pairwise(self, embeddings1: np.ndarray, embeddings2: np.ndarray) -> np.ndarray:
        """Cosines (n,) of corresponding rows; 0 where one is zero."""
        return np.asarray(np.einsum("nd,nd->n", normalize(embeddings1), normalize(embeddings2)))

    @cached_property
    def mteb_model_meta(self) -> ModelMeta:
        """What mteb files the results under. Raises ImportError without mteb."""
        from mteb.models.model_meta import ModelMeta, ScoringFunction

        return ModelMeta.create_empty(
            {
                "name": self.name,
                "revision": self.encoder.method,
                "embed_dim": self.vectors.dim,
                "n_parameters": self.vectors.matrix.size,
                "languages": ["eng-Latn"],
                "similarity_fn_name": ScoringFunction.COSINE,
                "framework": ["NumPy"],
            }
        )
