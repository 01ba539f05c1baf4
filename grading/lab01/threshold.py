"""Lab 1's threshold: vectors of the corpus's own words, trained here, that reach the scores which the lab names.

The vectors are a stranger's file. A process of its own reads and scores them, with bounds on memory and time:

    python -m grading.lab01.threshold < request.json     prints what is wrong as JSON, or null
"""

from __future__ import annotations

import functools
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wordlab.errors import InputError

import numpy as np

from grading.places import ROOT

if TYPE_CHECKING:  # what takes seconds to import is imported where it is used
    from lab03_eval.vectors import WordVectors

LEAST_TOKENS = 10_000_000  # of a corpus for which the scores can be asked
RHO, ACCURACY = 0.55, 0.30  # of WordSim-353 and of Google's questions among all words, which must be exceeded
VECTORS = "vectors.bin"
LONGEST_WORD, MOST_DIMENSIONS = 400, 2000  # bytes, and numbers of 4 bytes, in a row of a file that is read at all
MEMORY, SECONDS = 6_000_000_000, 300
ALIKE = 0.9  # of the neighbours: a copy shares them all, and another training with the same settings shares six in ten
ASKED, NEIGHBOURS = 1000, 10  # words whose nearest words are compared with those of the vectors that ship


@functools.lru_cache(maxsize=1)
def vocabulary(corpus: str) -> tuple[list[str], np.ndarray, int]:
    """Words by falling count, their counts, and the number of tokens, counted here."""
    from lab01_word2vec.corpus import load_corpus

    counted = load_corpus(corpus)
    return counted.words, counted.counts, counted.tokens


def too_small(corpus: str) -> str | None:
    """Why the scores cannot be asked for vectors of this corpus."""
    tokens = vocabulary(corpus)[2]
    if tokens >= LEAST_TOKENS:
        return None
    return f"the thresholds apply from {LEAST_TOKENS:,} tokens, and {corpus} has {tokens:,}"


def judge_vectors(out: Path, corpus: str) -> str | None:
    """What is wrong with the vectors that a command left in `out` after training on `corpus`; None if nothing is."""
    path = out / VECTORS
    if not path.is_file():
        return f"the command left no {VECTORS} in its --out folder"
    words, counts, _ = vocabulary(corpus)
    if path.stat().st_size > len(words) * (LONGEST_WORD + 4 * MOST_DIMENSIONS):
        return f"{VECTORS} is larger than any table of the corpus's {len(words):,} words"
    request = {"path": str(path), "words": words, "counts": counts.tolist()}
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "grading.lab01.threshold"],
            input=json.dumps(request), capture_output=True, text=True, timeout=SECONDS, cwd=ROOT, preexec_fn=limit,
        )  # fmt: skip
        return json.loads(done.stdout)["wrong"]
    except subprocess.TimeoutExpired:
        return f"{VECTORS} could not be scored within {SECONDS} s"
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return f"{VECTORS} cannot be read ({last[0]})"


def wrong_with(path: Path, words: list[str], counts: np.ndarray) -> str | None:
    """What is wrong with a file of vectors for these words."""
    from lab03_eval.eval_embeddings import evaluate
    from lab03_eval.vectors import WordVectors

    try:
        vectors = WordVectors.load(path)
    except InputError as error:
        return f"{VECTORS} cannot be read: {str(error).replace(str(path), VECTORS)}"
    row = {word: number for number, word in enumerate(words)}
    if unknown := [word for word in vectors.words if word not in row]:
        return f"{VECTORS} has a word, {unknown[0]}, that the corpus does not hold five times"
    if len(vectors) != len(words):
        return f"{VECTORS} has {len(vectors):,} words, and the corpus has {len(words):,} that occur five times or more"
    if np.any(np.diff(counts[[row[word] for word in vectors.words]]) > 0):
        return f"the words of {VECTORS} are not in the order of their counts in the corpus"
    if copied(vectors):
        return f"{VECTORS} has the neighbours of the vectors that ship with the labs: train your own"
    scores: dict[str, Any] = evaluate(vectors)
    rho, accuracy = scores["wordsim353.rho"], scores["google.full.accuracy"]
    if rho > RHO and accuracy > ACCURACY:
        return None
    said = f"WordSim-353 ρ {rho:.3f} (> {RHO}), Google analogies {100 * accuracy:.1f} % (> {100 * ACCURACY:g} %)"
    return f"below a threshold: {said}"


def copied(vectors: WordVectors) -> bool:
    """Whether the vectors are those that ship, turned, scaled or padded as they may be."""
    from lab03_eval.vectors import WordVectors

    shipped = WordVectors.load(ROOT / "lab03_eval" / "wiki8_20k.safetensors")
    both = [word for word in shipped.words if word in vectors.index]
    asked = np.random.default_rng(1).choice(len(both), min(ASKED, len(both)), replace=False)
    near = []
    for table in (shipped, vectors):
        unit = table.unit[[table.index[word] for word in both]]
        cosine = unit[asked] @ unit.T  # (ASKED, both)
        cosine[np.arange(len(asked)), asked] = -np.inf
        near.append(np.argpartition(-cosine, NEIGHBOURS, axis=1)[:, :NEIGHBOURS])
    shared = [len(set(mine) & set(theirs)) / NEIGHBOURS for mine, theirs in zip(*near, strict=True)]
    return float(np.mean(shared)) > ALIKE


if __name__ == "__main__":
    asked_for = json.load(sys.stdin)
    found = wrong_with(Path(asked_for["path"]), asked_for["words"], np.array(asked_for["counts"]))
    print(json.dumps({"wrong": found}))
