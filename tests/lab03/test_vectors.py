"""Round trips through every format, both ways with gensim, and what damaged files say."""

from __future__ import annotations

from wordlab.files import replacing

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from lab03_eval.measures.senses import neighbourhood
from lab03_eval.pictures.page import neighbours
from lab03_eval.solution import evaluate_analogies
from lab03_eval.vectors import VectorFileError, WordVectors


def same(a: WordVectors, b: WordVectors) -> bool:
    return a.words == b.words and a.matrix.tobytes() == b.matrix.tobytes()


@pytest.mark.parametrize("suffix", [".bin", ".txt", ".vec", ".safetensors", ".npz"])
def test_round_trip_is_exact(vectors, tmp_path, suffix):
    path = tmp_path / f"vectors{suffix}"
    vectors.save(path)
    assert same(WordVectors.load(path), vectors)


@pytest.mark.parametrize("binary", [True, False])
def test_files_made_here_load_in_gensim(vectors, tmp_path, binary):
    path = tmp_path / ("vectors.bin" if binary else "vectors.txt")
    vectors.save(path)
    theirs = KeyedVectors.load_word2vec_format(str(path), binary=binary)
    assert theirs.index_to_key == vectors.words
    np.testing.assert_array_equal(theirs.vectors, vectors.matrix)


@pytest.mark.parametrize("binary", [True, False])
def test_files_made_by_gensim_load_here(vectors, tmp_path, binary):
    path = tmp_path / ("vectors.bin" if binary else "vectors.txt")
    vectors.to_gensim().save_word2vec_format(str(path), binary=binary)
    assert same(WordVectors.load(path), vectors)


def test_binary_with_and_without_the_c_tools_newline(tmp_path):
    rows = np.arange(6, dtype="<f4").reshape(2, 3)
    for end in (b"", b"\n"):
        path = tmp_path / f"end{len(end)}.bin"
        path.write_bytes(b"2 3\n" + b"".join(w + b" " + r.tobytes() + end for w, r in zip((b"a", b"b"), rows)))
        loaded = WordVectors.load(path)
        assert loaded.words == ["a", "b"]
        np.testing.assert_array_equal(loaded.matrix, rows)


def test_vector_bytes_that_look_like_newlines_and_spaces_survive(tmp_path):
    # 0x0a0a0a0a and 0x20202020 are valid floats: a reader that strips or splits would lose them.
    matrix = np.frombuffer(b"\n\n\n\n    \n\n\n\n    ", dtype="<f4").reshape(2, 2)
    path = tmp_path / "spaces.bin"
    WordVectors(["x", "y"], matrix).save(path)
    np.testing.assert_array_equal(WordVectors.load(path).matrix, matrix)


@pytest.mark.parametrize(
    "name", ["euclidean_vectors.bin", "high_precision.kv.bin", "high_precision.kv.txt", "test_glove.txt"]
)
def test_real_files_of_gensims_package(name):
    mine = WordVectors.load(datapath(name))
    theirs = KeyedVectors.load_word2vec_format(
        datapath(name), binary=name.endswith(".bin"), no_header=name == "test_glove.txt"
    )
    assert mine.words == theirs.index_to_key
    np.testing.assert_allclose(mine.matrix, theirs.vectors, rtol=1e-6)


def test_gensim_conversion(vectors):
    assert same(WordVectors.from_gensim(vectors.to_gensim()), vectors)


def test_gensim_conversion_keeps_counts_and_the_first_of_two_equal_words():
    vectors = WordVectors(["a", "b", "a"], np.array([[1, 0], [0, 1], [2, 2]]), np.array([5, 4, 3]))
    theirs = vectors.to_gensim()
    assert theirs.index_to_key == ["a", "b"]
    assert theirs["a"].tolist() == [1, 0]
    assert theirs.get_vecattr("b", "count") == 4
    assert WordVectors.from_gensim(theirs).counts.tolist() == [5, 4]


def test_counts_must_fit_the_words():
    with pytest.raises(ValueError, match=r"counts of shape \(3,\) for 2 words"):
        WordVectors(["a", "b"], np.eye(2), np.arange(3))


