"""Vectors for other tools: TensorFlow's Embedding Projector, and sentence-transformers.

Both are folders of plain files; neither tool, nor its libraries, is needed to write them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from lab03_eval.vectors.word_vectors import WordVectors
from wordlab.files import replacing, save_tensors, write_text


def export_projector(vectors: WordVectors, folder: str | Path, limit: int | None = None) -> None:
    """Write `vectors.tsv` and `metadata.tsv` for https://projector.tensorflow.org ("Load").

    `limit` keeps the first (most frequent) rows; the page draws some ten thousand points with ease. White
    space inside a word becomes a space, since tabs and line ends separate the columns and rows.
    """
    folder = Path(folder)
    row_format = "\t".join(["%.9g"] * vectors.dim) + "\n"
    with replacing(folder / "vectors.tsv") as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(row_format % tuple(row.tolist()) for row in vectors.matrix[:limit])
    with replacing(folder / "metadata.tsv") as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(word.split()) + "\n" for word in vectors.words[:limit])


def export_sentence_transformer(vectors: WordVectors, folder: str | Path) -> None:
    """Write a `StaticEmbedding` folder, loaded by `SentenceTransformer(folder)`: a text is its tokens' mean.

    A text is cut into runs of letters and digits and runs of other signs, and lower-cased where all words of
    the vocabulary are. The last row, for unknown tokens, is zero. It adds nothing to the sum but counts in
    the mean, so that it changes a text's length and no cosine.
    """
    folder = Path(folder)
    unknown = "[UNK]"
    while unknown in vectors.index:
        unknown = f"[{unknown}]"
    lower = all(word == word.lower() for word in vectors.words)
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"} if lower else None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vectors.index | {unknown: len(vectors)}, "unk_token": unknown},
    }
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
    zero = np.zeros((1, vectors.dim), dtype=np.float32)
    save_tensors(folder / "model.safetensors", {"embedding.weight": np.vstack([vectors.matrix, zero])}, {})
    for name, content in (("tokenizer.json", tokenizer), ("modules.json", modules)):
        write_text(folder / name, json.dumps(content, ensure_ascii=False, indent=2))
