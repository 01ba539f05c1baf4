"""The trainers that Labs 1 and 2 race against, each in its best mode, on one prepared file and at equal settings.

gensim comes with the labs' development requirements. word2vec.c, fastText and GloVe run where their programs
(`word2vec`; `fasttext`; `vocab_count`, `cooccur`, `shuffle` and `glove`) are on the PATH. The prepared file has a
thousand words per line, which all of them take as a sentence. It is the longest that word2vec.c and fastText allow, and
it lets gensim divide the file among its workers.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

import numpy as np

from lab01_word2vec.text import Text, split_words
from lab03_eval.vectors import WordVectors
from scripts.processes import peak_bytes

SENTENCE = 1_000  # words
DIM, WINDOW, NEGATIVES, SAMPLE, MIN_COUNT = 100, 5, 5, 1e-4, 5
GLOVE_PARTS = ("vocab_count", "cooccur", "shuffle", "glove")  # in the order in which they run


@dataclass
class Raced:
    """What a training gave: both tables (V, d), the context table None where the program does not save it."""

    words: list[str]
    in_emb: np.ndarray
    out_emb: np.ndarray | None
    reading_seconds: float
    training_seconds: float
    peak_bytes_above_imports: float | None = None  # None for a program of its own


def prepare(data: str, path: Path, tokens: int | None = None) -> int:
    """Write the corpus, or its first `tokens`, as the peers read it, `SENTENCE` words per line; returns how many."""
    text = itertools.islice(itertools.chain.from_iterable(split_words(Text(data).pieces())), tokens)
    written = 0
    with path.open("w", encoding="utf-8") as file:
        while sentence := list(itertools.islice(text, SENTENCE)):
            file.write(" ".join(sentence) + "\n")
            written += len(sentence)
    return written


def gensim_file(prepared: Path, epochs: int, threads: int, seed: int) -> Raced:
    """gensim reading the file in its own compiled threads, without Python between them."""
    return train_gensim({"corpus_file": str(prepared)}, epochs, threads, seed)


def gensim_iterator(prepared: Path, epochs: int, threads: int, seed: int) -> Raced:
    """gensim with its own iterator over lines, the mode of its tutorials."""
    from gensim.models.word2vec import LineSentence

    return train_gensim({"corpus_iterable": LineSentence(str(prepared))}, epochs, threads, seed)


def train_gensim(corpus: dict[str, Any], epochs: int, threads: int, seed: int) -> Raced:
    from gensim.models import Word2Vec  # here, so that the other trainers do not hold it in memory

    before, started = peak_bytes(), time.perf_counter()
    model = Word2Vec(
        sg=1, vector_size=DIM, window=WINDOW, negative=NEGATIVES, sample=SAMPLE, min_count=MIN_COUNT,
        workers=threads, epochs=epochs, seed=seed,
    )  # fmt: skip
    model.build_vocab(**corpus)
    read, tokens = time.perf_counter(), model.corpus_total_words
    model.train(**corpus, total_examples=model.corpus_count, total_words=tokens, epochs=epochs)
    ended, peak = time.perf_counter(), peak_bytes() - before
    return Raced(list(model.wv.index_to_key), model.wv.vectors, model.syn1neg, read - started, ended - read, peak)


def word2vec_c(prepared: Path, epochs: int, threads: int, seed: int) -> Raced:
    """The original program, which takes no seed. A call of its own reads the vocabulary and is timed apart."""
    vocabulary, vectors = prepared.with_suffix(".vocab"), prepared.with_suffix(".bin")
    settings = ["-size", DIM, "-window", WINDOW, "-negative", NEGATIVES, "-sample", SAMPLE, "-min-count", MIN_COUNT]
    settings += ["-cbow", 0, "-hs", 0, "-threads", threads, "-iter", epochs, "-binary", 1]
    reading = run_program("word2vec", ["-train", prepared, "-save-vocab", vocabulary, "-min-count", MIN_COUNT])
    training = run_program("word2vec", ["-train", prepared, "-read-vocab", vocabulary, "-output", vectors, *settings])
    loaded = WordVectors.load(vectors)
    return Raced(loaded.words, loaded.matrix, None, reading, training)


def fasttext(prepared: Path, epochs: int, threads: int, seed: int) -> Raced:
    """Facebook's program without n-grams, which is word2vec; its messages tell where reading and training end."""
    output = prepared.with_suffix("")
    command = ["fasttext", "skipgram", "-input", prepared, "-output", output, "-dim", DIM, "-ws", WINDOW]
    command += ["-neg", NEGATIVES, "-t", SAMPLE, "-minCount", MIN_COUNT, "-maxn", 0, "-lr", 0.025, "-seed", seed]
    command += ["-epoch", epochs, "-thread", threads, "-saveOutput"]
    started = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    read = ended = started
    for line in process.stderr:  # the last line is the progress of all epochs; saving comes after it
        ended = time.perf_counter()
        if line.startswith("Number of words"):
            read = ended
    if process.wait():
        raise InputError(f"fasttext: ended with status {process.returncode}")
    vectors = WordVectors.load(Path(f"{output}.vec"))
    contexts = WordVectors.load(Path(f"{output}.output").rename(f"{output}.output.txt"))
    return Raced(vectors.words, vectors.matrix, contexts.matrix, read - started, ended - read)


