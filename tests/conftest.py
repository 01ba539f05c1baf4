"""Shared fixtures. `--corpus FILE` (or LAB_CORPUS, else data/text8) is what the graded thresholds run on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab01_word2vec.corpus import Corpus, load_corpus  # noqa: E402
from lab03_eval.vectors import WordVectors  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpus", metavar="FILE", help="a corpus of text8's size for the graded thresholds")
    parser.addoption(
        "--submission", metavar="PATH", help="grade this file or folder: pytest tests/grading --submission …"
    )
    parser.addoption("--lab", choices=("lab01", "lab02", "lab03"), help="of --submission, where its names do not tell")


@pytest.fixture(scope="session")
def real_corpus(request: pytest.FixtureRequest) -> str:
    """Path of a real corpus; without one the test is skipped, or fails where LAB_REQUIRE_CORPUS=1."""
    for path in (request.config.getoption("--corpus"), os.environ.get("LAB_CORPUS"), ROOT / "data" / "text8"):
        if path and Path(path).exists():
            return str(path)
    remedy = "no corpus: python scripts/get_data.py text8, or pytest --corpus FILE"
    if os.environ.get("LAB_REQUIRE_CORPUS") == "1":
        pytest.fail(remedy)
    pytest.skip(remedy)


@pytest.fixture(scope="session")
def data_set() -> Callable[[str], Path]:
    """Finds a file of data/sources.toml, in data/ or the mirror; without it the test is skipped, or fails as above."""

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
    path = tmp_path_factory.mktemp("corpus") / "small.txt"
    path.write_text(" ".join(sample.words[i] for i in sample.ids[:30_000]))
    return path


@pytest.fixture
def vectors() -> WordVectors:
    """200 random words, some beyond ASCII, in 10 dimensions."""
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(195)] + ["naïve", "東京", "o'clock", "a.b", "ſ"]
    return WordVectors(words, rng.standard_normal((200, 10)))


def lab01(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run Lab 1's command as a user does."""
    command = [sys.executable, str(ROOT / "lab01_word2vec" / "solution.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)
