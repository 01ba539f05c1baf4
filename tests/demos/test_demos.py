"""The two demos: their arithmetic by hand and against the labs, their commands, and bad input as one line."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter

import pytest
import torch

from demos import analogy_explorer, tiny_skipgram
from lab01_word2vec.solution import SkipGramNS
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT


def demo(name: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "demos" / name), *words], input=stdin, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("man king woman", "queen"),
        ("king man queen", "woman"),
        ("king prince queen", "princess"),
        ("woman girl man", "boy"),
        ("cat kitten dog", "puppy"),
        ("lion lioness king", "queen"),
        ("dog puppy lion", "cub"),
        ("horse foal cat", "kitten"),
    ],
)
def test_the_space_answers_as_it_was_made_to(question, expected):
    assert analogy_explorer.analogy(*question.split())[0][0] == expected


def test_explorers_cosine_and_neighbours_are_lab_3s():
    vectors = WordVectors(list(analogy_explorer.SPACE), list(analogy_explorer.SPACE.values()))
    for word in vectors.words:
        mine, theirs = analogy_explorer.nearest(analogy_explorer.SPACE[word], (word,)), vectors.most_similar(word, 3)
        assert [pair[1] for pair in mine] == pytest.approx([pair[1] for pair in theirs], abs=1e-6)
        assert mine[0][0] == theirs[0][0]


def test_explorer_has_five_dimensions_and_no_two_words_alike():
    assert len(analogy_explorer.DIMENSIONS) == 5
    assert {len(vector) for vector in analogy_explorer.SPACE.values()} == {5}
    assert len(set(analogy_explorer.SPACE.values())) == len(analogy_explorer.SPACE)


def test_explorer_takes_arguments_and_lines():
    asked = demo("analogy_explorer.py", "man", "King", "woman")
    assert asked.returncode == 0
    assert asked.stdout.startswith("king − man + woman = queen 1.00")
    assert "royal +1.0" in asked.stdout
    lines = demo("analogy_explorer.py", stdin="cat kitten dog\n\ncat kitten\nkitten\n").stdout.splitlines()
    assert lines[0].startswith("kitten − cat + dog = puppy")
    # cos = (.1·.1 − .7·.8 + 1·1 + 1·.9)/(√2.51 · √2.46) = 1.35/2.485
    assert lines[1].startswith("cat, kitten: cosine 0.54; from cat to kitten: grown -1.5")
    assert lines[2].startswith("kitten: ")


@pytest.mark.parametrize(
    ("name", "words", "stdin", "told"),
    [
        ("analogy_explorer.py", ["man", "kign", "woman"], "", "did you mean king?"),
        ("analogy_explorer.py", ["a", "b"], "", "known: king queen"),
        ("analogy_explorer.py", ["cat", "dog", "king", "queen"], "", "expected one (neighbours), two"),
        ("analogy_explorer.py", [], "\n", "expected one (neighbours), two"),
        ("tiny_skipgram.py", ["kiten"], "", "did you mean kitten?"),
        ("tiny_skipgram.py", [], "qqq", "try cat puppy king bread"),
    ],
)
def test_bad_input_is_one_line(name, words, stdin, told):
    done = demo(name, *words, stdin=stdin)
    assert done.returncode == 2
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr


def test_pairs_are_by_position():
    # "the" stands twice: as a context of "cat" it counts twice, and at distance 2 it is its own context.
    sentence = ["the", "cat", "the"]
    near = [("the", "cat"), ("cat", "the"), ("cat", "the"), ("the", "cat")]
    assert tiny_skipgram.pairs_of(sentence, 1) == near
    assert Counter(tiny_skipgram.pairs_of(sentence, 2)) == Counter([*near, ("the", "the"), ("the", "the")])


def test_update_is_one_step_of_autograds_gradient():
    # "b" is drawn twice as a negative, once beside itself as the context: plain gradient descent on SkipGramNS.
    words, start_v, start_u = "abc", [[0.5, -0.2], [0.1, 0.3], [0.0, 0.4]], [[0.2, 0.1], [-0.3, 0.6], [0.7, -0.1]]
    rate = 1e-4  # u is updated in turn, so the two steps agree to first order in the rate
    v, u = (dict(zip(words, map(list, start))) for start in (start_v, start_u))
    loss = tiny_skipgram.update(v, u, "a", ["b", "c", "c"], rate)
    model = SkipGramNS(3, 2).double()
    for table, start in ((model.in_emb, start_v), (model.out_emb, start_u)):
        table.weight = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
        table.sparse = False
    expected = model(torch.tensor([0]), torch.tensor([1]), torch.tensor([[2, 2]])).sum()
    expected.backward()
    assert loss == pytest.approx(float(expected.detach()), abs=1e-3)
    for mine, table, start in ((v, model.in_emb, start_v), (u, model.out_emb, start_u)):
        step = (torch.tensor(list(mine.values()), dtype=torch.float64) - torch.tensor(start)) / rate
        torch.testing.assert_close(step, -table.weight.grad, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("seed", [1, 2])
def test_cat_ends_near_kitten(seed):
    v, losses = tiny_skipgram.train(epochs=60, seed=seed)
    # Every score starts near 0, so the first epoch starts at (1 + K)·ln 2 and can only fall.
    assert losses[0] < (1 + tiny_skipgram.NEGATIVES) * math.log(2)
    assert losses[-1] < 0.5 * losses[0]
    for word, near in (("cat", "kitten"), ("kitten", "cat"), ("dog", "puppy"), ("king", "queen")):
        assert tiny_skipgram.nearest(v, word)[0][0] == near
    assert tiny_skipgram.cosine(v["cat"], v["kitten"]) > tiny_skipgram.cosine(v["cat"], v["king"]) + 0.3


def test_cat_and_kitten_never_share_a_sentence():
    assert not any({"cat", "kitten"} <= set(line.split()) for line in tiny_skipgram.CORPUS.splitlines())


def test_tiny_skipgram_takes_words_from_stdin():
    done = demo("tiny_skipgram.py", stdin="cat queen\n")
    lines = done.stdout.splitlines()
    assert lines[1].startswith("cat: kitten")
    assert lines[2].startswith("queen: king")
