"""The tree against brute force and gensim's, the block gradients against autograd, pair by pair."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from gensim.models import Word2Vec
from torch.nn import functional as F

from lab01_word2vec import blocks
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.solution import keep_probability
from lab01_word2vec.training import Run
from lab02_glove_fasttext.hierarchical import HierarchicalTrainer, Tree, huffman
from tests.trainers import (
    DEVICE,
    DIM,
    PADDING,
    VOCAB,
    Recorded,
    Schedule,
    in_double,
    pairs_of,
    random_rows,
    record_gradient,
)


def make_trainer(counts, window=3, precision=torch.float64, seed=3, dim=DIM, subsample=1.0) -> HierarchicalTrainer:
    return HierarchicalTrainer(
        counts, keep_probability(counts, subsample), dim=dim, window=window, seed=seed,
        device=DEVICE, precision=precision,
    )  # fmt: skip


def path(tree: Tree, word: int) -> list[tuple[int, bool]]:
    """(node, turns right) from the root down."""
    length = tree.length[word]
    return [(int(node), bool(right)) for node, right in zip(tree.nodes[word], tree.right[word])][:length][::-1]


def log_probability(tree: Tree, word: int, v: torch.Tensor, nodes: torch.Tensor) -> torch.Tensor:
    """log P(word | c), as it is defined."""
    return sum((F.logsigmoid(v @ nodes[n] if right else -(v @ nodes[n])) for n, right in path(tree, word)), v.sum() * 0)


def least_cost(counts: tuple[int, ...]) -> int:
    """Σ count · length of the best of all trees: every order of merging is tried."""
    if len(counts) == 1:
        return 0
    return min(
        counts[i] + counts[j] + least_cost((*counts[:i], *counts[i + 1 : j], *counts[j + 1 :], counts[i] + counts[j]))
        for i in range(len(counts))
        for j in range(i + 1, len(counts))
    )


def test_a_tree_by_hand():
    # 1 + 1 = 2; then 2 + 2 = 4, then 4 + 5 = 9: lengths 1, 2, 3, 3. Node 0 is the root, 1 holds all but the first.
    tree = huffman(np.array([5, 2, 1, 1]))
    assert tree.length.tolist() == [1, 2, 3, 3, 0]
    assert [[node for node, _ in path(tree, word)] for word in range(4)] == [[0], [0, 1], [0, 1, 2], [0, 1, 2]]
    # The rarer half goes left; of equal ones the first. Of node 1's halves, 2 and 1 + 1, the word is the first.
    codes = ["".join("01"[right] for _, right in path(tree, word)) for word in range(4)]
    assert codes == ["1", "00", "010", "011"]


@pytest.mark.parametrize("seed", range(8))
def test_no_tree_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, [3, 30, 1000][seed % 3], rng.integers(2, 7))  # the first with many ties
    tree = huffman(counts)
    assert counts @ tree.length[:-1] == least_cost(tuple(counts.tolist()))


def test_codes_are_a_prefix_code_as_cheap_as_gensims(sample: Corpus):
    tree = huffman(sample.counts)
    length = tree.length[:-1]
    assert (0.5**length).sum() == 1  # Kraft: every branch ends in a word
    vocab = len(sample.words)
    codes = {"".join("01"[right] for _, right in path(tree, word)) for word in range(vocab)}
    assert len(codes) == vocab
    assert not any(code[:cut] in codes for code in codes for cut in range(len(code)))
    # Each node is met by the words below it, the root by all of them.
    met = np.bincount(tree.nodes[:vocab].ravel(), minlength=vocab)[: vocab - 1]
    assert met[0] == vocab
    assert (met >= 2).all()

    model = Word2Vec(hs=1, negative=0, min_count=1, vector_size=2)
    model.build_vocab_from_freq(dict(zip(sample.words, sample.counts.tolist())))
    theirs = [len(model.wv.get_vecattr(word, "code")) for word in sample.words]
    assert sample.counts @ length == sample.counts @ np.array(theirs)


@pytest.mark.parametrize("vocab", [1, 2, 50])
def test_probabilities_sum_to_one(vocab):
    tree = huffman(np.random.default_rng(vocab).integers(1, 100, vocab))
    v, *nodes = torch.randn(vocab + 1, DIM, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    total = sum(float(log_probability(tree, word, v, nodes).exp()) for word in range(vocab))
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("length", "window", "steepness"),
    [
        (64, 5, 0.0),  # one block; all paths of much the same length
        (200, 3, 1.0),  # block edges, the corpus's end; counts 2^rank make a path of every length
        (3, 5, 1.0),  # a corpus shorter than a window: nodes that its tokens never meet
        (1, 2, 0.0),  # no pair
    ],
)
def test_loss_and_gradients_equal_autograd_pair_by_pair(monkeypatch, length, window, steepness):
    ids = np.random.default_rng(length).integers(0, VOCAB, length).astype(np.int32)
    monkeypatch.setattr(blocks, "STEPS_AT_LEAST", 1)  # all blocks in one step
    trainer = make_trainer(np.exp2(steepness * np.arange(VOCAB)[::-1]).astype(np.int64), window)
    trainer.blocks.keep = np.ones(VOCAB)
    table = random_rows(trainer.table)
    gradient = record_gradient(trainer.table)
    [(tokens, _)] = trainer.batches(ids, 0)
    trainer.blocks.rng = Recorded(np.random.PCG64(7))
    loss, positives = trainer.step(tokens, lr=0.1, measure=True)

    pairs = pairs_of(tokens, trainer.rng.given[0], window)
    expected = table.sum() * 0
    for _, center, context in pairs:
        expected = expected - log_probability(trainer.tree, context, table[center], table[VOCAB + 1 :])
    expected.backward()
    assert positives == len(pairs)
    assert loss == pytest.approx(float(expected.detach()), rel=1e-12)
    torch.testing.assert_close(-gradient, table.grad, atol=1e-10, rtol=0)
    assert (gradient.abs().sum() > 0) == (len(pairs) > 0)
    assert (trainer.table.rows[PADDING] == 0).all()


def test_the_first_loss_is_the_mean_code_length_times_log_two(sample: Corpus):
    # All nodes start at zero: each decision is a coin. On average over contexts: bits a token, after subsampling none.
    trainer = make_trainer(sample.counts, window=1, precision=torch.float32)
    loss, pairs = np.sum([trainer.step(tokens, 0.0, True) for tokens, _ in trainer.batches(sample.ids, 0)], axis=0)
    bits = sample.counts @ trainer.tree.length[:-1] / sample.counts.sum()
    assert loss / pairs == pytest.approx(bits * np.log(2), rel=1e-5)


def test_trains_and_repeats_itself(sample: Corpus, tmp_path):
    def trained(seed: int):
        trainer = make_trainer(sample.counts, precision=torch.float32, seed=seed, subsample=1e-3)
        result = Run(trainer, sample.ids[:50_000], Schedule(epochs=3, lr=0.1), tmp_path).train()
        return result["losses"], np.stack(trainer.embeddings())

    losses, tables = trained(1)
    assert losses[0] > losses[1] > losses[2]
    assert (trained(1)[1] == tables).all()
    assert (trained(2)[1] != tables).any()


def test_one_word_leaves_nothing_to_decide():
    trainer = make_trainer(np.array([9]))
    [(tokens, _)] = trainer.batches(np.zeros(9, dtype=np.int32), 0)
    in_double(trainer.table)
    before = trainer.table.rows.clone()
    loss, pairs = trainer.step(tokens, lr=0.1, measure=True)
    assert loss == 0 < pairs
    assert torch.equal(trainer.table.rows, before)


def test_a_word_as_context_is_the_mean_of_the_turns_on_its_path_by_hand():
    # Codes 1, 00, 010 and 011 over the nodes n0, n1 and n2, the root first: plus where the path turns right.
    trainer = make_trainer(np.array([5, 2, 1, 1]), dim=3, precision=torch.float32)
    v, n = torch.arange(12.0).view(4, 3), torch.tensor([[6.0, 0, 0], [0, 6, 0], [0, 0, 6]])
    trainer.table.rows[:4], trainer.table.rows[5:8] = v, n
    in_emb, out_emb = trainer.embeddings()
    np.testing.assert_array_equal(in_emb, v)
    expected = [[6, 0, 0], [-6 / 2, -6 / 2, 0], [-6 / 3, 6 / 3, -6 / 3], [-6 / 3, 6 / 3, 6 / 3]]
    np.testing.assert_allclose(out_emb, expected, rtol=1e-6)
    assert out_emb.dtype == in_emb.dtype == np.float32


def test_embeddings_are_that_mean_for_every_word_of_a_real_tree(sample: Corpus):
    trainer = make_trainer(sample.counts, precision=torch.float32)
    random = np.random.default_rng(0).standard_normal((len(sample.words) - 1, DIM)).astype(np.float32)
    first = len(sample.words) + 1  # of the inner nodes' rows
    trainer.table.rows[first : first + len(random)] = torch.from_numpy(random)
    _, out_emb = trainer.embeddings()
    for word in (0, 1, 77, len(sample.words) - 1):
        turns = [random[node] if right else -random[node] for node, right in path(trainer.tree, word)]
        np.testing.assert_allclose(out_emb[word], np.mean(turns, axis=0), atol=1e-6)


def test_a_single_word_is_no_context_of_anything():
    in_emb, out_emb = make_trainer(np.array([9]), precision=torch.float32).embeddings()
    assert in_emb.shape == out_emb.shape == (1, DIM)
    assert not out_emb.any()
