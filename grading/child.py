"""The process that a submission runs in: contains itself, then calls the learner's functions on request.

    python -I -B grading/child.py        started by runner.py; requests on stdin, answers on the descriptor it names

Three processes: a supervisor, which watches memory and disk and ends whatever is left; the first process of the new
process namespace; and the worker, the only one that loads the submission. Requests and answers are lines of JSON. The
worker knows nothing but inputs: neither expected values nor the code that judges are within its reach.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import random
import runpy
import signal
import sys
import time
import traceback
import types
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

WATCH_EVERY = 0.1  # seconds
MEMORY_EXCEEDED, DISK_EXCEEDED = 97, 98  # exit statuses of the supervisor
LONGEST_MESSAGE = 600  # characters of an error


def main() -> None:
    config = json.loads(sys.stdin.buffer.readline())
    sys.modules["grading"] = package = types.ModuleType("grading")  # grading/__init__.py belongs to the parent
    package.__path__ = [str(Path(__file__).parent)]
    from grading import contain

    contain.die_with_parent()
    separate = contain.enter_namespaces()
    contain.adopt_orphans()
    below = os.fork()
    if not below:
        os.setsid()
        contain.die_with_parent()
        if separate and (worker := os.fork()):
            os._exit(_wait_for(worker))
        work(config, separate)
        os._exit(0)
    supervise(below, config, contain)


def supervise(below: int, config: dict[str, Any], contain: types.ModuleType) -> NoReturn:
    """Wait for `below`, ending it when it takes too much memory or disk, or on SIGTERM; leaves no process behind."""

    def end(status: int) -> NoReturn:
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
        os._exit(status)

    signal.signal(signal.SIGTERM, lambda *_: end(128 + signal.SIGTERM))
    os.close(0)  # the worker alone reads requests and writes answers
    os.close(config["answers"])
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == below:
            end(_exit_status(status))
        if contain.memory_exceeds(contain.descendants(below), config["memory"]):
            end(MEMORY_EXCEEDED)
        if contain.folder_exceeds(config["folder"], config["disk"], config["entries"]):
            end(DISK_EXCEEDED)
        time.sleep(WATCH_EVERY)


def _wait_for(worker: int) -> int:
    """Collect every process that ends until `worker` does; its status."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == worker:
            return _exit_status(status)


def _exit_status(status: int) -> int:
    """As shells have it: 128 + n after signal n."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def work(config: dict[str, Any], separate: bool) -> None:
    """Contain this process, load the submission and answer requests until there are none."""
    from grading import contain

    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(config["answers"], "wb")
    missing = confine(config, separate, contain)
    _silence()
    sys.path += config["path"]
    sys.modules["grading"].__path__ = [f"{config['folder']}/grading"]
    # With the probes come numpy and torch; what they map does not count.
    probes = importlib.import_module(f"grading.{config['probes']}") if config["probes"] else None
    if contain.LINUX:
        contain.limit_memory(config["address_space"])
    _send(answers, json.dumps({"step": "ready", "value": missing}))
    serve(requests, answers, probes, config)


def confine(config: dict[str, Any], separate: bool, contain: types.ModuleType) -> list[str]:
    """Give up all that a submission must not have, but memory. Returns what the system does not let us give up."""
    as_root = os.getuid() == 0
    mounted = separate and contain.private_mounts(config["shared_memory"])
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    limits = config["limits"]
    if not separate and not as_root:  # other processes have the same user and count, too
        limits["NPROC"] += contain.tasks_of_user()
    contain.limit_resources(limits)
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
        "it may end processes of yours: no namespace, and Landlock is older than version 6": exposed and landlock < 6,
    }
    return [text for text, holds in missing.items() if holds]


def _silence() -> None:
    """What the submission prints goes nowhere, and it has nothing to read."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


def serve(requests: BinaryIO, answers: BinaryIO, probes: types.ModuleType | None, config: dict[str, Any]) -> None:
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
            answer = json.dumps({"step": request["step"], "error": describe(error, config["folder"])})
        _send(answers, answer)


class CommandFailed(Exception):
    """The lab's command ended with a status other than 0."""


def run_command(script: Path, arguments: list[str]) -> None:
    """Runs the submission as `python solution.py …` does. Raises CommandFailed with the last it said on stderr."""
    sys.path[:0] = [str(script.parent), str(script.parents[1])]
    sys.argv = [str(script), *arguments]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            runpy.run_path(str(script), run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            raise CommandFailed(f"exit status {ended.code}: {said.getvalue()[-LONGEST_MESSAGE:].strip()}") from None


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
    """The submission's names, whichever of its files defines them: solution.py is asked first, then the others."""

    def __init__(self, package: str, modules: list[str], folder: str):
        sys.path[:0] = [folder, str(Path(folder, package))]
        self._modules = [f"{package}.{module}" for module in modules]
        self._broken: dict[str, Exception] = {}
        importlib.import_module(self._modules[0])  # what is wrong with it is everyone's verdict

    def __getattr__(self, name: str) -> Any:
        for module in self._modules:
            try:
                found = getattr(importlib.import_module(module), name)
            except AttributeError:
                continue
            except Exception as error:  # a companion that cannot be imported defines nothing
                self._broken[module] = error
                continue
            setattr(self, name, found)
            return found
        why = "".join(f"; {module} cannot be imported: {error}" for module, error in self._broken.items())
        raise MissingName(f"{name} is not defined in the submission{why}")


def describe(error: BaseException, folder: str) -> dict[str, Any]:
    """What an exception tells the learner: kind, text, and the last of their lines that it passed."""
    try:
        text = str(error)
    except Exception:
        text = ""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(folder):
            where = f"{Path(frame.filename).name}, line {frame.lineno}"
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name}, line {error.lineno}"
    return {"kind": type(error).__name__, "text": text.replace(folder, "")[:LONGEST_MESSAGE], "where": where}


if __name__ == "__main__":
    main()
