"""Every command that a page shows, typed as it stands there, in a copy of the repository as `make run` leaves it.

What would take more than two minutes, change the environment or need another machine is typed in another form; INSTEAD
names that form and why. A command's status must be 0, and nothing may end in a traceback. Most are `long`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from grading.starters import STARTERS, write_lab
from lab01_word2vec.corpus import Corpus
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT
from tests.test_documents import PAGES, prose, read

COMMAND = r"(?:LAB_\w+=\S+ )*(?:python3?|torchrun|make|pytest|pip|git|cd|\.) [^ ].*"
# What `make test` types too.
QUICK = r"python (?:demos/(?:analogy|tiny)|scripts/(?:make_starter|quiz)|scripts/progress\.py my_lab01$).*|\. .*"
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "runs", "my_*", "text8")
TOKENS = 100_000  # of the sample, which stand for text8
LIMIT = 600  # seconds; on a quiet machine nothing takes a third of them
# Files of the reader's own, and of another training.
YOURS = (
    r"(?<!\S)(?:(?:vectors|mine|theirs|a|b|glove\.6B\.300d)\.(?:bin|txt)"
    r"|runs/(?:seed\d/vectors|lab02/\w+)\.bin)(?!\S)"
)
LABS_TRAIN = r"python (?:-m )?(?:lab01_word2vec|lab02_glove_fasttext|best_vectors)\b.*"


@dataclass(frozen=True)
class Instead:
    """Commands that match `shown` whole are typed as `typed`, a template of re.Match.expand, for the reason `why`."""

    shown: str
    typed: str
    why: str


INSTEAD = (
    Instead(r"(.*--data )wiki8( --resume)", r"\1sample\2", "trains for minutes"),
    Instead(r"(.*numpy_sgns\.py --data )wiki8", r"\1sample --epochs 1", "trains for minutes"),
    Instead(r"(torchrun .*--data )wiki8.*", r"\1sample --dry-run", "trains for minutes"),
    Instead(rf"{LABS_TRAIN}--data wiki8.*", r"\g<0> --dry-run", "trains for minutes"),
    Instead(r"python -m lab03_eval\.tasks", r"\g<0> --help", "the changelog names the command; it takes vectors"),
    Instead(r"python -m (?:lab03_eval\.)?tasks \S+", r"\g<0> --only trec", "all tasks take minutes"),
    Instead(r"(python lab02\S+ --data )german\.txt --lang de (.*)", r"\1sample \2 --dry-run", "needs a German text"),
    Instead(r"(make run DATA=)wiki8", r"\1sample", "trains for minutes"),
    Instead(r"(.*--submission \w+) --corpus wiki8", r"\1", "trains for minutes; tests/lab01/test_thresholds.py does"),
    Instead(r"(pytest .*--submission) PATH", r"\1 my_lab01", "PATH stands for a submission"),
    Instead(r"make (test|test-long|scale|bench|reports)", r"make -n \1", "runs this very test, or for hours"),
    Instead(r"python tasks\.py test", r"python tasks.py --help", "runs this very test"),
    Instead(r"python -m lab03_eval\.contextual.*", r"\g<0> --help", "takes minutes; its own test runs it"),
    Instead(r"(python -m lab03_eval\.retrieval) --fasttext.*", r"\1", "FastText trains for minutes"),
    Instead(
        r"(python scripts/report(?:_best|_grader|_lab02|_scale|_morphology|_contextual|_retrieval)?\.py).*",
        r"\1 --only",
        "measures for hours",
    ),
    Instead(r"python scripts/bench\w*\.py.*", r"\g<0> --help", "needs a quiet machine, a GPU or gigabytes"),
    Instead(r"python scripts/pack_vectors\.py.*", r"\g<0> --out packed", "would replace the vectors that ship"),
    Instead(r"pip install .*", r"\g<0> --dry-run --no-build-isolation", "would change the environment of the tests"),
)


def lines(page: Path) -> list[str]:
    """The commands of a page: lines of its sh fences without comments, after the fence's cd, and what it quotes."""
    found = []
    for fence in re.findall(r"^ *```sh\n(.*?)^ *```", read(page), flags=re.DOTALL | re.MULTILINE):
        place = ""
        for line in fence.replace("\\\n", " ").splitlines():
            command = re.sub(r"(?:^|\s+)#(?: .*)?$", "", line.strip())
            found += [place + command] if command else []
            if re.fullmatch(r"cd \S+", command):
                place += f"{command} && "
    quoted = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(page)))
    return found + [span for span in quoted if re.fullmatch(COMMAND, span)]


def folder(page: Path, command: str) -> str:
    """Where a command is typed, relative to the root: one that names a lab's file without its folder, in the lab.

    EXERCISE.md lies in the starter, and so its reader is there, unless the command names a file of the repository.
    """
    at_root = any("/" in word and (ROOT / word).exists() for word in command.split())
    if page.name == "EXERCISE.md" and re.match("python |pip ", command) and not at_root:
        return f"my_{page.parent.name.partition('_')[0]}"
    in_lab = re.match(r"python (\w+\.py)", command)
    return page.parent.relative_to(ROOT).as_posix() if in_lab and (page.parent / in_lab[1]).exists() else "."


TYPED = sorted({(folder(page, command), command) for page in PAGES for command in lines(page)})


def instead(command: str) -> str:
    """What is typed for a command: itself, or what the first entry of INSTEAD that fits has in its place."""
    for entry in INSTEAD:
        if match := re.fullmatch(entry.shown, command):
            return match.expand(entry.typed)
    return command


