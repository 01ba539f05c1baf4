"""A static model out of a contextual one, as model2vec makes it (Tulkens & van Dongen 2024), in three steps.

    x_t = mean of the model's outputs for the text that is the token t alone       one forward pass per token
    y_t = (x_t − mean)·Q, the first `dims` principal components                    PCA
    z_t = y_t · a/(a + p_t), p_t ∝ 1/rank of t                                     SIF's weight under Zipf's law

A text is then the mean of its tokens' rows z_t. The vocabulary of a WordPiece tokenizer is sorted by falling frequency,
so that ranks stand in for counts, and no text is needed. What the model learnt of a token by itself remains. What the
context would have made of it is lost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA

from lab03_eval.contextual.encoder import ContextualEncoder

DIMS = 256
SIF_A = 1e-4  # model2vec's
TOKENS_AT_ONCE = 512


def token_outputs(encoder: ContextualEncoder) -> np.ndarray:
    """The model's mean output (V, d) for every token of its vocabulary, each as a text of its own."""
    tokenizer: Any = encoder.model.tokenizer
    # What a tokenizer sets around a text, such as BERT's [CLS] and [SEP], is found around one that it reads.
    alone, whole = (tokenizer("a", add_special_tokens=special)["input_ids"] for special in (False, True))
    start = next(place for place in range(len(whole)) if whole[place : place + len(alone)] == alone)
    before, after = torch.tensor(whole[:start]), torch.tensor(whole[start + len(alone) :])
    outputs = []
    with torch.inference_mode():
        for some in torch.arange(len(tokenizer)).split(TOKENS_AT_ONCE):
            around = [part.to(some.dtype).expand(len(some), -1) for part in (before, after)]
            texts = torch.cat([around[0], some[:, None], around[1]], dim=1)  # (B, 3) for BERT
            features = {"input_ids": texts, "attention_mask": torch.ones_like(texts)}
            outputs.append(encoder.model[0](features)["token_embeddings"].mean(dim=1))
    return torch.cat(outputs).numpy()


def zipf_weights(count: int, a: float = SIF_A) -> np.ndarray:
    """a/(a + p) of the ranks 1 to `count` (V,), with p proportional to 1/rank."""
    p = 1 / np.arange(1, count + 1)
    return np.asarray(a / (a + p / p.sum()), dtype=np.float32)


def distill(encoder: ContextualEncoder, dims: int = DIMS) -> ContextualEncoder:
    """A static model of `encoder`'s tokens, as an object of sentence-transformers that can be saved like any other."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    outputs = token_outputs(encoder)
    rows = PCA(dims, random_state=0).fit_transform(outputs) * zipf_weights(len(outputs))[:, None]
    tokenizer: Any = encoder.model.tokenizer
    table = StaticEmbedding(tokenizer.backend_tokenizer, embedding_weights=np.ascontiguousarray(rows, np.float32))
    return ContextualEncoder(f"{encoder.name}, distilled", SentenceTransformer(modules=[table], device="cpu"))
