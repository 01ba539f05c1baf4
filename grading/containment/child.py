"""The processes that run a submission: contain themselves, then call the learner's functions on request.

There are three, and nursery.py forks the first: a supervisor, which watches memory and disk and ends whatever is left;
the first process of the new process namespace; and the worker, the only one that loads the submission. Requests and
answers are lines of JSON. The worker knows nothing but inputs: neither expected values nor the code that judges are
within its reach, and the submission's own folders are searched for modules only when it is contained.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import random
import runpy
import select
import signal
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from grading.containment import contain

WATCH_EVERY = 0.1  # seconds
MEMORY_EXCEEDED, DISK_EXCEEDED = 97, 98  # exit statuses of the supervisor
LONGEST_MESSAGE = 600  # characters of an error


def main(requests: int, answers: int, lifeline: int, ending: int) -> NoReturn:
    """The supervisor's life. The descriptors are pipes: two of the worker's; one that the parent closes to end all; one
    that takes the exit status. The first request is the configuration."""
    os.dup2(requests, 0)
    os.close(requests)
    config = json.loads(sys.stdin.buffer.readline())
    os.environ.update(config["environment"])
    tempfile.tempdir = None  # of before TMPDIR was set, which torch has asked for
    contain.die_with_parent()
    separate = contain.enter_namespaces()
    contain.adopt_orphans()
    below = os.fork()
    if not below:
        os.close(lifeline)
        os.close(ending)
        os.setsid()
        contain.die_with_parent()
        if separate and (worker := os.fork()):
            os._exit(_wait_for(worker))
        work(config, answers, separate)
        os._exit(0)
    os.close(0)  # the worker alone reads requests and writes answers
    os.close(answers)
    status = supervise(below, lifeline, config)
    end_all(below)
    os.write(ending, str(status).encode())
    os._exit(status)


def supervise(below: int, lifeline: int, config: dict[str, Any]) -> int:
    """Wait until `below` ends, takes too much memory or disk, or the parent wants it to end; the exit status."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == below:
            return _exit_status(status)
        if contain.memory_exceeds(contain.descendants(below), config["memory"]):
            return MEMORY_EXCEEDED
        unnamed = contain.unnamed_bytes(contain.descendants(below))
        if contain.folder_exceeds(config["folder"], config["disk"] - unnamed, config["entries"]):
            return DISK_EXCEEDED
        if select.select([lifeline], [], [], WATCH_EVERY)[0]:
            return 128 + signal.SIGTERM


def end_all(below: int) -> None:
    """End `below` and every process that it has left."""
    # The first process of a namespace takes all others with it; without one, every orphan comes to us.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(below, signal.SIGKILL)
    while left := contain.descendants(os.getpid()):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.01)


def _wait_for(worker: int) -> int:
    """Collect every process that ends until `worker` does; its status."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == worker:
            return _exit_status(status)


def _exit_status(status: int) -> int:
    """As shells have it: 128 + n after signal n."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def work(config: dict[str, Any], answers: int, separate: bool) -> None:
    """Contain this process, load the submission and answer requests until there are none."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(answers, "wb")
    missing = confine(config, separate)
    _silence()
    sys.modules["grading"].__path__ = [f"{config['folder']}/grading"]
    # With the probes come numpy and torch; what they map does not count.
    probes = importlib.import_module("grading.probes") if config["package"] and config["probes"] else None
    if contain.LINUX:
        contain.limit_memory(config["address_space"])
    _send(replies, json.dumps({"step": "ready", "value": missing}))
    serve(requests, replies, probes, config)


def confine(config: dict[str, Any], separate: bool) -> list[str]:
    """Give up all that a submission must not have, but memory. Returns what the system does not let us give up."""
    as_root = os.getuid() == 0
    mounted = separate and contain.private_mounts(config["shared_memory"], [config["folder"], *config["read"]])
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    limits = config["limits"]
    if not separate and not as_root:  # other processes have the same user and count, too
        limits["NPROC"] += contain.tasks_of_user()
    contain.limit_resources(limits)
    contain.leave_keyring()
    os.chdir(config["folder"])
    proc = ["/proc"] if mounted else ["/proc/self", "/proc/cpuinfo", "/proc/meminfo"]
    write = [config["folder"], "/dev/null", *(["/dev/shm"] if mounted else [])]
    landlock = contain.restrict_files([*contain.SYSTEM, *proc, *config["read"]], write)
    why_root = contain.become_nobody(config["folder"], config["read"], landlock > 0)
    exposed = not separate and not as_root  # other processes of the same user are within sight
    missing = {
        f"it runs as root, whom no limit on processes holds: {why_root}": why_root,
        "memory and processes are not limited: only Linux does that": not contain.LINUX,
        "it may read and write outside its folder, the solutions too: no Landlock here": not landlock,
        "it may empty files of yours: Landlock is older than version 3": landlock in (1, 2) and not as_root,
        "it may use the network: the system lets us make no namespace": not separate,
        "it may talk to programs of yours through their sockets: the system lets us make no mounts": not mounted,
        "it may end processes of yours: no namespace, and Landlock is older than version 6": exposed and landlock < 6,
    }
    return [text for text, holds in missing.items() if holds]


def _silence() -> None:
    """What the submission prints goes nowhere, and it has nothing to read."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


