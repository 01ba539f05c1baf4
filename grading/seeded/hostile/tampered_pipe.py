"""Answers in the grader's place: garbage, answers to other steps, endless lines, a closed pipe."""

import contextlib
import json
import os
import threading


def everywhere(data):
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            os.write(number, data)


def build_vocab(tokens, min_count=5):
    everywhere(b'{"step": "build_vocab", "value": [[[[[' + b"[" * 100_000 + b"\n")


def keep_probability(counts, threshold=1e-4):
    for step in ("keep_probability", "subsample", "noise_table", "nearest", "analogy"):
        everywhere(json.dumps({"step": step, "value": [True] * 9, "passed": True, "points": 100}).encode() + b"\n")


def subsample(ids, keep, rng):
    threading.Thread(target=lambda: [everywhere(b"x" * 1_000_000) for _ in range(100)]).start()
    return ids


def noise_table(counts, power=0.75):
    os.closerange(3, 256)
    return []


def nearest(vectors, word, topn=8, restrict=None):
    everywhere(b'{"step": "nearest", "error": {"kind": [], "text": {}, "where": 1e999}}\n')


def analogy(vectors, a, b, c, topn=5, restrict=None):
    everywhere(b'{"step": "analogy", "value": NaN}\n\xff\xfe\n\x00\n')
