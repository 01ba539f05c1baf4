"""Stops, so that it neither ends nor runs."""

import os
import signal


def build_vocab(tokens, min_count=5):
    os.kill(os.getpid(), signal.SIGSTOP)
