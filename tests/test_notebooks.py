"""The notebooks: they are what notebooks/build.py makes, they run, they are thin, and they say what is missing."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tests.commands import process
from tests.conftest import ROOT

FOLDER = ROOT / "notebooks"
LABS = {"lab01": "lab01_word2vec", "lab02": "lab02_glove_fasttext", "lab03": "lab03_eval"}
CELLS, LINES = 15, 10  # code cells; lines of one, imports left out: at most
every_lab = pytest.mark.parametrize("lab", LABS)


def read(lab: str) -> NotebookNode:
    return nbformat.read(FOLDER / f"{lab}.ipynb", as_version=4)


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run all cells in `folder`; raises CellExecutionError where one fails."""
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()


def shown(cell: NotebookNode) -> str:
    """What a cell prints and returns, as text."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def test_committed_notebooks_are_what_the_command_makes(tmp_path):
    done = process("notebooks/build.py", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.glob("*.ipynb")}
    assert set(made) == {f"{lab}.ipynb" for lab in LABS}


@every_lab
def test_notebook_is_valid_and_thin(lab):
    notebook = read(lab)
    nbformat.validate(notebook)
    assert 10 <= len(code(notebook)) <= CELLS
    install, imports, *others = code(notebook)
    assert f"{LABS[lab]}.solution" in imports.source
    assert "REPOSITORY" in install.source
    for cell in others:
        nodes = [type(node) for node in ast.walk(ast.parse(cell.source))]
        assert not {ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Import, ast.ImportFrom} & set(nodes)
        assert len(cell.source.splitlines()) <= LINES


@every_lab
def test_notebook_runs(lab, tmp_path):
    notebook = read(lab)
    execute(notebook, tmp_path)
    said = "\n".join(shown(cell) for cell in code(notebook))
    pictures = sum("image/png" in out.get("data", {}) for cell in code(notebook) for out in cell.outputs)
    assert pictures >= 2
    for expected in {
        "lab01": ("9,035 words", "4.159 is the loss, and 6 · ln 2 is 4.159", "'france'"),
        "lab02": ("'<wh'", "GloVe False, FastText True", "'paris'"),
        "lab03": ("20,000 words, 100 dimensions", "['queen']", "'excludes_zero'", "WordSim-353"),
    }[lab]:
        assert expected in said


def test_without_the_labs_the_first_cell_says_what_to_do(tmp_path):
    """In a notebook whose Python finds no labs, as in a fresh Colab."""
    cell = code(read("lab01"))[0]
    hide = nbformat.v4.new_code_cell("import importlib.util\nimportlib.util.find_spec = lambda name: None")
    after = nbformat.v4.new_code_cell("print('went on')")
    notebook = nbformat.v4.new_notebook(cells=[hide, cell, after])
    with pytest.raises(CellExecutionError, match="Set REPOSITORY to their address, and run this cell again"):
        execute(notebook, tmp_path)
    assert "went on" not in shown(after)


def test_with_an_address_the_first_cell_clones_and_installs(monkeypatch):
    """git and pip are not called: the cell's commands are noted instead."""
    commands: list[list[str]] = []
    source = code(read("lab01"))[0].source.replace('REPOSITORY = ""', 'REPOSITORY = "https://example.org/labs"')
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("subprocess.run", lambda command, check: commands.append(command))
    exec(compile(source, "first cell", "exec"), {})
    (git, *_, address, clone), (_, *pip) = commands
    assert (git, address) == ("git", "https://example.org/labs")
    assert pip == ["-m", "pip", "install", "-q", f"./{clone}"]
