"""What a careless grader would let through: other nonsense as an answer, hidden files, keys of the kernel, the zip."""

from __future__ import annotations

import functools
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grading.containment import contain, runner
from grading.containment.runner import BOUNDS, Child, Lost
from grading.grader import SEED, judge, not_enforced
from grading.places import LABS, PACKAGES, ROOT
from grading.seeded.collection import CHEATS, HERE, HOSTILE, grade_cheat
from grading.starters import write_lab
from grading.submission import find_submission, load_lab
from tests.grading.test_classroom import graded, unpacked
from tests.grading.written import CASES, of_text

NONSENSE: dict[str, Callable[[Any], Any]] = {
    "NaN for numbers": lambda value: math.nan if is_number(value) else value,
    "infinity for numbers": lambda value: math.inf if is_number(value) else value,
    "0": lambda value: 0,
    "1": lambda value: 1,
    "-1": lambda value: -1,
    "a number beyond floats": lambda value: 10**400,
    "null": lambda value: None,
    "true": lambda value: True,
    "text": lambda value: "x",
    "no list": lambda value: [],
    "no record": lambda value: {},
}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def replaced(value: Any, by: Callable[[Any], Any]) -> Any:
    """An answer of the same shape, with `by` of each of its values."""
    if isinstance(value, dict):
        return {key: replaced(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, by) for item in value]
    return by(value)


@pytest.mark.parametrize("lab", LABS)
def test_no_judge_takes_nonsense_in_the_right_shape(lab):
    """Nor does one fail on it, which would be told as a fault of the grader."""
    taken = []
    with Child(submission := find_submission(ROOT / PACKAGES[lab], lab)) as child:
        child.ask("load", 30)
        for number, step in enumerate(submission.lab.steps):
            seed = 1000 * SEED + number
            inputs = step.inputs(np.random.default_rng(seed))
            value = child.ask(step.name, 60, inputs, step.uses, seed)["value"]
            assert judge(step, inputs, {"value": value}) is None
            for name, by in NONSENSE.items():
                with np.errstate(all="ignore"):
                    nonsense = replaced(value, by)
                    if nonsense != value and judge(step, inputs, {"value": nonsense}) is None:
                        taken.append((step.name, name))
            assert judge(step, inputs, {"value": None})
    assert taken == []


def test_stored_answers_earn_points_where_the_seed_is_known(tmp_path):
    """The cheat is genuine: with the public seed it passes three steps, and with a drawn one (test_seeded.py) none."""
    (cheat,) = (path for path in CHEATS if path.stem == "lab03_known_seed")
    verdicts = grade_cheat(cheat, tmp_path, seed=SEED)
    assert {verdict.step for verdict in verdicts if verdict.passed} == {"spearman", "hubness", "weat"}


# Files without a name, and hidden ones

UNNAMED = """
import os, time
def deleted():
    file = os.open("x", os.O_CREAT | os.O_RDWR)
    os.unlink("x")
    return file
def build_vocab(tokens, min_count):
    held = [{opened} for _ in range(4)]
    for file in held:
        os.write(file, bytes(20_000_000))
    time.sleep(60)
"""


@pytest.mark.skipif(not contain.LINUX, reason="the descriptors of another process are read in Linux's /proc")
@pytest.mark.parametrize("opened", ["os.memfd_create('x')", "deleted()"])
def test_open_files_without_a_name_count(tmp_path, opened):
    submission = of_text(UNNAMED.format(opened=opened), tmp_path)
    with Child(submission, BOUNDS | {"disk": 50_000_000}) as child, pytest.raises(Lost, match="wrote more than 50 MB"):
        child.ask("build_vocab", 30, CASES)


def test_what_lies_too_deep_or_in_a_closed_folder_counts_as_too_much(tmp_path):
    deep = tmp_path.joinpath("deep", *["d"] * (contain.DEEPEST + 2))
    (tmp_path / "flat").mkdir()
    deep.mkdir(parents=True)
    (deep / "file").touch()
    assert not contain.folder_exceeds(str(tmp_path / "flat"), 10**6, 10)
    assert contain.folder_exceeds(str(tmp_path / "deep"), 10**9, 10**6)
    assert contain.folder_exceeds("/" + "x" * 5000, 10**9, 10**6)


def test_a_folder_that_python_cannot_remove_is_removed():
    top = Path(tempfile.mkdtemp())
    program = f"import os\nos.chdir({str(top)!r})\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\n"
    subprocess.run([sys.executable, "-c", program], check=True)
    runner.remove(top)
    assert not top.exists()


