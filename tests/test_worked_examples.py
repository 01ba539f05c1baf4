"""The examples worked by hand in the walkthroughs: asserted here, and the walkthroughs must show these figures."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from lab01_word2vec import blocks, numpy_sgns
from lab01_word2vec.blocks import block_loss, wrongness
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.solution import RowAdagrad, SkipGramNS, keep_probability
from lab02_glove_fasttext import cbow
from lab02_glove_fasttext.hierarchical import huffman
from lab02_glove_fasttext.ppmi import ppmi
from lab02_glove_fasttext.solution import (
    SEPARATOR,
    carried,
    compose,
    cooccurrence,
    entry_gradients,
    hash_ngram,
    ngrams,
    weight,
)
from lab03_eval.eval_embeddings import cosines, proportion_interval, spearman_interval
from lab03_eval.vectors import SubwordVectors, WordVectors
from lab03_eval.vectors.maps import principal
from tests.conftest import ROOT

RIVER, BANK, WATER, MONEY, LOAN = range(5)
THREE_LINES = [RIVER, BANK, WATER, SEPARATOR, BANK, MONEY, LOAN, SEPARATOR, RIVER, WATER, BANK]  # Lab 2's text


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


def test_softmax_gradient_of_three_words():
    # The center moves to the context that was there, from the one that the model expected: (.4, .2) − (.361, .109).
    model = model_of([1, 0], [[0.5, 0.1], [0.4, 0.2], [0.1, 0.0]])
    model.in_emb.sparse = False
    scores = model.out_emb.weight.detach() @ model.in_emb(torch.tensor(0))
    assert scores.softmax(0).tolist() == pytest.approx([0.388, 0.351, 0.260], abs=5e-4)
    (-scores.log_softmax(0)[1]).backward()
    assert (-model.in_emb.weight.grad[0]).tolist() == pytest.approx([0.039, 0.091], abs=5e-4)
    shown("lab01_word2vec", ".388", ".260", "(.361, .109)", "(.039, .091)")


def test_one_step_of_plain_gradients():
    # v = 1 and u = 2, −1, .5. Along .119·2 + .269·1 − .622·.5 = .196, and .119, −.269, −.622 for the three rows.
    model = model_of([1], [[2.0], [-1.0], [0.5]])
    model.in_emb.sparse = model.out_emb.sparse = False
    pair = torch.tensor([0]), torch.tensor([0]), torch.tensor([[1, 2]])
    model(*pair).sum().backward()
    assert -model.in_emb.weight.grad[0].item() == pytest.approx(0.196, abs=5e-4)
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert model.in_emb.weight[0].item() == pytest.approx(1.020, abs=5e-4)
    assert model.out_emb.weight[:, 0].tolist() == pytest.approx([2.012, -1.027, 0.438], abs=5e-4)
    assert model(*pair).item() == pytest.approx(1.363, abs=5e-4)
    shown("lab01_word2vec", "= .196", "1.020", "2.012", "-1.027", ".438", "1.363")


def test_posterior_of_noise_contrastive_estimation():
    # .01 from the text against 5 · .0005 from the noise; log .01 − log .0025 = log 4.
    true, noise = 0.01, 5 * 0.0005
    assert true / (true + noise) == pytest.approx(0.8)
    assert 1 / (1 + math.exp(-(math.log(true) - math.log(noise)))) == pytest.approx(0.8)
    shown("lab01_word2vec", ".01 / (.01 + .0025) = .8")


def test_chances_to_keep_the_and_king():
    counts = np.array([71_000, 460, 1_000_000 - 71_460])  # per million words
    assert keep_probability(counts)[:2].tolist() == pytest.approx([0.039, 0.681], abs=3e-3)
    shown("lab01_word2vec", ".0375 + .0014 = .039", ".465 + .216 = .681")


def test_cosine_before_and_after_centring():
    rows = np.array([[3.0, 1], [3, -1]])
    for kept, cosine in ((rows, 0.8), (rows - rows.mean(axis=0), -1)):
        found, _ = cosines(WordVectors(["a", "b"], kept), [("a", "b", 1.0)])
        assert found.tolist() == pytest.approx([cosine])
    shown("lab01_word2vec", "= .8$")
    # Variances 16 and 1 become 4 and 1 with α = .5.
    rows = np.array([[4.0, 1], [4, -1], [-4, 1], [-4, -1]])
    assert principal(rows, alpha=0.5)(rows).var(axis=0) == pytest.approx([4, 1])


def test_a_pair_and_its_shifted_mutual_information():
    # 12 of 600 pairs; 5 · 600 · .001 = 3 of the negatives. The minimum of the two terms is at log 4.
    true, drawn = 12, 5 * 600 * 0.001
    best = minimize_scalar(lambda s: true * np.logaddexp(0, -s) + drawn * np.logaddexp(0, s)).x
    assert best == pytest.approx(math.log(4), abs=1e-6)
    assert best == pytest.approx(math.log(12 / (600 * 0.001)) - math.log(5), abs=1e-6)
    shown("lab01_word2vec", "2.996 - 1.609 = 1.386")


def test_six_pieces_move_a_row_root_six_times_as_far():
    # Adagrad's step for one gradient of length 6, and for six of length 1 in the same step.
    moved = []
    for pieces in ([6.0], [1.0] * 6):
        row = torch.nn.Parameter(torch.zeros(1, 1))
        optimizer = RowAdagrad(iter([row]), lr=1.0)
        optimizer.state[row]["squares"].zero_()
        row.grad = torch.sparse_coo_tensor(
            [[0] * len(pieces)], torch.tensor(pieces)[:, None], (1, 1), check_invariants=True
        )
        optimizer.step()
        moved.append(-row.item())
    assert moved == pytest.approx([1, math.sqrt(6)])


def test_counts_of_the_three_lines():
    # river–water: ½ in line 1 and 1 in line 3. Of the 52,509² cells of the slice 1 % are not zero.
    counts = cooccurrence(np.array(THREE_LINES), 5, window=2).toarray()
    assert counts[RIVER, WATER] == counts[WATER, RIVER] == 1.5
    assert cooccurrence(np.array([0, 1, 0]), 2, window=2).toarray().tolist() == [[1, 2], [2, 0]]
    joined = cooccurrence(np.array([word for word in THREE_LINES if word != SEPARATOR]), 5, window=2).toarray()
    assert np.triu((counts == 0) & (joined > 0)).sum() == 5
    near, position = np.array([[1, 0, 1], [0, 1, 0]]), np.array([[0.5, 1], [2, 0], [0.5, 1]])
    assert (near @ position).tolist() == [[1, 2], [2, 0]]
    counting = json.loads((ROOT / "reports" / "lab02.json").read_text(encoding="utf-8"))["comparison"]
    words, cells = counting["config"]["words"], counting["counting"]["cells"]
    assert words**2 == pytest.approx(2.76e9, rel=0.002)
    assert cells / words**2 == pytest.approx(0.01, abs=0.001)
    shown("lab02_glove_fasttext", "= 1.5$", "Five pairs", "2.76 billion", "99 % of the table")


def test_ratios_of_ice_and_steam():
    # Pennington et al. (2014), Table 1, whose ratios were formed before rounding.
    ice, steam = np.array([1.9e-4, 6.6e-5, 3.0e-3, 1.7e-5]), np.array([2.2e-5, 7.8e-4, 2.2e-3, 1.8e-5])
    assert (ice / steam).tolist() == pytest.approx([8.6, 0.085, 1.36, 0.94], rel=0.01)
    assert np.argsort(-ice).tolist() == [2, 0, 1, 3]  # water, solid, gas, fashion
    logs = np.log([8.9, 0.085, 1.36, 0.96])
    assert logs.tolist() == pytest.approx([2.19, -2.47, 0.31, -0.04], abs=6e-3)
    shown("lab02_glove_fasttext", "= 8.6$", "= .085$", "= 1.36$", "= .94$", "2.19", "-2.47", ".31", "-.04")


def test_weights_of_glove():
    counts = torch.tensor([1, 6.25, 10, 100, 250])
    assert weight(counts).tolist() == pytest.approx([0.032, 0.125, 0.178, 1, 1], abs=5e-4)
    assert math.log(2) == pytest.approx(0.69, abs=5e-3)
    assert math.log(1001 / 1000) == pytest.approx(0.001, abs=5e-5)
    shown("lab02_glove_fasttext", "| .032 | .125 | .178 | 1 | 1 |")


def test_one_cell_of_glove_before_and_after_a_step():
    own, other = torch.tensor([[1, 2, 0.5]]), torch.tensor([[3, -1, 0.25]])
    known = torch.tensor([2.0]), torch.tensor([0.5])
    loss, gradient = entry_gradients(own, other, *known)
    assert loss.item() == pytest.approx(0.0156, abs=5e-5)
    assert gradient.tolist() == [[-0.375, 0.125, -0.125], [-0.125, -0.25, -0.125]]
    own, other = own - 0.1 * gradient[:1], other - 0.1 * gradient[1:]
    assert own[0].tolist() == pytest.approx([1.0375, 1.9875, 0.5125])
    assert other[0].tolist() == pytest.approx([3.0125, -0.975, 0.2625])
    loss, _ = entry_gradients(own, other, *known)
    assert math.sqrt(2 * loss / 0.5) == pytest.approx(0.037, abs=5e-4)
    shown("lab02_glove_fasttext", ".0156", "1.0375", "1.9875", "3.0125", "-.975", ".5125", ".2625", "$-.037$")


def test_ngrams_that_words_share():
    running, runs, walking, her, where, anywhere = (
        set(ngrams(word)) for word in ("running", "runs", "walking", "her", "where", "anywhere")
    )
    assert (len(running), len(runs), len(anywhere), len(where & anywhere)) == (22, 10, 26, 10)
    assert running & runs == {"<ru", "run", "<run"}
    assert running & walking == {"ing", "ng>", "ing>"}
    assert her & where == {"her"}
    assert {"<he", "er>", "<her>"} <= her
    trigrams = [" ".join(f"`{ngram}`" for ngram in ngrams(word, 3, 3)) for word in ("where", "walking")]
    shown("lab02_glove_fasttext", "22 n-grams", "has 10", "26 n-grams", *trigrams)


def test_a_word_composed_of_its_ngrams():
    known = compose(["cat"], np.array([[1.0, 0]]), np.array([[0.0, 1]]), 3, 3)
    assert np.asarray(known).tolist() == [[0.25, 0.75]]
    # cats: <ca (1, 0), cat (1, 1), and two rows that nothing trained.
    rows = np.zeros((1000, 2), dtype=np.float32)
    rows[hash_ngram("<ca") % 1000], rows[hash_ngram("cat") % 1000] = (1, 0), (1, 1)
    vectors = SubwordVectors(["cat"], np.ones((1, 2), dtype=np.float32), rows, 3, 3)
    assert vectors["cats"].tolist() == [0.5, 0.25]
    assert carried(vectors, "cats") == [
        ("cat", pytest.approx(2 / math.sqrt(5))), ("<ca", pytest.approx(3 / math.sqrt(10))),
        ("ats", pytest.approx(1)), ("ts>", pytest.approx(1)),
    ]  # fmt: skip
    assert (2 / math.sqrt(5), 3 / math.sqrt(10)) == pytest.approx((0.894, 0.949), abs=5e-4)
    shown("lab02_glove_fasttext", "(.25, .75)", "(.5, .25)", "= .894$", "= .949$")


def test_a_vector_between_two_senses():
    vectors = WordVectors(["bank", "money", "river"], np.array([[0.9, 0.1], [1, 0], [0, 1]]))
    found, _ = cosines(vectors, [("bank", "money", 1.0), ("bank", "river", 1.0)])
    assert found.tolist() == pytest.approx([0.994, 0.110], abs=5e-4)
    shown("lab02_glove_fasttext", ".994", ".110")


def test_skip_gram_and_cbow_on_one_window():
    cat, contexts = torch.tensor([1.0, 1]), torch.tensor([[1.0, 0], [0, 2]])  # the, sat
    wrong = 1 - (contexts @ cat).sigmoid()
    assert wrong.tolist() == pytest.approx([0.269, 0.119], abs=5e-4)
    assert (wrong @ contexts).tolist() == pytest.approx([0.269, 0.238], abs=5e-4)
    # One center of a CBOW block without negatives, h the mean of its contexts.
    h, u = torch.zeros(1, blocks.L, 2), torch.zeros(1, blocks.L, 2)
    h[0, 0], u[0, 0] = contexts.mean(0), cat
    z, ones = cbow.wrongness(h, u), torch.ones(1, blocks.L, 1)
    assert -z[0, 0].item() == 1.5
    pulled, _ = cbow.gradients(z, h, u, ones, ones)
    assert pulled[0, 0].tolist() == pytest.approx([0.182, 0.182], abs=5e-4)
    assert (pulled[0, 0] / 2).tolist() == pytest.approx([0.091, 0.091], abs=5e-4)
    shown("lab02_glove_fasttext", ".269 and .119", "(.269, .238)", "= (.5, 1)$", "= 1.5$", ".182", "(.091, .091)")


def test_a_path_in_a_huffman_tree():
    words, counts = ("the", "of", "king", "queen", "crown", "throne"), np.array([9, 5, 4, 3, 2, 1])
    tree = huffman(counts)
    assert counts @ tree.length[:-1] / counts.sum() == 2.375
    chance, path = {}, {}
    for row, word in enumerate(words):
        path[word] = [*zip(tree.nodes[row], tree.right[row])][: tree.length[row]][::-1]
    score = dict(zip([node for node, _ in path["crown"]], [0.5, -1, 1.5, 2])) | {path["of"][1][0]: 0}
    for word, steps in path.items():
        chance[word] = math.prod(1 / (1 + math.exp(-score[node] if right else score[node])) for node, right in steps)
    assert [right for _, right in path["crown"]] == [True, False, True, True]
    assert [right for _, right in path["the"]] == [True, True]
    expected = {"the": 0.167, "of": 0.189, "king": 0.189, "queen": 0.083, "crown": 0.328, "throne": 0.044}
    assert chance == pytest.approx(expected, abs=5e-4)
    assert sum(chance.values()) == pytest.approx(1)
    shown("lab02_glove_fasttext", "= 2.375", ".622 \\cdot .731 \\cdot .818 \\cdot .881 = .328", ".044", ".083", ".167")


def test_mutual_information_of_the_three_lines():
    counts = cooccurrence(np.array(THREE_LINES), 5, window=1)
    assert counts.sum() == 12
    plain, smoothed = ppmi(counts, smoothing=1).toarray(), ppmi(counts).toarray()
    assert plain[BANK, WATER] == pytest.approx(math.log(2))
    assert plain[MONEY, LOAN] == pytest.approx(math.log(6))
    assert smoothed[MONEY, LOAN] == pytest.approx(1.56, abs=6e-3)
    shares = counts.sum(axis=0) ** 0.75
    assert shares[LOAN] / shares.sum() == pytest.approx(0.106, abs=5e-4)
    shown("lab02_glove_fasttext", r"\log 2 = .69", r"\log 6 = 1.79", "to .106", "1.79 to 1.56")


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
