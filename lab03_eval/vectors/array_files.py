"""The formats that hold named arrays: safetensors and NumPy's .npz."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lab03_eval.vectors.rows import Rows, VectorFileError, checked, refuse_words
from wordlab.files import replacing, save_tensors


def read_safetensors(path: Path) -> Rows:
    """The tensor `matrix`, its words from the metadata, perhaps `counts`; other tensors are left alone."""
    from safetensors import safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            words = (file.metadata() or {}).get("words")
            names = set(file.keys())
            tensors = {name: file.get_tensor(name) for name in ("matrix", "counts") if name in names}
    except OSError:
        raise
    except Exception as error:  # SafetensorError for a damaged file; numpy's own for a type that it lacks
        raise VectorFileError(f"{path}: not a readable safetensors file: {_one_line(error)}") from None
    if words is None or "matrix" not in tensors:
        raise VectorFileError(f'{path}: expected a tensor "matrix" and "words" in the metadata')
    return _from_arrays(path, words.encode().split(b"\n"), tensors["matrix"], tensors.get("counts"))


def read_npz(path: Path) -> Rows:
    """The arrays `words` and `vectors`, perhaps `counts`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("words", "vectors", "counts") if name in file}
            words = arrays["words"].ravel().tolist() if "words" in arrays else []
    except OSError:
        raise
    except ValueError as error:
        reason = _one_line(error)
        if "pickle" in reason:
            reason = "no zip archive, or one with pickled objects, which are never loaded"
        raise VectorFileError(f"{path}: not a readable .npz file: {reason}") from None
    except Exception as error:  # numpy, zipfile and zlib name a damaged archive by a dozen different types
        raise VectorFileError(f"{path}: not a readable .npz file: {_one_line(error)}") from None
    if not words or "vectors" not in arrays or not isinstance(words[0], str | bytes):
        raise VectorFileError(f'{path}: expected arrays "words" (text) and "vectors"')
    # A surrogate, which numpy's text may hold, is no UTF-8: it is replaced and counted like a damaged byte.
    raw = [word if isinstance(word, bytes) else word.encode("utf-8", "surrogatepass") for word in words]
    return _from_arrays(path, raw, arrays["vectors"], arrays.get("counts"))


def _from_arrays(path: Path, words: list[bytes], matrix: np.ndarray, counts: np.ndarray | None) -> Rows:
    if matrix.ndim != 2 or len(words) != len(matrix) or not matrix.size or matrix.dtype.kind not in "fiu":
        raise VectorFileError(f"{path}: {len(words)} words for a matrix of shape {matrix.shape}, type {matrix.dtype}")
    if counts is not None and (counts.shape != (len(words),) or counts.dtype.kind not in "fiu"):
        raise VectorFileError(f"{path}: {len(words)} words for counts of shape {counts.shape}, type {counts.dtype}")
    return checked(path, words, matrix, counts)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def write_safetensors(rows: Rows, path: Path) -> None:
    refuse_words(rows.words, path, r"\n")
    counts = {} if rows.counts is None else {"counts": np.asarray(rows.counts)}
    save_tensors(path, {"matrix": rows.matrix} | counts, {"words": "\n".join(rows.words)})


def write_npz(rows: Rows, path: Path) -> None:
    refuse_words(rows.words, path, r"\0\Z")  # numpy drops zeros at the end of text
    counts = {} if rows.counts is None else {"counts": np.asarray(rows.counts)}
    with replacing(path) as temporary:
        np.savez(temporary, allow_pickle=False, words=np.array(rows.words), vectors=rows.matrix, **counts)
