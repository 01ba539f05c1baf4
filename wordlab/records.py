"""JSON that a command wrote and reads again: what is missing or of another shape is told by its file and place."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wordlab.errors import InputError


class Record(dict[str, Any]):
    """A JSON object that knows its place in its file, and notes which place was asked for last."""

    asked = ""  # of all records

    def __init__(self, value: dict[str, Any], place: str):
        super().__init__({key: _placed(inner, f"{place} {key}") for key, inner in value.items()})
        self.place = place

    def __getitem__(self, key: str) -> Any:
        Record.asked = f"{self.place} {key}"
        return super().__getitem__(key)

    def __missing__(self, key: str) -> Any:
        raise InputError(f"{self.place} holds no {key}; restore the file, or measure again")


def read_record(path: Path) -> Record:
    """The JSON object in a file. Raises InputError where the file holds none, OSError where it cannot be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({' '.join(str(error).split())}); restore it or delete it") from None
    if not isinstance(value, dict):
        raise InputError(f"{path}: expected a JSON object, found another value; restore it or delete it")
    return Record(value, f"{path}:")


@contextlib.contextmanager
def reading_records() -> Iterator[None]:
    """Around code that makes something of records: a value of another kind than it expects becomes InputError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        if isinstance(error, InputError):
            raise
        reason = " ".join(str(error).split())
        raise InputError(
            f"{Record.asked}: not what was measured ({reason}); restore the file, or measure again"
        ) from None


def _placed(value: Any, place: str) -> Any:
    if isinstance(value, dict):
        return Record(value, place)
    if isinstance(value, list):
        return [_placed(inner, f"{place} {number}") for number, inner in enumerate(value)]
    return value
