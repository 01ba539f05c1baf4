"""Shared fixtures. The thresholds run on `--corpus FILE`, LAB_CORPUS, data/text8 or wiki8: the first that is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.text import WIKI8
from lab03_eval.vectors import WordVectors

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpus", metavar="FILE", help="a corpus of text8's size for the thresholds, or wiki8")
    parser.addoption(
        "--submission", metavar="PATH", help="grade this file or folder: pytest tests/grading --submission …"
    )
    parser.addoption("--uncontained", action="store_true", help="grade it where the system cannot contain it")
    parser.addoption("--lab", choices=("lab01", "lab02", "lab03"), help="of --submission, where its names do not tell")


@pytest.fixture(scope="session")
def real_corpus(request: pytest.FixtureRequest) -> str:
    """What --data should name for a real corpus: there always is one, since wiki8 is in the repository."""
    for named in (request.config.getoption("--corpus"), os.environ.get("LAB_CORPUS")):
        if named:  # where it does not exist, the command says so
            return named
    text8 = ROOT / "data" / "text8"
    return str(text8) if text8.exists() else WIKI8


@pytest.fixture(scope="session")
def data_set() -> Callable[[str], Path]:
    """Finds a file of data/sources.toml in data/ or the mirror, else skips, or fails where LAB_REQUIRE_CORPUS=1."""

    def find(file: str) -> Path:
        for folder in (ROOT / "data", os.environ.get("LAB_DATA_MIRROR")):
            if folder and Path(folder, file).exists():
                return Path(folder, file)
        remedy = f"no data/{file}: python scripts/get_data.py {Path(file).parent}"
        if os.environ.get("LAB_REQUIRE_CORPUS") == "1":
            pytest.fail(remedy)
        pytest.skip(remedy)

    return find


@pytest.fixture(scope="session")
def sample() -> Corpus:
    return load_corpus("sample")


@pytest.fixture(scope="session")
def small_text(sample: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the first 30,000 tokens of the sample: enough to train on in a second."""
    return _beginning(sample, 30_000, tmp_path_factory.mktemp("corpus") / "small.txt")


@pytest.fixture(scope="session")
def tiny_text(sample: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the first 8,000 tokens of the sample, on which an epoch takes no time."""
    return _beginning(sample, 8_000, tmp_path_factory.mktemp("corpus") / "tiny.txt")


def _beginning(sample: Corpus, tokens: int, path: Path) -> Path:
    path.write_text(" ".join(sample.words[i] for i in sample.ids[:tokens]))
    return path


@pytest.fixture
def vectors() -> WordVectors:
    """200 random words, some beyond ASCII, in 10 dimensions."""
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(195)] + ["naïve", "東京", "o'clock", "a.b", "ſ"]
    return WordVectors(words, rng.standard_normal((200, 10)))
