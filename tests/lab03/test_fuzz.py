"""Valid files of every format, damaged at random: right data or the one-line error, nothing else.

What "right" means is read from the damaged bytes by other means: Python's float and split for text, gensim's or
numpy's own reader, or the file's bytes rebuilt from what was loaded. Where the file has more rows than were loaded,
`noted` must say so.
"""

from __future__ import annotations

import json
import random
import struct
import warnings
from pathlib import Path

import fasttext
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from lab03_eval.vectors import VectorFileError, WordVectors
from lab03_eval.vectors.subwords import ngram_rows

WORDS = ["the", "of", "naïve", "東京", "o'clock", "a.b", "xyz"]
CASES = 300  # of each file in NAMES
TEXT_EDITS = [b" ", b"\n", b"1", b"-", b".", b"e9", b"nan", b"\t", b"\r", b"\xff", b"x", b"\n\n", b" 7 ", b"\0"]
SPACED = "6 3\ncat 0.5 1 -2\n2 000 0.25 1e-3 7\n\nwindows 10 1 2 3\n 4 5 6\nNew York 7 8 9\n東京 0 0 1\nbeyond 1 2 3\n"
TOKENS = {"[PAD]": 0, "the": 1, "##s": 2, "▁of": 4, "東京": 3}  # ids out of order, and no token for the last row


@pytest.fixture(scope="module")
def valid(tmp_path_factory) -> dict[str, bytes]:
    """The bytes of one sound file for each format."""
    folder = tmp_path_factory.mktemp("valid")
    matrix = np.random.default_rng(0).standard_normal((len(WORDS), 3))
    vectors = WordVectors(WORDS, matrix, np.arange(len(WORDS))[::-1])
    for suffix in (".bin", ".txt", ".vec", ".safetensors", ".npz"):
        vectors.save(folder / f"vectors{suffix}")
    (folder / "glove.txt").write_text(". . . 0.5 1 -2\n" + "".join(f"{w} 0.25 1e-3 7\n" for w in WORDS))
    (folder / "spaced.txt").write_text(SPACED, encoding="utf-8")
    vectors.to_gensim().save_word2vec_format(str(folder / "gensim.bin"), binary=True)
    save_file({"embeddings": matrix[:6].astype(np.float16)}, folder / "tokens.safetensors")
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordPiece", "vocab": TOKENS}}))
    for name, text in (("fasttext.bin", " ".join(WORDS * 20)), ("labels.bin", " ".join([*WORDS, "__label__"] * 20))):
        (folder / "corpus").write_text(text)
        options = {"dim": 3, "bucket": 20, "epoch": 1, "minCount": 1, "thread": 11, "verbose": 0}
        fasttext.train_unsupervised(str(folder / "corpus"), **options).save_model(str(folder / name))
    (folder / "corpus").unlink()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damage(data: bytes, chance: random.Random) -> bytes:
    """One to three edits."""
    for _ in range(chance.randint(1, 3)):
        data = edit(data, chance)
    return data


