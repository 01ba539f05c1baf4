"""Never returns, and ignores every signal that can be ignored."""

import contextlib
import signal

for number in range(1, 65):
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_IGN)


def build_vocab(tokens, min_count=5):
    while True:
        pass
