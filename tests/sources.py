"""The repository's Python files as syntax trees, and which of its modules imports which."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

LABS = ("wordlab", "lab01_word2vec", "lab02_glove_fasttext", "lab03_eval")
PACKAGES = (*LABS, "best_vectors", "grading", "scripts", "demos", "tests")
COMMANDS = "lab01_word2vec", "lab02_glove_fasttext", "lab03_eval", "scripts"  # where files are run as commands


@functools.cache
def files() -> list[Path]:
    """Every Python file of the repository; environments, caches and results are not among them."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if parts[0] not in ("runs", "build", "dist") and not any(part.startswith(".") for part in parts):
            found.append(path)
    return found


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module_of(path: Path) -> str:
    """The dotted name of a file; a package's is that of its `__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def modules() -> dict[str, Path]:
    return {module_of(path): path for path in files() if module_of(path).split(".")[0] in PACKAGES}


def names_imported(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere, inside functions included, and the names that it takes from them."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


@functools.cache
def imports() -> dict[str, set[str]]:
    """The modules of this repository that each of them imports by name."""
    found = {}
    for name, path in modules().items():
        wanted = set(names_imported(path))
        wanted |= {name.rpartition(".")[0] for name in wanted if name not in modules()}
        found[name] = (wanted & set(modules())) - {name}
    return found


def reached(start: str) -> set[str]:
    """The modules that importing `start` may import, itself included, and the packages that they lie in."""
    found, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += imports().get(name, set())
            todo += [name.rpartition(".")[0]] if "." in name else []
    return found & set(modules())


def commands() -> list[Path]:
    """The files of the labs and scripts that are run as commands."""
    return [
        path
        for path in files()
        if path.relative_to(ROOT).parts[0] in COMMANDS and '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    ]
