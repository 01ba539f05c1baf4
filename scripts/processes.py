"""Measurements in processes of their own: how they are started, and the most memory that they held."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from wordlab.errors import InputError


def run_python(*arguments: str | Path, **options: Any) -> str:
    """Run python with these arguments; returns its standard output if `options` capture it as text.

    Raises InputError where it fails: it has said on standard error why.
    """
    done = subprocess.run([sys.executable, *map(str, arguments)], **options)
    if done.returncode:
        command = next((str(argument) for argument in arguments if not str(argument).startswith("-")), "")
        raise InputError(f"{command.splitlines()[0]}: ended with status {done.returncode}; its own message is above")
    return done.stdout or ""


def whole_command(*arguments: str | Path) -> float:
    """Seconds of a lab's command as a user runs it: imports, reading, training, demo, scores, files."""
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        run_python(*arguments, "--out", scratch, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def peak_bytes() -> float:
    """The most memory that this process has held.

    Linux keeps it as VmHWM. Its ru_maxrss is no use here, because a process inherits its parent's; elsewhere
    ru_maxrss has to do, which counts bytes on macOS and kilobytes on other systems.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) * 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 2**10)
