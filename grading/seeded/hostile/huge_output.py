"""Prints without end, and returns more than anyone wants to read."""

import sys


def build_vocab(tokens, min_count=5):
    line = "x" * 1_000_000
    for _ in range(3000):
        sys.stdout.write(line)
        sys.stderr.write(line)
    raise ValueError("x" * 100_000_000)


def keep_probability(counts, threshold=1e-4):
    return [0.123456789] * 10_000_000
