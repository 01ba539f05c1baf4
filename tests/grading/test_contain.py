"""What a child may do, tried out from inside it, and what is left of it when it has ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.containment import contain, runner
from grading.containment.runner import BOUNDS, Child, Lost
from grading.grader import grade, not_enforced
from grading.places import HELPER, PACKAGES, ROOT
from grading.seeded.collection import HERE
from grading.submission import find_submission, load_lab
from tests.grading.written import CASES, of_text

# A submission that reports, instead of a vocabulary, how attempts to leave its folder end.
WITNESS = """
import importlib, os, socket, subprocess, sys
from pathlib import Path

def outcome(attempt):
    try:
        return f"done: {attempt()}"
    except BaseException as error:
        return type(error).__name__

def build_vocab(tokens, min_count):
    root = Path(ROOT)
    attempts = {
        "read solution": lambda: (root / "lab01_word2vec" / "solution.py").read_text()[:9],
        "read judges": lambda: (root / "grading" / "lab01" / "lab.py").read_text()[:9],
        "read tests": lambda: os.listdir(root / "tests"),
        "read passwords": lambda: Path("/etc/passwd").read_text()[:9],
        "read tool": lambda: Path("lab03_eval", "eval_embeddings.py").read_text()[:1],
        "write tool": lambda: (root / "lab03_eval" / "eval_embeddings.py").open("a"),
        "write home": lambda: Path.home().joinpath("x").write_text("x"),
        "write tmp": lambda: Path("/tmp/hostile-was-here").write_text("x"),
        "shared memory": lambda: Path("/dev/shm/x").write_text("x"),
        "become root": lambda: os.setuid(0),
        "root": lambda: os.geteuid() == 0,
        "signal parent": lambda: os.kill(os.getppid(), 9),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
        "socket": lambda: socket.socket(socket.AF_UNIX).connect(SOCKET),
        "send": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9)),
        "allocate": lambda: len(bytearray(5 * 10**9)),
        "large file": lambda: Path("large").write_bytes(b"x" * 200_000_000),
        "import solution": lambda: __import__("lab01_word2vec.blocks"),
        "import judges": lambda: __import__("grading.lab01.lab"),
        "import packages": lambda: [name for name in tokens if outcome(lambda: __import__(name))[:4] == "done"],
        "site-packages left to us": lambda: sys.flags.no_site == 1,
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
# GOMP_SPINCOUNT is set in the child, by wordlab.
ENVIRONMENT = [
    "GOMP_SPINCOUNT",
    "HOME",
    "LANG",
    "MPLBACKEND",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PATH",
    "TMPDIR",
    "USER",
]


OURS = sorted({path.stem for path in ROOT.iterdir() if path.name[0] != "." and (path.is_dir() or path.suffix == ".py")})


@pytest.fixture(scope="module")
def witness(tmp_path_factory) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place := str(tmp_path_factory.mktemp("agent") / "socket"))
        os.chmod(place, 0o777)
        listening.listen()
        text = f"ROOT, SOCKET = {str(ROOT)!r}, {place!r}\n{WITNESS}"
        return witnessed(text, tmp_path_factory.mktemp("witness"))


def witnessed(text: str, folder: Path) -> dict[str, str]:
    with Child(of_text(text, folder)) as child:
        if child.missing:
            pytest.skip(f"this system does not enforce everything: {child.missing}")
        (found,) = child.ask("build_vocab", 20, [CASES[0] | {"tokens": OURS}])["value"]
    return dict(zip(found["words"], found["ids"]))


@pytest.mark.parametrize(
    "attempt",
    ["read solution", "read judges", "read tests", "read passwords", "write tool", "write tmp", "become root",
     "signal parent", "connect", "socket", "send", "large file", "open files"],
)  # fmt: skip
def test_what_lies_outside_is_out_of_reach(witness, attempt):
    assert witness[attempt] in DENIED


def test_memory_and_processes_are_limited(witness):
    assert witness["allocate"] == "MemoryError"
    assert 10 <= int(witness["forks"].removeprefix("done: ")) < 64


def test_answers_cannot_be_imported(witness):
    assert witness["import solution"] == witness["import judges"] == "ModuleNotFoundError"


