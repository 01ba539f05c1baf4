"""What a child may do, tried out from inside it; what its parent makes of whatever it answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grading import contain
from grading.grader import grade, judge, not_enforced
from grading.runner import BOUNDS, Child, Lost
from grading.steps import Step, Threshold
from grading.submission import ROOT, SubmissionError, find_submission

# A submission that reports, instead of a vocabulary, how attempts to leave its folder end.
WITNESS = """
import os, resource, socket, subprocess
from pathlib import Path

def outcome(attempt):
    try:
        return f"done: {attempt()}"
    except BaseException as error:
        return type(error).__name__

def build_vocab(tokens, min_count):
    root = Path("lab03_eval").resolve().parent
    attempts = {
        "read solution": lambda: (root / "lab01_word2vec" / "corpus.py").read_text()[:9],
        "read judges": lambda: (root / "grading" / "lab01.py").read_text()[:9],
        "read tests": lambda: os.listdir(root / "tests"),
        "read passwords": lambda: Path("/etc/passwd").read_text()[:9],
        "read tool": lambda: (root / "lab03_eval" / "vectors.py").read_text()[:1],
        "write tool": lambda: (root / "lab03_eval" / "vectors.py").open("a"),
        "write home": lambda: Path.home().joinpath("x").write_text("x"),
        "write tmp": lambda: Path("/tmp/hostile-was-here").write_text("x"),
        "shared memory": lambda: Path("/dev/shm/x").write_text("x"),
        "become root": lambda: os.setuid(0),
        "root": lambda: os.geteuid() == 0,
        "signal parent": lambda: os.kill(os.getppid(), 9),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
        "send": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9)),
        "allocate": lambda: len(bytearray(5 * 10**9)),
        "large file": lambda: Path("large").write_bytes(b"x" * 200_000_000),
        "import solution": lambda: __import__("lab01_word2vec.corpus"),
        "import judges": lambda: __import__("grading.lab01"),
        "program": lambda: subprocess.run(["cat", root / "LICENSE"], capture_output=True).returncode,
        "environment": lambda: sorted(set(os.environ) - {"LC_CTYPE"}),
        "descriptors": lambda: sorted(filter(None, map(opened, range(99)))),
        "forks": forks,
        "open files": lambda: len([os.open("/dev/null", os.O_RDONLY) for _ in range(1000)]),
    }
    found = {name: outcome(attempt) for name, attempt in attempts.items()}
    return list(found), [0], list(found.values())

