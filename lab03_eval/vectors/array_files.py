"""The formats that hold named arrays: safetensors and NumPy's .npz."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wordlab.files import replacing, save_tensors

import numpy as np

from lab03_eval.vectors.ngram_tensors import NGRAM_TENSORS, as_tensors, of_tensors
from lab03_eval.vectors.rows import NGrams, Rows, VectorFileError, checked, refuse_words
from lab03_eval.vectors.tokens import TOKEN_MATRICES, of_tokens


def read_safetensors(path: Path, limit: int | None = None) -> Rows:
    """The tensor `matrix`, its words from the metadata, perhaps `counts`; other tensors are left alone.

    Without `matrix` the file is one of model2vec's, or of sentence-transformers' StaticEmbedding, whose words are in
    the tokenizer.json beside it.
    """
    from safetensors import safe_open

    wanted = ("matrix", "counts", *TOKEN_MATRICES, "mapping", "weights", *NGRAM_TENSORS)
    try:
        with safe_open(path, framework="numpy") as file:
            words = (file.metadata() or {}).get("words")
            names = sorted(file.keys())
            tensors = {name: _tensor(path, file, name) for name in wanted if name in names}
    except (OSError, ImportError):
        raise
    except Exception as error:  # SafetensorError for a damaged file; numpy's own for a type that it lacks
        raise VectorFileError(f"{path}: not a readable safetensors file: {_one_line(error)}") from None
    if words is not None and "matrix" in tensors:
        ngrams = of_tensors(path, tensors) if "ngrams" in tensors else None
        texts = words.encode().split(b"\n")
        return _from_arrays(path, texts, tensors["matrix"], tensors.get("counts"), limit, ngrams=ngrams)
    if not tensors.keys() & {*TOKEN_MATRICES}:
        raise VectorFileError(
            f'{path}: expected a tensor "matrix" and "words" in the metadata, or a tensor "embeddings" or '
            f'"embedding.weight" and a tokenizer.json beside the file; found {", ".join(names[:5]) or "no tensor"}'
        )
    tokens, matrix, noted = of_tokens(path, tensors)
    return _from_arrays(path, tokens, matrix, None, limit, noted)


def _tensor(path: Path, file: Any, name: str) -> np.ndarray:
    """A tensor as numpy has it; torch reads bfloat16 and the floats of 8 bits, which numpy lacks."""
    if not file.get_slice(name).get_dtype().startswith(("BF", "F8")):
        return np.asarray(file.get_tensor(name))
    from safetensors import safe_open

    with safe_open(path, framework="pt") as other:
        return np.asarray(other.get_tensor(name).float().numpy())


def read_npz(path: Path, limit: int | None = None) -> Rows:
    """The arrays `words` and `vectors`, perhaps `counts`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("words", "vectors", "counts") if name in file}
            words = arrays["words"].ravel().tolist() if "words" in arrays else []
    except OSError:
        raise
    except ValueError as error:
        raise VectorFileError(f"{path}: not a readable .npz file: {_npz_fault(error)}") from None
    except Exception as error:  # numpy, zipfile and zlib name a damaged archive by a dozen different types
        raise VectorFileError(f"{path}: not a readable .npz file: {_one_line(error)}") from None
    if not words or "vectors" not in arrays:
        raise VectorFileError(f'{path}: expected arrays "words" (text) and "vectors"')
    if not isinstance(words[0], str | bytes):
        raise VectorFileError(
            f'{path}: expected arrays "words" (text) and "vectors"; "words" is {arrays["words"].dtype}'
        )
    # A surrogate, which numpy's text may hold, is no UTF-8: it is replaced and counted like a damaged byte.
    raw = [word if isinstance(word, bytes) else word.encode("utf-8", "surrogatepass") for word in words]
    return _from_arrays(path, raw, arrays["vectors"], arrays.get("counts"), limit)


def _npz_fault(error: ValueError) -> str:
    reason = _one_line(error)
    if "Object arrays" in reason:
        return "an array of Python objects is pickled, and pickles are never loaded: save words.astype(str)"
    return "no zip archive" if "pickled data" in reason else reason


def _from_arrays(
    path: Path,
    words: list[bytes],
    matrix: np.ndarray,
    counts: np.ndarray | None,
    limit: int | None,
    noted: Mapping[str, int] | None = None,
    ngrams: NGrams | None = None,
) -> Rows:
    if matrix.ndim != 2 or len(words) != len(matrix) or not matrix.size or matrix.dtype.kind not in "fiu":
        raise VectorFileError(f"{path}: {len(words)} words for a matrix of shape {matrix.shape}, type {matrix.dtype}")
    if counts is not None and (counts.shape != (len(words),) or counts.dtype.kind not in "fiu"):
        raise VectorFileError(f"{path}: {len(words)} words for counts of shape {counts.shape}, type {counts.dtype}")
    if limit:
        words, matrix, counts = words[:limit], matrix[:limit].copy(), None if counts is None else counts[:limit]
    return checked(path, words, matrix, counts, ngrams, noted)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def write_safetensors(rows: Rows, path: Path) -> None:
    refuse_words(rows.words, path, r"\n")
    counts = {} if rows.counts is None else {"counts": np.asarray(rows.counts)}
    ngrams = as_tensors(rows.ngrams) if rows.ngrams else {}
    save_tensors(path, {"matrix": rows.matrix} | counts | ngrams, {"words": "\n".join(rows.words)})


def write_npz(rows: Rows, path: Path) -> None:
    refuse_words(rows.words, path, r"\0\Z")  # numpy drops zeros at the end of text
    counts = {} if rows.counts is None else {"counts": np.asarray(rows.counts)}
    with replacing(path) as temporary:
        np.savez(temporary, allow_pickle=False, words=np.array(rows.words), vectors=rows.matrix, **counts)
