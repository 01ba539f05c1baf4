"""The set that the grader is measured on: seeded mistakes, correct variants, hostile submissions."""

from __future__ import annotations

import ast
from pathlib import Path

from grading.grader import grade
from grading.seeded.mistake import Mistake
from grading.seeded.mistakes import lab01, lab02, lab03
from grading.steps import Verdict
from grading.submission import find_submission

HERE = Path(__file__).parent
MISTAKES = [*lab01.MISTAKES, *lab02.MISTAKES, *lab03.MISTAKES]
VARIANTS = sorted(path for path in (HERE / "variants").glob("lab*") if not path.name.endswith("__"))
HOSTILE = sorted(path for path in (HERE / "hostile").glob("*.*") if path.stem != "__init__")
# What each hostile submission must be told: that it was stopped, or what it could not do.
HOSTILE_VERDICTS = {
    "daemon": "you left out ",
    "deep_recursion": "signal 11",
    "exit_on_import": "SystemExit",
    "exit_zero": "exit status 0",
    "fake_results": "what keep_probability returned cannot be read",
    "fill_disk": "wrote more than",
    "fork_bomb": "within 10 s",
    "huge_output": "ValueError",
    "import_error": "No module named 'a_module_that_nobody_has'",
    "infinite_loop": "within 10 s",
    "kill_others": "its process was ended by signal",
    "lying_objects": "you keep NaN, NaN, NaN",
    "memory_bomb": "within 10 s",
    "memory_by_forks": "build_vocab: it ",  # took too much memory, or time where memory is slow to fill
    "network": "reached: []",
    "read_answers": "No module named",
    "sleeping_import": "within 20 s",
    "stop_itself": "within 10 s",
    "syntax_error": "SyntaxError",
    "tampered_pipe": "own channel",
    "write_outside": "written: []",
}


def grade_mistake(mistake: Mistake, folder: Path, whole: bool = False) -> list[Verdict]:
    """Verdicts of the step that must notice it, or of all."""
    mistake.write(folder)
    return grade(find_submission(folder, mistake.lab), steps=None if whole else [mistake.step])


def grade_variant(path: Path) -> list[Verdict]:
    return grade(find_submission(path, path.name[:5]))


def grade_hostile(path: Path) -> list[Verdict]:
    return grade(find_submission(path, "lab01"))


def purpose(path: Path) -> str:
    """What a variant or a hostile submission says of itself in its first line."""
    source = (path / "solution.py" if path.is_dir() else path).read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(source)) or "") if path.suffix != ".txt" else source.strip('"').split('"')[0]
    return first.split("\n\n")[0].replace("\n", " ")
