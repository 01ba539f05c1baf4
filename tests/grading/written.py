"""Submissions that tests write, and what a child is asked of them."""

from __future__ import annotations

from pathlib import Path

from grading.submission import Submission, find_submission

CASES = [{"tokens": ["a"], "min_count": 1, "once": False}]  # of build_vocab


def of_text(text: str, folder: Path) -> Submission:
    """A single file for Lab 1."""
    path = folder / "submission.py"
    path.write_text(text, encoding="utf-8")
    return find_submission(path, "lab01")


def of_texts(texts: dict[str, str], folder: Path) -> Submission:
    """A folder for Lab 1, its files by name."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return find_submission(folder, "lab01")
