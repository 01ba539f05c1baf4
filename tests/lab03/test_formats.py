"""What binary files, safetensors, .npz and fastText's models may hold, and what damaged ones are told."""

from __future__ import annotations

import struct
import tracemalloc

import fasttext
import numpy as np
import pytest
from gensim.models.fasttext import load_facebook_vectors
from safetensors.numpy import save_file

from lab03_eval.vectors import SubwordVectors, VectorFileError, WordVectors

UNKNOWN = ["catlike", "unsat", "naïvely", "東京タワー", "q"]


# Binary


def test_a_cut_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "google.bin"
    with open(path, "wb") as file:
        file.write(b"3000000 300\n")
        file.truncate(3_000_000_000)  # sparse: reading it through would take seconds and gigabytes
    with pytest.raises(VectorFileError, match="at least 3603000000 bytes; found 2999999988"):
        WordVectors.load(path)


def test_no_word_ends(tmp_path):
    path = tmp_path / "noise.bin"
    path.write_bytes(b"10 300\n" + b"\xab" * 100_000)
    with pytest.raises(VectorFileError, match="record 1 of 10: no word ends"):
        WordVectors.load(path)


def test_loading_holds_little_more_than_the_matrix(tmp_path):
    matrix = np.random.default_rng(0).standard_normal((20_000, 300), dtype=np.float32)
    path = tmp_path / "large.bin"
    WordVectors([f"word{i}" for i in range(len(matrix))], matrix).save(path)
    tracemalloc.start()  # numpy's memory included
    try:
        WordVectors.load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert matrix.nbytes < peak < 1.5 * matrix.nbytes


@pytest.mark.parametrize("block", [1, 14, 15, 16, 30])
def test_records_beyond_the_promised_are_noticed_wherever_a_block_ends(tmp_path, monkeypatch, block):
    monkeypatch.setattr("lab03_eval.vectors.word2vec_file.CACHED", block)
    monkeypatch.setattr("lab03_eval.vectors.word2vec_file.MAX_WORD", 3)
    path = tmp_path / "more.bin"
    WordVectors(["a", "b", "c"], np.ones((3, 3))).save(path)
    path.write_bytes(path.read_bytes().replace(b"3 3\n", b"2 3\n", 1))
    with pytest.raises(VectorFileError, match="more bytes follow record 2 of 2"):
        WordVectors.load(path)


# safetensors and npz


def test_counts_are_kept(vectors, tmp_path):
    counted = WordVectors(vectors.words, vectors.matrix, np.arange(200)[::-1])
    for name in ("a.safetensors", "a.npz"):
        counted.save(tmp_path / name)
        assert WordVectors.load(tmp_path / name).counts.tolist() == counted.counts.tolist()
    vectors.save(tmp_path / "b.safetensors")
    assert WordVectors.load(tmp_path / "b.safetensors").counts is None


def test_counts_follow_their_words_where_duplicates_are_dropped(tmp_path):
    np.savez(tmp_path / "a.npz", words=["a", "a", "b"], vectors=np.eye(3), counts=[3, 2, 1])
    vectors = WordVectors.load(tmp_path / "a.npz")
    assert (vectors.words, vectors.counts.tolist()) == (["a", "b"], [3, 1])


def test_half_precision_is_read(tmp_path):
    save_file({"matrix": np.eye(2, dtype=np.float16)}, tmp_path / "a.safetensors", {"words": "a\nb"})
    assert WordVectors.load(tmp_path / "a.safetensors").matrix.dtype == np.float32


