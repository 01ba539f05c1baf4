"""Embeddings of a tokenizer's vocabulary: model2vec's, and the StaticEmbedding of sentence-transformers.

Their safetensors hold a matrix and no words. Row i belongs to the token of id i in the tokenizer.json beside the file
(Hugging Face's tokenizers), whatever kind of model that describes. model2vec may also have `mapping`, the row of each
token where several share one, and `weights`, by which a token's row is multiplied before texts are averaged.

Tokens are read as they are written: "##ing" continues a word of WordPiece, and "▁the" of SentencePiece or "Ġthe" of
byte-level BPE begins one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lab03_eval.vectors.rows import VectorFileError

TOKEN_MATRICES = ("embeddings", "embedding.weight")  # model2vec's, sentence-transformers'
BEGINNINGS = ("▁".encode(), "Ġ".encode())


def of_tokens(path: Path, tensors: Mapping[str, np.ndarray]) -> tuple[list[bytes], np.ndarray, dict[str, int]]:
    """Tokens, their rows (V, d), and what is odd about them. Raises VectorFileError where the parts do not fit."""
    matrix = _token_rows(path, tensors)
    by_id = _vocabulary(path)
    if not by_id or max(by_id) >= len(matrix):
        last = f"tokens up to id {max(by_id)}" if by_id else "no tokens"
        raise VectorFileError(f"{path}: rows for {len(matrix)} tokens, but the tokenizer.json beside it has {last}")
    ids = sorted(by_id)
    tokens = [by_id[token_id] for token_id in ids]
    noted = {
        "rows without a token left out": len(matrix) - len(tokens),
        "tokens whose ▁ or Ġ begins a word, kept as they are": sum(token.startswith(BEGINNINGS) for token in tokens),
    }
    return tokens, matrix if len(ids) == len(matrix) else matrix[ids], noted


def _token_rows(path: Path, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
    """A row (T, d) for each token, by its id."""
    matrix = next(tensors[name] for name in TOKEN_MATRICES if name in tensors)
    mapping, weights = tensors.get("mapping"), tensors.get("weights")
    if matrix.ndim != 2 or not matrix.size:
        raise VectorFileError(f"{path}: expected a matrix, found a tensor of shape {matrix.shape}")
    if mapping is not None:
        if mapping.ndim != 1 or mapping.dtype.kind not in "iu" or not ((mapping >= 0) & (mapping < len(matrix))).all():
            raise VectorFileError(f"{path}: the tensor mapping does not say which of {len(matrix)} rows tokens have")
        matrix = matrix[mapping]
    if weights is not None:
        if weights.shape != (len(matrix),):
            raise VectorFileError(f"{path}: {len(matrix)} tokens, but weights of shape {weights.shape}")
        matrix = matrix.astype(np.float32) * weights[:, None]
    return matrix


def _vocabulary(path: Path) -> dict[int, bytes]:
    """The tokens by their ids. Raises VectorFileError where the file beside `path` is missing or something else."""
    beside = path.with_name("tokenizer.json")
    if not beside.exists():
        raise VectorFileError(f"{path}: its words are in a tokenizer.json, which is not beside it: put it there")
    try:
        found = json.loads(beside.read_bytes())
        vocabulary = found["model"]["vocab"]
        if isinstance(vocabulary, dict):
            pairs = [(token_id, token) for token, token_id in vocabulary.items()]
        else:  # Unigram's pairs of token and score, in the order of their ids
            pairs = [(token_id, token) for token_id, (token, _) in enumerate(vocabulary)]
        pairs += [(added["id"], added["content"]) for added in found.get("added_tokens") or ()]
        if any(type(token_id) is not int or token_id < 0 for token_id, _ in pairs):
            raise ValueError("an id is not a number from 0 up")
        return {token_id: token.encode("utf-8", "surrogatepass") for token_id, token in pairs}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise VectorFileError(f"{path}: the tokenizer.json beside it is no tokenizer's ({reason})") from None
