"""The parent's end of a child: starts it on a copy of the submission, asks one step at a time, and gives up in time."""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from signal import SIGKILL
from typing import Any

from grading.containment import contain
from grading.containment.child import DISK_EXCEEDED, MEMORY_EXCEEDED
from grading.places import ROOT
from grading.submission import Submission

MB = 1_000_000
LONGEST_ANSWER = 32 * MB
START_SECONDS = 60.0  # Python and the libraries
LOAD_SECONDS = 20.0  # the submission's own imports
STOP_SECONDS = 20.0
# What a child may use: resource limits of each process, and ceilings for all of them together.
BOUNDS: dict[str, Any] = {
    "limits": {"CPU": 240, "FSIZE": 100 * MB, "NPROC": 64, "NOFILE": 256, "CORE": 0},
    "address_space": 3000 * MB,  # beyond Python, numpy and torch
    "memory": 4000 * MB,
    "shared_memory": 200 * MB,
    "disk": 500 * MB,
    "entries": 20_000,
    "brought": 100 * MB,  # what the submission's files may hold
    "threads": 1,
    "probes": True,
    # Elsewhere than on Linux, libraries that were loaded before a fork may not work after it.
    "preload": sys.platform == "linux",
}
COMMAND_BOUNDS = BOUNDS | {
    "limits": BOUNDS["limits"] | {"CPU": 7200, "FSIZE": 4000 * MB},
    "address_space": 16_000 * MB,
    "memory": 12_000 * MB,
    "disk": 8000 * MB,
    "brought": MB * 3 // 10,  # the code of a lab takes half of that, and trained vectors take more
    "threads": os.cpu_count() or 1,
    "probes": False,  # a command is run as it is
    "preload": False,
}
SIGNALS = {9: "it was killed", 11: "segmentation fault: recursion without end?", 24: "it used up its processor time"}


class Lost(Exception):
    """The child ended or was ended before it answered; the message says why, in the learner's terms."""


