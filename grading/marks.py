"""The marks around a lab's answers, and a source without the one or the other, or with other answers.

An answer is the part of a function between the comments `# BEGIN SOLUTION: hint` and `# END SOLUTION`. In a starter the
hint and a NotImplementedError take its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

ANSWER = re.compile(r"^( *)# BEGIN SOLUTION: (.+)\n((?:.*\n)*?)\1# END SOLUTION\n", re.MULTILINE)
MARK = re.compile(r"^ *# (?:BEGIN|END) SOLUTION.*\n", re.MULTILINE)
WIDTH = 120


def is_marked(source: str) -> bool:
    """Whether `source` holds an answer."""
    return ANSWER.search(source) is not None


def without_marks(source: str) -> str:
    """`source` with its answers, but not the comments around them."""
    return MARK.sub("", source)


def without_answers(source: str) -> str:
    """`source` with every answer replaced by its hint, as a comment and as the error that the function raises."""

    def hole(found: re.Match[str]) -> str:
        indent, hint = found[1], found[2]
        name = _enclosing(functions, source.count("\n", 0, found.start()) + 1)
        message = f"{name}: {hint}".replace("\\", "\\\\").replace('"', '\\"')
        line = f'{indent}raise NotImplementedError("{message}")\n'
        if len(line) > WIDTH:
            line = f'{indent}raise NotImplementedError(\n{indent}    "{message}"\n{indent})\n'
        return f"{indent}# YOUR CODE: {hint}\n{line}"

    functions = list(_functions(ast.parse(source)))
    return ANSWER.sub(hole, source)


def with_answers(source: str, given: Mapping[str, str]) -> str:
    """`source` with the answers `given`, by function, in the place of its own; a function without one raises."""

    def fill(found: re.Match[str]) -> str:
        name = _enclosing(functions, source.count("\n", 0, found.start()) + 1)
        return given.get(name, f'{found[1]}raise NotImplementedError("{name} is written in its own lab")\n')

    functions = list(_functions(ast.parse(source)))
    return ANSWER.sub(fill, source)


def answers(source: str) -> dict[str, str]:
    """The lines between the marks, by the name of the function that they are in."""
    functions = list(_functions(ast.parse(source)))
    return {_enclosing(functions, source.count("\n", 0, m.start()) + 1): m[3] for m in ANSWER.finditer(source)}


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """(qualified name, first line, last line) of every function and method, outer ones first."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            if isinstance(node, ast.FunctionDef):
                yield prefix + node.name, node.lineno, node.end_lineno or node.lineno
            yield from _functions(node, f"{prefix}{node.name}.")


def _enclosing(functions: list[tuple[str, int, int]], line: int) -> str:
    return [name for name, first, last in functions if first <= line <= last][-1]
