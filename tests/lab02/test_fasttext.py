"""Composition by hand, gradients against autograd, files against gensim and the real fastText package."""

from __future__ import annotations

from wordlab.errors import InputError

import fasttext
import numpy as np
import pytest
import torch
from gensim.models.fasttext import load_facebook_vectors
from torch.nn import functional as F

from lab01_word2vec import blocks
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.solution import build_vocab, keep_probability, noise_table
from lab01_word2vec.training import Run
from lab02_glove_fasttext.fasttext import Subwords, SubwordTrainer, check_ngrams, save_fasttext
from lab02_glove_fasttext.solution import carried, compose, hash_ngram, ngram_rows, ngrams
from lab03_eval.benchmarks import gensim_data, read_pairs
from lab03_eval.eval_embeddings import evaluate_similarity
from lab03_eval.vectors import SubwordVectors, VectorFileError, WordVectors
from lab03_eval.vectors import subwords as fast
from tests.commands import Stopped, crash, stop_at
from tests.trainers import DEVICE, DIM, VOCAB, Recorded, Schedule, in_double, pairs_of, random_rows, record_gradient

WORDS = ["run", "running", "runs", "naïve", "naïvely", "東京", "a", "banana", "</s>", "ran", "bananas", "anan"]
UNKNOWN = ["runner", "東京都", "naïvetés", "xylophon", "ba"]
CONFIG = {"epochs": 2, "min_count": 1, "subsample": 1.0}  # as it is written into a file
SCHEDULE = Schedule(epochs=2, lr=0.3)


def make_trainer(subwords: Subwords, counts: np.ndarray, precision=torch.float32, seed=3, subsample=1.0, dim=DIM):
    return SubwordTrainer(
        subwords, counts, keep_probability(counts, subsample), noise_table(counts),
        dim=dim, window=3, negatives=5, shared=16, seed=seed, device=DEVICE, precision=precision,
    )  # fmt: skip


def plain_rows(subwords: Subwords, word: int) -> list[int]:
    """Table rows of WORDS[word], its own first, one n-gram at a time."""
    if WORDS[word] == "</s>":
        return [word]
    hashes = [hash_ngram(n) % subwords.bucket for n in ngrams(WORDS[word], subwords.minn, subwords.maxn)]
    return [word, *subwords.ngram_row[np.searchsorted(subwords.buckets, hashes)]]


def test_the_papers_example_and_running():
    assert ngrams("where", 3, 3) == ["<wh", "whe", "her", "ere", "re>"]
    assert ngrams("running", 3, 3) == ["<ru", "run", "unn", "nni", "nin", "ing", "ng>"]


def test_parts_by_hand():
    # cat: <ca cat at>, cats: <ca cat ats ts>. Only cat has at>, only cats has ats and ts>: they ride on the words'
    # own rows. Both have <ca and cat: one more row, twice. cat = (own + at> + 2 both) / 4; cats alike, of 5.
    subwords = Subwords(["cat", "cats"], 3, 3, 2_000_000)
    # Columns: cat, cats, padding, out_emb of both, padding, what both have.
    assert subwords.extra == 1
    expected = [[2 / 4, 0, 0, 0, 0, 0, 2 / 4], [0, 3 / 5, 0, 0, 0, 0, 2 / 5], [0] * 7]
    np.testing.assert_allclose(subwords.parts.toarray(), expected)


@pytest.mark.parametrize("bucket", [2_000_000, 20, 1, 0])
def test_a_word_is_the_mean_of_its_rows(bucket):
    subwords = Subwords(WORDS, 2, 4, bucket)
    table = np.random.default_rng(0).standard_normal((subwords.parts.shape[1], 5))
    composed = subwords.parts @ table
    for word in range(VOCAB):
        rows = plain_rows(subwords, word) if bucket else [word]
        np.testing.assert_allclose(composed[word], table[rows].mean(axis=0), atol=1e-12)
        assert subwords.size[word] == len(rows)
    assert (composed[VOCAB] == 0).all()


