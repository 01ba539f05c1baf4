"""What lies in the folder of a class: which files and folders of it are submissions."""

from __future__ import annotations

from pathlib import Path

from wordlab.errors import InputError

from grading.submission import MAIN


def submissions_in(folder: Path) -> list[Path]:
    """Files *.py and folders, by name, without hidden ones. Raises InputError where there is none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that holds the submissions")
    if (folder / MAIN).is_file():
        raise InputError(f"{folder}: holds {MAIN}, so it is one submission; give the folder of them all")
    found = [path for path in folder.iterdir() if path.is_dir() or path.suffix == ".py"]
    paths = sorted(path for path in found if not path.name.startswith((".", "__")))
    if not paths:
        raise InputError(f"{folder}: no submission in it, neither a folder nor a .py file")
    return paths
