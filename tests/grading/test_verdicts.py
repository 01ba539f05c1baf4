"""What the parent makes of whatever a child answers, or leaves behind."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grading import grader
from grading.containment.runner import Child, Lost
from grading.grader import GraderFailed, Uncontained, agreed, grade, judge
from grading.places import ROOT
from grading.steps import Step, Threshold, Trial
from grading.submission import find_submission
from tests.grading.written import CASES, of_text


def test_a_step_is_graded_on_after_a_lost_one(tmp_path):
    text = "import os\ndef build_vocab(t, m): os._exit(3)\ndef keep_probability(c, t): return [0] * len(c)\n"
    first, second = grade(of_text(text, tmp_path), ["build_vocab", "keep_probability"])
    assert first.message == "build_vocab: it ended the whole process (exit status 3): a function should return"
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
        (
            "from wordlab.errors import InputError\n"
            "    if m == 3: raise InputError('rare')\n    return [[1, 2]], [1], [None]",
            "what build_vocab returned cannot be read",
        ),
        ("raise ValueError('a\\nb\\x1b[31m' * 999)", "build_vocab failed with ValueError: a b [31ma b"),
    ],
)
def test_verdicts_name_the_learners_function_and_line(tmp_path, body, said):
    (verdict,) = grade(of_text(f"def build_vocab(t, m):\n    {body}\n", tmp_path), ["build_vocab"])
    assert said in verdict.message
    assert verdict.message.isprintable()
    assert len(verdict.message) < 850


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": 3}, "build_vocab failed with an error that cannot be read"),
        ({"error": {"kind": []}}, "build_vocab failed with []"),
        ({"value": None}, "what build_vocab returned cannot be read (TypeError: "),
        ({"value": [1, "x"]}, "what build_vocab returned cannot be read (TypeError: "),
        ({}, "what build_vocab returned cannot be read (KeyError: 'value')"),
    ],
)
def test_no_answer_breaks_the_judge(answer, said):
    step = Step("s", 1, ("build_vocab",), lambda rng: [], lambda inputs, value: value["x"])
    assert judge(step, [], answer).startswith(said)


@pytest.mark.parametrize("fault", [NameError, ZeroDivisionError, AssertionError, ImportError])
def test_a_fault_of_the_judge_is_nobodys_mistake(fault):
    def broken(inputs, value):
        raise fault("whose")

    with pytest.raises(GraderFailed, match=f"^loss: the grader failed here \\({fault.__name__}: whose\\)$"):
        judge(Step("loss", 1, ("loss",), lambda rng: [], broken), [], {"value": 1})


def test_children_that_end_themselves_leave_nothing_open(tmp_path):
    submission = of_text("import os\ndef build_vocab(t, m):\n    os._exit(3)\n", tmp_path)
    grade(submission, ["build_vocab"])  # starts the process that children are forked from
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        (verdict,) = grade(submission, ["build_vocab"])
        assert "exit status 3" in verdict.message
    assert len(os.listdir("/proc/self/fd")) == before


def test_nothing_is_graded_uncontained_unless_that_was_agreed_to(monkeypatch):
    monkeypatch.setattr(grader, "not_enforced", lambda: ["it may use the network"])
    with pytest.raises(Uncontained, match=r"^not enforced on this system: it may use the network\. --uncontained"):
        agreed(uncontained=False)
    assert agreed(uncontained=True) == ["it may use the network"]
    monkeypatch.setattr(grader, "not_enforced", list)
    assert agreed(uncontained=False) == []


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
    threshold = Threshold(5, lambda corpus, folder: Trial(Path(corpus), size_is_nine), seconds=20)
    lab = replace(submission.lab, threshold=threshold)
    (verdict,) = grade(replace(submission, lab=lab), ["threshold"], corpus=str(tmp_path / "corpus"))
    assert (verdict.passed, verdict.points) == (not said, 0 if said else 5)
    assert verdict.message.startswith(said)


def test_without_a_corpus_the_threshold_is_listed_as_not_run():
    (verdict,) = grade(find_submission(ROOT / "lab01_word2vec"), ["threshold"])
    assert (verdict.passed, verdict.points, verdict.worth) == (None, 0, 20)
    assert verdict.message == "not run: no corpus given (--corpus wiki8, or a file)"
