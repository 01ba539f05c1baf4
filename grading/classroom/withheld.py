"""Solved bodies: which there are, sources without them, and a search for them in files that students get.

A body is the part of a function between the marks of grading/marks.py. Two bodies are the same if Python reads them
alike: comments, blank lines and layout make no difference.
"""

from __future__ import annotations

import ast
import doctest
import functools
import re
import textwrap
from collections.abc import Iterator, Mapping

from grading.marks import ANSWER, answers, is_marked
from grading.places import PACKAGES, ROOT

FENCE = re.compile(r"^( *)```[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


@functools.cache
def marked_files() -> dict[str, str]:
    """The labs' sources that hold bodies, by their path in the repository."""
    paths = (path for package in PACKAGES.values() for path in sorted((ROOT / package).rglob("*.py")))
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return {file: text for file, text in texts.items() if is_marked(text)}


def bodies(files: Mapping[str, str]) -> dict[str, str]:
    """Every solved body of the sources `files`, by "file function"."""
    return {f"{file} {name}": body for file, text in files.items() for name, body in answers(text).items()}


def emptied(source: str) -> str:
    """`source` with its marks, and nothing but an error between them: a file that is known to be the learner's."""

    def hole(found: re.Match[str]) -> str:
        return (
            f"{found[1]}# BEGIN SOLUTION: {found[2]}\n{found[1]}raise NotImplementedError\n{found[1]}# END SOLUTION\n"
        )

    return ANSWER.sub(hole, source)


def given_away(files: Mapping[str, bytes], solved: Mapping[str, str]) -> list[str]:
    """ "FILE shows BODY" for every body of `solved` that is in a Python file, or in a fence of a Markdown page."""
    runs = {name: _statements(ast.parse(textwrap.dedent(body)).body) for name, body in solved.items()}
    found = []
    for file, content in files.items():
        for block in _blocks(file, content):
            lists = list(_statement_lists(block))
            found += [f"{file} shows {name}" for name, run in runs.items() if any(_holds(each, run) for each in lists)]
    return list(dict.fromkeys(found))


def _blocks(file: str, content: bytes) -> Iterator[ast.Module]:
    """The syntax trees of a file: its own, or those of a page's fences and of the sessions in them."""
    text = content.decode("utf-8", errors="replace")
    if file.endswith(".py"):
        yield ast.parse(text)
    elif file.endswith(".md"):
        for _, block in FENCE.findall(text):
            yield from _fenced(textwrap.dedent(block))


def _fenced(block: str) -> Iterator[ast.Module]:
    """The trees of a fence. Of one that is no program as a whole, every part between blank lines that is one."""
    if ">>> " in block:
        block = "".join(example.source for example in doctest.DocTestParser().get_examples(block))
    for part in [block, *re.split(r"\n\s*\n", block)]:
        try:
            yield ast.parse(textwrap.dedent(part))
        except SyntaxError:  # a signature, a shell's line, a formula
            continue


def _statements(nodes: list[ast.stmt]) -> list[str]:
    return [ast.dump(node) for node in nodes]


def _statement_lists(tree: ast.Module) -> Iterator[list[str]]:
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield _statements(value)


def _holds(statements: list[str], run: list[str]) -> bool:
    """Whether `run` is in `statements`, without a gap."""
    return any(statements[start : start + len(run)] == run for start in range(len(statements) - len(run) + 1))