def test_gradients_equal_autograd_through_the_mean(monkeypatch):
    ids = np.random.default_rng(0).integers(0, VOCAB, 200).astype(np.int32)
    monkeypatch.setattr(blocks, "STEPS_AT_LEAST", 1)  # all blocks in one step
    subwords = Subwords(WORDS, 3, 6, 50)  # some n-grams share a bucket
    trainer = make_trainer(subwords, np.ones(VOCAB), torch.float64)
    table = random_rows(trainer.table)
    gradient = record_gradient(trainer.table)
    [(tokens, _)] = trainer.batches(ids, 0)
    trainer.blocks.rng = Recorded(np.random.PCG64(7))
    loss, positives = trainer.step(tokens, lr=0.1, measure=True)

    radius, drawn = trainer.rng.given
    block, center, context = torch.tensor(pairs_of(tokens, radius, window=3)).T
    composed = torch.stack([table[plain_rows(subwords, word)].mean(dim=0) for word in range(VOCAB)])
    out_emb = table[VOCAB + 1 : 2 * VOCAB + 1]
    v, u = composed[center], out_emb[context]  # (P, d)
    noise = out_emb[torch.from_numpy(trainer.noise[drawn]).long()[block]]  # (P, K, d)
    wrong = F.softplus(torch.einsum("pd,pkd->pk", v, noise)).sum() * 5 / 16  # K negatives stand for k
    expected = F.softplus(-(v * u).sum(dim=1)).sum() + wrong
    expected.backward()
    assert positives == len(block)
    assert loss == pytest.approx(float(expected.detach()), rel=1e-12)
    torch.testing.assert_close(-gradient, table.grad, atol=1e-10, rtol=0)


