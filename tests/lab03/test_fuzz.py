"""Valid files of every format, damaged at random: right data or the one-line error, nothing else.

What "right" means is read from the damaged bytes by other means: Python's float and split for text, gensim's or
numpy's own reader, or the file's bytes rebuilt from what was loaded.
"""

from __future__ import annotations

import json
import struct
import warnings
from pathlib import Path

import fasttext
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from lab03_eval.vectors import VectorFileError, WordVectors
from lab03_eval.vectors.subwords import ngram_rows

WORDS = ["the", "of", "naïve", "東京", "o'clock", "a.b", "xyz"]
CASES = 150  # of each of eight files
TEXT_EDITS = [b" ", b"\n", b"1", b"-", b".", b"e9", b"nan", b"\t", b"\r", b"\xff", b"x"]


@pytest.fixture(scope="module")
def valid(tmp_path_factory) -> dict[str, bytes]:
    """The bytes of one sound file for each format."""
    folder = tmp_path_factory.mktemp("valid")
    matrix = np.random.default_rng(0).standard_normal((len(WORDS), 3))
    vectors = WordVectors(WORDS, matrix, np.arange(len(WORDS))[::-1])
    for suffix in (".bin", ".txt", ".vec", ".safetensors", ".npz"):
        vectors.save(folder / f"vectors{suffix}")
    (folder / "glove.txt").write_text(". . . 0.5 1 -2\n" + "".join(f"{w} 0.25 1e-3 7\n" for w in WORDS))
    vectors.to_gensim().save_word2vec_format(str(folder / "gensim.bin"), binary=True)
    (folder / "corpus").write_text(" ".join(WORDS * 20))
    options = {"dim": 3, "bucket": 20, "epoch": 1, "minCount": 1, "thread": 11, "verbose": 0}
    fasttext.train_unsupervised(str(folder / "corpus"), **options).save_model(str(folder / "fasttext.bin"))
    (folder / "corpus").unlink()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@st.composite
def damages(draw) -> list[tuple]:
    """One to three edits, each at a place given as a share of the file; the beginning is hit more often."""
    place = st.one_of(st.floats(0, 1), st.floats(0, 0.1))
    piece = st.one_of(st.sampled_from(TEXT_EDITS), st.binary(min_size=1, max_size=8))
    edit = st.one_of(
        st.tuples(st.just("flip"), place, st.integers(1, 255)),
        st.tuples(st.just("delete"), place, st.integers(1, 20)),
        st.tuples(st.just("insert"), place, piece),
        st.tuples(st.just("replace"), place, piece),
        st.tuples(st.just("truncate"), place, st.none()),
    )
    return draw(st.lists(edit, min_size=1, max_size=3))


def damage(data: bytes, edits: list[tuple]) -> bytes:
    for kind, place, argument in edits:
        at = min(int(place * len(data)), max(len(data) - 1, 0))
        if kind == "flip" and data:
            data = data[:at] + bytes([data[at] ^ argument]) + data[at + 1 :]
        elif kind == "delete":
            data = data[:at] + data[at + argument :]
        elif kind == "insert":
            data = data[:at] + argument + data[at:]
        elif kind == "replace":
            data = data[:at] + argument + data[at + len(argument) :]
        elif kind == "truncate":
            data = data[:at]
    return data


def first_rows(words: list[bytes], rows: np.ndarray) -> dict[str, bytes]:
    """Each word's first row, as the loader promises."""
    kept: dict[str, bytes] = {}
    for word, row in zip(words, rows):
        kept.setdefault(word.decode("utf-8", "replace"), np.float32(row).tobytes())
    return kept


