"""The data sets of human judgements that embeddings are measured on: which, where, and how their files are read.

Three come inside gensim's package. The others are fetched once by `python scripts/get_data.py wordsim analogy
clustering` in the repository, or lie in a folder that LAB_DATA_MIRROR names. A set that is not at hand raises NotAtHand
with the remedy, and the tables show that line in its row.
"""

from __future__ import annotations

import csv
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from wordlab.errors import InputError

ROOT = Path(__file__).resolve().parents[1]  # of the repository
FETCHES = "scripts/get_data.py"  # is not there where only the package is installed

Pair = tuple[str, str, float]
Question = tuple[str, str, str, str]
Section = tuple[str, list[Question]]
Categories = dict[str, list[str]]


class NotAtHand(InputError):
    """A data set that was not fetched. The message is one line with the remedy."""


@dataclass(frozen=True)
class Benchmark:
    """`file` lies in gensim's package, or under data/ (or a mirror) where `folder` says what get_data.py fetches."""

    title: str
    kind: str  # similarity, analogy or categories
    file: str
    folder: str | None = None


BENCHMARKS = {
    "wordsim353": Benchmark("WordSim-353", "similarity", "wordsim353.tsv"),
    "ws353sim": Benchmark("  similarity", "similarity", "wordsim/EN-WS-353-SIM.txt", "wordsim"),
    "ws353rel": Benchmark("  relatedness", "similarity", "wordsim/EN-WS-353-REL.txt", "wordsim"),
    "simlex999": Benchmark("SimLex-999", "similarity", "simlex999.txt"),
    "rg65": Benchmark("RG-65", "similarity", "wordsim/EN-RG-65.txt", "wordsim"),
    "mc30": Benchmark("MC-30", "similarity", "wordsim/EN-MC-30.txt", "wordsim"),
    "men": Benchmark("MEN", "similarity", "wordsim/EN-MEN-TR-3k.txt", "wordsim"),
    "rw": Benchmark("Rare Words", "similarity", "wordsim/EN-RW-STANFORD.txt", "wordsim"),
    "mturk287": Benchmark("MTurk-287", "similarity", "wordsim/EN-MTurk-287.txt", "wordsim"),
    "google": Benchmark("Google", "analogy", "questions-words.txt"),
    "msr": Benchmark("MSR", "analogy", "analogy/msr.txt", "analogy"),
    "ap": Benchmark("AP", "categories", "clustering/ap.csv", "clustering"),
    "bless": Benchmark("BLESS", "categories", "clustering/bless.csv", "clustering"),
}
CORE = ("wordsim353", "simlex999", "google")  # in gensim's package: at hand wherever the labs run
# Sets that no setting of the labs was chosen on.
HELD_OUT = ("men", "rw", "mturk287", "rg65")


def gensim_data(name: str) -> Path:
    """Path of a data file inside gensim's package, found without importing it. Raises NotAtHand with the remedy."""
    package = importlib.util.find_spec("gensim")
    if package is None or not package.submodule_search_locations:
        raise NotAtHand(f"{name} comes with gensim, which is not installed: pip install gensim")
    return Path(package.submodule_search_locations[0]) / "test" / "test_data" / name


def find_data(file: str) -> Path:
    """Path of a file of data/sources.toml, in data/ or in a folder named by LAB_DATA_MIRROR. Raises NotAtHand."""
    for folder in (ROOT / "data", os.environ.get("LAB_DATA_MIRROR")):
        if folder and Path(folder, file).exists():
            return Path(folder, file)
    if (ROOT / FETCHES).exists():
        raise NotAtHand(f"data/{file} is not there: python {FETCHES} {Path(file).parent}")
    raise NotAtHand(f"{file} is not at hand: put it into a folder, and name that folder in LAB_DATA_MIRROR")


def find(name: str) -> Path:
    """Path of the benchmark `name`. Raises NotAtHand."""
    benchmark = BENCHMARKS[name]
    return find_data(benchmark.file) if benchmark.folder else gensim_data(benchmark.file)


def read_text(path: str | Path) -> str:
    """The text of a data set's file. Raises InputError where it is not UTF-8, OSError where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1}: expected UTF-8 text; fetch the file again") from None


def read_pairs(path: str | Path) -> list[Pair]:
    """(word, word, human score) of each line: white-space separated, `#` starts a comment line.

    Raises InputError, like the other readers, for a file of another shape.
    """
    pairs = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            first, second, score = line.split()[:3]
            pairs.append((first, second, float(score)))
        except ValueError:
            raise InputError(f"{path}: line {number}: expected two words and a number") from None
    return pairs


def read_questions(path: str | Path) -> list[Section]:
    """Sections of analogy questions: `: name` starts a section, every other line holds four words.

    A file without sections, such as MSR's, is one section named after the file.
    """
    sections: list[Section] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.startswith(":"):
            sections.append((line[1:].strip(), []))
        elif line.strip():
            words = tuple(line.split())
            if len(words) != 4:
                raise InputError(f'{path}: line {number}: expected ": section" or four words')
            if not sections:
                sections.append((Path(path).stem, []))
            sections[-1][1].append(words)
    return sections


def read_categories(path: str | Path) -> Categories:
    """Words of each category, from a CSV file with the columns `category` and `word`.

    The public files end each category with a row that has no word; without those rows AP has the 402 words and
    BLESS the 200 of their papers.
    """
    categories: Categories = {}
    for number, row in enumerate(csv.DictReader(read_text(path).splitlines()), start=2):
        if not row.get("category") or row.get("word") is None:
            raise InputError(f"{path}: line {number}: expected a category and a word")
        if row["word"]:
            categories.setdefault(row["category"], []).append(row["word"])
    return categories
