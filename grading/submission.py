"""A submission on disk: which files belong to it, which lab it is for, and its copy for the child."""

from __future__ import annotations

import ast
import hashlib
import importlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wordlab.errors import InputError

from grading.places import HELPER, LABS, PACKAGES, ROOT
from grading.steps import Lab

LARGEST = 16_000_000  # bytes of a file; larger ones are data
MOST_FILES = 500
TOOLS = (*PACKAGES.values(), HELPER)
# Folders of a starter in which no answer is looked for: other packages, data, and what running it leaves.
NOT_OWN = (*TOOLS, "scripts", "data", "runs")
STARTED = ("__init__", "__main__")  # files that are imported or run by their folder's name, never by their own


class SubmissionError(InputError):
    """A submission that cannot be graded at all."""


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
            digest.update(f"\0{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def copy_to(self, folder: Path) -> None:
        """`folder` as a small repository: the lab's package holds the submission, and the tools are beside it."""
        package = self.lab.package
        given = {name: ROOT / package / name for name in self.lab.given if self._room_for(name)}
        files = {f"{package}/{name}": path for name, path in (given | self.files).items()} | self.copies
        for name, path in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
        (folder / package / "__init__.py").touch()
        for tool in self.lab.tools:
            if not (folder / tool).exists():
                (folder / tool).symlink_to(ROOT / tool, target_is_directory=True)

    def _room_for(self, name: str) -> bool:
        """Whether a file that is given would hide none of the submission's, as vectors/ would hide its vectors.py."""
        return not any(f"{folder}.py" in self.files for folder in PurePosixPath(name).parents)


def load_lab(name: str) -> Lab:
    return importlib.import_module(f"grading.{name}.lab").LAB


def find_submission(path: str | Path, lab: str | None = None) -> Submission:
    """The submission at `path`, a file or a folder, for `lab` or for the lab whose names it defines.

    With a file come the modules near it that it imports, directly or through one another; a folder comes whole. Copies
    of the lab's tools that are beside it, as in a starter, are used instead of ours. Raises SubmissionError.
    """
    path = Path(path)
    if not path.exists():
        raise SubmissionError(f"{path}: no such file or folder")
    files = _of_folder(_inner(path, lab)) if path.is_dir() else _of_file(path)
    if not files:
        raise SubmissionError(f"{path}: no Python file in it")
    found = load_lab(lab) if lab else recognise(path, files)
    top = path if path.is_dir() else path.parent
    brought = [top / tool for tool in found.tools if (top / tool / "__init__.py").is_file()]
    copies = {name: file for tool in brought for name, file in _plain_files(tool, top)}
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


def imported_modules(path: Path) -> set[str]:
    """Every dotted name that a file may import as a module: `from a.b import c` may mean a.b or a.b.c.

    Also the module that it runs, as a starter's solution.py does with its command.
    """
    found = set()
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            found |= {node.module or "", *(start + alias.name for alias in node.names)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run_module":
            found |= {str(name.value) for name in node.args if isinstance(name, ast.Constant)}
    return found - {""}


def _inner(path: Path, lab: str | None) -> Path:
    """The lab's package where a whole clone is handed in."""
    packages = [load_lab(lab).package] if lab else list(PACKAGES.values())
    nested = [path / package for package in packages if (path / package / "solution.py").is_file()]
    if (path / "solution.py").exists() or not nested:
        return path
    if len(nested) > 1:
        raise SubmissionError(f"{path}: holds several labs; say which is to be graded: --lab {' | '.join(LABS)}")
    return nested[0]


def _of_file(path: Path) -> dict[str, Path]:
    files, waiting = {"solution.py": path}, [path]
    while waiting:
        for file in _imported_files(waiting.pop(), path.parent):
            name = file.relative_to(path.parent).as_posix()
            if name not in files and file != path:
                files[name] = file
                waiting.append(file)
    return files


def _imported_files(path: Path, top: Path) -> Iterator[Path]:
    """What `path` imports of the files in `top`: measures/geometry.py for `from measures.geometry import …`, and for
    `from lab03_eval.measures.geometry import …` too."""
    names = [name.split(".") for name in imported_modules(path)]
    for parts in (name[start:] for name in names for start in range(len(name))):
        for folder in {top, path.parent}:
            inits = [folder.joinpath(*parts[:end], "__init__.py") for end in range(1, len(parts) + 1)]
            for file in [folder.joinpath(*parts[:-1], f"{parts[-1]}.py"), *inits]:
                if file.is_file() and file.relative_to(top).parts[0] not in TOOLS:
                    yield file


def _of_folder(path: Path) -> dict[str, Path]:
    """Every file that is the learner's; a lone Python file counts as solution.py."""
    files = {name: file for name, file in _plain_files(path, path) if name.split("/")[0] not in NOT_OWN}
    scripts = [name for name in files if name.endswith(".py") and name != "__init__.py"]
    if not scripts:
        return {}
    if len(scripts) == 1 and "solution.py" not in files:
        files["solution.py"] = files.pop(scripts[0])
    return files


def _plain_files(folder: Path, top: Path) -> Iterator[tuple[str, Path]]:
    """The files in `folder` that are neither hidden, nor links, nor too large, by their place below `top`."""
    for file in sorted(folder.rglob("*") if folder == top or not folder.is_symlink() else ()):
        place = file.relative_to(top)
        hidden = any(part.startswith((".", "__pycache__")) for part in place.parts)
        if not hidden and file.is_file() and not file.is_symlink() and file.stat().st_size <= LARGEST:
            yield place.as_posix(), file
