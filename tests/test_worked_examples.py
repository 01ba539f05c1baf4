"""The examples worked by hand in the walkthroughs: asserted here, and the walkthroughs must show these figures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lab01_word2vec import blocks, numpy_sgns
from lab01_word2vec.blocks import block_loss, wrongness
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.solution import SkipGramNS
from lab03_eval.eval_embeddings import cosines, proportion_interval, spearman_interval
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT


def shown(lab: str, *figures: str) -> None:
    """Fails unless the lab's walkthrough shows every figure."""
    text = (ROOT / lab / "WALKTHROUGH.md").read_text(encoding="utf-8")
    missing = [figure for figure in figures if figure not in text]
    assert not missing, f"{lab}/WALKTHROUGH.md does not show {missing}"


def model_of(center: list[float], outside: list[list[float]]) -> SkipGramNS:
    """SkipGramNS in float64 whose center 0 and whose words as contexts have these vectors."""
    model = SkipGramNS(len(outside), len(center)).double()
    inside = torch.zeros(len(outside), len(center), dtype=torch.float64)
    inside[0] = torch.tensor(center)
    for table, rows in ((model.in_emb, inside), (model.out_emb, torch.tensor(outside, dtype=torch.float64))):
        table.weight = torch.nn.Parameter(rows)
    return model


def test_softmax_of_three_words():
    # Scores .5, .4, .1; e^.5 = 1.6487, e^.4 = 1.4918, e^.1 = 1.1052, together 4.2457.
    model = model_of([1, 0], [[0.5, 0.1], [0.4, 0.2], [0.1, 0.0]])  # king, queen, child
    scores = model.out_emb.weight @ model.in_emb.weight[0]
    assert scores.tolist() == pytest.approx([0.5, 0.4, 0.1])
    assert scores.softmax(0)[1].item() == pytest.approx(1.4918 / 4.2457, abs=1e-4)
    assert scores.softmax(0)[1].item() == pytest.approx(0.351, abs=5e-4)
    assert scores.log_softmax(0)[1].item() == pytest.approx(-1.046, abs=5e-4)
    shown("lab01_word2vec", "1.6487", "1.4918", "1.1052", "4.2457", ".351", "-1.046")


def test_terms_of_negative_sampling():
    # Scores of queen (true), child and table (drawn). log σ(2) = −log(1 + e⁻²) = −log 1.1353 = −.127; the drawn
    # ones change their sign: log σ(1) = −log 1.3679 = −.313, log σ(−.5) = −log 2.6487 = −.974.
    scores = np.array([2.0, -1.0, 0.5])
    terms = [-math.log(1 + math.exp(-signed)) for signed in (2.0, 1.0, -0.5)]
    assert terms == pytest.approx([-0.127, -0.313, -0.974], abs=5e-4)
    assert sum(terms) == pytest.approx(-1.414, abs=5e-4)
    # Each of the labs' three ways to the loss, from vectors with these scores.
    model = model_of([1], scores[:, None].tolist())
    loss = model(torch.tensor([0]), torch.tensor([0]), torch.tensor([[1, 2]]))
    assert loss.item() == pytest.approx(-sum(terms), rel=1e-12)
    label, ones = np.array([True, False, False]), np.ones((1, 1, 3))
    assert numpy_sgns.loss_of(scores[None, None], label, ones) == pytest.approx(-sum(terms), rel=1e-12)
    z = wrongness(torch.ones(1, 1, 1, dtype=torch.float64), torch.from_numpy(scores)[None, :, None], halo=1)
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    assert block_loss(z, one, one).item() == pytest.approx(-sum(terms), rel=1e-12)
    # label − σ(s): .119, −.269, −.622, by which the context's and the negatives' vectors are pulled and pushed.
    model.in_emb.sparse = model.out_emb.sparse = False
    model(torch.tensor([0]), torch.tensor([0]), torch.tensor([[1, 2]])).sum().backward()
    assert (-model.out_emb.weight.grad[:, 0]).tolist() == pytest.approx([0.119, -0.269, -0.622], abs=5e-4)
    shown("lab01_word2vec", "-.127", "-.313", "-.974", "-1.414", ".119", "-.269", "-.622")


def test_cosines_of_cat_dog_and_rocket():
    # cat·dog = .9 + .06 = .96, lengths √1.04 and √.90; cat·rocket = .1 + .2 = .3, lengths √1.04 and √1.01.
    vectors = WordVectors(["cat", "dog", "rocket"], np.array([[1, 0.2], [0.9, 0.3], [0.1, 1]]))
    found, known = cosines(vectors, [("cat", "dog", 9.0), ("cat", "rocket", 1.0)])
    assert known.all()
    assert found.tolist() == pytest.approx([0.96 / math.sqrt(1.04 * 0.90), 0.3 / math.sqrt(1.04 * 1.01)], abs=1e-6)
    assert found.tolist() == pytest.approx([0.992, 0.293], abs=5e-4)
    # By Euclid's distance 5·cat is farther from cat than rocket is.
    assert np.linalg.norm(4 * vectors["cat"]) == pytest.approx(4 * math.sqrt(1.04), abs=1e-5)
    assert np.linalg.norm(vectors["rocket"] - vectors["cat"]) == pytest.approx(math.sqrt(1.45), abs=1e-5)
    shown("lab03_eval", ".992", ".293", "4.08", "1.20")


def test_king_minus_man_plus_woman():
    words = ["king", "man", "woman", "queen", "child"]
    vectors = WordVectors(words, np.array([[2.0, 0], [1, 0], [1, 1], [2, 1], [0, 2]]))
    target = vectors["king"] - vectors["man"] + vectors["woman"]
    assert target.tolist() == [2, 1]
    # child: (2, 1)·(0, 2) = 2, lengths √5 and 2.
    assert vectors.nearest(target, exclude=("king", "man", "woman")) == [
        ("queen", pytest.approx(1)),
        ("child", pytest.approx(0.447, abs=5e-4)),
    ]
    # On unit vectors king and man coincide: what is left is woman, at 45°. Queen lies at 26.6°, child at 90°.
    found = vectors.analogy("man", "king", "woman", topn=2)
    assert found == [("queen", pytest.approx(0.949, abs=5e-4)), ("child", pytest.approx(0.707, abs=5e-4))]
    shown("lab03_eval", ".447", ".949", ".707")


def test_arithmetic_of_the_walkthroughs(sample: Corpus):
    # A block's products, per center: three of L + 2w + K outside rows and d dimensions, two flops each.
    large = replace(sample, tokens=17_000_000)
    rows = blocks.L + 2 * 5 + configure(build_parser().parse_args([]), large).shared
    assert rows == 170
    assert 3 * 2 * rows * 100 / 1000 == pytest.approx(102, abs=0.5)
    shown("lab01_word2vec", "= 102$ kflop")
    # ρ = .7: ±.06 on 353 pairs, .4 to .9 on 30; 100 questions at a recall of .7: ±.09.
    low, high = spearman_interval(0.7, 353)
    assert (high - low) / 2 == pytest.approx(0.06, abs=0.005)
    assert spearman_interval(0.7, 30) == pytest.approx((0.4, 0.9), abs=0.05)
    low, high = proportion_interval(70, 100)
    assert (high - low) / 2 == pytest.approx(0.09, abs=0.005)
    shown("lab03_eval", "±.06", "from .4 to .9", "±.09")
