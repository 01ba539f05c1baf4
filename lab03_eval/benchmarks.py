"""The data sets of human judgements that embeddings are measured on: which, where, and how their files are read.

Three come inside gensim's package. The others are fetched once by `python scripts/get_data.py wordsim analogy
clustering multilingual` in the repository, or lie in a folder that LAB_DATA_MIRROR names. A set that is not at hand, or
whose file is damaged, raises NotAtHand with the remedy. The tables show that line in its row, and all other sets are
measured.
"""

from __future__ import annotations

import csv
import importlib.util
import math
import os
from dataclasses import dataclass
from pathlib import Path

from wordlab.errors import InputError

from lab03_eval.languages import ENGLISH, language_name

ROOT = Path(__file__).resolve().parents[1]  # of the repository
FETCHES = "scripts/get_data.py"  # is not there where only the package is installed

Pair = tuple[str, str, float]
Question = tuple[str, str, str, str]
Section = tuple[str, list[Question]]
Categories = dict[str, list[str]]


class NotAtHand(InputError):
    """A data set that cannot be used: it was not fetched, or it is damaged. The message is one line with the remedy."""


class Damaged(NotAtHand):
    """A data set's file that does not hold what it should. The message is one line with place and remedy."""


def damaged(path: str | Path, place: str, expected: str) -> Damaged:
    """The error to raise for a file: in which place it is damaged, and what was expected there."""
    return Damaged(f"{path}: {place}: expected {expected}; delete the file, then fetch or install it again")


@dataclass(frozen=True)
class Benchmark:
    """`file` lies in gensim's package, or under data/ (or a mirror) where `folder` says what get_data.py fetches."""

    title: str
    kind: str  # similarity, analogy or categories
    file: str
    folder: str | None = None
    language: str = ENGLISH


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
} | {
    name: Benchmark(title, kind, f"multilingual/{file}.tsv", "multilingual", language)
    for language, name, title, kind, file in (
        ("ar", "ar_wordsim353", "WordSim-353, Arabic", "similarity", "ar-wordsim353-all"),
        ("cs", "cs_analogies", "Czech analogies", "analogy", "cs-analogies-svoboda"),
        ("de", "de_gur350", "Gur350", "similarity", "de-gur350"),
        ("de", "de_gur65", "Gur65", "similarity", "de-gur65"),
        ("de", "de_semantic", "Google semantic", "analogy", "de-semantic-google"),
        ("de", "de_syntactic", "Google syntactic", "analogy", "de-syntactic-google"),
        ("fi", "fi_finnsim300", "FinnSim-300", "similarity", "fi-finnsim300"),
        ("fi", "fi_analogies", "Finnish analogies", "analogy", "fi-analogies-venekoski"),
    )
}
CORE = ("wordsim353", "simlex999", "google")  # in gensim's package: at hand wherever the labs run
# Sets that no setting of the labs was chosen on.
HELD_OUT = ("men", "rw", "mturk287", "rg65")


def sets_of(language: str) -> tuple[str, ...]:
    """The names of all benchmarks in a language."""
    return tuple(name for name, benchmark in BENCHMARKS.items() if benchmark.language == language)


def core_sets(language: str) -> tuple[str, ...]:
    """What the labs measure after training: CORE, or all sets of another language."""
    return CORE if language == ENGLISH else sets_of(language)


def without_sets(language: str) -> str:
    """The line for a language in which there is no set, with those that have some; empty for one that has."""
    if sets_of(language):
        return ""
    known = ", ".join(sorted({language_name(benchmark.language) for benchmark in BENCHMARKS.values()}))
    return f"no data set is known in {language_name(language)}; there are sets in {known}"


def gensim_data(name: str) -> Path:
    """Path of a data file inside gensim's package, found without importing it. Raises NotAtHand with the remedy."""
    package = importlib.util.find_spec("gensim")
    if package is None or not package.submodule_search_locations:
        raise NotAtHand(f"{name} comes with gensim, which is not installed: pip install gensim")
    return Path(package.submodule_search_locations[0]) / "test" / "test_data" / name


def find_data(file: str) -> Path:
    """Path of a file of data/sources.toml, in data/ or in a folder named by LAB_DATA_MIRROR. Raises NotAtHand."""
    for folder in (ROOT / "data", os.environ.get("LAB_DATA_MIRROR")):
        if folder and os.path.exists(Path(folder, file)):  # Path.exists raises where a folder may not be entered
            return Path(folder, file)
    if (ROOT / FETCHES).exists():
        raise NotAtHand(f"data/{file} is not there: python {FETCHES} {Path(file).parent}")
    raise NotAtHand(f"{file} is not at hand: put it into a folder, and name that folder in LAB_DATA_MIRROR")


def find(name: str) -> Path:
    """Path of the benchmark `name`. Raises NotAtHand."""
    benchmark = BENCHMARKS[name]
    return find_data(benchmark.file) if benchmark.folder else gensim_data(benchmark.file)


def read_text(path: str | Path) -> str:
    """The text of a data set's file. Raises Damaged where it cannot be read or is not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise damaged(path, f"byte {error.start + 1}", "UTF-8 text") from None
    except OSError as error:
        raise damaged(path, error.strerror or str(error), "a file that can be read") from None


def read_pairs(path: str | Path) -> list[Pair]:
    """(word, word, human score) of each line: white-space separated, `#` starts a comment line.

    Raises Damaged, like the other readers, for a file of another shape and for one that holds no item.
    """
    pairs = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            first, second, score = line.split()[:3]
            pairs.append((first, second, finite(score)))
        except ValueError:
            raise damaged(path, f"line {number}", "two words and a number") from None
    if not pairs:
        raise damaged(path, "all lines", "pairs of words, found none")
    return pairs


def finite(value: str | float) -> float:
    """A number that is neither NaN nor infinite. Raises ValueError for anything else."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is not finite")
    return number


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
                raise damaged(path, f"line {number}", '": section" or four words')
            if not sections:
                sections.append((Path(path).stem, []))
            sections[-1][1].append(words)
    if not any(questions for _, questions in sections):
        raise damaged(path, "all lines", "questions of four words, found none")
    return sections


def read_categories(path: str | Path) -> Categories:
    """Words of each category, from a CSV file with the columns `category` and `word`.

    The public files end each category with a row that has no word; without those rows AP has the 402 words and
    BLESS the 200 of their papers.
    """
    categories: Categories = {}
    rows = csv.DictReader(read_text(path).splitlines())
    try:
        for row in rows:
            if not row.get("category") or row.get("word") is None:
                raise damaged(path, f"line {rows.line_num}", "a category and a word")
            if row["word"]:
                categories.setdefault(row["category"], []).append(row["word"])
    except csv.Error:
        raise damaged(path, f"line {rows.line_num + 1}", "comma-separated values") from None
    if not categories:
        raise damaged(path, "all lines", "words and their categories, found none")
    return categories
