"""A Python file without the parts that Python cannot read, so that a slip in one function costs no other step."""

from __future__ import annotations

import re

# Where a part begins at the top level: a decorator, a function, a class, an assignment, what runs as a command.
PART = re.compile(r"^(?=@|def \w|class [A-Z]|\w+(?:: [^=\n]+)? = |if __name__)", re.MULTILINE)
DECORATED = re.compile(r"^@.*\n\Z", re.MULTILINE)
NAMED = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


def fault(source: bytes) -> str | None:
    """Why Python cannot read a file, as "LINE:COLUMN: what is wrong"; None if it can."""
    try:
        compile(source, "", "exec")
    except SyntaxError as error:
        return f"{error.lineno}:{error.offset}: {error.msg}"
    except ValueError as error:  # a null byte
        return f"1:1: {error}"
    return None


def readable(source: bytes) -> bytes | None:
    """`source` with a function that raises in place of each function or class that Python cannot read.

    Every line keeps its number. None where the imports, or what remains, cannot be read either.
    """
    try:
        imports, *parts = _parts(source.decode())
    except UnicodeDecodeError:
        return None
    whole = (part if fault(part.encode()) is None else _hole(part) for part in parts)
    kept = (imports + "".join(whole)).encode()
    return kept if fault(kept) is None else None


def _parts(text: str) -> list[str]:
    """The text cut before every top-level part; a decorator stays with its function."""
    parts: list[str] = []
    for part in PART.split(text):
        if parts and DECORATED.search(parts[-1]):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _hole(part: str) -> str:
    """As many lines as `part` has, which define its name, if it has one."""
    name = NAMED.search(part)
    stub = f'def {name[1]}(*_, **__): raise SyntaxError("Python cannot read it")' if name else ""
    return stub + "\n" * part.count("\n")
