"""The classifier's words and classes, what each start can know, and bad input as one line."""

from __future__ import annotations

from wordlab.command import run_command

import numpy as np
import pytest
import torch
from torch import nn

from demos import classifier
from demos.classifier import Classifier, build_parser, cross_validate, known_rows, read_task, run, train
from lab03_eval.vectors import WordVectors
from tests.commands import Done, demand_one_line, in_process, process
from tests.conftest import ROOT


def demo(*arguments: str) -> Done:
    return in_process(lambda: run_command(build_parser(), run, place="vectors"), *arguments)


@pytest.fixture(scope="module")
def task() -> classifier.Task:
    return read_task()


@pytest.fixture(scope="module")
def two_heaps() -> tuple[torch.Tensor, torch.Tensor]:
    """60 unit vectors in 20 dimensions around two directions at a right angle, and which heap each lies in."""
    labels = torch.arange(60) % 2
    noise = 0.1 * torch.randn(60, 20, generator=torch.Generator().manual_seed(0))
    return nn.functional.normalize(nn.functional.one_hot(labels, 20) + noise), labels


def test_every_word_has_one_class(task):
    words = [word for known in task.values() for word in known]
    assert len(words) == len(set(words))
    assert "georgia" not in words  # the state and the country
    assert {"athens", "abuja"} <= set(task["capital"])
    assert {"greece", "nigeria"} <= set(task["country"])
    assert "chicago" in task["city"]
    assert "illinois" in task["state"]
    assert {"boy", "girl", "brother", "sister"} <= set(task["family"])
    assert "albanian" in task["nationality"]
    assert "big" in task["adjective"]
    assert "bigger" in task["comparative"]
    assert "danced" in task["past tense"]
    assert "birds" in task["plural"]


def test_rows_of_each_class_are_those_of_its_known_words():
    vectors = WordVectors(["of", "Greece", "athens"], np.eye(3))
    assert known_rows(vectors, {"country": ["greece", "peru"], "capital": ["athens"]}) == {
        "country": [1],  # found in title case
        "capital": [2],
    }


def test_scores_are_one_linear_layer_on_the_rows(two_heaps):
    table, _ = two_heaps
    model = Classifier(table, 3, frozen=True)
    rows = torch.tensor([4, 0])
    expected = table[rows] @ model.linear.weight.T + model.linear.bias
    torch.testing.assert_close(model(rows), expected)


@pytest.mark.parametrize("frozen", [True, False])
def test_training_moves_only_its_own_rows_and_never_the_callers_vectors(two_heaps, frozen):
    table, labels = two_heaps
    before = table.clone()
    model = train(table, labels, torch.arange(40), frozen)
    assert torch.equal(table, before)
    moved = (model.embedding.weight != before).any(dim=1)
    assert moved.tolist() == [not frozen] * 40 + [False] * 20


def test_heaps_are_told_apart_from_their_vectors_alone(two_heaps):
    table, labels = two_heaps
    seen, right = cross_validate(table, labels, frozen=True, seed=1)
    assert seen == 1
    assert right == 60
    # Rows of their own noise say nothing of words that were held out: 30 of 60 are expected, ±4 is one deviation.
    noise = torch.randn(table.shape, generator=torch.Generator().manual_seed(1))
    seen, right = cross_validate(noise, labels, frozen=False, seed=1)
    assert seen == 1
    assert 14 <= right <= 46


def test_the_same_seed_gives_the_same_figures(two_heaps):
    table, labels = two_heaps
    noisy = table + torch.randn(table.shape, generator=torch.Generator().manual_seed(2))
    first, again, other = (cross_validate(noisy, labels, True, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_trained_vectors_know_words_that_the_classifier_has_not_seen():
    done = demo()
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "wiki8_20k.safetensors: 459 of 562 words"
    majority = float(lines[2].removeprefix("always answering country: ").removesuffix(" %"))
    held_out = [float(line.split("|")[3].split("%")[0]) for line in lines[6:10]]
    frozen, further, random, shuffled = held_out
    assert frozen > 80
    assert frozen > further > majority > max(random, shuffled)
    assert lines[-1] == "5 folds, seed 1"


def test_classes_with_too_few_known_words_are_named(task, tmp_path):
    words = [*task["country"][:20], *task["capital"][:20], *task["city"][:4]]
    noise = np.random.default_rng(1).standard_normal((44, 8))
    WordVectors(words, noise).save(tmp_path / "few.txt")
    done = demo("--vectors", str(tmp_path / "few.txt"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("few.txt: 40 of 562 words\n")
    assert "city 4/67" in done.stdout
    assert "left out, with fewer than 5 known words: city, state, family" in done.stdout


def test_bad_input_is_one_line(tmp_path):
    WordVectors(["athens", "greece"], np.eye(2)).save(tmp_path / "two.txt")
    demand_one_line(demo("--vectors", str(tmp_path / "two.txt")), "two.txt", "too few", "larger")
    demand_one_line(demo("--vectors", str(tmp_path / "none.bin")), "none.bin")
    demand_one_line(demo("--seed", "-1"), "--seed")


def test_where_nothing_is_installed_it_says_what_to_type():
    done = process("-I", "-S", str(ROOT / "demos" / "classifier.py"))
    assert done.returncode
    assert not done.stdout
    assert done.stderr.startswith("error: No module named ")
    assert done.stderr.count("\n") == 1
