"""Write the notebooks, lab0X.ipynb, from the Python files lab0X.py beside them.

    python notebooks/build.py                 after every change of a lab0X.py
    python notebooks/build.py --out FOLDER    into another folder

A file is cut into cells at lines that begin with "# %%". Markdown cells are comments, and so are commands to the
notebook, such as "# %matplotlib inline". Notebooks have no output: the same files give the same bytes on every machine.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command

    import nbformat
    from nbformat import NotebookNode
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements-dev.txt")

from wordlab.files import write_text

HERE = Path(__file__).resolve().parent
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)
COMMAND = re.compile(r"^# (?=%\w)", re.MULTILINE)


def cells(path: Path) -> list[NotebookNode]:
    """The cells of a file; what stands before the first mark is no cell."""
    _, *parts = CELL.split(path.read_text(encoding="utf-8"))
    found = []
    for kind, text in zip(parts[::2], parts[1::2], strict=True):
        if kind.strip() == "[markdown]":
            found.append(new_markdown_cell(re.sub(r"^# ?", "", text.strip(), flags=re.MULTILINE)))
        else:
            found.append(new_code_cell(COMMAND.sub("", text.strip())))
    return found


def notebook(path: Path) -> str:
    """The notebook of a file as text: its title, the cell that installs the labs, and its other cells."""
    title, *others = cells(path)
    found = [title, *cells(HERE / "install.py"), *others]
    for number, cell in enumerate(found):
        cell["id"] = f"cell-{number}"  # nbformat draws random ones
    return nbformat.writes(new_notebook(cells=found, metadata=KERNEL)) + "\n"


def run(args: argparse.Namespace) -> None:
    for path in sorted(HERE.glob("lab0*.py")):
        out = Path(args.out) / f"{path.stem}.ipynb"
        write_text(out, notebook(path))
        print(out)


def main() -> None:
    parser = OneLineParser(__doc__)
    parser.add_argument("--out", metavar="FOLDER", default=str(HERE), help="default: beside this file")
    run_command(parser, run)


if __name__ == "__main__":
    main()