def read_slowly(path: Path, vectors: WordVectors) -> dict[str, bytes]:
    """What the file holds by another way of reading it."""
    data = path.read_bytes()
    if path.suffix in (".txt", ".vec"):
        lines = data.removesuffix(b"\n").split(b"\n")
        header = lines[0].split()
        if len(header) == 2 and header[0].isdigit() and header[1].isdigit():
            assert int(header[0]) == len(lines) - 1
            lines = lines[1:]
        fields = [line.rsplit(None, vectors.dim) for line in lines]
        return first_rows([f[0].strip() for f in fields], np.array([[float(x) for x in f[1:]] for f in fields], "f4"))
    if path.suffix == ".safetensors":
        size = struct.unpack("<Q", data[:8])[0]
        words = json.loads(data[8 : 8 + size])["__metadata__"]["words"].encode().split(b"\n")
        return first_rows(words, load_file(path)["matrix"])
    if path.suffix == ".npz":
        with np.load(path) as file:
            return first_rows([w.encode("utf-8", "surrogatepass") for w in file["words"].tolist()], file["vectors"])
    if path.name == "fasttext.bin":
        return read_fasttext_slowly(data)
    head, _, rest = data.partition(b"\n")
    count, dim = map(int, head.split())
    words, rows = [], []
    for _ in range(count):
        word, _, rest = rest.partition(b" ")
        words.append(word.lstrip(b"\n"))
        rows.append(np.frombuffer(rest[: 4 * dim], "<f4"))
        rest = rest[4 * dim :]
    assert not rest.strip(b"\n")
    return first_rows(words, np.array(rows))


def read_fasttext_slowly(data: bytes) -> dict[str, bytes]:
    dim, bucket, minn, maxn = (struct.unpack_from("<i", data, 8 + 4 * i)[0] for i in (0, 8, 9, 10))
    count = struct.unpack_from("<i", data, 68)[0]
    words, at = [], 92
    for _ in range(count):
        end = data.index(b"\0", at)
        words.append(data[at:end])
        at = end + 10
    table = np.frombuffer(data, "<f4", (count + bucket) * dim, at + 17).reshape(-1, dim)
    rows = []
    for row, word in enumerate(words):
        subwords = [] if word == b"</s>" else ngram_rows([word], minn, maxn, bucket)[0] + count
        rows.append(table[[row, *subwords]].mean(axis=0))
    return first_rows(words, np.array(rows))


def load(path: Path) -> WordVectors | None:
    """The file's vectors, None for the one-line error; whatever else is raised, a warning included, passes."""
    said = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return WordVectors.load(path)
    except VectorFileError as error:
        said = str(error)
    except OSError:
        return None
    assert said.startswith(str(path))
    assert "\n" not in said
    return None


NAMES = ["vectors.bin", "gensim.bin", "vectors.txt", "vectors.vec", "glove.txt", "vectors.safetensors", "vectors.npz"]


@pytest.mark.parametrize("name", [*NAMES, "fasttext.bin"])
def test_damaged_files(valid, tmp_path, name):
    path = tmp_path / name

    @settings(
        max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(damages())
    def check(edits):
        path.write_bytes(damage(valid[name], edits))
        vectors = load(path)
        if vectors is None:
            return
        assert len(vectors.words) == len(set(vectors.words)) == len(vectors.matrix) > 0
        assert np.isfinite(vectors.matrix).all()
        expected = read_slowly(path, vectors)
        assert vectors.words == list(expected)
        theirs = np.frombuffer(b"".join(expected.values()), np.float32).reshape(vectors.matrix.shape)
        np.testing.assert_allclose(vectors.matrix, theirs, rtol=1e-5 if name == "fasttext.bin" else 0, atol=1e-37)

    check()


@pytest.mark.parametrize("name", [*NAMES, "fasttext.bin"])
def test_every_cut_of_a_file_is_noticed(valid, tmp_path, name):
    """Text may lose its last line's last digits, which nothing can notice; every other format is all or nothing."""
    path, data = tmp_path / name, valid[name]
    whole = None
    for keep in range(len(data)):
        path.write_bytes(data[:keep])
        try:
            whole = WordVectors.load(path)
        except VectorFileError:
            continue
        assert name.endswith((".txt", ".vec")) or keep == len(data) - 1  # without the C tool's last newline
        assert name == "glove.txt" or len(whole) == len(WORDS)
