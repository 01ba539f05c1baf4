"""Lab 1's threshold: vectors of the text's own words, trained here, that reach the scores which the lab names.

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
from typing import Any

from wordlab.errors import InputError

import numpy as np

from grading.lab01.disguise import Disguise, corpus_of, disguise
from grading.places import ROOT
from grading.steps import Trial

LEAST_TOKENS = 10_000_000  # of a corpus for which the scores can be asked
RHO, ACCURACY = 0.55, 0.30  # of WordSim-353 and of Google's questions among all words, which must be exceeded
VECTORS = "vectors.bin"
LONGEST_WORD, MOST_DIMENSIONS = 400, 2000  # bytes, and numbers of 4 bytes, in a row of a file that is read at all
MEMORY, SECONDS = 6_000_000_000, 300


def too_small(corpus: str) -> str | None:
    """Why the scores cannot be asked for vectors of this corpus."""
    tokens = corpus_of(corpus).tokens
    if tokens >= LEAST_TOKENS:
        return None
    return f"the thresholds apply from {LEAST_TOKENS:,} tokens, and {corpus} has {tokens:,}"


def trial(corpus: str, folder: Path) -> Trial:
    """The text to train on, written into `folder`, and the judge of what a command makes of it."""
    text = disguise(corpus, folder)
    return Trial(text.path, functools.partial(judge_vectors, text))


def judge_vectors(text: Disguise, out: Path) -> str | None:
    """What is wrong with the vectors that a command left in `out` after training on `text`; None if nothing is."""
    path = out / VECTORS
    if not path.is_file():
        return f"the command left no {VECTORS} in its --out folder"
    if path.stat().st_size > len(text.words) * (LONGEST_WORD + 4 * MOST_DIMENSIONS):
        return f"{VECTORS} is larger than any table of the corpus's {len(text.words):,} words"
    request = {"path": str(path), "words": text.words, "counts": text.counts.tolist(), "meant": text.meant}
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


def wrong_with(path: Path, words: list[str], counts: np.ndarray, meant: list[str]) -> str | None:
    """What is wrong with a file of vectors for these words, each of which stands for one of `meant`."""
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
    vectors = WordVectors([meant[row[word]] for word in vectors.words], vectors.matrix)
    scores: dict[str, Any] = evaluate(vectors)
    rho, accuracy = scores["wordsim353.rho"], scores["google.full.accuracy"]
    if rho > RHO and accuracy > ACCURACY:
        return None
    said = f"WordSim-353 ρ {rho:.3f} (> {RHO}), Google analogies {100 * accuracy:.1f} % (> {100 * ACCURACY:g} %)"
    return f"below a threshold: {said}"


if __name__ == "__main__":
    asked_for = json.load(sys.stdin)
    asked_for |= {"path": Path(asked_for["path"]), "counts": np.array(asked_for["counts"])}
    found = wrong_with(**asked_for)
    print(json.dumps({"wrong": found}))
