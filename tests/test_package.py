"""What is installed: the wheel holds the three labs and their data, and Lab 3 works from it without the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
SETUPTOOLS = int(version("setuptools").split(".")[0]) if find_spec("setuptools") else 0
PACKAGES = {"lab01_word2vec", "lab02_glove_fasttext", "lab03_eval", "wordlab", "best_vectors"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, in which a build may leave its folders."""
    folder = tmp_path_factory.mktemp("copy") / "repository"
    left_out = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "runs", "reports", "text8")
    shutil.copytree(ROOT, folder, ignore=left_out)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    # Without the build tools, pip fetches them.
    isolation = ["--no-build-isolation"] if SETUPTOOLS >= 77 else []
    subprocess.run([*PIP, "wheel", "--no-deps", *isolation, "-w", str(out), str(source)], check=True)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel is installed in."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([*PIP, "install", "--no-deps", "--target", str(folder), str(wheel)], check=True)
    return folder


def run(installed: Path, elsewhere: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments in the folder `elsewhere`; PYTHONPATH comes before any other copy of the labs."""
    outside = {name: value for name, value in os.environ.items() if name != "LAB_DATA_MIRROR"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=elsewhere,
        env=outside | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )


def test_a_source_package_leaves_the_corpus_out(source, tmp_path):
    """The 23 MB come with the repository; of a package, which anyone can make again, they would be most of the size."""
    build = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "lab01_word2vec/solution.py" in names
    assert not [name for name in names if name.split("/")[0] == "data"]
    assert made.stat().st_size < 6_000_000


def test_the_wheel_holds_the_labs_with_their_data_and_nothing_else(wheel):
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    assert {name.split("/")[0] for name in names} == PACKAGES
    data = {"lab03_eval/py.typed", "lab03_eval/pictures/page.html"}
    data |= {f"lab03_eval/wiki8_20k.{suffix}" for suffix in ("safetensors", "json")}
    assert data <= set(names)
    for package in PACKAGES:  # every module, so that no sub-folder is forgotten
        modules = {str(path.relative_to(ROOT)) for path in (ROOT / package).rglob("*.py")}
        assert modules == {name for name in names if name.startswith(f"{package}/") and name.endswith(".py")}


def test_lab_3_measures_where_only_the_wheel_is(installed, tmp_path):
    done = run(installed, tmp_path, "-m", "lab03_eval", "--no-pictures")
    assert done.returncode == 0, done.stderr
    scores = json.loads((tmp_path / "runs" / "lab03" / "scores.json").read_text())["results"]["wiki8_20k"]
    assert scores["wordsim353.rho"] > 0.6
    assert scores["google.full.accuracy"] > 0.3
    # The remedy does not name a script that is not there.
    assert "LAB_DATA_MIRROR" in scores["men.not_run"]
    assert "scripts/" not in done.stdout


def test_the_public_names_are_those_of_the_installed_package(installed, tmp_path):
    program = """
import sys, lab03_eval
print(lab03_eval.__file__)
print("scipy.stats" in sys.modules, sorted(lab03_eval.__all__))
from lab03_eval import WordVectors, compare, evaluate
from lab03_eval.command import SHIPPED
vectors = WordVectors.load(SHIPPED)
compared = compare(vectors, vectors, ["simlex999"])
print(evaluate(vectors, ["wordsim353"])["wordsim353.used"], compared["simlex999.excludes_zero"])
try:
    lab03_eval.unknown
except AttributeError as error:
    print(error)
"""
    done = run(installed, tmp_path, "-c", program)
    assert done.stdout.splitlines() == [
        str(installed / "lab03_eval" / "__init__.py"),
        "False ['WordVectors', 'compare', 'evaluate']",
        "320 False",
        "module 'lab03_eval' has no attribute 'unknown'",
    ], done.stderr