def test_neighbours_equal_gensims(vectors):
    theirs = vectors.to_gensim()
    for word in ("word3", "東京"):
        mine, expected = vectors.most_similar(word, 7), theirs.most_similar(word, topn=7)
        assert [w for w, _ in mine] == [w for w, _ in expected]
        np.testing.assert_allclose([c for _, c in mine], [c for _, c in expected], atol=1e-6)
        limited = theirs.most_similar(word, topn=3, restrict_vocab=50)
        assert [w for w, _ in vectors.most_similar(word, 3, restrict=50)] == [w for w, _ in limited]


def test_analogy_equals_gensims(vectors):
    mine = vectors.analogy("word1", "word2", "word3", topn=5)
    expected = vectors.to_gensim().most_similar(positive=["word2", "word3"], negative=["word1"], topn=5)
    assert [w for w, _ in mine] == [w for w, _ in expected]


def test_analogy_by_hand():
    # man (1, 0), king (2, 0), woman (1, 1): as unit vectors (1,0), (1,0), (.71,.71); b − a + c = (.71, .71).
    # queen (2, 1) has cosine (2 + 1)/(√5 · √2) = .949 with it, child (0, 2) .707.
    words = ["man", "king", "woman", "queen", "child"]
    vectors = WordVectors(words, np.array([[1, 0], [2, 0], [1, 1], [2, 1], [0, 2]]))
    answers = dict(vectors.analogy("man", "king", "woman"))
    assert list(answers) == ["queen", "child"]
    assert answers["queen"] == pytest.approx(0.94868, abs=1e-5)
    assert answers["child"] == pytest.approx(0.70711, abs=1e-5)


def test_more_neighbours_than_words():
    assert len(WordVectors(["a", "b"], np.eye(2)).most_similar("a", topn=10)) == 1


def test_a_zero_vector_has_cosine_zero_and_the_first_of_two_equal_words_wins():
    vectors = WordVectors(["a", "zero", "a"], np.array([[1, 0], [0, 0], [0, 1]]))
    assert vectors["a"].tolist() == [1, 0]
    assert dict(vectors.most_similar("a"))["zero"] == 0


@pytest.fixture(params=range(3))
def repeated(request) -> WordVectors:
    """60 rows for 25 words, rows of one word close together, so that a word's other rows are its nearest."""
    rng = np.random.default_rng(request.param)
    which = np.concatenate([rng.permutation(25), rng.integers(0, 25, 35)])
    matrix = rng.standard_normal((25, 8))[which] + 0.1 * rng.standard_normal((60, 8))
    return WordVectors([f"w{i}" for i in which], matrix, np.arange(60, 0, -1))


def test_no_row_of_a_query_word_is_its_neighbour(repeated):
    assert [word for word, _ in WordVectors(["a", "a", "b"], np.ones((3, 2))).most_similar("a")] == ["b"]
    for word in repeated.index:
        for restrict in (None, 40):
            rows = repeated.words[:restrict]
            found = [neighbour for neighbour, _ in repeated.most_similar(word, topn=60, restrict=restrict)]
            assert sorted(found) == sorted(row for row in rows if row != word)
    a, b, c = list(repeated.index)[:3]
    found = {word for word, _ in repeated.analogy(a, b, c, topn=60)}
    assert found == repeated.index.keys() - {a, b, c}
    near = repeated.nearest(repeated[a], topn=60, exclude=(a, "unknown"))
    assert {word for word, _ in near} == repeated.index.keys() - {a}


def test_measures_take_the_first_row_of_a_repeated_word(repeated):
    once = repeated.distinct()
    assert once.words == list(repeated.index)
    assert once.counts.tolist() == [repeated.counts[row] for row in repeated.index.values()]
    words = once.words
    sections = [("s", [tuple(words[(i * k) % 25] for k in (1, 2, 3, 5)) for i in range(1, 25)])]
    assert evaluate_analogies(repeated, sections) == evaluate_analogies(once, sections)
    rows, cosine = neighbours(repeated, words, 5, 60)
    for word, near, scores in zip(words, rows, cosine):
        expected = once.most_similar(word, 5)
        assert [repeated.words[row] for row in near] == [neighbour for neighbour, _ in expected]
        assert scores == pytest.approx([score for _, score in expected], abs=1e-6)
    clusters = neighbourhood(repeated, words[0], neighbours=12)["clusters"]
    found = [word for cluster in clusters for word in cluster["words"]]
    assert len(found) == len(set(found)) == 12
    assert words[0] not in found


