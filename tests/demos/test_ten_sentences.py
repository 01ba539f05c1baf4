"""Ten sentences: what the command says of them is what it measures, and its picture is made."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from demos import ten_sentences, tiny_skipgram
from demos.ten_sentences import FEW, MANY, NEAR, PROGRAMS, SEEDS, SENTENCES, WORDS
from tests.commands import Done, demand_one_line, process


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("ten")


@pytest.fixture(scope="module")
def done(out) -> Done:
    return process("demos/ten_sentences.py", "queen", "dog", "--out", str(out))


def test_the_text_is_ten_sentences_of_mostly_rare_words():
    counts = Counter(word for sentence in SENTENCES for word in sentence)
    assert len(SENTENCES) == 10
    assert sum(count <= 2 for count in counts.values()) > 0.7 * len(WORDS)


def test_it_lists_neighbours_by_both_programs_and_draws_them(done, out):
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    for program, train in PROGRAMS.items():
        for seed in SEEDS:
            vectors = train(MANY, seed)
            for word, twin in (("queen", "king"), ("dog", "cat")):
                found = tiny_skipgram.nearest(vectors, word, NEAR)
                listed = ", ".join(f"{other} {cosine:.2f}" for other, cosine in found)
                assert f"  {program}, seed {seed}  {word}: {listed}\n" in done.stdout
                assert found[0][0] == twin
    assert [path.name for path in out.iterdir()] == ["ten_sentences.png"]
    picture = matplotlib.image.imread(out / "ten_sentences.png")
    assert picture.shape[:2] == (1350, 1500)
    assert picture[..., :3].std() > 0.05


@pytest.mark.parametrize("program", PROGRAMS)
def test_seeds_agree_after_many_epochs_and_not_after_few(program, done):
    shared = {}
    for epochs in (FEW, MANY):
        first, second = (PROGRAMS[program](epochs, seed) for seed in SEEDS)
        sets = []
        for vectors in (first, second):  # scikit-learn's neighbours, the word itself left out
            search = NearestNeighbors(n_neighbors=NEAR + 1, metric="cosine").fit(np.array(list(vectors.values())))
            rows = search.kneighbors(return_distance=False, n_neighbors=NEAR)
            sets.append([set(row) for row in rows])
        shared[epochs] = np.mean([len(a & b) for a, b in zip(*sets)])
        assert ten_sentences.shared_neighbours(first, second) == pytest.approx(shared[epochs])
        assert f"  {program}: of {NEAR} neighbours, the two seeds share {shared[epochs]:.1f} on average" in done.stdout
    assert shared[FEW] < NEAR / 2 < 2 < shared[MANY]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["kign"], "did you mean king?"),
        (["xyzzy"], "known: the king rules"),
        (["--perplexity", str(len(WORDS))], f"must be below the number of words, {len(WORDS)}"),
        (["--perplexity", "nan"], "expected float"),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, told):
    out = tmp_path / "out"
    demand_one_line(process("demos/ten_sentences.py", *arguments, "--out", str(out)), told)
    assert not out.exists()