# Keys of the kernel, by which a child could leave texts for the next one

IN_A_SESSION = """
import ctypes
assert ctypes.CDLL(None).syscall({number}, 1, None) > 0
from grading.grader import grade
from grading.submission import find_submission
for _ in range(2):
    print(grade(find_submission({path!r}, "lab01"), ["build_vocab", "keep_probability"])[1].message)
"""


def test_no_key_is_left_for_the_next_child():
    """The grader has a keyring of its session here, as after a login."""
    number = contain.KEYCTL.get(os.uname().machine) if contain.LINUX else None
    if not number or contain._libc.syscall(number, 0, -5, 0) < 0 or not_enforced():
        pytest.skip("this system has no keys of the kernel, or does not enforce everything")
    program = IN_A_SESSION.format(number=number, path=str(HERE / "cheats" / "lab01_leaves_files.py"))
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("left by another process: []") == 2


# The zip of the autograder, where there is no Landlock and the user is an ordinary one

USER = str(contain.UNUSED_USERS[0])  # who owns nothing, so that nothing of ours can be changed
# Shows of a folder, $1, what lies in another one inside it, $2, and nothing else; then goes on as USER.
MACHINE = f"""
set -e
show() {{
  mount --bind "$2" "$hold"; mount -t tmpfs -o mode=755 none "$1"; mkdir -p "$2"; mount --bind "$hold" "$2"
  umount "$hold"
}}
hold=$1; show "$2" "$3"; show "$4" "$5"; shift 5
exec unshare --pid --fork --mount-proc --kill-child --setgid {USER} --setuid {USER} "$@"
"""
ASKS_FOR_LANDLOCK = "ctypes.c_uint32(1)) if LINUX else 0"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """What runs a command as Gradescope's machine has it: with Python and without this repository, as no root."""
    hold, home = str(tmp_path_factory.mktemp("hold")), str(Path.home())
    shown = [(str(ROOT), sys.prefix), (home, sys.base_prefix)]
    inside = [pair if pair[1].startswith(f"{pair[0]}/") else (hold, hold) for pair in shown]
    first = ("unshare", "--mount", "sh", "-c", MACHINE, "sh", hold, *(path for pair in inside for path in pair))
    if os.getuid() or subprocess.run([*first, sys.executable, "-c", "import numpy"], capture_output=True).returncode:
        pytest.skip("only root can become a user who owns nothing, so that hostile code without Landlock does no harm")
    return first


@pytest.fixture(scope="module")
def bare() -> Iterator[Callable[[str], Path]]:
    """Makes the folder of a lab's autograder: without Landlock, and USER's to write results in."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)

        @functools.cache
        def of_lab(lab: str) -> Path:
            top = Path(folder, lab)
            top.mkdir()
            file = unpacked(lab, top) / "source" / "grading" / "containment" / "contain.py"
            text = file.read_text(encoding="utf-8")
            assert text.count(ASKS_FOR_LANDLOCK) == 1
            file.write_text(text.replace(ASKS_FOR_LANDLOCK, "ctypes.c_uint32(1)) * 0"), encoding="utf-8")
            os.chown(top, int(USER), int(USER))
            return top

        yield of_lab


@pytest.mark.long
@pytest.mark.parametrize("submission", [*HOSTILE, *CHEATS], ids=lambda path: path.stem)
def test_the_zip_leaves_valid_results_for_every_hostile_submission(submission, bare, machine):
    """`graded` demands what Gradescope documents; a grader that runs out of its time leaves results, too."""
    lab = submission.name[:5] if submission in CHEATS else "lab01"
    results = graded(bare(lab), submission, seconds=60, first=machine)
    assert results["score"] == 0
    finished = len(results["tests"]) == len(load_lab(lab).steps)
    assert finished or "The grader did not finish" in results["output"]
    if finished:
        assert "Not contained on this system: it may read and write outside its folder" in results["output"]
        assert not [test for test in results["tests"] if test["status"] == "passed"]


@pytest.mark.long
def test_the_zip_gives_a_right_submission_its_points_on_that_machine(bare, machine, tmp_path):
    """So that the test above measures a grader that works."""
    write_lab("lab03", tmp_path / "mine", solved=True)
    assert graded(bare("lab03"), tmp_path / "mine", first=machine)["score"] == 100