def glove_c(prepared: Path, dim: int, window: int, x_max: float, threads: int) -> tuple[float, float, WordVectors]:
    """The four programs of GloVe with their own 25 iterations: seconds of counting, of training, and W + W̃."""
    vocabulary, counts, shuffled = (prepared.with_suffix(ending) for ending in (".vocab", ".counts", ".shuffled"))
    memory = ["-memory", 4.0, "-verbose", 0]
    counting = run_program("vocab_count", ["-min-count", MIN_COUNT, "-verbose", 0], prepared, vocabulary)
    counting += run_program("cooccur", ["-vocab-file", vocabulary, "-window-size", window, *memory], prepared, counts)
    counting += run_program("shuffle", memory, counts, shuffled)
    settings = ["-vector-size", dim, "-x-max", x_max, "-iter", 25, "-threads", threads, "-binary", 0, "-verbose", 0]
    files = ["-save-file", prepared.with_suffix(""), "-input-file", shuffled, "-vocab-file", vocabulary]
    training = run_program("glove", [*files, *settings])
    return counting, training, WordVectors.load(prepared.with_suffix(".txt"))


def run_program(name: str, arguments: Iterable[object], read: Path | None = None, write: Path | None = None) -> float:
    """The seconds of a program that is on the PATH. Raises InputError where it is not, or where it fails."""
    if not shutil.which(name):
        raise InputError(f"{name}: no such program on the PATH; build it and name its folder there")
    started = time.perf_counter()
    with open(read or os.devnull, "rb") as stdin, open(write or os.devnull, "wb") as stdout:
        done = subprocess.run([name, *map(str, arguments)], stdin=stdin, stdout=stdout)
    if done.returncode:
        raise InputError(f"{name}: ended with status {done.returncode}; its own message is above")
    return time.perf_counter() - started


Peer = Callable[[Path, int, int, int], Raced]
GENSIM_FILE = "gensim, corpus_file"
GENSIM: dict[str, Peer] = {GENSIM_FILE: gensim_file, "gensim, iterator": gensim_iterator}
PROGRAMS: dict[str, tuple[str, Peer]] = {"word2vec.c": ("word2vec", word2vec_c), "fastText": ("fasttext", fasttext)}


def installed() -> dict[str, Peer]:
    """Every peer that this machine has, by its name in the tables."""
    return GENSIM | {name: peer for name, (program, peer) in PROGRAMS.items() if shutil.which(program)}
