"""A submission on disk: which files belong to it, which lab it is for, and its copy for the child."""

from __future__ import annotations

import ast
import hashlib
import importlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from grading.steps import Lab

ROOT = Path(__file__).resolve().parents[1]
LABS = ("lab01", "lab02", "lab03")
LARGEST = 16_000_000  # bytes of a file; larger ones are data
MOST_FILES = 500
# Folders of a starter that hold no answers: other labs, whose copies here are taken, and what running it leaves.
PACKAGES = ("lab01_word2vec", "lab02_glove_fasttext", "lab03_eval")
NOT_OWN = (*PACKAGES, "scripts", "data", "runs")


class SubmissionError(ValueError):
    """A submission that cannot be graded at all; the message is one line."""


@dataclass(frozen=True)
class Submission:
    """Files by the name that they get in the lab's package; the main one is called solution.py."""

    path: Path
    lab: Lab
    files: dict[str, Path]

    def modules(self) -> list[str]:
        """Names of its Python files in the lab's package, solution first."""
        stems = [name.removesuffix(".py") for name in self.files if name.endswith(".py") and "/" not in name]
        return sorted((stem for stem in stems if stem != "__init__"), key=lambda stem: (stem != "solution", stem))

    def fingerprint(self) -> str:
        """Changes whenever the content of a file does."""
        digest = hashlib.sha256(self.lab.name.encode())
        for name, path in sorted(self.files.items()):
            digest.update(f"\0{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def copy_to(self, folder: Path) -> None:
        """`folder` as a small repository: the lab's package holds the submission alone, the tools stand beside it."""
        home = folder / self.lab.package
        given = {name: ROOT / self.lab.package / name for name in ("__init__.py", *self.lab.given)}
        for name, path in (given | self.files).items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, home / name)
        for tool in self.lab.tools:
            (folder / tool).symlink_to(ROOT / tool, target_is_directory=True)


def load_lab(name: str) -> Lab:
    return importlib.import_module(f"grading.{name}").LAB


def find_submission(path: str | Path, lab: str | None = None) -> Submission:
    """The submission at `path`, a file or a folder, for `lab` or for the lab whose names it defines.

    With a file come the modules beside it that it imports, directly or through one another; a folder comes whole.
    Raises SubmissionError.
    """
    path = Path(path)
    if not path.exists():
        raise SubmissionError(f"{path}: no such file or folder")
    files = _of_folder(_inner(path, lab)) if path.is_dir() else _of_file(path)
    if not files:
        raise SubmissionError(f"{path}: no Python file in it")
    if len(files) > MOST_FILES:
        raise SubmissionError(f"{path}: more than {MOST_FILES} files; hand in what you wrote")
    return Submission(path, load_lab(lab) if lab else recognise(path, files), files)


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
    """Last parts of the modules that a file imports: corpus for `import corpus`, `from lab01_word2vec.corpus import …`,
    `from . import corpus`."""
    found = set()
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[-1] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
            found |= {(node.module or "").split(".")[-1]}
    return found


def _inner(path: Path, lab: str | None) -> Path:
    """The lab's package where a whole clone is handed in."""
    packages = [load_lab(lab).package] if lab else PACKAGES
    nested = [path / package for package in packages if (path / package / "solution.py").is_file()]
    if (path / "solution.py").exists() or not nested:
        return path
    if len(nested) > 1:
        raise SubmissionError(f"{path}: holds several labs; say which is to be graded: --lab {' | '.join(LABS)}")
    return nested[0]


def _of_file(path: Path) -> dict[str, Path]:
    files, waiting = {"solution.py": path}, [path]
    while waiting:
        for name in imported_modules(waiting.pop()):
            beside = path.parent / f"{name}.py"
            if beside.name not in files and beside != path and beside.is_file():
                files[beside.name] = beside
                waiting.append(beside)
    return files


def _of_folder(path: Path) -> dict[str, Path]:
    """Every file that is the learner's; a lone Python file counts as solution.py."""
    files = {}
    for file in sorted(path.rglob("*")):
        place = file.relative_to(path)
        hidden = any(part.startswith((".", "__pycache__")) for part in place.parts)
        if hidden or place.parts[0] in NOT_OWN or file.is_symlink() or not file.is_file():
            continue
        if file.stat().st_size <= LARGEST:
            files[place.as_posix()] = file
    scripts = [name for name in files if name.endswith(".py") and name != "__init__.py"]
    if not scripts:
        return {}
    if len(scripts) == 1 and "solution.py" not in files:
        files["solution.py"] = files.pop(scripts[0])
    return files