class Child:
    """One contained process. `missing` lists what the system cannot enforce; `ask` raises Lost once it has ended.

    It may read Python, its own folder `folder`, and the files `read`. Without a submission it only finds out what is
    missing.
    """

    def __init__(self, submission: Submission | None, bounds: dict[str, Any] = BOUNDS, read: tuple[str, ...] = ()):
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self._bounds, self._open = bounds, False
        try:
            self._start(submission, read)
        except BaseException:
            self.close()
            raise

    def _start(self, submission: Submission | None, read: tuple[str, ...]) -> None:
        home = self.folder / "home"
        home.mkdir()
        if submission:
            self._weigh(submission)
            submission.copy_to(self.folder)
            self._add_probes(submission.lab.name)
        libraries = submission.lab.libraries if submission and self._bounds["preload"] else ()
        theirs = self._open_pipes()
        try:
            nursery_of(self._bounds["threads"], libraries).fork(theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        packages = package_folders()
        config = self._bounds | {
            "folder": str(self.folder),
            "environment": {"HOME": str(home), "TMPDIR": str(home)},
            "package": submission.lab.package if submission else None,
            "modules": submission.modules() if submission else [],
            "path": packages,
            "read": [sys.prefix, sys.base_prefix, *packages, *read],
        }
        self._write(config, START_SECONDS)
        self.missing: list[str] = self._read("ready", START_SECONDS)["value"]

    def _weigh(self, submission: Submission) -> None:
        """Raises Lost for files that hold more than a submission may bring."""
        size, most = sum(path.stat().st_size for path in submission.files.values()), self._bounds["brought"]
        if size > most:
            raise Lost(f"its files hold {size / MB:.1f} MB, and {most / MB:g} MB are allowed: hand in code alone")

    def _open_pipes(self) -> list[int]:
        """The child's ends of four pipes, in the order that child.main takes them; ours are kept."""
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        lifeline, self._lifeline = os.pipe()
        self._ending, ending = os.pipe()
        self._buffer = b""
        os.set_blocking(self._requests, False)
        self._open = True
        return [requests, answers, lifeline, ending]

    def _add_probes(self, lab: str) -> None:
        """What the child knows of grading: the package `grading`, with the lab's probes and what these import."""
        ours = self.folder / "grading"
        ours.mkdir()
        for file in ("plain.py", f"{lab}/probes.py"):
            shutil.copy(ROOT / "grading" / file, ours)

    def ask(self, step: str, seconds: float, inputs: Any = None, uses: tuple[str, ...] = (), seed: int = 0) -> dict:
        """The answer to a step: {"value": …} or {"error": …}."""
        self._write({"step": step, "inputs": inputs, "uses": uses, "seed": seed}, seconds)
        return self._read(step, seconds)

    def _write(self, request: dict, seconds: float) -> None:
        """Sends a request. A child that does not read it cannot hold us up."""
        left, deadline = memoryview(json.dumps(request).encode() + b"\n"), time.monotonic() + seconds
        while left:
            if not select.select([], [self._requests], [], max(0.0, deadline - time.monotonic()))[1]:
                raise Lost(f"it did not finish within {seconds:g} s")
            try:
                left = left[os.write(self._requests, left) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Lost(self._why_ended()) from None

    def _read(self, step: str, seconds: float) -> dict:
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_ANSWER:
                raise Lost(f"it returned more than {LONGEST_ANSWER // MB} MB")
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise Lost(f"it did not finish within {seconds:g} s")
            piece = os.read(self._answers, 1 << 20)
            if not piece:
                raise Lost(self._why_ended())
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise Lost("what it returned cannot be read") from None
        if not isinstance(answer, dict) or answer.get("step") != step or not {"value", "error"} & answer.keys():
            raise Lost("it wrote into the grader's own channel")
        return answer

    def _why_ended(self) -> str:
        status = self._status(10)
        if status is None:
            return "it stopped answering"
        if status == MEMORY_EXCEEDED:
            return f"it took more than {self._bounds['memory'] / 1000 / MB:g} GB of memory"
        if status == DISK_EXCEEDED:
            return self._too_much()
        if status > 128:
            signal = status - 128
            return f"its process was ended by signal {signal} ({SIGNALS.get(signal, 'it crashed')})"
        return f"it ended the whole process (exit status {status}): a function should return"

    def _too_much(self) -> str:
        return f"it wrote more than {self._bounds['disk'] // MB} MB or {self._bounds['entries']:,} files, or hid some"

    def _status(self, seconds: float) -> int | None:
        """How the child ended, as shells have it; None where it has not within `seconds`."""
        if not select.select([self._ending], [], [], seconds)[0]:
            return None
        return int(os.read(self._ending, 8) or 128 + SIGKILL)  # one that was killed could not say it

    def stop(self) -> None:
        """Ends the child with every process that it has started. Raises Lost where nobody should read what it left."""
        self._end()
        if (self.folder / "home").is_symlink():
            raise Lost("it put a link in place of its home")
        if contain.folder_exceeds(str(self.folder), self._bounds["disk"], self._bounds["entries"]):
            raise Lost(self._too_much())

    def _end(self) -> None:
        if not self._open:
            return
        for ours in (self._requests, self._lifeline):
            os.close(ours)
        self._status(STOP_SECONDS)
        for ours in (self._answers, self._ending):
            os.close(ours)
        self._open = False

    def close(self) -> None:
        """Ends the child and removes its folder."""
        self._end()
        remove(self.folder)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def remove(folder: Path) -> None:
    """Remove a folder in which a submission may have closed folders, or put more into one another than Python can."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*command, str(folder)], stderr=subprocess.DEVNULL)


class Nursery:
    """The process that forks children. It has `libraries` imported, for products by as many `threads`."""

    def __init__(self, threads: int, libraries: tuple[str, ...]):
        self._ours, theirs = socket.socketpair()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath), "USER": "learner", "LANG": "C.UTF-8", "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads),
        }  # fmt: skip
        config = json.dumps({"path": package_folders(), "libraries": libraries})
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("nursery.py")), config],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
        theirs.close()

    def fork(self, descriptors: list[int]) -> None:
        """Fork a child that has these descriptors. Raises Lost where the nursery was ended just now."""
        try:
            socket.send_fds(self._ours, [b"."], descriptors)
        except OSError:
            raise Lost("the process that starts it was ended") from None

    def close(self) -> None:
        """End the nursery, when all its children have ended."""
        self._ours.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_nurseries: dict[tuple[int, tuple[str, ...]], Nursery] = {}
_lock = threading.Lock()  # several submissions are graded at a time


def nursery_of(threads: int, libraries: tuple[str, ...]) -> Nursery:
    """The nursery of all children of this kind, started with the first of them."""
    kind = (threads, libraries)
    with _lock:
        if kind not in _nurseries or _nurseries[kind].process.poll() is not None:  # ended from outside
            _nurseries[kind] = Nursery(*kind)
        return _nurseries[kind]


@atexit.register
def close_nurseries() -> None:
    """End the processes that children are forked from; the next child starts a new one."""
    while _nurseries:
        _nurseries.popitem()[1].close()


def package_folders() -> list[str]:
    """The folders of installed packages. Those that .pth files add are left out: an editable install adds this one."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [folder for folder in [*site.getsitepackages(), *user] if Path(folder).is_dir()]