def edit(data: bytes, chance: random.Random) -> bytes:
    """One edit; the beginning is hit more often."""
    at = int(len(data) * chance.choice([1, 0.1]) * chance.random())
    before, after = data[:at], data[at:]
    piece = chance.choice([chance.choice(TEXT_EDITS), chance.randbytes(chance.randint(1, 8))])
    kinds = {
        "flip": bytes([byte ^ chance.randint(1, 255) for byte in after[:1]]) + after[1:],
        "delete": after[chance.randint(1, 20) :],
        "insert": piece + after,
        "replace": piece + after[len(piece) :],
        "repeat": after[:15] + after,
        "truncate": b"",
    }
    return before + chance.choice(list(kinds.values()))


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
        return read_text_slowly(data, vectors)
    if path.name == "tokens.safetensors":
        vocabulary = json.loads(path.with_name("tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
        by_id = {place: token for token, place in vocabulary.items()}
        matrix = load_file(path)["embeddings"]
        return first_rows([by_id[place].encode() for place in sorted(by_id)], matrix[sorted(by_id)])
    if path.suffix == ".safetensors":
        size = struct.unpack("<Q", data[:8])[0]
        words = json.loads(data[8 : 8 + size])["__metadata__"]["words"].encode().split(b"\n")
        return first_rows(words, load_file(path)["matrix"])
    if path.suffix == ".npz":
        with np.load(path) as file:
            return first_rows([w.encode("utf-8", "surrogatepass") for w in file["words"].tolist()], file["vectors"])
    if path.name in ("fasttext.bin", "labels.bin"):
        return read_fasttext_slowly(data, vectors)
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


def read_text_slowly(data: bytes, vectors: WordVectors) -> dict[str, bytes]:
    every = data.removesuffix(b"\n").split(b"\n")
    lines = [line for line in every if line.split()]
    assert vectors.noted.get("blank lines skipped", 0) == len(every) - len(lines)
    header = lines[0].split()
    if len(header) == 2 and header[0].isdigit() and header[1].isdigit():
        promised = int(header[0])
        beyond = vectors.noted.get("lines beyond those that the header promises, not read", 0)
        assert promised + beyond == len(lines) - 1
        lines = lines[1 : promised + 1]
    fields = [line.rsplit(None, vectors.dim) for line in lines]
    words = [f[0].strip() if len(f) > vectors.dim else b"" for f in fields]
    assert vectors.noted.get("rows without a word dropped", 0) == words.count(b"")
    rows = [[float(x) for x in f[-vectors.dim :]] for f in fields]
    held = [row for row, word in enumerate(words) if word]
    return first_rows([words[row] for row in held], np.array(rows, "f4")[held])


def read_fasttext_slowly(data: bytes, vectors: WordVectors) -> dict[str, bytes]:
    dim, bucket, minn, maxn = (struct.unpack_from("<i", data, 8 + 4 * i)[0] for i in (0, 8, 9, 10))
    entries, count, labels = struct.unpack_from("<3i", data, 64)
    assert vectors.noted.get("labels left out, which have no vector", 0) == labels == entries - count
    words, at = [], 92
    for _ in range(entries):
        end = data.index(b"\0", at)
        words.append(data[at:end])
        at = end + 10
    table = np.frombuffer(data, "<f4", (count + bucket) * dim, at + 17).reshape(-1, dim)
    rows = []
    for row, word in enumerate(words[:count]):
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


TEXT = ["vectors.txt", "vectors.vec", "glove.txt", "spaced.txt"]
BINARY = ["vectors.bin", "gensim.bin", "fasttext.bin", "labels.bin"]
ARRAYS = ["vectors.safetensors", "vectors.npz", "tokens.safetensors"]
NAMES = [*TEXT, *BINARY, *ARRAYS]


@pytest.mark.parametrize("name", [*NAMES, "tokenizer.json"])
def test_damaged_files(valid, tmp_path, name):
    """3,600 damaged files in all. A tokenizer.json is damaged beside its sound safetensors."""
    for beside in ("tokens.safetensors", "tokenizer.json"):
        (tmp_path / beside).write_bytes(valid[beside])
    path = tmp_path / ("tokens.safetensors" if name == "tokenizer.json" else name)
    loaded = 0
    for case in range(CASES):
        (tmp_path / name).write_bytes(damage(valid[name], random.Random(f"{name} {case}")))
        vectors = load(path)
        if vectors is None:
            continue
        loaded += 1
        assert len(vectors.words) == len(set(vectors.words)) == len(vectors.matrix) > 0, case
        assert np.isfinite(vectors.matrix).all(), case
        expected = read_slowly(path, vectors)
        assert vectors.words == list(expected), case
        theirs = np.frombuffer(b"".join(expected.values()), np.float32).reshape(vectors.matrix.shape)
        # fastText's vectors are means, summed here in another order.
        tolerance = 1e-6 * np.abs(theirs).max() if name in ("fasttext.bin", "labels.bin") else 1e-37
        np.testing.assert_allclose(vectors.matrix, theirs, rtol=0, atol=tolerance, err_msg=str(case))
    assert loaded < CASES  # most damage is noticed


@pytest.mark.parametrize("name", NAMES)
def test_every_cut_of_a_file_is_noticed(valid, tmp_path, name):
    """Text may lose its last line's last digits, which nothing can notice; every other format is all or nothing."""
    (tmp_path / "tokenizer.json").write_bytes(valid["tokenizer.json"])
    path, data = tmp_path / name, valid[name]
    path.write_bytes(data)
    whole = len(WordVectors.load(path))
    for keep in range(len(data)):
        path.write_bytes(data[:keep])
        try:
            vectors = WordVectors.load(path)
        except VectorFileError:
            continue
        assert name in TEXT or keep == len(data) - 1  # without the C tool's last newline
        assert name == "glove.txt" or len(vectors) == whole
