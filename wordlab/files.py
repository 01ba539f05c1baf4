"""Files that are whole or not there: everything is written beside its place and moved into it at the end."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and move it into place only if the block succeeds.

    A reader never sees half a file, and what was saved before survives a crash or a full disk.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = None
    try:
        # The suffix is kept, since matplotlib and others choose a format by it.
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp's 0600 would make the result private
        os.replace(temporary, path)
    except OSError as error:
        if ".part-" in str(error.filename):  # the reader knows the file by its own name
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: object) -> None:
    """Write `value` as `to_json` has it."""
    write_text(path, to_json(value))


def to_json(value: object) -> str:
    """Indented JSON with unrounded floats. A NaN, which JSON does not know, becomes null wherever it is."""

    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [clean(inner) for inner in value]
        return None if isinstance(value, float) and math.isnan(value) else value

    return json.dumps(clean(value), indent=2) + "\n"


def save_tensors(path: str | Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write named arrays as safetensors. Raises OSError where the file cannot be written."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}  # save_file takes raw memory
    with replacing(path) as temporary:
        try:
            save_file(tensors, temporary, metadata)
        except SafetensorError as error:  # its own wrapping of the system's error
            raise OSError(f"{path}: cannot be written: {error}") from None


def demand_writable(folder: str | Path) -> None:
    """Make `folder` if need be; raise OSError now, not after an hour of work, where nothing can be written in it."""
    probe = Path(folder, ".writable")
    with replacing(probe) as temporary:
        temporary.touch()
    probe.unlink()
