"""No solved function is within a learner's or a submission's reach: not to be read in a starter, not to be imported."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grading.classroom.withheld import bodies, given_away, marked_files
from grading.containment.runner import Child
from grading.grader import grade, not_enforced
from grading.places import LABS, PACKAGES, ROOT
from grading.starters import lab_files
from grading.submission import find_submission
from tests.grading.written import of_text

each_lab = pytest.mark.parametrize("lab", LABS)
SOLVED = bodies(marked_files())
# Functions without marks that do what a learner of Lab 1 or 2 is to write, by file; all functions where none is named.
TWINS = {
    "lab03_eval/vectors/subwords.py": ("ngram_rows", "_growing", "compose"),
    "lab03_eval/vectors/word_vectors.py": ("nearest", "most_similar", "analogy"),
    "lab03_eval/measures/significance.py": ("spearman_rows",),
    "lab01_word2vec/numpy_sgns.py": (),
    "demos/tiny_skipgram.py": (),
    "demos/analogy_explorer.py": ("nearest", "analogy"),
}
READ = [*marked_files(), "lab03_eval/vectors/subwords.py", "lab03_eval/vectors/word_vectors.py"]
READ += ["lab01_word2vec/numpy_sgns.py", "grading/lab01/vocabulary.py", ".git/HEAD", "tests/conftest.py"]

# A submission without a line of its own: whatever it is asked for, it takes from where it might be solved.
THIEF = """
import importlib, runpy

MODULES = {modules}
FILES = {files}

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    for module in MODULES:
        try:
            return vars(importlib.import_module(module))[name]
        except Exception:
            continue
    for file in FILES:
        try:
            return runpy.run_path(file)[name]
        except Exception:
            continue
    raise AttributeError(name)

def {nearest}(vectors, word, topn, restrict):
    from lab03_eval.vectors import WordVectors
    return WordVectors(vectors.words, vectors.matrix).most_similar(word, topn, restrict)

def {analogy}(vectors, *question):
    from lab03_eval.vectors import WordVectors
    return WordVectors(vectors.words, vectors.matrix).analogy(*question)
"""


def twins() -> dict[str, str]:
    """Their bodies without docstrings, by "file function"."""
    found = {}
    for file, names in TWINS.items():
        source = (ROOT / file).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and (node.name in names or not names):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                found[f"{file} {node.name}"] = "\n".join(map(ast.unparse, body))
    return found


def beside(lab: str, folder: Path) -> dict[str, bytes]:
    """Every file that a child of this lab has beside a submission that is empty, by its path."""
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "solution.py").touch()
    find_submission(folder / "mine", lab).copy_to(folder / "copy")
    files = [path for path in (folder / "copy").rglob("*") if not path.is_dir()]
    assert not [path for path in folder.rglob("*") if path.is_symlink()]
    return {path.relative_to(folder / "copy").as_posix(): path.read_bytes() for path in files}


@each_lab
def test_no_solved_body_is_in_a_starter_or_beside_a_submission(lab, tmp_path):
    """Lab 3's own package has the twins of Labs 1 and 2, which come before it, and stays as it is."""
    hidden = SOLVED | (twins() if lab != "lab03" else {})
    for files in (lab_files(lab), beside(lab, tmp_path)):
        assert f"{PACKAGES[lab]}/solution.py" in files or "solution.py" in files
        assert given_away(files, hidden) == []


def test_the_search_finds_bodies_where_they_are():
    """Of what the test above looks for: a marked body, a twin's, and one whose layout and comments were changed."""
    assert len(SOLVED) > 35
    assert {name.split()[0] for name in twins()} == TWINS.keys()
    file = "lab03_eval/vectors/subwords.py"
    assert given_away({"x.py": (ROOT / file).read_bytes()}, twins())
    for lab in LABS:
        assert len(given_away(lab_files(lab, solved=True), SOLVED)) >= 11
    name = "lab02_glove_fasttext/solution.py weight"
    changed = b"def f(x, x_max, alpha):\n    return (x /\n    x_max).pow_(alpha).clamp_(max = 1)  # mine\n"
    assert given_away({"x.py": changed}, {name: SOLVED[name]}) == [f"x.py shows {name}"]


@each_lab
def test_what_is_imported_or_read_earns_no_point(lab, tmp_path):
    """Other labs, the grader, what is installed, and the repository's files by their full path."""
    if not_enforced():
        pytest.skip(f"this system does not enforce everything: {not_enforced()}")
    files = [*marked_files(), *TWINS, "grading/seeded/__init__.py", "grading/grader.py", "tests/conftest.py"]
    modules = [file.removesuffix(".py").replace("/", ".") for file in files]
    own = ("nearest", "analogy") if lab == "lab01" else ("_nearest", "_analogy")  # which only Lab 1 asks for
    text = THIEF.format(modules=modules, files=[str(ROOT / file) for file in files], nearest=own[0], analogy=own[1])
    path = tmp_path / "thief.py"
    path.write_text(text, encoding="utf-8")
    verdicts = grade(find_submission(path, lab))
    assert [(verdict.step, verdict.points) for verdict in verdicts if verdict.points] == []
    said = " ".join(verdict.message for verdict in verdicts)
    assert "is not defined in the submission" in said
    assert ("has no attribute 'most_similar'" in said) == (lab == "lab01")


def test_a_thief_takes_what_it_can_reach(tmp_path):
    """The check above can fail: with a solved file beside it, the same submission earns points."""
    (tmp_path / "subwords.py").write_bytes((ROOT / "lab03_eval/vectors/subwords.py").read_bytes())
    text = THIEF.format(modules=["subwords"], files=[], nearest="_nearest", analogy="_analogy")
    (tmp_path / "solution.py").write_text(text, encoding="utf-8")
    verdicts = grade(find_submission(tmp_path, "lab02"))
    assert {"ngram_rows", "compose"} <= {verdict.step for verdict in verdicts if verdict.passed}


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> dict[str, str]:
    """What becomes of opening files of the repository from inside a child, by their path."""
    text = f"""
def opened(file):
    try:
        return str(len(open(file, "rb").read()))
    except OSError as error:
        return type(error).__name__

def build_vocab(tokens, min_count):
    files = {[str(ROOT / file) for file in READ]!r}
    return files, [0], [opened(file) for file in files]
"""
    with Child(of_text(text, tmp_path_factory.mktemp("reader"))) as child:
        if child.missing:
            pytest.skip(f"this system does not enforce everything: {child.missing}")
        (found,) = child.ask("build_vocab", 20, [{"tokens": ["a"], "min_count": 1, "once": False}])["value"]
    return dict(zip(found["words"], found["ids"]))


@pytest.mark.parametrize("file", READ)
def test_no_file_of_the_repository_can_be_opened(file, opened):
    """Neither sources nor git's objects: a child reads Python, what is installed, and its own folder."""
    assert opened[str(ROOT / file)] in ("PermissionError", "FileNotFoundError", "NotADirectoryError")
