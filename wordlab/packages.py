"""Packages that are missing or broken, and the line that says what to type."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from wordlab.errors import InputError


class MissingPackage(InputError):
    """A package that cannot be imported. The message is one line with pip's command."""


@contextlib.contextmanager
def needs(package: str) -> Iterator[None]:
    """Around imports: whatever they raise becomes MissingPackage. `package` is the name under which pip knows it.

    A package that is there may be another one of the same name, or be built for another version of NumPy, and then
    its import fails in ways of its own.
    """
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MissingPackage(f"{package} cannot be imported ({reason}): pip install {package}") from None
