"""A lab as a folder that needs no repository: its own files at the top, what they import of other packages beside them.

A starter has the lab's answers left out. `lab_files` can also leave them in (`solved`), and make one edit, which is a
seeded mistake. Sub-folders of the lab stay sub-folders, and imports of its package become imports of its files.

The other packages are the lab's tools. They hold no lab's answers: a stand-in (grading/standins) takes the place of a
file that has some, or of its answers alone. Whoever grades a submission puts the same tools beside it.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wordlab.errors import InputError

from grading.marks import answers, is_marked, with_answers, without_answers, without_marks
from grading.places import HELPER, PACKAGES, ROOT
from grading.steps import Constant
from grading.variants import with_constants

STANDINS = ROOT / "grading" / "standins"
COMMAND = "command.py"  # of every lab; `python solution.py` runs it
GET_DATA = "scripts/get_data.py"  # which starters have at their top
INSTALLED = re.compile(r"(?:^#.*\n)?^-e \.\n", re.MULTILINE)  # the package itself, and the comment above it


class StarterError(InputError):
    """A starter that cannot be made or written so."""


@dataclass(frozen=True)
class Starter:
    """`commands` are the files of `package` that a learner runs; what these import of it is the lab's own, too."""

    package: str
    commands: tuple[str, ...]


STARTERS = {
    "lab01": Starter(PACKAGES["lab01"], ("solution.py", COMMAND, "shards.py")),
    "lab02": Starter(PACKAGES["lab02"], ("solution.py", COMMAND)),
    "lab03": Starter(PACKAGES["lab03"], ("solution.py", COMMAND, "eval_embeddings.py", "tasks/__main__.py")),
}
# What a file reads from its own folder or from data/.
DATA = {
    "lab03_eval/pictures/page.py": ("lab03_eval/pictures/page.html",),
    "lab03_eval/command.py": ("lab03_eval/wiki8_20k.safetensors", "lab03_eval/wiki8_20k.json"),
    GET_DATA: ("data/sources.toml",),
}


def given(lab: str) -> tuple[str, ...]:
    """Python files of the lab's package, relative to it, that its starter has whole: they hold no answer."""
    package = f"{PACKAGES[lab]}/"
    own = [file.removeprefix(package) for file in _needed(STARTERS[lab]) if file.startswith(package)]
    return tuple(name for name in own if not is_marked((ROOT / package / name).read_text(encoding="utf-8")))


@functools.cache
def tool_files(lab: str) -> dict[str, bytes]:
    """Content of every file of other packages that the lab's files import, by its path."""
    own = f"{PACKAGES[lab]}/"
    needed = [file for file in _needed(STARTERS[lab]) if not file.startswith((own, GET_DATA))]
    return {file: _tool(file).encode() for file in needed}


