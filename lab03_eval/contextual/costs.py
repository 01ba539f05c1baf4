"""What a vector costs: sentences per second, megabytes on disk, and seconds until the first one."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from wordlab.errors import InputError

from lab03_eval.sentences import split_words
from lab03_eval.tasks.benchmark import Encoder

ROUNDS = 3
# What a program does before it has one vector. The argument is a file of word vectors, or a model's folder.
FIRST_STATIC = """\
import sys
from lab03_eval.sentences import SentenceEncoder
from lab03_eval.vectors import WordVectors
SentenceEncoder(WordVectors.load(sys.argv[1]), "mean").fit(["A first sentence."]).encode(["A first sentence."])
"""
FIRST_MODEL = """\
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True).encode(["A first sentence."])
"""


def speed(encoder: Encoder, texts: list[str]) -> dict[str, float]:
    """`sentences_per_second` and `words_per_second`, the median of three rounds after one that is not counted."""
    encoder.encode(texts[:8])
    seconds = []
    for _ in range(ROUNDS):
        started = perf_counter()
        encoder.encode(texts)
        seconds.append(perf_counter() - started)
    words = sum(len(split_words(text)) for text in texts)
    middle = statistics.median(seconds)
    return {"sentences_per_second": len(texts) / middle, "words_per_second": words / middle}


def cold_start(program: str, path: Path) -> float:
    """Seconds of a process that ends with its first vector: imports, loading, one sentence. Median of three."""
    seconds = []
    for _ in range(ROUNDS):
        started = perf_counter()
        done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise InputError(f"{path}: a process of its own cannot load it: {done.stderr.strip().splitlines()[-1]}")
        seconds.append(perf_counter() - started)
    return statistics.median(seconds)


def megabytes(path: Path) -> float:
    """Of a file, or of all files in a folder, in millions of bytes."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
