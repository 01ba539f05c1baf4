"""Recurses until the stack is gone."""

import sys

sys.setrecursionlimit(10**9)


def build_vocab(tokens, min_count=5):
    return build_vocab(sorted(tokens, key=lambda token: build_vocab([token], min_count)), min_count)


def keep_probability(counts, threshold=1e-4):
    return [keep_probability(counts, threshold)]


def noise_table(counts, power=0.75):
    nested = []
    for _ in range(200_000):
        nested = [nested]
    return nested
