"""The bars of the house: how long files and functions may be, and who may import whom."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sources import LABS, PACKAGES, commands, files, imports, modules, tree

LESSON, FILE, FUNCTION = 300, 400, 40  # lines, at most
# Longer functions, at most four: "file: name", and why it is better whole.
LONG_FUNCTIONS: dict[str, str] = {}
# Files that may speak of Python's search path, and why.
SEARCH_PATH: dict[str, str] = {"tests/test_house.py": "it looks for the others"}
# Whose modules each package may import beside its own.
MAY_IMPORT = {
    "wordlab": set(),
    "lab03_eval": {"wordlab"},
    "lab01_word2vec": {"lab03_eval", "wordlab"},
    "lab02_glove_fasttext": {"lab01_word2vec", "lab03_eval", "wordlab"},
    "best_vectors": set(LABS),
    "demos": {"wordlab", "lab03_eval"},
    "grading": set(LABS),
    "scripts": {*LABS, "best_vectors", "grading", "demos"},
    "tests": {*LABS, "best_vectors", "grading", "demos", "scripts"},
}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_the_house_allows():
    length = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files()}
    lessons = {f"{lab}/solution.py" for lab in LABS}
    assert not {file: lines for file, lines in length.items() if lines > (LESSON if file in lessons else FILE)}


def test_long_functions_are_few_and_named_with_a_reason():
    found = set()
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= FUNCTION:
                found.add(f"{place(path)}: {node.name}")
    assert found == set(LONG_FUNCTIONS)
    assert len(LONG_FUNCTIONS) <= 4
    assert all(LONG_FUNCTIONS.values())


def test_the_search_path_is_left_alone():
    """In code, and in programs that are kept as text."""
    found = {place(path) for path in files() if "sys.path" in path.read_text(encoding="utf-8")}
    assert found == set(SEARCH_PATH)
    assert all(SEARCH_PATH.values())


def test_imports_are_where_ruff_expects_them():
    for path in files():
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
        assert not [comment for comment in comments if re.search(r"noqa\b.*\bE402", comment)], place(path)


def test_no_circle_of_imports():
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(reversed(error.args[1]))) from None


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package):
    others = {
        f"{module} imports {imported}"
        for module in modules()
        for imported in imports()[module]
        if module.split(".")[0] == package and imported.split(".")[0] not in MAY_IMPORT[package] | {package}
    }
    assert not others


def test_circles_and_imports_inside_functions_are_found():
    """Of what the tests above look for: each kind, in a graph that has it."""
    assert "lab01_word2vec.command" in imports()["lab01_word2vec.__main__"]  # from a.b import c
    assert "lab03_eval.pictures.plots" in imports()["lab01_word2vec.command"]  # inside a function
    assert "lab03_eval.vectors" in imports()["lab01_word2vec.solution"]  # a package
    with pytest.raises(CycleError):
        TopologicalSorter(imports() | {"wordlab.errors": {"lab01_word2vec.solution"}}).prepare()


def test_every_command_of_the_house_is_known():
    found = {place(path) for path in commands()}
    assert {f"{lab}/solution.py" for lab in LABS if lab != "wordlab"} <= found
    assert {"lab01_word2vec/numpy_sgns.py", "lab03_eval/eval_embeddings.py", "scripts/report.py"} <= found