class Folders:
    """Finds modules in `folders`, as if Python's path held them; `packages` that are bare folders only if asked for."""

    def __init__(self, folders: list[str], bare: bool = True):
        self.folders, self.bare = folders, bare

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder. A module inside a package is for Python's own finder."""
        spec = PathFinder.find_spec(name, self.folders) if path is None else None
        return spec if spec and (spec.loader or self.bare) else None

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """See importlib.metadata.DistributionFinder. Some packages ask for their own version when they are imported."""
        return MetadataPathFinder.find_distributions(DistributionFinder.Context(name=context.name, path=self.folders))


def let_import(folder: str, package: str, installed: list[str]) -> None:
    """Make the submission's modules importable, before those in the folders `installed`; to be called once."""
    own = [folder, str(Path(folder, package))]
    first = Folders(own, bare=False)  # a folder without __init__.py hides nothing that is installed
    sys.meta_path.insert(0, first)
    sys.meta_path.append(Folders(own))
    files = {name.partition(".")[0]: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}
    loaded = [name for name, file in files.items() if file.startswith(tuple(installed))]  # by torch, which needs many
    replaced = {name for name in loaded if first.find_spec(name)}
    for name in [name for name in sys.modules if name.partition(".")[0] in replaced]:
        del sys.modules[name]


def serve(requests: BinaryIO, answers: BinaryIO, probes: types.ModuleType | None, config: dict[str, Any]) -> None:
    if config["package"]:
        let_import(config["folder"], config["package"], config["path"])
    submission = None
    for line in requests:
        request, value = json.loads(line), None
        try:
            if request["step"] == "command":
                run_command(Path(config["folder"], config["package"], "solution.py"), request["inputs"])
            else:
                submission = submission or Submission(config["package"], config["modules"], config["folder"])
                _seed(request["seed"])
                for name in request["uses"]:
                    getattr(submission, name)
                if probe := getattr(probes, request["step"], None):  # none for "load"
                    value = probe(submission, request["inputs"])
            answer = json.dumps({"step": request["step"], "value": value})
        except BaseException as error:  # SystemExit and KeyboardInterrupt are a submission's doing, too
            own = str(Path(config["folder"], config["package"]))
            answer = json.dumps({"step": request["step"], "error": describe(error, config["folder"], own)})
        _send(answers, answer)


class CommandFailed(Exception):
    """The lab's command ended with a status other than 0."""


def run_command(script: Path, arguments: list[str]) -> None:
    """Run the submission as `python solution.py …` does. Raises CommandFailed with the last that it said on stderr."""
    sys.argv = [str(script), *arguments]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            runpy.run_path(str(script), run_name="__main__")
    except SystemExit as ended:
        if ended.code:  # a status, or a message for stderr, which makes the status 1
            status, text = (1, ended.code) if isinstance(ended.code, str) else (ended.code, said.getvalue())
            raise CommandFailed(f"exit status {status}: {text[-LONGEST_MESSAGE:].strip()}") from None


def _send(answers: BinaryIO, line: str) -> None:
    answers.write(line.encode() + b"\n")
    answers.flush()


def _seed(seed: int) -> None:
    """A submission that draws from the global generators draws the same numbers every time."""
    random.seed(seed)
    for module, seeding in (("numpy.random", "seed"), ("torch", "manual_seed")):
        if module in sys.modules:
            getattr(sys.modules[module], seeding)(seed)


class MissingName(Exception):
    """A name of the lab's contract that the submission does not define."""


class Submission:
    """The submission's names, whichever of its files defines them.

    solution.py is asked first, then those of the others in which the name occurs: no other file is imported for it.
    """

    def __init__(self, package: str, modules: list[str], folder: str):
        first, *others = modules
        self._others = {f"{package}.{name}": Path(folder, package, name.replace(".", "/") + ".py") for name in others}
        self._broken: dict[str, Exception] = {}
        self._solution = importlib.import_module(f"{package}.{first}")  # what is wrong with it is everyone's verdict

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._solution, name, None)
        for module, file in self._others.items():
            if found is not None or name not in file.read_text(encoding="utf-8", errors="replace"):
                continue
            try:
                found = getattr(importlib.import_module(module), name, None)
            except Exception as error:  # a file that cannot be imported defines nothing
                self._broken[module] = error
        if found is None:
            why = "".join(f"; {module} cannot be imported: {error}" for module, error in self._broken.items())
            raise MissingName(f"{name} is not defined in the submission{why}")
        setattr(self, name, found)
        return found


def describe(error: BaseException, folder: str, own: str) -> dict[str, Any]:
    """What an exception tells the learner: its kind, its text, and the last line that it passed of a file in `own`."""
    try:
        text = str(error)
    except Exception:
        text = ""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(own):
            where = f"{Path(frame.filename).name}, line {frame.lineno}"
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name}, line {error.lineno}"
    return {"kind": type(error).__name__, "text": text.replace(folder, "")[:LONGEST_MESSAGE], "where": where}
