"""Vectors for other tools: TensorFlow's Embedding Projector, and sentence-transformers.

Both are folders of plain files; neither tool, nor its libraries, is needed to write them.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from wordlab.files import replacing, save_tensors, write_text

import numpy as np

from lab03_eval.sentences import JOINERS, SPELT, spells_digits, split_words
from lab03_eval.vectors.lookup import CASES, Lookup
from lab03_eval.vectors.word_vectors import WordVectors

# A word, as the tokenizers library's regular expressions have it; sentences.py says which characters belong to one.
TOKEN = rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}}\p{{M}}{JOINERS}]*"


def export_projector(vectors: WordVectors, folder: str | Path, limit: int | None = None) -> None:
    """Write `vectors.tsv` and `metadata.tsv` for https://projector.tensorflow.org ("Load").

    `limit` keeps the first (most frequent) rows; the page draws some ten thousand points with ease. Line n of one file
    belongs to line n of the other. White space inside a word becomes a space, since tabs and line ends separate the
    columns and rows, and a word in which nothing is to be seen is written by its characters' numbers, as <U+00A0>.
    """
    folder = Path(folder)
    row_format = "\t".join(["%.9g"] * vectors.dim) + "\n"
    with replacing(folder / "vectors.tsv") as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(row_format % tuple(row.tolist()) for row in vectors.matrix[:limit])
    with replacing(folder / "metadata.tsv") as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(visible(word) + "\n" for word in vectors.words[:limit])


def visible(word: str) -> str:
    """The word on one line, never blank: a no-break space is <U+00A0>, and a word without characters <empty>."""
    if all(unicodedata.category(character)[0] in "ZC" for character in word):  # separators and controls
        return "".join(f"<U+{ord(character):04X}>" for character in word) or "<empty>"
    return " ".join(word.split())


def export_sentence_transformer(vectors: WordVectors, folder: str | Path) -> None:
    """Write a `StaticEmbedding` folder, loaded by `SentenceTransformer(folder)`: a text is its tokens' mean.

    The tokens and their rows are those of SentenceEncoder's method "mean". The last row, for unknown tokens, is zero.
    It adds nothing to the sum but counts in the mean, so that it changes a text's length and no cosine. Two rare things
    differ. Where the vocabulary has capitals, a word in mixed case ("iPHONE") is found only if it is written so there.
    And where it holds a word composed (NFC) and decomposed (NFD), as two rows, both are read as the composed one.
    """
    folder = Path(folder)
    unknown = "[UNK]"
    while unknown in vectors.index:
        unknown = f"[{unknown}]"
    lower = all(word == word.lower() or split_words(word) != [word] for word in vectors.words)  # <UNK> is no token
    rows = token_rows(vectors, lower)
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers(lower, spells_digits(vectors.words))},
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": TOKEN}, "behavior": "Removed", "invert": True},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": rows | {unknown: len(vectors)}, "unk_token": unknown},
    }
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
    zero = np.zeros((1, vectors.dim), dtype=np.float32)
    save_tensors(folder / "model.safetensors", {"embedding.weight": np.vstack([vectors.matrix, zero])}, {})
    for name, content in (("tokenizer.json", tokenizer), ("modules.json", modules)):
        write_text(folder / name, json.dumps(content, ensure_ascii=False, indent=2))


def token_rows(vectors: WordVectors, lower: bool) -> dict[str, int]:
    """The row of every token that the tokenizer knows: of each word, and of its other spellings by lookup.py's rule.

    A tokenizer finds a token only as it is in its list. Tokens are composed (NFC), and in lower case if `lower`.
    """
    lookup = Lookup(vectors)
    rows = dict(vectors.index)
    for word in vectors.index:
        composed = unicodedata.normalize("NFC", word)
        for spelling in [composed] if lower else [case(composed) for case in (*CASES, str.upper)]:
            rows.setdefault(spelling, lookup.row(spelling))
    return {token: row for token, row in rows.items() if row >= 0}


def _normalizers(lower: bool, spell_digits: bool) -> list[dict[str, Any]]:
    spelt = [{"type": "Replace", "pattern": {"String": chr(digit)}, "content": name} for digit, name in SPELT.items()]
    return [{"type": "NFC"}, *([{"type": "Lowercase"}] if lower else []), *(spelt if spell_digits else [])]