def test_distinct_words_are_not_copied(vectors):
    assert vectors.distinct() is vectors


def _damage(path, vectors, change):
    vectors.save(path)
    path.write_bytes(change(path.read_bytes()))
    return path


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("empty.bin", lambda data: b"", "line 1.*header"),
        ("noise.bin", lambda data: b"\x00\xff" * 500, "line 1.*header"),
        ("promises.bin", lambda data: data.replace(b"200 10", b"900 10", 1), "promises 900 records"),
        ("huge.bin", lambda data: data.replace(b"200 10", b"9999999999 300", 1), "truncated"),
        ("cut.bin", lambda data: data[:-25], "record 200 of 200: expected 40 bytes of vector, found 1[0-9]"),
        ("fewer.bin", lambda data: data.replace(b"200 10", b"199 10", 1), "follow record 199"),
        ("dim.bin", lambda data: data.replace(b"200 10", b"200 9", 1), "header is wrong|record|NaN"),
        ("empty.txt", lambda data: b"", "line 1"),
        ("short.txt", lambda data: data.replace(b"200 10", b"300 10", 1), "promises 300 words, found 200"),
        ("ragged.txt", lambda data: data.replace(b"\nword7 ", b"\nword7 1.5 ", 1).split(b"\n", 1)[1], "line 8: .*10"),
        ("words.vec", lambda data: data.replace(b"\nword7 ", b"\nword7 x", 1), "line 9"),
        ("noise.safetensors", lambda data: b"\x00\xff" * 50, "safetensors"),
        ("empty.safetensors", lambda data: b"", "safetensors"),
    ],
)
def test_damaged_files_name_file_place_and_expectation(vectors, tmp_path, name, change, says):
    path = _damage(tmp_path / name, vectors, change)
    with pytest.raises(VectorFileError, match=says) as caught:
        WordVectors.load(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".bin", ".txt", ".safetensors", ".npz"])
def test_nan_and_infinity_are_refused(vectors, tmp_path, suffix):
    vectors.matrix[4, 2] = np.nan
    path = tmp_path / f"nan{suffix}"
    vectors.save(path)
    with pytest.raises(VectorFileError, match=r"[56] .*'word4'.*NaN"):
        WordVectors.load(path)


def test_unknown_suffix_lists_the_known(vectors, tmp_path):
    with pytest.raises(VectorFileError, match=r"unknown format \.pkl; known: \.bin"):
        vectors.save(tmp_path / "vectors.pkl")


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")

    def crash_half_way():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash_half_way()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]


def test_rows_beyond_the_range_of_float32_squares_have_directions():
    matrix = np.array([[3, 4], [3e30, 4e30], [3e-30, 4e-30], [0, 0]], dtype=np.float32)
    vectors = WordVectors(["one", "large", "small", "zero"], matrix)
    np.testing.assert_allclose(vectors.unit, [[0.6, 0.8]] * 3 + [[0, 0]], rtol=1e-6)
    assert [round(cosine, 6) for _, cosine in vectors.most_similar("large", topn=2)] == [1, 1]


def test_a_file_that_cannot_be_written_is_called_by_its_own_name(vectors, tmp_path):
    (tmp_path / "taken.bin").mkdir()
    with pytest.raises(IsADirectoryError) as error:
        vectors.save(tmp_path / "taken.bin")
    assert error.value.filename == str(tmp_path / "taken.bin")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken.bin"]


def test_gensim_rows_without_a_word_are_refused():
    theirs = KeyedVectors(3, count=5)
    theirs.add_vector("one", np.ones(3))
    with pytest.raises(ValueError, match="no word yet"):
        WordVectors.from_gensim(theirs)


@pytest.mark.parametrize("keys", [[7, 8], ["seven", 8], np.arange(7, 9)])
def test_gensim_keys_that_are_numbers_are_called_so(keys):
    theirs = KeyedVectors(2)
    theirs.add_vectors(list(keys), np.eye(2))
    with pytest.raises(ValueError, match=r"integer keys, such as [78], which are no words: build WordVectors"):
        WordVectors.from_gensim(theirs)
