"""Shards that are trained apart: the join undoes turns and mirrors, weighs by counts, and works as a command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lab01_word2vec.shards import join_shards
from lab03_eval.vectors import WordVectors
from tests.commands import demand_one_line, process

COMMAND = "lab01_word2vec/shards.py"


def turned(rng: np.random.Generator, table: np.ndarray) -> np.ndarray:
    return table @ np.linalg.qr(rng.normal(size=(table.shape[1],) * 2))[0]


def test_equal_tables_with_other_axes_are_one_table():
    rng = np.random.default_rng(1)
    table, counts = rng.normal(size=(50, 8)), rng.integers(1, 9, (4, 50))
    shards = np.array([table, *(turned(rng, table) for _ in range(3))])
    np.testing.assert_allclose(join_shards(shards, counts), table, atol=1e-12)


def test_a_vector_counts_as_often_as_its_shard_has_seen_the_word():
    tables = np.array([[[4.0, 0], [0, 4]], [[2.0, 0], [0, 2]]])  # equal axes
    joined = join_shards(tables, np.array([[3, 1], [1, 3]]))
    np.testing.assert_allclose(joined, [[3.5, 0], [0, 2.5]], atol=1e-12)


def test_a_word_that_one_shard_lacks_is_that_of_the_other_in_the_axes_of_the_first():
    rng = np.random.default_rng(2)
    table = rng.normal(size=(20, 4))
    first, second = table.copy(), turned(rng, table)
    first[3], second[5] = 100.0, -100.0  # never trained
    counts = np.ones((2, 20), dtype=int)
    counts[0, 3] = counts[1, 5] = 0
    np.testing.assert_allclose(join_shards(np.array([first, second]), counts), table, atol=1e-9)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("shards")
    done = process(COMMAND, "--data", "sample", "--epochs", "1", "--threads", "1", "--out", out)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_the_command_scores_each_shard_and_their_join_and_saves_the_join(joined: tuple[Path, str]):
    out, printed = joined
    report = json.loads((out / "run.json").read_text())
    assert list(report["scores"]) == ["shard 1", "shard 2", "joined"]
    assert len(report["seconds"]) == report["shards"] == 2
    for told in ("shard 1 of 2", "shard 2 of 2", "all shards, joined", "seed 1"):
        assert told in printed
    vectors = WordVectors.load(out / "vectors.bin")
    assert len(vectors) == report["corpus"]["words"]
    assert vectors.dim == report["config"]["dim"]
    assert np.isfinite(vectors.matrix).all()


def test_the_same_seed_gives_the_same_bytes(joined: tuple[Path, str], tmp_path: Path):
    done = process(COMMAND, "--data", "sample", "--epochs", "1", "--threads", "1", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "vectors.bin").read_bytes() == (joined[0] / "vectors.bin").read_bytes()


@pytest.mark.parametrize("given", [["--shards", "1"], ["--shards", "sixty"]])
def test_fewer_than_two_shards_are_refused(given: list[str], tmp_path: Path):
    done = process(COMMAND, "--data", "sample", "--out", tmp_path, *given)
    demand_one_line(done, "--shards")


def test_a_text_too_small_for_its_shards_is_refused_before_training(tmp_path: Path):
    text = tmp_path / "text.txt"
    text.write_text(" ".join(f"word{n}" for n in range(100)) * 20)
    done = process(COMMAND, "--data", text, "--shards", "64", "--out", tmp_path / "out")
    demand_one_line(done, "one of 64 shards")
