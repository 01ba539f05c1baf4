"""How much memory and time it takes to read vectors of the size that published files have.

Files of the layout and size of the released ones are made of random rows, read in a process of their own, and deleted.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

import numpy as np

from lab03_eval.benchmarks import find, read_pairs
from lab03_eval.measures.released import CC_EN, GLOVE_300D, GOOGLENEWS, Released
from lab03_eval.vectors.fasttext_file import LR_UPDATE_RATE, MAGIC, NEGATIVE_SAMPLING, SKIPGRAM, VERSIONS
from scripts.processes import run_python

DIM = 300
WORDS = {GLOVE_300D: 400_000, GOOGLENEWS: 1_200_000, CC_EN: 2_000_000}
LIMIT = 100_000  # words, of those rows that ask for a part
BLOCK = 1 << 14  # rows, which are drawn once and repeated
READ = """
import json, sys, time
from lab03_eval.measures.released import recognise, score
from lab03_eval.vectors import WordVectors
from scripts.processes import peak_bytes
path, limit = sys.argv[1], int(sys.argv[2]) or None
released = recognise(path)
before, start = peak_bytes(), time.perf_counter()
vectors = WordVectors.load(path, limit)
seconds, peak = time.perf_counter() - start, peak_bytes()
scored = score(vectors, "wordsim353")
print(json.dumps({"file": released.name, "words": len(vectors), "matrix_bytes": vectors.matrix.nbytes,
    "before_bytes": before, "peak_bytes": peak, "seconds": seconds, "used": scored["used"], "total": scored["total"]}))
"""


def measure_sizes(words: dict[Released, int] | None = None, limit: int = LIMIT) -> list[dict[str, Any]]:
    """One row per file and number of words asked for. Raises InputError where the disk has no room."""
    rows = []
    for released, count in (words or WORDS).items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, released.name)
            demand_room(path.parent, size_of(released, count))
            MAKERS[released](path, count)
            for asked in (0, limit):
                output = run_python("-c", READ, path, str(asked), stdout=subprocess.PIPE, text=True)
                rows.append({"file_bytes": path.stat().st_size, "asked": asked or count} | json.loads(output))
    return rows


def size_of(released: Released, count: int) -> int:
    """About how many bytes the file takes, upwards."""
    return count * DIM * {GLOVE_300D: 10, GOOGLENEWS: 5, CC_EN: 13}[released]


def demand_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < 1.2 * size:
        raise InputError(f"{folder}: {size:,} bytes are needed and {free:,} are free; set TMPDIR to another folder")


def words_of_a_file(count: int) -> Iterator[str]:
    """WordSim-353's words, so that a score has pairs to work on, and then numbered ones."""
    known = dict.fromkeys(word.lower() for pair in read_pairs(find("wordsim353")) for word in pair[:2])
    yield from islice(chain(known, (f"word{i}" for i in range(count))), count)


def random_rows() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((BLOCK, DIM), dtype=np.float32) / 10


def make_text(path: Path, count: int) -> None:
    """GloVe's layout: no header, a word and its numbers per line."""
    rows = [" ".join(f"{value:.5f}" for value in row) for row in random_rows()]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{word} {rows[i % BLOCK]}\n" for i, word in enumerate(words_of_a_file(count)))


def make_word2vec(path: Path, count: int) -> None:
    """The binary layout as Google's file has it: no newline behind a record."""
    rows = [row.tobytes() for row in random_rows()]
    with open(path, "wb") as file:
        file.write(f"{count} {DIM}\n".encode())
        file.writelines(word.encode() + b" " + rows[i % BLOCK] for i, word in enumerate(words_of_a_file(count)))


def make_fasttext(path: Path, count: int) -> None:
    """A model of as many n-gram rows as words and n-grams of 5 letters, as cc.en.300.bin is."""
    rows = random_rows()
    head = [VERSIONS[-1], DIM, 5, 5, 5, 10, 1, NEGATIVE_SAMPLING, SKIPGRAM, count, 5, 5, LR_UPDATE_RATE]
    with open(path, "wb") as file:
        file.write(MAGIC + struct.pack("<13id", *head, 1e-4))
        file.write(struct.pack("<3i2q", count, count, 0, count * (count + 1) // 2, -1))
        file.writelines(
            word.encode() + struct.pack("<xqb", count - i, 0) for i, word in enumerate(words_of_a_file(count))
        )
        file.write(struct.pack("<B2q", 0, 2 * count, DIM))
        for start in range(0, 2 * count, BLOCK):
            rows[: 2 * count - start].tofile(file)
        file.write(struct.pack("<B2q", 0, count, DIM))
        file.truncate(file.tell() + 4 * DIM * count)  # the output matrix, which is not read, is a hole in the file


MAKERS: dict[Released, Callable[[Path, int], None]] = {
    GLOVE_300D: make_text,
    GOOGLENEWS: make_word2vec,
    CC_EN: make_fasttext,
}
