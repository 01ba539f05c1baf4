"""What the commands of all labs share: checked numbers, and one line for what goes wrong."""

from __future__ import annotations

import argparse
import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def number(kind: type, low: float, high: float, open_low: bool = False) -> Callable[[str], Any]:
    """An argparse type: a finite `kind` within [low, high], or (low, high] if `open_low`."""
    bracket = "(" if open_low else "["

    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (low < value if open_low else low <= value) or not value <= high:
            raise argparse.ArgumentTypeError(f"expected {kind.__name__} in {bracket}{low}, {high}], got {text!r}")
        return value

    return parse


@contextlib.contextmanager
def one_line_errors(
    parser: argparse.ArgumentParser, place: str | Path | None, *errors: type[Exception]
) -> Iterator[None]:
    """End with status 2 and one line for one of `errors`, and for the system's, at `place` where it names no file."""
    try:
        yield
    except errors as error:
        parser.exit(2, f"error: {error}\n")
    except OSError as error:
        parser.exit(2, f"error: {error.filename or place}: {error.strerror or error}\n")
