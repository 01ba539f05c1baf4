"""Which files are a submission, which module a child imports by a name, and what is said of all that is neither."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from grading.containment.runner import Child
from grading.handed_in import DEEPEST, MOST_FILES, submissions_in
from grading.places import ROOT
from grading.submission import Submission, SubmissionError, find_submission
from tests.grading.written import CASES, of_text, of_texts

RIGHT = "def build_vocab(t, m): return ['ä'], [0], []\n"


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


# Bad input


@pytest.fixture
def in_time() -> Iterator[None]:
    """What waits for a pipe's writer would wait for ever."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def many(path: Path, number: int) -> None:
    path.mkdir()
    for name in range(number):
        (path / f"{name}.txt").touch()


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2_000_000_000)


def in_folder(name: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """`make` for a file of that name in a folder."""

    def made(path: Path) -> None:
        path.mkdir()
        make(path / name)

    return made


def write(content: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


def link_to(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


LATIN = "import numpy\n\n# Åsa".encode("latin-1")
REFUSED: list[tuple[str, Callable[[Path], object], tuple[str, ...]]] = [
    ("ada.zip", write(b"PK"), ("ada.zip: an archive", "unpack it")),
    ("ada.tar.gz", write(b""), ("ada.tar.gz: an archive", "unpack it")),
    ("ada.ipynb", write("{}"), ("ada.ipynb: a notebook", "nbconvert --to script ada.ipynb")),
    ("ada.pdf", write("%PDF"), (".pdf is no Python file", "hand in a file that ends in .py")),
    ("ada", lambda path: path.mkdir(), ("ada: no Python file in it", "it is empty", "hand in")),
    ("ada", in_folder("mine.zip", write(b"PK")), ("no Python file in it, but mine.zip: an archive", "unpack it")),
    ("ada", in_folder("mine.ipynb", write("{}")), ("no Python file in it, but mine.ipynb: a notebook", "nbconvert")),
    ("ada", in_folder(".solution.py", write(RIGHT)), ("but .solution.py, which is hidden", "take the dot")),
    ("ada", in_folder("._solution.py", write(b"\0")), ("no Python file in it; hand in",)),
    ("__MACOSX", in_folder("._ada.py", write(b"\0")), ("__MACOSX: macOS adds it to a zip", "delete it")),
    ("ada.py", link_to("/etc/hostname"), ("ada.py: a link", "hand in what it leads to")),
    ("ada.py", link_to("gone"), ("ada.py: a link",)),
    ("ada", link_to("/etc"), ("ada: a link",)),
    ("ada", in_folder("solution.py", link_to("/etc/hostname")), ("solution.py: a link", "hand in the file itself")),
    ("ada", in_folder("lab01_word2vec", link_to(str(ROOT / "lab01_word2vec"))), ("lab01_word2vec: a link",)),
    ("ada.py", sparse, ("ada.py: 2,000 MB", "at most 16 MB", "hand in what you wrote")),
    ("ada", in_folder("solution.py", sparse), ("solution.py: 2,000 MB",)),
    ("ada.py", os.mkfifo, ("ada.py: neither a file nor a folder", "hand in a .py file")),
    ("ada", in_folder("solution.py", os.mkfifo), ("solution.py: neither a file nor a folder",)),
    ("ada.py", write(RIGHT.encode("utf-16")), ("ada.py: line 1: UTF-16", "save the file as UTF-8")),
    ("ada.py", write(RIGHT.encode("utf-16-le")), ("ada.py: line ", "save the file as UTF-8")),
    ("ada.py", write(LATIN), ("ada.py: line 3: byte 0xc5 is not UTF-8", "save the file as UTF-8")),
    ("ada.py", write(RIGHT.encode("latin-1")), ("ada.py: line 1: byte 0xe4 is not UTF-8", "save the file as UTF-8")),
    ("ada.py", write(f"# coding: klingon\n{RIGHT}"), ("coding line names no encoding", "save the file as UTF-8")),
    ("ada.py", write(f"{RIGHT}\n\0"), ("ada.py: line 3: a zero byte", "save the file as UTF-8")),
    ("ada", lambda path: many(path, 10_000), (f"more than {MOST_FILES} files", "hand in what you wrote")),
    ("ada", in_folder("venv", lambda path: many(path, 10_000)), ("venv: with it, more than", "what you wrote")),
    (
        "ada",
        lambda path: path.joinpath(*["deep"] * 100).mkdir(parents=True),
        (f"deep: more than {DEEPEST} folders deep", "hand in what you wrote"),
    ),
]


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize(("name", "make", "parts"), REFUSED)
def test_what_cannot_be_taken_says_what_to_do(tmp_path, name, make, parts):
    make(tmp_path / name)
    (tmp_path / "bob.py").write_text(RIGHT)
    assert submissions_in(tmp_path) == sorted([tmp_path / name, tmp_path / "bob.py"])
    with pytest.raises(SubmissionError) as caught:
        find_submission(tmp_path / name, "lab01")
    message = str(caught.value)
    assert message.startswith(str(tmp_path / name))
    assert len(message.splitlines()) == 1
    assert [part for part in parts if part not in message] == []


@pytest.mark.usefixtures("in_time")
def test_a_device_is_not_opened():
    with pytest.raises(SubmissionError, match="/dev/zero: neither a file nor a folder"):
        find_submission("/dev/zero", "lab01")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ada.py", RIGHT.replace("\n", "\r\n").encode()),
        ("ada.py", b"\xef\xbb\xbf" + RIGHT.encode()),
        ("ada.py", b"# coding: latin-1\n" + RIGHT.encode("latin-1")),
        ("Ada Löwe (1).py", RIGHT.encode()),
        ("ada.py.txt", RIGHT.encode()),
        ("ada", RIGHT.encode()),
    ],
)
def test_what_python_takes_is_graded_as_it_is(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    submission = find_submission(tmp_path / name)
    assert said_by(submission) == "ä"
    submission.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy" / "lab01_word2vec" / "solution.py").read_bytes() == content


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such name")
def test_a_name_that_is_not_utf8_is_graded(tmp_path):
    name = os.fsdecode(b"\xc5sa")
    (tmp_path / name).mkdir()
    (tmp_path / name / "solution.py").write_text(RIGHT)
    (tmp_path / name / f"{name}.py").write_text("")
    assert [path.name for path in submissions_in(tmp_path)] == [name]
    submission = find_submission(tmp_path / name)
    assert len(submission.fingerprint()) == 64
    assert said_by(submission) == "ä"


def test_a_name_of_two_lines_is_told_on_one(tmp_path):
    (tmp_path / "ada\nbob.zip").touch()
    with pytest.raises(SubmissionError, match=r"ada\?bob\.zip: an archive"):
        find_submission(tmp_path / "ada\nbob.zip")


def test_large_data_beside_the_code_is_left_out_and_never_opened(tmp_path, monkeypatch):
    (tmp_path / "solution.py").write_text(RIGHT)
    sparse(tmp_path / "vectors.bin")
    opened, really = [], Path.open

    def recording(path: Path, *arguments: object, **options: object) -> object:
        opened.append(path.name)
        return really(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", recording)
    submission = find_submission(tmp_path)
    submission.fingerprint()
    submission.copy_to(tmp_path / "copy")
    assert list(submission.files) == ["solution.py"]
    assert "solution.py" in opened
    assert "vectors.bin" not in opened


def test_hidden_entries_are_no_submissions(tmp_path):
    for name in (".DS_Store", "._ada.py", "ada.py"):
        (tmp_path / name).touch()
    assert submissions_in(tmp_path) == [tmp_path / "ada.py"]


@pytest.mark.parametrize("closed", ["ada.py", "ada", "ada/notes.txt", "ada/solution.py", "ada/parts"])
def test_what_may_not_be_read_says_so(tmp_path, closed):
    """Root may read all, so root becomes a user without rights first."""
    first = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.getuid() == 0 else ()
    if first and subprocess.run([*first, "true"], capture_output=True).returncode:
        pytest.skip("the system lets root make no user without rights: no user namespaces")
    path = tmp_path / closed
    if closed in ("ada", "ada/parts"):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(RIGHT)
    path.chmod(0)
    code = "import sys; from grading.submission import find_submission; find_submission(sys.argv[1], 'lab01')"
    command = [*first, sys.executable, "-c", code, str(tmp_path / closed.split("/")[0])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    path.chmod(0o700)
    last = done.stderr.splitlines()[-1]
    assert (
        last == f"grading.handed_in.SubmissionError: {path}: Permission denied; let the grader read it, and grade again"
    )