@pytest.mark.parametrize("name", ["glove6B300_union", "googlenews300_union", "sweater_glove_math", "wefe_weat_w2v"])
def test_the_archives_of_published_vectors(data_set, name):
    path = data_set(f"pretrained/{name}.npz")
    vectors = WordVectors.load(path)
    arrays = np.load(path)
    assert vectors.words == arrays["words"].tolist()
    np.testing.assert_array_equal(vectors.matrix, arrays["vectors"].astype(np.float32))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"words": np.array(["a", "b"], dtype=object), "vectors": np.eye(2)}, r"pickled.*save words\.astype\(str\)"),
        ({"vectors": np.eye(2)}, 'expected arrays "words"'),
        ({"words": np.arange(2), "vectors": np.eye(2)}, 'expected arrays "words" .*"words" is int64'),
        ({"words": ["a"], "vectors": np.eye(2)}, r"1 words for a matrix of shape \(2, 2\)"),
        ({"words": ["a", "b"], "vectors": np.eye(2, dtype=complex)}, "type complex128"),
        ({"words": ["a", "b"], "vectors": np.eye(2), "counts": [1]}, "counts of shape"),
        ({"words": ["a", "b"], "vectors": np.full((2, 2), 1e300)}, "row 1 .*infinity"),
    ],
)
def test_archives_of_something_else(tmp_path, arrays, says):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(VectorFileError, match=says):
        WordVectors.load(tmp_path / "a.npz")


def test_half_a_surrogate_pair_is_replaced(tmp_path):
    np.savez(tmp_path / "a.npz", words=np.array(["a\ud800", "b"]), vectors=np.eye(2))
    vectors = WordVectors.load(tmp_path / "a.npz")
    assert vectors.noted == {"words with invalid UTF-8, replaced": 1}
    assert vectors.words[0].startswith("a�")


