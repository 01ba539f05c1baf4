"""Which files are a submission, and which module a child imports by a name."""

from __future__ import annotations

import numpy as np
import pytest

from grading.containment.runner import Child
from grading.places import ROOT
from grading.submission import Submission, SubmissionError, find_submission
from tests.grading.written import CASES, of_text, of_texts


def test_a_file_comes_alone_and_a_folder_whole(tmp_path):
    """What lies beside alice.py may be somebody else's; solution.py stands for the folder that it is in."""
    of_texts(
        {
            "alice.py": "import bob\ndef build_vocab(): ...\n",
            "bob.py": "def keep_probability(): ...\n",
            "lab03_eval/__init__.py": "",
            "lab03_eval/eval_embeddings.py": "def spearman(): ...\ndef cosines(): ...\n",
            "data/text8": "not code",
        },
        tmp_path,
    )
    alone = find_submission(tmp_path / "alice.py")
    assert alone.lab.name == "lab01"
    assert (list(alone.files), alone.copies) == (["solution.py"], {})
    assert "bob" in said_by(alone)  # No module named 'bob'
    (tmp_path / "alice.py").rename(tmp_path / "solution.py")
    for whole in (find_submission(tmp_path), find_submission(tmp_path / "solution.py")):
        assert whole.lab.name == "lab01"
        assert whole.modules() == ["solution", "bob"]
        assert set(whole.copies) == {"lab03_eval/__init__.py", "lab03_eval/eval_embeddings.py"}


def said_by(submission: Submission) -> str:
    """The words that its build_vocab returns."""
    with Child(submission) as child:
        answer = child.ask("build_vocab", 20, CASES)
    return " ".join(answer["value"][0]["words"]) if "value" in answer else answer["error"]["text"]


def test_its_own_modules_win_over_installed_ones(tmp_path):
    """Neither the labs nor any other package that the grader has installed takes the place of a submission's file."""
    texts = {
        "solution.py": "import tqdm, wordlab\nimport lab03_eval.vectors as tool\n"
        "from lab01_word2vec import corpus, parts\nfrom parts.deep import more\n"
        "def build_vocab(t, m): return [tqdm.WHOSE, wordlab.WHOSE, tool.WHOSE, corpus.WHOSE, more.WHOSE], [0], []\n",
        "corpus.py": "WHOSE = 'mine'",
        "tqdm.py": "WHOSE = 'mine'",
        "parts/deep/more.py": "WHOSE = 'mine'",  # folders without __init__.py are packages, too
        "wordlab/__init__.py": "WHOSE = 'mine'",
        "lab03_eval/__init__.py": "",
        "lab03_eval/vectors.py": "WHOSE = 'mine'",
    }
    assert said_by(of_texts(texts, tmp_path)) == "mine mine mine mine mine"


def test_a_folder_without_modules_hides_nothing(tmp_path):
    texts = {
        "solution.py": "import tqdm, lab03_eval.vectors\n"
        "def build_vocab(t, m): return [tqdm.tqdm.__name__, lab03_eval.vectors.WordVectors.__name__], [0], []\n",
        "tqdm/notes.txt": "",
        "lab03_eval/notes.txt": "",
    }
    assert said_by(of_texts(texts, tmp_path)) == "tqdm WordVectors"


def test_what_is_given_hides_no_file_of_the_submission(tmp_path):
    """Lab 3's package has a folder vectors/ since it is not flat any more; a module vectors.py would lose to it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "vectors.py").write_text("def spearman(x, y): ...")
    (tmp_path / "mine" / "solution.py").write_text("from vectors import spearman")
    find_submission(tmp_path / "mine", "lab03").copy_to(tmp_path / "copy")
    files = {
        path.relative_to(tmp_path / "copy" / "lab03_eval").as_posix()
        for path in tmp_path.rglob("copy/lab03_eval/**/*.py")
    }
    assert {"vectors.py", "solution.py", "__init__.py", "benchmarks.py", "measures/__init__.py"} <= files
    assert not [name for name in files if name.startswith("vectors/")]
    assert (tmp_path / "copy" / "wordlab" / "errors.py").read_bytes() == (ROOT / "wordlab" / "errors.py").read_bytes()


def test_a_child_is_a_python_as_any_other(tmp_path):
    """What Python does at its start (the module site) is left out, and must not be missed."""
    text = """
from importlib.metadata import version
def build_vocab(t, m):
    try:
        exit(3)
    except SystemExit as ended:
        return [version("numpy"), str(ended)], [0], []
"""
    assert said_by(of_text(text, tmp_path)) == f"{np.__version__} 3"


def test_a_name_is_found_in_whatever_file_defines_it(tmp_path):
    """Also in a sub-folder; and a file that does not mention the name is not imported for it."""
    texts = {
        "solution.py": "",
        "a_trap.py": "raise RuntimeError('imported for nothing')",
        "command.py": "from lab01_word2vec.text.counting import build_vocab",
        "text/__main__.py": "build_vocab = 1 / 0",
        "text/__init__.py": "",
        "text/counting.py": "def build_vocab(t, m): return ['found'], [0], []",
    }
    submission = of_texts(texts, tmp_path)
    assert submission.modules() == ["solution", "a_trap", "command", "text.counting"]
    assert said_by(submission) == "found"


def test_a_broken_file_is_named_where_a_name_is_missing(tmp_path):
    submission = of_texts({"solution.py": "", "other.py": "build_vocab = undefined"}, tmp_path)
    assert said_by(submission).startswith(
        "build_vocab is not defined in the submission; lab01_word2vec.other cannot be imported: name 'undefined'"
    )


def test_what_lies_in_a_linked_folder_is_not_taken(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "__init__.py").write_text("secret = 1")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "lab03_eval").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mine" / "notes").symlink_to(tmp_path / "elsewhere")
    submission = of_texts({"solution.py": "def build_vocab(): ..."}, tmp_path / "mine")
    assert (list(submission.files), submission.copies) == (["solution.py"], {})


def test_a_changed_file_changes_the_fingerprint(tmp_path):
    before = of_text("def build_vocab(): ...", tmp_path).fingerprint()
    assert of_text("def build_vocab(): ...", tmp_path).fingerprint() == before
    assert of_text("def build_vocab(): pass", tmp_path).fingerprint() != before


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "no such file or folder"),
        (lambda path: path.mkdir(), "no Python file in it"),
        (lambda path: path.write_text("def unknown(): ..."), "defines no name of any lab; say which it is: --lab"),
        (lambda path: path.write_text("def build_vocab(:"), "defines no name of any lab"),
    ],
)
def test_what_cannot_be_graded_is_said_in_one_line(tmp_path, make, said):
    make(tmp_path / "x")
    with pytest.raises(SubmissionError, match=said) as caught:
        find_submission(tmp_path / "x")
    assert "\n" not in str(caught.value)


def test_a_whole_clone_is_graded_by_its_packages(tmp_path):
    for package in ("lab01_word2vec", "lab03_eval"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "solution.py").write_text("def build_vocab(): ...")
    assert find_submission(tmp_path, "lab01").files == {"solution.py": tmp_path / "lab01_word2vec" / "solution.py"}
    with pytest.raises(SubmissionError, match="several labs"):
        find_submission(tmp_path)