@pytest.mark.parametrize("entry", INSTEAD, ids=lambda entry: entry.shown)
def test_every_replacement_stands_for_a_command_of_a_page(entry):
    first = (next((other for other in INSTEAD if re.fullmatch(other.shown, command)), None) for _, command in TYPED)
    assert entry in first, f"no page shows {entry.shown} any more: delete this entry"
    assert entry.why


def test_commands_are_found_in_fences_and_quotes(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Type `make\nrun`, not `make`; `a`. `b`.\n\n"
        "```sh\npython a.py --x '1' # why\n\n# nothing\ncd my_lab01\npython b.py \\\n  c\n```\n"
        "1. then\n   ```sh\n   LAB_X=1 make test\n   ```\n"
    )
    assert lines(page) == [
        "python a.py --x '1'",
        "cd my_lab01",
        "cd my_lab01 && python b.py    c",
        "LAB_X=1 make test",
        "make run",
    ]


def test_all_commands_stand_in_fences_that_are_read():
    others = r"^ *```(bash|shell|console|zsh|powershell|shell-session)\b"
    assert not [page for page in PAGES if re.search(others, read(page), flags=re.MULTILINE)]


@pytest.fixture(scope="module")
def few() -> WordVectors:
    """Vectors that stand for a reader's own."""
    shipped = WordVectors.load(ROOT / "lab03_eval" / "wiki8_20k.safetensors")
    return WordVectors(shipped.words[:3000], shipped.matrix[:3000])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, sample: Corpus) -> Path:
    """A copy of the repository, with the environment of these tests as its own and a small text8."""
    copy = tmp_path_factory.mktemp("typed") / "repository"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    (copy / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.startswith("ready"):
            (copy / ".venv" / entry.name).symlink_to(entry)
    for mark in ("ready", "ready-dev"):  # what tasks.py looks at before it installs
        (copy / ".venv" / mark).touch()
    (copy / "data" / "text8").write_text(" ".join(sample.words[i] for i in sample.ids[:TOKENS]), encoding="utf-8")
    return copy


def environment(repository: Path) -> dict[str, str]:
    """The copy's environment in front, and the copy before any other place that the labs are imported from."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    path = f"{repository / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return outside | {"PATH": path, "PYTHONPATH": str(repository)}


def type_in(where: Path, command: str, repository: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in bash."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=where,
        env=environment(repository),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )


def train_and_interrupt(repository: Path) -> None:
    """Lab 1's training on the sample, ended by Ctrl-C once it has a checkpoint."""
    command = [repository / ".venv" / "bin" / "python", "lab01_word2vec/solution.py", "--data", "sample"]
    checkpoint = repository / "runs" / "lab01" / "checkpoint.safetensors"
    checkpoint.unlink(missing_ok=True)
    options = {"cwd": repository, "env": environment(repository), "stdout": subprocess.DEVNULL}
    # Programs in the background are started with Ctrl-C ignored.
    with subprocess.Popen(command, **options, preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL)) as run:
        while not checkpoint.exists():
            assert run.poll() is None, "the training ended without a checkpoint"
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
    assert run.returncode == 130


def make_ready(repository: Path, place: str, command: str, few: WordVectors) -> None:
    """What a reader has before this command: starters that are filled in, a submission, a trained model, vectors."""
    for lab in STARTERS:
        if f"my_{lab}" in (place, *re.findall(r"my_lab\d\d", command)):
            shutil.rmtree(repository / f"my_{lab}", ignore_errors=True)
            if "make_starter" not in command:
                write_lab(lab, repository / f"my_{lab}", solved=True)
    (repository / "roster.csv").write_text("name,id,email\nAnn,ann,ann@example.org\n", encoding="utf-8")
    of_a_class = "submissions/" in command or "roster.csv" in command
    if of_a_class and not (repository / "submissions").exists():
        write_lab("lab01", repository / "submissions" / "ann_lab01", solved=True)
    if "secret.txt" in command:
        (repository / "secret.txt").write_text("a secret of the tests\n", encoding="utf-8")
    if "roster.csv" in command and "--secret" not in command:
        graded = "python scripts/grade.py submissions/ --lab lab01 --report grades/lab01.csv"
        assert type_in(repository, graded, repository).returncode == 0
    if "--resume" in command:
        train_and_interrupt(repository)
    elif "runs/lab01" in command and not (repository / "runs" / "lab01" / "vectors.bin").exists():
        done = type_in(repository, "make run", repository)
        assert done.returncode == 0, done.stderr
    for name in re.findall(YOURS, command):
        if not (repository / place / name).exists():
            few.save(repository / place / name)


@pytest.mark.parametrize(
    ("place", "command"),
    [pytest.param(*typed, marks=[] if re.fullmatch(QUICK, typed[1]) else pytest.mark.long) for typed in TYPED],
)
def test_command_works_as_typed(repository, few, place, command):
    make_ready(repository, place, command, few)
    done = type_in(repository / place, instead(command), repository)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert "Traceback" not in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("lab", STARTERS)
def test_a_starter_that_is_not_filled_in_says_what_to_write(repository, lab):
    """The same commands at a reader's first step: the grader and the doctests name it, and fail."""
    starter = f"my_{lab}"
    shutil.rmtree(repository / starter, ignore_errors=True)
    assert type_in(repository, f"python scripts/make_starter.py {lab} --out {starter}", repository).returncode == 0
    done = type_in(repository, f"python scripts/progress.py {starter}", repository)
    assert done.returncode == 0, done.stderr
    first = re.search(r"^  next  (\w+)", done.stdout, flags=re.MULTILINE)
    assert first, done.stdout
    exercise = type_in(repository, f"cd {starter} && python -m doctest -f EXERCISE.md", repository)
    assert exercise.returncode == 1
    assert "NotImplementedError" in exercise.stdout
