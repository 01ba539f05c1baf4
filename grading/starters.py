"""A lab as one folder that needs no repository: its files flat, what they import beside them, its answers cut out.

Answers stand between the marks `# BEGIN SOLUTION: hint` and `# END SOLUTION`. `lab_files` writes the hint and a
NotImplementedError in their place, or leaves them (`solved`), with one edit if asked: a seeded mistake.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKED = re.compile(r"^( *)# BEGIN SOLUTION: (.+)\n((?:.*\n)*?)\1# END SOLUTION\n", re.MULTILINE)
MARK = re.compile(r"^ *# (?:BEGIN|END) SOLUTION.*\n", re.MULTILINE)
WIDTH = 120


@dataclass(frozen=True)
class Lab:
    """`commands` are the modules that a learner runs; what they import of `package` or `adopted` is the lab's own."""

    package: str
    commands: tuple[str, ...]
    adopted: tuple[str, ...] = ()  # modules of another package that this lab has the learner write


LABS = {
    "lab01": Lab("lab01_word2vec", ("solution",)),
    "lab02": Lab("lab02_glove_fasttext", ("solution",), adopted=("lab03_eval.subwords",)),
    "lab03": Lab("lab03_eval", ("solution", "tasks")),
}
PACKAGES = tuple(lab.package for lab in LABS.values())
# What a module reads beside itself.
DATA = {
    "lab03_eval.page": ("page.html",),
    "lab03_eval.solution": ("wiki8_20k.safetensors", "wiki8_20k.json"),
    "scripts.get_data": ("../data/sources.toml",),
}


def given(package: str) -> tuple[str, ...]:
    """Files of a lab's package that hold no answer of its own, but for its command."""
    lab = next(lab for lab in LABS.values() if lab.package == package)
    elsewhere = {module for other in LABS.values() if other is not lab for module in other.adopted}
    files = {path.stem: path for path in sorted((ROOT / package).glob("*.py"))}
    return tuple(
        path.name
        for name, path in files.items()
        if name not in ("__init__", lab.commands[0])
        and (f"{package}.{name}" in elsewhere or not MARKED.search(path.read_text(encoding="utf-8")))
    )


class StarterError(ValueError):
    """A lab that cannot be cut or written so; the message is one line."""


def lab_files(lab: str, solved: bool = False, edit: tuple[str, str, str] | None = None) -> dict[str, bytes]:
    """Content of every file of the lab's folder, by its path there.

    `edit` is (file relative to the repository, old, new) and is made before the file is flattened. Raises
    StarterError unless `old` stands in it exactly once.
    """
    chosen = LABS[lab]
    others = {module for other in LABS.values() if other is not chosen for module in other.adopted}
    files = {"EXERCISE.md": (ROOT / chosen.package / "EXERCISE.md").read_bytes()}
    files |= {name: (ROOT / name).read_bytes() for name in ("requirements.txt", "LICENSE")}
    roots = [f"{chosen.package}.{name}" for name in chosen.commands] + [*chosen.adopted, "scripts.get_data"]
    for module in _needed(roots):
        package, name = module.split(".")
        own = package == chosen.package or module in chosen.adopted
        source = ROOT / package / f"{name}.py"
        text = source.read_text(encoding="utf-8")
        if edit and source == ROOT / edit[0]:
            text = _edited(text, *edit)
        if own and not solved and module not in others:
            text = cut(text)
        text = _flattened(MARK.sub("", text), chosen, own)
        files[f"{name}.py" if own else f"{package}/{name}.py"] = text.encode()
        if module in chosen.adopted:  # the other package's own modules still import it
            files[f"{package}/{name}.py"] = MARK.sub("", source.read_text(encoding="utf-8")).encode()
        for data in DATA.get(module, ()):
            path = (source.parent / data).resolve()
            files[data if own else str(path.relative_to(ROOT))] = path.read_bytes()
        if not own and package in PACKAGES:
            files[f"{package}/__init__.py"] = b""
    return files


def write_lab(lab: str, out: Path, solved: bool = False, edit: tuple[str, str, str] | None = None) -> None:
    """Write `lab_files` into the new or empty folder `out`. Raises StarterError if it holds anything."""
    if out.exists() and not out.is_dir():
        raise StarterError(f"{out}: a file; --out takes a folder")
    if out.exists() and any(out.iterdir()):
        raise StarterError(f"{out}: not empty, and nothing in it is overwritten; give another --out")
    for name, content in lab_files(lab, solved, edit).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def cut(source: str) -> str:
    """`source` with every marked body replaced by its hint, as a comment and as the error that it raises."""

    def hole(found: re.Match[str]) -> str:
        indent, hint = found[1], found[2]
        name = _enclosing(functions, source.count("\n", 0, found.start()) + 1)
        message = f"{name}: {hint}".replace("\\", "\\\\").replace('"', '\\"')
        line = f'{indent}raise NotImplementedError("{message}")\n'
        if len(line) > WIDTH:
            line = f'{indent}raise NotImplementedError(\n{indent}    "{message}"\n{indent})\n'
        return f"{indent}# YOUR CODE: {hint}\n{line}"

    functions = list(_functions(ast.parse(source)))
    return MARKED.sub(hole, source)


def holes(source: str) -> dict[str, str]:
    """The body that stands between the marks, by the function's name."""
    functions = list(_functions(ast.parse(source)))
    return {_enclosing(functions, source.count("\n", 0, m.start()) + 1): m[3] for m in MARKED.finditer(source)}


def _edited(text: str, file: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise StarterError(f"{file}: {old!r} stands there {text.count(old)} times; an edit applies exactly once")
    return text.replace(old, new)


def _needed(roots: list[str]) -> list[str]:
    """`roots` and all modules of the labs that they import, directly or not, in the order found."""
    found = dict.fromkeys(roots)
    pending = list(roots)
    while pending:
        package, name = pending.pop().split(".")
        tree = ast.parse((ROOT / package / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or node.module is None:
                continue
            if node.module in PACKAGES:
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                modules = [node.module] if node.module.split(".")[0] in PACKAGES else []
            pending += [module for module in modules if module not in found]
            found |= dict.fromkeys(modules)
    return list(found)


def _flattened(text: str, lab: Lab, own: bool) -> str:
    """`text` with imports of the lab's own modules as top-level ones, and its own folder as the root."""
    if own or lab.package == "lab03_eval":  # the tools of Labs 1 and 2 do not import these labs
        text = re.sub(rf"\bfrom {lab.package}\.(\w+) import\b", r"from \1 import", text)
        text = re.sub(rf"\bfrom {lab.package} import\b", "import", text)
        text = text.replace(f"{lab.package}/", "")
    if own:
        for module in lab.adopted:
            text = text.replace(f"from {module} import", f"from {module.split('.')[1]} import")
        text = text.replace("Path(__file__).resolve().parents[1]", "Path(__file__).resolve().parent")
    return text


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """(qualified name, first line, last line) of every function and method, outer ones first."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            if isinstance(node, ast.FunctionDef):
                yield prefix + node.name, node.lineno, node.end_lineno or node.lineno
            yield from _functions(node, f"{prefix}{node.name}.")


def _enclosing(functions: list[tuple[str, int, int]], line: int) -> str:
    return [name for name, first, last in functions if first <= line <= last][-1]
