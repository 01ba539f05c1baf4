"""The parent's end of a child: starts it on a copy of the submission, asks one step at a time, and gives up in time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grading.submission import ROOT, Submission

MB = 1_000_000
LONGEST_ANSWER = 32 * MB
START_SECONDS = 60.0  # Python, numpy and torch
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
    "threads": 1,
}
COMMAND_BOUNDS = BOUNDS | {
    "limits": BOUNDS["limits"] | {"CPU": 7200, "FSIZE": 4000 * MB},
    "address_space": 16_000 * MB,
    "memory": 12_000 * MB,
    "disk": 8000 * MB,
    "threads": os.cpu_count() or 1,
}
MEMORY_EXCEEDED, DISK_EXCEEDED = 97, 98  # exit statuses of child.py's supervisor
SIGNALS = {9: "it was killed", 11: "segmentation fault: recursion without end?", 24: "it used up its processor time"}


class Lost(Exception):
    """The child ended or was ended before it answered; the message says why, in the learner's terms."""


class Child:
    """One contained process. `missing` lists what the system cannot enforce; `ask` raises Lost when it has gone.

    `read` are files that it may read beside Python and its own folder, `folder`. Without a submission it only finds
    out what is missing.
    """

    def __init__(self, submission: Submission | None, bounds: dict[str, Any] = BOUNDS, read: tuple[str, ...] = ()):
        self.folder = Path(tempfile.mkdtemp(prefix="grading-"))
        self._bounds = bounds
        try:
            self._start(submission, read)
        except BaseException:
            self.close()
            raise

    def _start(self, submission: Submission | None, read: tuple[str, ...]) -> None:
        home, ours = self.folder / "home", self.folder / "grading"
        home.mkdir()
        ours.mkdir()
        probes, tools = None, []
        if submission:
            submission.copy_to(self.folder)
            probes, tools = f"probes_{submission.lab.name}", [str(ROOT / tool) for tool in submission.lab.tools]
            for module in ("plain.py", f"{probes}.py"):
                shutil.copyfile(ROOT / "grading" / module, ours / module)
        self._answers, theirs = os.pipe()
        self._buffer = b""
        threads = str(self._bounds["threads"])
        environment = {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TMPDIR": str(home), "USER": "learner",
            "LANG": "C.UTF-8", "MPLBACKEND": "agg", "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads,
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(ROOT / "grading" / "child.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs],
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        assert self._process.stdin is not None  # a pipe, as asked for
        self._requests = self._process.stdin
        os.set_blocking(self._requests.fileno(), False)
        packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
        config = self._bounds | {
            "folder": str(self.folder),
            "package": submission.lab.package if submission else None,
            "modules": submission.modules() if submission else [],
            "probes": probes,
            "path": packages,
            "read": [sys.prefix, sys.base_prefix, *packages, *tools, *read],
            "answers": theirs,
        }
        self._write(config, START_SECONDS)
        self.missing: list[str] = self._read("ready", START_SECONDS)["value"]

    def ask(self, step: str, seconds: float, inputs: Any = None, uses: tuple[str, ...] = (), seed: int = 0) -> dict:
        """The answer to a step: {"value": …} or {"error": …}."""
        self._write({"step": step, "inputs": inputs, "uses": uses, "seed": seed}, seconds)
        return self._read(step, seconds)

    def _write(self, request: dict, seconds: float) -> None:
        """Sends a request; one who does not read it cannot hold us up."""
        left, deadline = memoryview(json.dumps(request).encode() + b"\n"), time.monotonic() + seconds
        while left:
            if not select.select([], [self._requests], [], max(0.0, deadline - time.monotonic()))[1]:
                raise Lost(f"it did not finish within {seconds:g} s")
            try:
                left = left[os.write(self._requests.fileno(), left) :]
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
        try:
            status = self._process.wait(10)
        except subprocess.TimeoutExpired:
            return "it stopped answering"
        if status == MEMORY_EXCEEDED:
            return f"it took more than {self._bounds['memory'] / 1000 / MB:g} GB of memory"
        if status == DISK_EXCEEDED:
            return f"it wrote more than {self._bounds['disk'] // MB} MB or {self._bounds['entries']:,} files"
        if status > 128 or status < 0:
            signal = status - 128 if status > 0 else -status
            return f"its process was ended by signal {signal} ({SIGNALS.get(signal, 'it crashed')})"
        return f"it ended the whole process (exit status {status}): a function returns"

    def stop(self) -> None:
        """Ends the child with every process that it has started."""
        if self._process.returncode is not None:
            return
        with contextlib.suppress(OSError):
            self._requests.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._answers)

    def close(self) -> None:
        """Ends the child and removes its folder."""
        if hasattr(self, "_process"):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
