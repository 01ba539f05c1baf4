"""Running the labs' commands: as a process of their own, or, much sooner, inside the process of the tests."""

from __future__ import annotations

import contextlib
import io
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from unittest import mock

import torch

from tests.conftest import ROOT

Done = subprocess.CompletedProcess[str]


def process(*arguments: str, **options: Any) -> Done:
    """Run Python with `arguments`, as a user does; a first argument that names a file of the repository is found."""
    script = ROOT / arguments[0]
    first = str(script) if script.exists() else arguments[0]
    return subprocess.run([sys.executable, first, *arguments[1:]], capture_output=True, text=True, **options)


def in_process(main: Callable[[], None], *arguments: str) -> Done:
    """Call a command's `main` with this command line. Returns what a process of its own would have shown.

    It saves the seconds that a process takes to import torch. An exception that a process would show as a traceback
    is raised here.
    """
    out, errors, threads, code = io.StringIO(), io.StringIO(), torch.get_num_threads(), 0
    try:
        with (
            mock.patch.object(sys, "argv", ["solution.py", *arguments]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            main()
    except SystemExit as stopped:
        code = stopped.code or 0
    finally:
        torch.set_num_threads(threads)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), errors.getvalue())


def demand_one_line(done: Done, *parts: str) -> None:
    """Fails unless the command refused its input in one line that holds all `parts`."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


class Stopped(Exception):
    """What ends training in a test that stops it without Ctrl-C."""


def ctrl_c() -> None:
    """What Ctrl-C does to this process."""
    signal.raise_signal(signal.SIGINT)


def crash() -> None:
    raise Stopped


def stop_at(step: int, trainer: type, act: Callable[[], None] = ctrl_c) -> contextlib.AbstractContextManager[list[int]]:
    """Inside it, `act` is called right before the `step`-th step that trainers of this very class take.

    Yields a list that counts the steps in its only entry.
    """

    @contextlib.contextmanager
    def patched():
        taken, original = [0], trainer.step

        def step_or_act(self: Any, *arguments: Any, **options: Any) -> Any:
            if type(self) is trainer:
                taken[0] += 1
                if taken[0] == step:
                    act()
            return original(self, *arguments, **options)

        with mock.patch.object(trainer, "step", step_or_act):
            yield taken

    return patched()