def lab_files(
    lab: str,
    solved: bool = False,
    edit: tuple[str, str, str] | None = None,
    constants: Sequence[tuple[Constant, str]] = (),
) -> dict[str, bytes]:
    """Content of every file of the lab's folder, by its path there.

    `edit` is (file relative to the repository, old, new) and is made before imports are rewritten. Raises StarterError
    unless `old` is found in it exactly once. `constants` are those of a variant with its values, which solution.py and
    EXERCISE.md have in place of the lab's own.
    """
    starter = STARTERS[lab]
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    exercise = with_constants((ROOT / starter.package / "EXERCISE.md").read_text(encoding="utf-8"), constants)
    files = {
        "EXERCISE.md": exercise.encode(),
        "requirements.txt": INSTALLED.sub("", requirements).encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    for file in _needed(starter):
        own = file.startswith(f"{starter.package}/")
        text = (ROOT / file).read_text(encoding="utf-8") if own else _tool(file)
        if edit and file == edit[0]:
            text = _edited(text, *edit)
        if file == f"{starter.package}/solution.py":
            for constant, value in constants:
                text = _edited(text, file, *constant.edit(value))
        if own and not solved:
            text = without_answers(text)
        files[_place(file, starter)] = _rewritten(without_marks(text), file, starter).encode()
        for data in DATA.get(file, ()):
            content = (ROOT / data).read_bytes()
            files[_place(data, starter)] = content.replace(GET_DATA.encode(), _place(GET_DATA, starter).encode())
    return files


def write_lab(
    lab: str,
    out: Path,
    solved: bool = False,
    edit: tuple[str, str, str] | None = None,
    constants: Sequence[tuple[Constant, str]] = (),
) -> None:
    """Write `lab_files` into the new or empty folder `out`. Raises StarterError if it holds anything."""
    if out.exists() and not out.is_dir():
        raise StarterError(f"{out}: a file; --out takes a folder")
    if out.exists() and any(out.iterdir()):
        raise StarterError(f"{out}: not empty, and nothing in it is overwritten; give another --out")
    for name, content in lab_files(lab, solved, edit, constants).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _edited(text: str, file: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise StarterError(f"{file}: an edit applies exactly once, but {old!r} is there {text.count(old)} times")
    return text.replace(old, new)


@functools.cache
def _tool(file: str) -> str:
    """A file of another package: a stand-in, or the repository's with no answers but a stand-in's."""
    standin = STANDINS / file
    given = standin.read_text(encoding="utf-8") if standin.is_file() else ""
    if given and not is_marked(given):
        return given
    return with_answers((ROOT / file).read_text(encoding="utf-8"), answers(given))


def _needed(starter: Starter) -> list[str]:
    """Paths of the starter's commands and of every file of ours that these import, directly or not."""
    pending = [*(f"{starter.package}/{name}" for name in starter.commands), GET_DATA]
    found = dict.fromkeys(pending)
    while pending:
        for file in _imported(pending.pop(), starter.package):
            if file not in found and file != f"{starter.package}/__init__.py":  # at the top there is no package
                found[file] = None
                pending.append(file)
    return list(found)


@functools.cache
def _imported(file: str, package: str) -> tuple[str, ...]:
    """Paths of our modules that `file` imports in a starter of `package`, with the packages that these lie in."""
    own = file.startswith(f"{package}/")
    return tuple(_imports_of(ast.parse((ROOT / file).read_text(encoding="utf-8") if own else _tool(file))))


def _imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for parts in (name.split(".") for name in names):
            if parts[0] in (*PACKAGES.values(), HELPER):
                inits = ["/".join([*parts[:end], "__init__.py"]) for end in range(1, len(parts) + 1)]
                yield from (path for path in [*inits, "/".join(parts) + ".py"] if (ROOT / path).is_file())


def _place(file: str, starter: Starter) -> str:
    """Where a file of the repository goes in the starter."""
    return file.removeprefix(f"{starter.package}/").removeprefix("scripts/")


def _rewritten(text: str, file: str, starter: Starter) -> str:
    """`text` as it must read in the starter, whose top takes the place of the repository's and of the lab's package."""
    package, moved = starter.package, _place(file, starter) != file
    text = text.replace(GET_DATA, _place(GET_DATA, starter))
    text = text.replace("at the root of the repository, type:", "in the folder of this starter, type:")
    if moved:  # a folder up
        here, level = "Path(__file__).resolve().parents", file.count("/")
        text = text.replace(f"{here}[{level}]", f"{here}[{level - 1}]")
    if file.startswith(f"{package}/"):
        text = re.sub(rf"\b{package}\.(?=\w)|\b{package}/", "", text)
        text = re.sub(rf"\bfrom {package} import\b", "import", text)
        text = text.replace(f'run_module("{package}"', 'run_module("command"')
        text = text.replace(f"python -m {package}", "python solution.py")
    if file == f"{package}/{COMMAND}":  # here it is run itself, not by the package's __main__.py
        text += '\n\nif __name__ == "__main__":\n    main()\n'
    return text
