"""Which submissions share code that few others have, by the fingerprints of winnowing (Schleimer et al. 2003).

A fingerprint is the hash of K characters in a row, in a source without comments and with one letter for every name and
every text. New names and another layout therefore change little. Every fingerprint is kept, so that the result is the
same each time. Fingerprints of the starter and those that are common in the class are no sign of copying.
"""

from __future__ import annotations

import io
import itertools
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from copydetect import CodeFingerprint, compare_files

from grading.starters import lab_files, tool_files
from grading.submission import Submission

K = 25  # characters of a fingerprint, about a line of code
COMMON = 10  # submissions; what more of them have is an idiom of the lab, or of its public sources
LARGEST = 200_000  # bytes of a file that is compared; no learner writes a larger one
Lines = tuple[int, int]  # the first and the last, counted from 1


@dataclass
class Source:
    """A file of a submission. `own` are the fingerprints that the starter does not have."""

    name: str
    text: str
    fingerprint: CodeFingerprint
    own: set[int]


@dataclass
class Handed:
    """A submission by its name in the class's folder."""

    name: str
    sources: list[Source]

    @property
    def own(self) -> set[int]:
        return set().union(*(source.own for source in self.sources))


@dataclass(frozen=True)
class Passages:
    """The lines of a file on either side that hold what the two share."""

    left: Source
    right: Source
    of_left: list[Lines]
    of_right: list[Lines]


@dataclass(frozen=True)
class Pair:
    """Two submissions, the share of each one's own code that the other has, and where it is."""

    left: Handed
    right: Handed
    shares: tuple[float, float]
    passages: list[Passages]


def given_to(lab: str) -> set[bytes]:
    """The content of every Python file of the lab's starter, hints and tools among them."""
    return {content for name, content in (lab_files(lab) | tool_files(lab)).items() if name.endswith(".py")}


def fingerprints_of(text: str) -> CodeFingerprint:
    made = CodeFingerprint("", K, 1, language="python", fp=io.StringIO(text))
    # How many characters were left out before a place only grows; copydetect forgets the former ones at a class's name.
    made.offsets[:, 1] = np.maximum.accumulate(made.offsets[:, 1])
    return made


def reader(lab: str) -> Callable[[Submission], Handed]:
    """What reads a submission to `lab`: its Python files that are not the starter's and not larger than LARGEST."""
    given = given_to(lab)
    base = set().union(*(fingerprints_of(content.decode()).hashes for content in given))

    def read(submission: Submission) -> Handed:
        sources = []
        for name, path in submission.files.items():
            if name.endswith(".py") and path.stat().st_size <= LARGEST and path.read_bytes() not in given:
                text = _text(path)
                found = fingerprints_of(text)
                sources.append(Source(name, text, found, found.hashes - base))
        return Handed(submission.path.name, sources)

    return read


def _text(path: Path) -> str:
    """As Python decodes it. Empty lines at the start, which the lexer would leave out, are kept as comments."""
    with tokenize.open(path) as file:
        text = file.read()
    start = len(text) - len(text.lstrip("\n"))
    return "#\n" * start + text[start:]


def most_alike(handed: Iterable[Handed], number: int) -> list[Pair]:
    """The `number` pairs that share most, those with the most first."""
    everyone = [each for each in handed if each.own]
    having = Counter(itertools.chain.from_iterable(each.own for each in everyone))
    common = {each for each, count in having.items() if count > COMMON}
    unusual = [each.own - common for each in everyone]
    places = itertools.combinations(range(len(everyone)), 2)
    counted = ((len(unusual[left] & unusual[right]), left, right) for left, right in places)
    ranked = sorted((each for each in counted if each[0]), key=lambda each: (-each[0], each[1:]))
    return [
        _pair(everyone[left], everyone[right], unusual[left] & unusual[right]) for _, left, right in ranked[:number]
    ]


def _pair(left: Handed, right: Handed, shared: set[int]) -> Pair:
    return Pair(
        left, right, (len(shared) / len(left.own), len(shared) / len(right.own)), list(_passages(left, right, shared))
    )


def _passages(left: Handed, right: Handed, shared: set[int]) -> Iterator[Passages]:
    for one, other in itertools.product(left.sources, right.sources):
        if both := one.own & other.own & shared:
            one.fingerprint.hashes = other.fingerprint.hashes = both  # all that compare_files looks for
            _, _, (of_one, of_other) = compare_files(one.fingerprint, other.fingerprint)
            yield Passages(one, other, _lines(one.text, of_one), _lines(other.text, of_other))


def _lines(text: str, places: np.ndarray) -> list[Lines]:
    """The lines of the places, which are first and last characters, joined where they touch."""
    joined: list[Lines] = []
    for start, end in sorted(zip(*places.astype(int).tolist())):
        first, last = (text.count("\n", 0, place) + 1 for place in (start, min(end, len(text)) - 1))
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined
