"""Files that are whole or not there: everything is written beside its place and moved into it at the end."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        # The reader knows the file by its own name. A write to a full disk names none at all.
        if error.filename is None or ".part-" in str(error.filename):
            raise OSError(error.errno, error.strerror or str(error), str(path)) from None
        raise
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8. What UTF-8 cannot hold, such as a damaged file name in a title, becomes "?"."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="replace")


def write_json(path: str | Path, value: object) -> None:
    """Write `value` as `to_json` has it."""
    write_text(path, to_json(value))


def to_json(value: object) -> str:
    """Indented JSON with unrounded floats, and NumPy's scalars and arrays as numbers and lists.

    JSON knows neither NaN nor infinity: both become null wherever they are.
    """

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {clean(key): clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [clean(inner) for inner in value]
        if hasattr(value, "tolist"):
            return clean(value.tolist())
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(clean(value), indent=2, allow_nan=False) + "\n"


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
            raise OSError(None, f"cannot be written: {error}", str(path)) from None


def demand_writable(folder: str | Path) -> None:
    """Make `folder` if need be; raise OSError now, not after an hour of work, where nothing can be written in it."""
    probe = Path(folder, ".writable")
    with replacing(probe) as temporary:
        temporary.touch()
    probe.unlink()