@pytest.mark.parametrize(("suffix", "word"), [(".bin", "a b"), (".txt", "a b"), (".vec", ""), (".safetensors", "a\nb")])
def test_words_that_a_format_cannot_hold_are_refused(tmp_path, suffix, word):
    with pytest.raises(VectorFileError, match=r"row 2: .*cannot hold the word"):
        WordVectors(["x", word], np.eye(2)).save(tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


# fastText


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("fasttext") / "corpus.txt"
    path.write_text("the cat sat on the naïve mat in 東京\n" * 40)
    return path


# fastText 0.9.3 initialises a tenth of its matrix in each thread: with few of them the rest is what memory held.
SMALL = {"dim": 8, "bucket": 300, "epoch": 2, "minCount": 1, "thread": 11, "verbose": 0}


@pytest.mark.parametrize("options", [{}, {"model": "cbow"}, {"minn": 1, "maxn": 3}, {"loss": "hs"}, {"maxn": 0}])
def test_fasttext_models_compose_as_fasttext_does(corpus, tmp_path, options):
    path = tmp_path / "model.bin"
    model = fasttext.train_unsupervised(str(corpus), **(SMALL | options))
    model.save_model(str(path))
    vectors = WordVectors.load(path)
    assert isinstance(vectors, SubwordVectors)
    words, counts = model.get_words(include_freq=True)
    assert vectors.words == words
    assert vectors.counts.tolist() == counts.tolist()
    for word in [*words, *UNKNOWN]:
        if "maxn" in options and options["maxn"] == 0 and word in UNKNOWN:
            assert word not in vectors
            with pytest.raises(KeyError):
                vectors[word]
        else:
            assert word in vectors
            np.testing.assert_allclose(vectors[word], model.get_word_vector(word), atol=1e-6)


def test_unknown_words_have_neighbours_and_analogies(corpus, tmp_path):
    path = tmp_path / "model.bin"
    model = fasttext.train_unsupervised(str(corpus), **SMALL)
    model.save_model(str(path))
    vectors = WordVectors.load(path)
    expected = model.get_nearest_neighbors("catlike", k=3)
    assert [word for word, _ in vectors.most_similar("catlike", 3)] == [word for _, word in expected]
    assert "cat" not in dict(vectors.analogy("cat", "mat", "catlike"))


def test_an_unknown_word_of_rows_that_are_no_numbers_is_unknown():
    vectors = SubwordVectors(["a"], np.eye(1), np.array([[np.nan]]), 3, 3)
    assert "where" not in vectors
    with pytest.raises(KeyError):
        vectors["where"]


def test_a_published_model_equals_gensims_and_fasttexts_reading(data_set):
    path = str(data_set("pretrained/fastrtext_model_unsupervised_test.bin"))
    vectors, theirs, model = WordVectors.load(path), load_facebook_vectors(path), fasttext.load_model(path)
    assert vectors.words == theirs.index_to_key == model.get_words()
    expected = np.array([model.get_word_vector(word) for word in vectors.words])
    np.testing.assert_allclose(vectors.matrix, expected, atol=2e-6)
    for word in UNKNOWN:
        np.testing.assert_allclose(vectors[word], theirs[word], atol=2e-6)
        np.testing.assert_allclose(vectors[word], model.get_word_vector(word), atol=2e-6)


@pytest.mark.parametrize("labels", [["__label__"], ["__label__a", "__label__b", "__label__a"]])
def test_labels_of_an_unsupervised_model_have_no_row(tmp_path, labels):
    """The corpus of a published model may hold such words. fastText counts them apart and gives them no vector."""
    (tmp_path / "corpus").write_text(" ".join(["the cat sat on the naïve mat", *labels, "\n"]) * 40)
    path = tmp_path / "model.bin"
    model = fasttext.train_unsupervised(str(tmp_path / "corpus"), **SMALL)
    model.save_model(str(path))
    vectors = WordVectors.load(path)
    words, counts = model.get_words(include_freq=True)
    assert vectors.words == words
    assert vectors.counts.tolist() == counts.tolist()
    assert vectors.note == f"labels left out, which have no vector: {len(set(labels))}"
    for word in [*words, *UNKNOWN]:
        np.testing.assert_allclose(vectors[word], model.get_word_vector(word), atol=1e-6)
    # Where the dictionary calls a word a label, or the other way round, rows would belong to other words.
    data = path.read_bytes()
    for word, place in ((b"cat\0", "word"), (labels[0].encode() + b"\0", "label")):
        at = data.index(word) + len(word) + 8
        path.write_bytes(data[:at] + bytes([1 - data[at]]) + data[at + 1 :])
        with pytest.raises(VectorFileError, match=f"dictionary: entry .* expected a {place}"):
            WordVectors.load(path)


def test_classifiers_and_quantised_models_get_a_sentence(tmp_path):
    corpus = tmp_path / "labelled.txt"
    corpus.write_text("__label__a the cat sat\n__label__b on the mat\n" * 200)
    model = fasttext.train_supervised(str(corpus), dim=4, epoch=1, bucket=1000, wordNgrams=2, thread=11, verbose=0)
    model.save_model(str(tmp_path / "model.bin"))
    with pytest.raises(VectorFileError, match="this fastText model is supervised; word vectors are read from"):
        WordVectors.load(tmp_path / "model.bin")
    model.quantize()
    for name in ("model.ftz", "renamed.bin"):
        model.save_model(str(tmp_path / name))
        with pytest.raises(VectorFileError, match="supervised; word vectors are read from"):
            WordVectors.load(tmp_path / name)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("fasttext-rs_cooking.model.bin", "is supervised"),
        ("fasttext_lid.176.ftz", "is quantised and supervised"),
    ],
)
def test_published_classifiers_get_a_sentence(data_set, file, says):
    with pytest.raises(VectorFileError, match=says):
        WordVectors.load(data_set(f"pretrained/{file}"))


def test_a_cut_fasttext_model_says_how_much_there_should_be(corpus, tmp_path):
    path = tmp_path / "model.bin"
    model = fasttext.train_unsupervised(str(corpus), **SMALL)
    model.save_model(str(path))
    data = path.read_bytes()
    for keep in (20, 90, 200, 1000, len(data) - 1):
        path.write_bytes(data[:keep])
        with pytest.raises(VectorFileError, match=f"(found|in|of) {keep} |{keep} bytes"):
            WordVectors.load(path)
    path.write_bytes(data[:4] + struct.pack("<i", 99) + data[8:])
    with pytest.raises(VectorFileError, match="version 99; known: 11, 12"):
        WordVectors.load(path)