def test_of_the_repository_only_the_tools_can_be_imported(witness):
    """`grading` is a package of the child's own, and `lab01_word2vec` holds the submission."""
    assert {"scripts", "tests", PACKAGES["lab02"]} <= set(OURS)
    found = ["grading", PACKAGES["lab01"], PACKAGES["lab03"], HELPER]
    assert witness["import packages"] == f"done: {found}"
    # Where nothing restricts reading, this keeps the repository off Python's path: no .pth file is read.
    assert witness["site-packages left to us"] == "done: True"


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
        ({"entries": 90}, "[open(str(n), 'w') for n in range(199)]\n    hold(0)", "or 90 files"),
    ],
)  # fmt: skip
def test_ceilings_hold_for_all_processes_together(tmp_path, ceiling, body, said):
    start = "import os, time\ndef hold(size):\n    x = bytearray(b'x' * size)\n    time.sleep(60)\n"
    submission = of_text(f"{start}def build_vocab(t, m):\n    {body}\n", tmp_path)
    with Child(submission, BOUNDS | ceiling) as child, pytest.raises(Lost, match=said):
        child.ask("build_vocab", 30, CASES)


def test_no_process_outlives_its_child(tmp_path):
    contain.adopt_orphans()
    runner.nursery_of(1, load_lab("lab01").libraries)
    before = set(contain.descendants(os.getpid()))  # this and what other tests of this process have started
    submission = find_submission(HERE / "hostile" / "daemon.py", "lab01")
    with Child(submission) as child:
        assert "value" in child.ask("build_vocab", 10, CASES)
        assert len(set(contain.descendants(os.getpid())) - before) >= 8  # supervisor, first process, worker, daemons
        folder = child.folder
    deadline = time.monotonic() + 30  # the supervisor says how it ended, and then ends
    while set(contain.descendants(os.getpid())) > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(contain.descendants(os.getpid())) == before
    assert not folder.exists()


# A filter of system calls that refuses unshare(2), as containers do: load its number, compare, return EPERM or allow.
WITHOUT_NAMESPACES = """
import ctypes, struct
from dataclasses import replace
number = {{"x86_64": 272, "aarch64": 97}}[__import__("platform").machine()]
rules = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7fff0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
filters = struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(program))
assert libc.prctl(22, 2, ctypes.c_char_p(filters), 0, 0) == 0
from grading.containment import contain
from grading.containment.runner import close_nurseries
from grading.grader import grade, not_enforced
from grading.submission import find_submission, load_lab
contain.adopt_orphans()
print(not_enforced())
submission = find_submission({path!r}, "lab01")
lab = replace(submission.lab, steps=(replace(submission.lab.steps[0], seconds=4),))
print([v.points for v in grade(replace(submission, lab=lab), ["build_vocab"])])
close_nurseries()
import os
print(contain.descendants(os.getpid()))
"""


@pytest.mark.skipif(not contain.LINUX, reason="namespaces are Linux's")
@pytest.mark.parametrize("hostile", ["daemon", "fork_bomb"])
def test_without_namespaces_processes_are_still_limited_and_ended(hostile):
    program = WITHOUT_NAMESPACES.format(path=str(HERE / "hostile" / f"{hostile}.py"))
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    missing, points, left = run.stdout.splitlines()
    assert "network" in missing
    assert (points, left) == ("[0]", "[]")


def test_what_is_not_enforced_is_found_out_without_a_submission(tmp_path):
    with Child(of_text("def build_vocab(t, m): ...", tmp_path)) as child:
        assert not_enforced() == child.missing


def test_an_ended_nursery_is_replaced(tmp_path):
    """A submission of the same user may end the process that children are forked from, where nothing separates them."""
    ended = runner.nursery_of(1, load_lab("lab01").libraries).process
    ended.kill()
    ended.wait()
    (verdict,) = grade(of_text("def keep_probability(c, t): return 1 / 0\n", tmp_path), ["keep_probability"])
    assert "ZeroDivisionError" in verdict.message
    assert runner.nursery_of(1, load_lab("lab01").libraries).process.pid != ended.pid
