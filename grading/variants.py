"""Variants: constants of a lab that every student has different ones of.

A variant changes what functions take by default. The constants of a student are drawn from a secret of the instructor
and the student's id, by HMAC (RFC 2104): the starter is made with them and the grader derives them again, so nothing
has to be stored, and who does not know the secret cannot tell another student's constants.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from wordlab.errors import InputError
from wordlab.tables import markdown

from grading.steps import Constant, Step

SHORTEST = 16  # bytes of a secret
YOURS = """\
## Your constants

These defaults are yours alone, and the grader knows them. Your starter has them in its signatures already. Where an
example on this page needs other values, it names them.\
"""


def read_secret(path: Path) -> bytes:
    """The instructor's secret. Raises InputError for one that can be guessed."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        remedy = f'python -c "import secrets; print(secrets.token_hex())" > {path} makes one'
        raise InputError(f"{path}: {error.strerror or error}; {remedy}") from None
    if len(secret) < SHORTEST:
        raise InputError(f"{path}: {len(secret)} bytes are no secret; write {SHORTEST} or more into it")
    return secret


def draw(constants: tuple[Constant, ...], secret: bytes, student: str) -> dict[str, str]:
    """The student's value of every constant by its name. Capitals in an id make no difference."""
    drawn = {}
    for constant in constants:
        message = f"{constant.step}\0{constant.name}\0{student.strip().lower()}".encode()
        number = int.from_bytes(hmac.digest(secret, message, hashlib.sha256))
        drawn[constant.name] = constant.choices[number % len(constant.choices)]
    return drawn


def with_constants(exercise: str, constants: Sequence[tuple[Constant, str]]) -> str:
    """A lab's EXERCISE.md with the values of a variant in its signatures, and a table of them before its first step."""
    if not constants:
        return exercise
    for constant, value in constants:
        exercise = exercise.replace(*constant.edit(value))
    rows = [[f"`{constant.function}`", f"`{constant.name}`", f"`{value}`"] for constant, value in constants]
    table = markdown(["function", "parameter", "its default"], rows)
    at = exercise.index("\n## ") + 1
    return f"{exercise[:at]}{YOURS}\n\n{table}\n\n{exercise[at:]}"


def usual(constants: tuple[Constant, ...]) -> dict[str, str]:
    """The lab's own value of every constant by its name."""
    return {constant.name: constant.usual for constant in constants}


def checks(constants: tuple[Constant, ...], drawn: Mapping[str, str], step: str) -> list[Step]:
    """The further steps by which a variant with the values `drawn` is told at `step`."""
    return [each.check(drawn[each.name]) for each in constants if each.step == step and each.name in drawn]
