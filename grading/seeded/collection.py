"""The set that the grader is measured on: seeded mistakes, correct variants, hostile submissions, and cheats."""

from __future__ import annotations

import ast
import random
import shutil
import tempfile
from pathlib import Path

from wordlab.files import replacing

import numpy as np

from grading.grader import THRESHOLD, grade
from grading.places import ROOT
from grading.seeded.mistake import Mistake
from grading.seeded.mistakes import lab01, lab02, lab03
from grading.steps import Verdict
from grading.submission import find_submission
from lab03_eval.benchmarks import find, read_pairs, read_questions
from lab03_eval.vectors import WordVectors

HERE = Path(__file__).parent
MISTAKES = [*lab01.MISTAKES, *lab02.MISTAKES, *lab03.MISTAKES]
VARIANTS = sorted(path for path in (HERE / "variants").glob("lab*") if not path.name.endswith("__"))
CHEATS = sorted(path for path in (HERE / "cheats").glob("lab*") if not path.name.endswith("__"))
SHIPPED = ROOT / "lab03_eval" / "wiki8_20k.safetensors"
HOSTILE = sorted(path for path in (HERE / "hostile").glob("*.*") if path.stem != "__init__")
# What each hostile submission must be told: that it was stopped, or what it could not do.
HOSTILE_VERDICTS = {
    "daemon": "you returned []",
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
# What each cheat must be told. The first five letters of its name are those of its lab.
CHEAT_VERDICTS = {
    "lab01_breaks_the_judge": "int too large to convert to float",
    "lab01_changes_its_rights": "no other rights, and no solution",
    "lab01_command_endless_file": "larger than any table",
    "lab01_command_false_header": "header promises 1000000000000 records",
    "lab01_command_home_elsewhere": "it put a link in place of its home",
    "lab01_command_links": "is no plain file",
    "lab01_command_many_files": "or hid some",
    "lab01_command_pipe": "vectors.bin, which the command left, is no plain file",
    "lab01_command_random_vectors": "below a threshold",
    "lab01_command_shipped_vectors": "hand in code alone",
    "lab01_command_stored_words": "below a threshold",
    "lab01_command_turned_vectors": "hand in code alone",
    "lab01_editable_install": "no solution is installed",
    "lab01_forged_answers": "what build_vocab returned cannot be read",
    "lab01_git_objects": "no solution in 0 repositories",
    "lab01_leaves_files": "left by another process: []",
    "lab01_owned_signals": "its parents are still there",
    "lab01_parents_memory": "found in the memory of: []",
    "lab01_patched_probes": "what build_vocab returned cannot be read",
    "lab01_planted_modules": "No module named 'grading.grader'",
    "lab01_ptrace": "changed: []",
    "lab01_right_once": "for 30 counts you returned a shape of (3,)",
    "lab01_words_that_lie": "what keep_probability returned cannot be read",
    "lab01_writes_verdicts": "written: []",
    "lab02_answers_to_all": "found MagicMock",
    "lab02_every_module": "entry_gradients is not defined in the submission",
    "lab02_patched_libraries": "what cooccurrence returned cannot be read",
    "lab02_words_alone": "the rows that your 'run' shares with 'running' weigh 0",
    "lab03_arrays_that_lie": "what spearman returned cannot be read",
    "lab03_known_seed": "yours was 0.5",
    "lab03_nan_everywhere": "your mean cosine of 3 rows was NaN",
    "lab03_right_while_watched": "your ρ of 1 2 3 4 and 1 3 2 4 was 1",
}
SEEDS = range(2, 1_000_000)  # of inputs: 1 is the public one


def grade_mistake(mistake: Mistake, folder: Path, whole: bool = False) -> list[Verdict]:
    """Verdicts of the step that must notice it, or of all."""
    mistake.write(folder)
    return grade(find_submission(folder, mistake.lab), steps=None if whole else [mistake.step])


def grade_variant(path: Path) -> list[Verdict]:
    return grade(find_submission(path, path.name[:5]))


def grade_hostile(path: Path) -> list[Verdict]:
    return grade(find_submission(path, "lab01"))


def grade_cheat(path: Path, corpus: Path, seed: int | None = None) -> list[Verdict]:
    """With inputs that nobody knows beforehand, unless a seed is given. A command is graded by the threshold alone."""
    lab, is_command = path.name[:5], "_command_" in path.name
    chosen = random.SystemRandom().choice(SEEDS) if seed is None else seed
    data = str(corpus) if is_command else None
    with tempfile.TemporaryDirectory() as folder:
        if path.stem in BRINGS:
            BRINGS[path.stem](Path(folder))
            path = Path(shutil.copy(path, Path(folder, "solution.py"))).parent
        return grade(find_submission(path, lab), [THRESHOLD] if is_command else None, chosen, data)


def bring_vectors(folder: Path) -> None:
    """The vectors that ship."""
    shutil.copy(SHIPPED, folder)


def bring_words(folder: Path) -> None:
    """The vectors that ship, of the words alone that the threshold asks for, a byte per number: less than 0.3 MB."""
    shipped = WordVectors.load(SHIPPED)
    asked = {word for pair in read_pairs(find("wordsim353")) for word in pair[:2]}
    asked |= {word.lower() for _, questions in read_questions(find("google")) for row in questions for word in row}
    words = [word for word in shipped.words if word in asked]
    rows = shipped.matrix[[shipped.index[word] for word in words]]
    matrix = np.round(rows * 100 / np.abs(rows).max()).astype(np.int8)
    np.savez_compressed(folder / "stored.npz", words=np.array(words), matrix=matrix)


BRINGS = {  # beside their code
    "lab01_command_shipped_vectors": bring_vectors,
    "lab01_command_stored_words": bring_words,
    "lab01_command_turned_vectors": bring_vectors,
}


def write_corpus(path: Path) -> None:
    """A text with the words of the vectors that ship and most of their counts: where a copy would score best."""
    shipped = WordVectors.load(SHIPPED)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for word, count in zip(shipped.words, np.asarray(shipped.counts) * 7 // 10, strict=True):
            file.write(f"{word} " * count + "\n")


def purpose(path: Path) -> str:
    """What a variant, a hostile submission or a cheat says of itself in its first line."""
    source = (path / "solution.py" if path.is_dir() else path).read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(source)) or "") if path.suffix != ".txt" else source.strip('"').split('"')[0]
    return first.split("\n\n")[0].replace("\n", " ")