def test_n_grams_of_the_same_words_move_as_one():
    """The merged rows against a table with a row for every bucket, from the same start."""
    merged, apart = Subwords(WORDS, 3, 6, 500), Subwords(WORDS, 3, 6, 500)
    rows = np.append(np.arange(VOCAB), 2 * (VOCAB + 1) + np.arange(len(apart.buckets)))  # own rows, buckets
    apart.extra, apart.ngram_row = len(apart.buckets), rows[VOCAB:]
    shape = (VOCAB + 1, 2 * (VOCAB + 1) + apart.extra)
    dense = np.zeros(shape)
    for word in range(VOCAB):
        np.add.at(dense[word], plain_rows(apart, word), 1 / apart.size[word])
    apart.parts = type(merged.parts)(dense)
    assert merged.extra < apart.extra / 2
    trainers = [make_trainer(subwords, np.ones(VOCAB), torch.float64) for subwords in (merged, apart)]
    for trainer in trainers:
        in_double(trainer.table)
        trainer.table.squares.fill_(1e-30)  # no start: only the past
    mine, theirs = trainers
    theirs.table.rows[rows] = mine.table.rows[np.append(np.arange(VOCAB), merged.ngram_row)]
    ids = np.random.default_rng(0).integers(0, VOCAB, 2000).astype(np.int32)
    for trainer in trainers:
        for tokens, _ in trainer.batches(ids, 0):
            trainer.step(tokens, lr=0.1, measure=False)
    ngrams_of = [trainer.table.rows[trainer.subwords.ngram_row].cpu() for trainer in trainers]
    np.testing.assert_allclose(*ngrams_of, rtol=0, atol=1e-9)
    for one, other in zip(mine.embeddings(), theirs.embeddings()):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def small() -> tuple[list[str], np.ndarray, np.ndarray]:
    """WORDS in a text of 4,000 tokens: words by falling count, counts, ids."""
    rng = np.random.default_rng(0)
    words, counts, ids, _ = build_vocab((WORDS[i] for i in rng.integers(0, VOCAB, 4000) ** 2 // VOCAB), min_count=1)
    return words, counts, ids


def trained(small, out, seed=3, bucket=300, resume=False) -> SubwordTrainer:
    words, counts, ids = small
    trainer = make_trainer(Subwords(words, 3, 6, bucket), counts, seed=seed)
    Run(trainer, ids, SCHEDULE, out).train(resume)
    return trainer


@pytest.mark.parametrize("share", [None, 0.5])
def test_gensim_and_fasttext_read_the_file_as_we_do(small, tmp_path, share):
    words, counts, _ = small
    trainer, path = trained(small, tmp_path), tmp_path / "model.bin"
    save_fasttext(path, trainer, words, counts, CONFIG, share)
    ours, theirs, model = WordVectors.load(path), load_facebook_vectors(path), fasttext.load_model(str(path))
    kept, out_emb = trainer.embeddings()
    if share is not None:  # out_emb in place of the own row
        size, own = trainer.subwords.size[:, None], trainer.table.rows[: len(words)].cpu().numpy()
        kept = kept - (size > 1) * own / size + share * out_emb
        kept -= kept.mean(axis=0)
    np.testing.assert_allclose(ours.matrix, kept, atol=1e-5)
    assert ours.words == theirs.index_to_key == words
    assert model.get_words(include_freq=True)[1].tolist() == ours.counts.tolist() == counts.tolist()
    for word in words + UNKNOWN:
        np.testing.assert_allclose(model.get_word_vector(word), ours[word], atol=1e-5)
        if word != "</s>":  # which gensim spells out
            np.testing.assert_allclose(theirs[word], ours[word], atol=1e-5)
    np.testing.assert_array_equal(model.get_output_matrix(), out_emb)
    assert any(ours[word].any() for word in UNKNOWN)
    settings = model.f.getArgs()
    expected = {"dim": DIM, "ws": 3, "epoch": 2, "minCount": 1, "neg": 5, "bucket": 300, "minn": 3, "maxn": 6, "t": 1.0}
    assert {name: getattr(settings, name) for name in expected} == expected
    assert (settings.model.name, settings.loss.name) == ("skipgram", "ns")


def test_an_unknown_word_is_composed_of_the_ngrams_that_the_corpus_has(small, tmp_path):
    words, counts, _ = small
    trainer, path = trained(small, tmp_path, bucket=2_000_000), tmp_path / "model.bin"
    save_fasttext(path, trainer, words, counts, CONFIG, share=None)
    vectors = WordVectors.load(path)
    assert isinstance(vectors, SubwordVectors)
    # "banan" has 14 n-grams; "nan>" and such end no word: zero rows. The mean counts them all.
    known = {n for word in words if word != "</s>" for n in ngrams(word)}
    table = trainer.table.rows.cpu().numpy()
    row = dict(zip(trainer.subwords.buckets.tolist(), trainer.subwords.ngram_row.tolist()))
    of = ngrams("banan")
    expected = sum(table[row[hash_ngram(n) % 2_000_000]] for n in of if n in known) / len(of)
    assert 0 < len(known & set(of)) < len(of)
    np.testing.assert_allclose(vectors["banan"], expected, atol=1e-6)


def test_without_buckets_it_is_a_model_of_words_that_all_can_read(small, tmp_path):
    words, counts, _ = small
    trainer, path = trained(small, tmp_path, bucket=0), tmp_path / "model.bin"
    save_fasttext(path, trainer, words, counts, CONFIG)
    ours, model = WordVectors.load(path), fasttext.load_model(str(path))
    np.testing.assert_allclose([model.get_word_vector(word) for word in words], ours.matrix, atol=1e-5)
    assert "runner" not in ours


def test_same_seed_same_bytes_and_resumed_too(small, tmp_path):
    def file(trainer: SubwordTrainer) -> bytes:
        save_fasttext(tmp_path / "model.bin", trainer, *small[:2], CONFIG)
        return (tmp_path / "model.bin").read_bytes()

    whole = file(trained(small, tmp_path / "a"))
    assert whole == file(trained(small, tmp_path / "b"))
    assert whole != file(trained(small, tmp_path / "c", seed=4))

    with stop_at(81, SubwordTrainer, crash), pytest.raises(Stopped):  # in the second epoch, of 63 steps
        trained(small, tmp_path / "cut")
    with stop_at(0, SubwordTrainer) as taken:
        assert whole == file(trained(small, tmp_path / "cut", resume=True))
    assert taken == [63]  # the first epoch was not trained again


@pytest.mark.parametrize("words", [WORDS, ["unspelt", "", "<", "ab>"]])
@pytest.mark.parametrize(("minn", "maxn", "bucket"), [(3, 6, 200_000), (1, 2, 1000), (5, 40, 7), (3, 6, 0)])
def test_rows_of_n_grams_are_those_of_the_library_on_a_real_vocabulary(sample, words, minn, maxn, bucket):
    """Lab 2's plain functions, one n-gram at a time, against Lab 3's, all words at once."""
    words = [*words, *sample.words[::7]]
    mine, theirs = ngram_rows(words, minn, maxn, bucket), fast.ngram_rows(words, minn, maxn, bucket)
    for one, other in zip(mine, theirs):
        assert one.dtype == other.dtype == np.int64
        np.testing.assert_array_equal(one, other)
    rng = np.random.default_rng(0)
    own = rng.standard_normal((len(words), DIM)).astype(np.float32)
    table = rng.standard_normal((bucket, DIM)).astype(np.float32)
    composed = compose(words, own, table, minn, maxn)
    np.testing.assert_allclose(composed, fast.compose(words, own, table, minn, maxn), atol=1e-5)
    word = words.index("anan") if "anan" in words else len(words) - 1
    rows = mine[0][mine[1][word] : mine[1][word + 1]]
    np.testing.assert_allclose(composed[word], np.vstack([own[[word]], table[rows]]).mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("minn", "maxn", "bucket", "message"),
    [
        (6, 3, 100, "6 to 3 letters"),
        (0, 3, 100, "0 to 3 letters"),
        (3, 200, 100, "3 to 200 letters"),
        (3, 6, -1, "bucket -1"),
        (3, 6, 2**31, "bucket 2147483648"),
    ],
)
def test_bad_ngrams_are_one_line(minn, maxn, bucket, message):
    with pytest.raises(InputError, match=message) as caught:
        Subwords(["where"], minn, maxn, bucket)
    assert "\n" not in str(caught.value)


def test_bucket_0_cannot_answer_for_unknown_words():
    check_ngrams(3, 6, 0)
    with pytest.raises(InputError, match=r"bucket 0 .* \(covid googling\): give a bucket"):
        check_ngrams(3, 6, 0, ["covid", "googling"])


def test_a_word_that_the_format_cannot_hold_is_one_line(tmp_path):
    trainer = make_trainer(Subwords(["a\0b", "c"]), np.ones(2, dtype=np.int64))
    with pytest.raises(VectorFileError, match=r"word 1: .* cannot hold 'a\\x00b'"):
        save_fasttext(tmp_path / "model.bin", trainer, ["a\0b", "c"], np.ones(2, dtype=np.int64), CONFIG)
    assert not list(tmp_path.iterdir())


def test_what_carried_an_unknown_word_by_hand():
    # "ab" at n = 3 is <ab ab>. With rows (3, 0) and (0, 4) the whole is (3, 4): without <ab (0, 4) is left, cosine 4/5.
    table = np.zeros((1000, 2), dtype=np.float32)
    table[[hash_ngram("<ab") % 1000, hash_ngram("ab>") % 1000]] = [[3, 0], [0, 4]]
    vectors = SubwordVectors(["x"], np.ones((1, 2)), table, 3, 3)
    assert carried(vectors, "ab") == [("ab>", pytest.approx(3 / 5)), ("<ab", pytest.approx(4 / 5))]
    with pytest.raises(KeyError):
        carried(vectors, "")


def test_the_sample_learns_similarity_and_inflections(sample: Corpus, tmp_path):
    counts = sample.counts
    trainer = make_trainer(Subwords(sample.words), counts, seed=1, subsample=1e-4, dim=50)
    losses = Run(trainer, sample.ids, Schedule(epochs=6, lr=0.4), tmp_path).train()["losses"]
    assert losses[-1] < losses[4] < losses[0] - 1
    save_fasttext(tmp_path / "model.bin", trainer, sample.words, counts, CONFIG | {"epochs": 6})
    vectors = WordVectors.load(tmp_path / "model.bin")
    pairs = read_pairs(gensim_data("wordsim353.tsv"))
    assert evaluate_similarity(vectors, pairs)["rho"] > 0.3
    assert "programmable" not in vectors.index
    assert any(word.startswith("program") for word, _ in vectors.most_similar("programmable", topn=5))