def opened(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").split(":")[0]
    except OSError:
        return None

def forks():
    for count in range(500):
        try:
            if os.fork() == 0:
                import time
                time.sleep(60)
        except OSError:
            return count
"""
DENIED = ["PermissionError", "OSError", "FileNotFoundError"]
ENVIRONMENT = ["HOME", "LANG", "MPLBACKEND", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH", "TMPDIR", "USER"]


def of_text(text: str, folder: Path):
    path = folder / "submission.py"
    path.write_text(text, encoding="utf-8")
    return find_submission(path, "lab01")


CASES = [{"tokens": ["a"], "min_count": 1, "once": False}]


@pytest.fixture(scope="module")
def witness(tmp_path_factory) -> dict[str, str]:
    with Child(of_text(WITNESS, tmp_path_factory.mktemp("witness"))) as child:
        if child.missing:
            pytest.skip(f"this system does not enforce everything: {child.missing}")
        (found,) = child.ask("build_vocab", 20, CASES)["value"]
    return dict(zip(found["words"], found["ids"]))


@pytest.mark.parametrize(
    "attempt",
    ["read solution", "read judges", "read tests", "read passwords", "write tool", "write tmp", "become root",
     "signal parent", "connect", "send", "large file", "open files"],
)  # fmt: skip
def test_what_lies_outside_is_out_of_reach(witness, attempt):
    assert witness[attempt] in DENIED


def test_memory_and_processes_are_limited(witness):
    assert witness["allocate"] == "MemoryError"
    assert 10 <= int(witness["forks"].removeprefix("done: ")) < 64


def test_answers_cannot_be_imported(witness):
    assert witness["import solution"] == witness["import judges"] == "ModuleNotFoundError"


def test_nothing_of_the_parent_comes_along(witness):
    assert witness["environment"] == f"done: {ENVIRONMENT}"
    # Standard input, output and error; requests and answers.
    assert witness["descriptors"] == f"done: {['/dev/null'] * 3 + ['pipe'] * 2}"
    assert witness["root"] == "done: False"
    assert witness["program"] == "done: 1"  # cat may run, and is held by the same rules


def test_what_a_solution_needs_is_within_reach(witness):
    assert witness["read tool"] == 'done: "'
    assert witness["write home"] == witness["shared memory"] == "done: 1"


@pytest.mark.parametrize(
    ("ceiling", "body", "said"),
    [
        ({"memory": 10**9}, "for _ in range(6): os.fork() or hold(3 * 10**8)\n    hold(0)", "more than 1 GB of memory"),
        ({"disk": 10**7}, "open('a', 'wb').write(bytes(5 * 10**7))\n    hold(0)", "it wrote more than 10 MB"),
        ({"entries": 50}, "[open(str(n), 'w') for n in range(99)]\n    hold(0)", "or 50 files"),
    ],
)  # fmt: skip
def test_ceilings_hold_for_all_processes_together(tmp_path, ceiling, body, said):
    start = "import os, time\ndef hold(size):\n    x = bytearray(b'x' * size)\n    time.sleep(60)\n"
    submission = of_text(f"{start}def build_vocab(t, m):\n    {body}\n", tmp_path)
    with Child(submission, BOUNDS | ceiling) as child, pytest.raises(Lost, match=said):
        child.ask("build_vocab", 30, CASES)


def test_no_process_outlives_its_child(tmp_path):
    contain.adopt_orphans()
    before = set(contain.descendants(os.getpid()))
    submission = find_submission(ROOT / "tests" / "grading" / "hostile" / "daemon.py", "lab01")
    with Child(submission) as child:
        assert "value" in child.ask("build_vocab", 10, CASES)
        assert len(set(contain.descendants(os.getpid())) - before) >= 8  # supervisor, first process, worker, daemons
        folder = child.folder
    assert set(contain.descendants(os.getpid())) <= before
    assert not folder.exists()


# A filter of system calls that refuses unshare(2), as containers do: load its number, compare, return EPERM or allow.
WITHOUT_NAMESPACES = """
import ctypes, struct, sys
sys.path.insert(0, {root!r})
number = {{"x86_64": 272, "aarch64": 97}}[__import__("platform").machine()]
rules = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7fff0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
filters = struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(program))
assert libc.prctl(22, 2, ctypes.c_char_p(filters), 0, 0) == 0
from grading import contain
from grading.grader import grade, not_enforced
from grading.submission import find_submission
contain.adopt_orphans()
print(not_enforced())
print([v.points for v in grade(find_submission({path!r}, "lab01"), ["build_vocab"])])
import os
print(contain.descendants(os.getpid()))
"""


@pytest.mark.skipif(not contain.LINUX, reason="namespaces are Linux's")
@pytest.mark.parametrize("hostile", ["daemon", "fork_bomb"])
def test_without_namespaces_processes_are_still_limited_and_ended(hostile):
    path = str(ROOT / "tests" / "grading" / "hostile" / f"{hostile}.py")
    program = WITHOUT_NAMESPACES.format(root=str(ROOT), path=path)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    missing, points, left = run.stdout.splitlines()
    assert "network" in missing
    assert (points, left) == ("[0]", "[]")


def test_what_is_not_enforced_is_found_out_without_a_submission():
    assert all(isinstance(text, str) for text in not_enforced())


# The parent's side


def test_a_step_is_graded_on_after_a_lost_one(tmp_path):
    text = "import os\ndef build_vocab(t, m): os._exit(3)\ndef keep_probability(c, t): return [0] * len(c)\n"
    first, second = grade(of_text(text, tmp_path), ["build_vocab", "keep_probability"])
    assert first.message == "build_vocab: it ended the whole process (exit status 3): a function returns"
    assert second.message.startswith("for counts [9000, 900, 100] … and t = 0.01 you keep 0, 0, 0, not 0.1165")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "raise NotImplementedError('build_vocab: count')",
            "build_vocab is not written yet (NotImplementedError: build_v",
        ),
        ("return 1 / 0", "build_vocab failed with ZeroDivisionError: division by zero (solution.py, line 2)"),
        ("return 1", "build_vocab failed with TypeError: cannot unpack non-iterable int object"),
        (
            "return [object()], [1], [0]",
            "failed with TypeError: expected numbers, lists, arrays or tensors, found object",
        ),
        ("return ['a'], [[1, 2]], [None]", "what build_vocab returned cannot be read"),
        ("raise ValueError('a\\nb\\x1b[31m' * 999)", "build_vocab failed with ValueError: a b [31ma b"),
    ],
)
def test_verdicts_name_the_learners_function_and_line(tmp_path, body, said):
    (verdict,) = grade(of_text(f"def build_vocab(t, m):\n    {body}\n", tmp_path), ["build_vocab"])
    assert said in verdict.message
    assert verdict.message.isprintable()
    assert len(verdict.message) < 850


@pytest.mark.parametrize("answer", [{"error": 3}, {"error": {"kind": []}}, {"value": None}, {"value": [1, "x"]}, {}])
def test_no_answer_breaks_the_judge(answer):
    step = Step("s", 1, ("build_vocab",), lambda rng: [], lambda inputs, value: value["x"])
    assert "cannot be read" in judge(step, [], answer) or "build_vocab" in judge(step, [], answer)


def test_a_child_that_reads_nothing_holds_nobody_up(tmp_path):
    text = "import os, signal, threading\ndef build_vocab(t, m):\n"
    text += "    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGSTOP)).start()\n    return [], [], []\n"
    with Child(of_text(text, tmp_path)) as child:
        child.ask("build_vocab", 10, CASES)
        time.sleep(1)  # now it is stopped
        with pytest.raises(Lost, match="within 2 s"):
            child.ask("build_vocab", 2, [CASES[0] | {"tokens": ["word"] * 1_000_000}])


# The threshold step

COMMAND = """
import argparse, os, sys
from pathlib import Path
def build_vocab(): ...
if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    {body}
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("args.out.mkdir(); (args.out / 'size').write_text(str(len(args.data.read_text())))", ""),
        ("args.out.mkdir(); (args.out / 'size').write_text('7')", "the size is 7, not 9"),
        (
            "args.out.mkdir(); (args.out / 'size').symlink_to(args.data)",
            "size, which the command left, is no plain file",
        ),
        ("args.out.mkdir(); os.mkfifo(args.out / 'size')", "size, which the command left, is no plain file"),
        ("parser.error('the corpus is dull')", "the command failed with CommandFailed: exit status 2: usage:"),
        ("list(args.data.parent.iterdir())", "the command failed with PermissionError"),
        ("pass", "the command left no --out folder"),
        ("args.out.mkdir()", "what the command left cannot be read (FileNotFoundError"),
        ("os._exit(0)", "the command: it ended the whole process (exit status 0)"),
    ],
)
def test_the_threshold_judges_what_the_command_left(tmp_path, body, said):
    def size_is_nine(out: Path) -> str | None:
        size = (out / "size").read_text()
        return None if size == "9" else f"the size is {size}, not 9"

    (tmp_path / "corpus").write_text("nine char")
    submission = of_text(COMMAND.format(body=body), tmp_path)
    lab = replace(submission.lab, threshold=Threshold(5, size_is_nine, seconds=20))
    (verdict,) = grade(replace(submission, lab=lab), ["threshold"], corpus=str(tmp_path / "corpus"))
    assert (verdict.passed, verdict.points) == (not said, 0 if said else 5)
    assert verdict.message.startswith(said)


