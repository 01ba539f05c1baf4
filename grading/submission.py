"""A submission on disk: which files belong to it, which lab it is for, and its copy for the child."""

from __future__ import annotations

import ast
import hashlib
import importlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grading.handed_in import MAIN, MOST_FILES, SubmissionError, demand_source, no_source, plain_files
from grading.places import HELPER, LABS, PACKAGES, ROOT
from grading.starters import tool_files
from grading.steps import Lab

TOOLS = (*PACKAGES.values(), HELPER)
# Folders of a starter in which no answer is looked for: other packages, data, and what running it leaves.
NOT_OWN = (*TOOLS, "scripts", "data", "runs")
STARTED = ("__init__", "__main__")  # files that are imported or run by their folder's name, never by their own


@dataclass(frozen=True)
class Submission:
    """`files` by the name that they get in the lab's package, where the main one is called solution.py.

    `copies` are a starter's own copies of the packages that are its tools, by their place beside the lab's package.
    """

    path: Path
    lab: Lab
    files: dict[str, Path]
    copies: dict[str, Path]

    def modules(self) -> list[str]:
        """Its Python files as modules of the lab's package, solution first: corpus, measures.geometry, …"""
        names = [name.removesuffix(".py").replace("/", ".") for name in self.files if name.endswith(".py")]
        own = [name for name in names if name.rpartition(".")[2] not in STARTED]
        return sorted(own, key=lambda name: (name != "solution", name))

    def fingerprint(self) -> str:
        """Changes whenever the content of a file does."""
        digest = hashlib.sha256(self.lab.name.encode())
        for name, path in sorted((self.files | self.copies).items()):
            digest.update(b"\0%b\0%d\0" % (os.fsencode(name), path.stat().st_size))
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def copy_to(self, folder: Path) -> None:
        """`folder` as a small repository: the lab's package holds the submission, and the tools are beside it.

        The tools are those of a starter, which hold no lab's answers, and never the repository's own packages.
        """
        package = self.lab.package
        given = {name: ROOT / package / name for name in self.lab.given if self._room_for(name)}
        files = {f"{package}/{name}": path for name, path in (given | self.files).items()} | self.copies
        content = {name: path.read_bytes() for name, path in files.items()}
        brought = {name.split("/")[0] for name in self.copies}
        tools = tool_files(self.lab.name).items()
        content |= {name: text for name, text in tools if name.split("/")[0] not in brought}
        for name, data in content.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        (folder / package / "__init__.py").touch()

    def _room_for(self, name: str) -> bool:
        """Whether a file that is given would hide none of the submission's, as vectors/ would hide its vectors.py."""
        return not any(f"{folder}.py" in self.files for folder in PurePosixPath(name).parents)


def load_lab(name: str) -> Lab:
    return importlib.import_module(f"grading.{name}.lab").LAB


def find_submission(path: str | Path, lab: str | None = None) -> Submission:
    """The submission at `path`, a file or a folder, for `lab` or for the lab whose names it defines.

    A folder comes whole, and solution.py stands for the folder that it is in. A file of another name comes alone: what
    lies beside it may be somebody else's. Copies of the lab's tools in the folder, as in a starter, are used instead of
    ours. Raises SubmissionError.
    """
    try:
        return _found(Path(path), lab)
    except OSError as error:
        reason = error.strerror or error
        raise SubmissionError(f"{error.filename or path}: {reason}; let the grader read it, and grade again") from None


def _found(path: Path, lab: str | None) -> Submission:
    if path.is_symlink():
        raise SubmissionError(f"{path}: a link, which is not followed; hand in what it leads to")
    if not path.exists():
        raise SubmissionError(f"{path}: no such file or folder")
    path = path.parent if path.name == MAIN else path
    if path.is_dir():
        os.scandir(path).close()  # so that a folder that may not be read is named, and not a file that it may hold
    files = _of_folder(_inner(path, lab)) if path.is_dir() else _of_file(path)
    if not files:
        raise SubmissionError(f"{path}: {no_source(path)}")
    found = load_lab(lab) if lab else recognise(path, files)
    brought = [path / tool for tool in found.tools if (path / tool / "__init__.py").is_file()]
    copies = {name: file for tool in brought if not tool.is_symlink() for name, file in plain_files(tool, path)}
    if len(files) + len(copies) > MOST_FILES:
        raise SubmissionError(f"{path}: more than {MOST_FILES} files; hand in what you wrote")
    return Submission(path, found, files, copies)


def recognise(path: Path, files: dict[str, Path]) -> Lab:
    """The lab that most of the names defined in `files` belong to."""
    names = set().union(*(defined_names(file) for file in files.values()))
    labs = [load_lab(name) for name in LABS]
    shares = [len(names & _contract(lab)) / len(_contract(lab)) for lab in labs]
    if not max(shares):
        raise SubmissionError(f"{path}: defines no name of any lab; say which it is: --lab {' | '.join(LABS)}")
    return labs[shares.index(max(shares))]


def _contract(lab: Lab) -> set[str]:
    return {name for step in lab.steps for name in step.uses}


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the child will say what is wrong with it
        return ast.Module([], [])


def defined_names(path: Path) -> set[str]:
    """Functions and classes that a file defines at its top level."""
    return {node.name for node in _parse(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _inner(path: Path, lab: str | None) -> Path:
    """The lab's package where a whole clone is handed in."""
    packages = [load_lab(lab).package] if lab else list(PACKAGES.values())
    nested = [path / package for package in packages if (path / package / MAIN).is_file()]
    if (path / MAIN).exists() or not nested:
        return path
    if len(nested) > 1:
        raise SubmissionError(f"{path}: holds several labs; say which is to be graded: --lab {' | '.join(LABS)}")
    return nested[0]


def _of_file(path: Path) -> dict[str, Path]:
    demand_source(path)
    return {MAIN: path}


def _of_folder(path: Path) -> dict[str, Path]:
    """Every file that is the learner's; a lone Python file counts as solution.py."""
    files = dict(plain_files(path, path, NOT_OWN))
    scripts = [name for name in files if name.endswith(".py") and name != "__init__.py"]
    if not scripts:
        return {}
    if len(scripts) == 1 and MAIN not in files:
        files[MAIN] = files.pop(scripts[0])
    return files
