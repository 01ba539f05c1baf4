"""Leaves processes behind that have their own session and no parent."""

import os
import time


def build_vocab(tokens, min_count=5):
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.setsid()
                time.sleep(600)
            os._exit(0)
    return [], [], []