def test_without_a_corpus_the_threshold_is_listed_as_not_run():
    (verdict,) = grade(find_submission(ROOT / "lab01_word2vec"), ["threshold"])
    assert (verdict.passed, verdict.worth) == (None, 0)
    assert verdict.message == "not run: no corpus given (--corpus FILE)"


# Which files are a submission


def test_a_file_comes_with_what_it_imports_and_a_folder_whole(tmp_path):
    for name, text in {
        "mine.py": "import corpus\nfrom lab01_word2vec.blocks import L\ndef build_vocab(): ...\n",
        "corpus.py": "from . import deeper\n",
        "deeper.py": "def keep_probability(): ...\n",
        "blocks.py": "",
        "unrelated.py": "def spearman(): ...\n",
    }.items():
        (tmp_path / name).write_text(text)
    found = find_submission(tmp_path / "mine.py")
    assert found.lab.name == "lab01"
    assert found.modules() == ["solution", "blocks", "corpus", "deeper"]
    (tmp_path / "mine.py").rename(tmp_path / "solution.py")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "text8").write_text("not code")
    (tmp_path / "lab03_eval").mkdir()
    (tmp_path / "lab03_eval" / "eval_embeddings.py").write_text("def spearman(): ...\ndef cosines(): ...\n")
    assert sorted(find_submission(tmp_path).files) == [
        "blocks.py",
        "corpus.py",
        "deeper.py",
        "solution.py",
        "unrelated.py",
    ]


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
