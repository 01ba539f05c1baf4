"""Printing that cannot end a command: results outlive a console that lacks their letters, or that is gone."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast


class LastingStream:
    """A text stream whose writes never fail. The first failure is kept in `error`, and what follows it is dropped."""

    def __init__(self, stream: TextIO):
        self.stream = stream
        self.error: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        with self._kept():
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._kept():
            self.stream.flush()

    @contextlib.contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or error
            # Python writes what is still buffered when it ends, and would fail again.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)


@contextlib.contextmanager
def lasting_output() -> Iterator[LastingStream]:
    """Inside it, what is printed may get lost and never raises; yields standard output.

    Letters that the console's encoding lacks become "?". A stream that was closed before Python started is replaced,
    or the next file that is opened would take its number and get what is printed.
    """
    before = sys.stdout, sys.stderr
    out, errors = (LastingStream(stream or io.TextIOWrapper(io.FileIO(os.devnull, "w"))) for stream in before)
    if isinstance(out.stream, io.TextIOWrapper):
        out.stream.reconfigure(errors="replace")  # standard error writes such letters as escapes by itself
    sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, errors)
    try:
        yield out
    finally:
        out.flush()
        errors.flush()
        sys.stdout, sys.stderr = before
