"""Files that are something else than their suffix says: the error names what they are, and what to do."""

from __future__ import annotations

import bz2
import gzip
import io
import pickle
import struct
import tarfile
import zipfile

import numpy as np
import pytest
import torch
from gensim.models.fasttext import load_facebook_vectors

from lab03_eval.vectors import VectorFileError, WordVectors


def _zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("glove.6B.300d.txt", "the 1 2 3\n")


def _tar(path, form):
    with tarfile.open(path, "w", format=form) as archive:
        entry = tarfile.TarInfo("vectors/en.bin")
        entry.size = 600
        archive.addfile(entry, io.BytesIO(bytes(600)))


def _old_fasttext(path, labels=0):
    """The head of a model as fastText wrote it until 2017: no magic number, no pruned entries."""
    arguments = struct.pack("<12id", 50, 5, 5, 1, 5, 1, 2, 2, 2_000_000, 3, 6, 100, 1e-4)
    path.write_bytes(
        arguments + struct.pack("<3iq", 2 + labels, 2, labels, 9) + b"the\0" + bytes(9) + b"of\0" + bytes(900)
    )


def _glove_raw(path, kind):
    """GloVe's -binary: rows of trained numbers, biases among them, and nothing else."""
    np.random.default_rng(5).normal(0, 0.3, (40, 26)).astype(kind).tofile(path)


FOREIGN = {
    "empty": lambda path: path.write_bytes(b""),
    "zip archive": _zip,
    "gunzip": lambda path: path.write_bytes(gzip.compress(b"the 1 2 3\n")),
    "bunzip2": lambda path: path.write_bytes(bz2.compress(b"the 1 2 3\n")),
    "compressed by 7-Zip, RAR or zstd": lambda path: path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(40)),
    "tar archive": lambda path: _tar(path, tarfile.GNU_FORMAT),
    "tar -xf": lambda path: _tar(path, tarfile.USTAR_FORMAT),
    "torch checkpoint": lambda path: torch.save({"weight": torch.eye(3)}, path),
    "torch checkpoint, a pickle": lambda path: torch.save(torch.eye(3), path, _use_new_zipfile_serialization=False),
    "HDF5": lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100)),
    "text in UTF-16": lambda path: path.write_text("2 3\ncat 1 2 3\ndog 4 5 6\n", encoding="utf-16"),
    "UTF-16: save": lambda path: path.write_text("the 1 2 3\ndog 4 5 6\n", encoding="utf-16-le"),
    "UTF-16: save it as": lambda path: path.write_text("the 1 2 3\ndog 4 5 6\n", encoding="utf-16-be"),
    "fastText model from before 2017": _old_fasttext,
    "before 2017: gensim": lambda path: _old_fasttext(path, labels=1),
    "GloVe writes": lambda path: _glove_raw(path, "<f8"),
    "numbers without header or words": lambda path: _glove_raw(path, "<f4"),
    "server's error": lambda path: path.write_text("404: Not Found"),
    "the download went wrong": lambda path: path.write_text('{"error": "Invalid credentials"}'),
    "web page": lambda path: path.write_text("\n<!DOCTYPE html>\n<html><head><title>404</title>\n"),
    "git lfs pull": lambda path: path.write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32\nsize 12345\n"
    ),
    "a pickle": lambda path: path.write_bytes(pickle.dumps({"the": [1.0, 2.0]})),
    "lone array": lambda path: np.save(path.open("wb"), np.eye(3)),
}


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        (kind, suffix)
        for kind in FOREIGN
        for suffix in (".bin", ".txt", ".vec", ".safetensors", ".npz", ".ftz", ".model")
        if suffix != ".npz" or kind not in ("zip archive", "torch checkpoint")  # which are what .npz is
    ],
)
def test_other_files_are_told_what_they_are(tmp_path, kind, suffix):
    path = tmp_path / f"vectors{suffix}"
    FOREIGN[kind](path)
    with pytest.raises(VectorFileError, match=kind) as caught:
        WordVectors.load(path)
    assert str(caught.value).startswith(f"{path}: the file is ")
    assert "\n" not in str(caught.value)


def test_fasttext_model_under_another_suffix(tmp_path):
    path = tmp_path / "model.vec"
    path.write_bytes(struct.pack("<2i", 793712314, 12) + bytes(200))
    with pytest.raises(VectorFileError, match=r"fastText model: give it the suffix \.bin"):
        WordVectors.load(path)


def _text(path):
    WordVectors(["cat", "New", "sun"], np.random.default_rng(0).standard_normal((3, 40))).save(path.with_suffix(".txt"))
    path.with_suffix(".txt").rename(path)


def _glove_text(path):
    row = " ".join(["-0.25"] * 300)
    path.write_text(f"the {row}\n. . {row}\n")


def _binary(path):
    WordVectors(["cat", "dog"], np.random.default_rng(0).standard_normal((2, 40))).save(path.with_suffix(".bin"))
    path.with_suffix(".bin").rename(path)


def _safetensors(path):
    WordVectors(["cat", "dog"], np.eye(2)).save(path.with_suffix(".safetensors"))
    path.with_suffix(".safetensors").rename(path)


def _npz(path):
    WordVectors(["cat", "dog"], np.eye(2)).save(path.with_suffix(".npz"))
    path.with_suffix(".npz").rename(path)


@pytest.mark.parametrize(
    ("write", "suffixes", "says"),
    [
        (_text, (".bin", ".npz", ".safetensors", ".BIN"), r"vectors as text: give it the suffix \.txt"),
        (_glove_text, (".bin", ".npz", ".ftz"), r"vectors as text: give it the suffix \.txt"),
        (_binary, (".vec", ".txt", ".TXT", ".npz", ".safetensors"), r"word2vec's binary: give it the suffix \.bin"),
        (_safetensors, (".bin", ".txt", ".npz"), "safetensors: give it that suffix"),
        (_npz, (".bin", ".txt", ".safetensors"), r"numpy's archive: give it the suffix \.npz"),
    ],
)
def test_vectors_under_the_suffix_of_others(tmp_path, write, suffixes, says):
    for suffix in suffixes:
        path = tmp_path / f"other{suffix}"
        write(path)
        with pytest.raises(VectorFileError, match=says):
            WordVectors.load(path)


def test_text_with_as_many_bytes_as_binary_would_have_is_not_read_as_binary(tmp_path):
    """Three numbers of three letters and their separators are twelve bytes, as three float32 are."""
    path = tmp_path / "three.bin"
    path.write_bytes(b"2 3\ncat 0.1 0.2 0.3\ndog 0.4 0.5 0.6\n")
    with pytest.raises(VectorFileError, match=r"vectors as text.*record 1: expected 12 bytes of vector"):
        WordVectors.load(path)


def test_noise_under_a_text_suffix_is_called_binary(tmp_path):
    path = tmp_path / "noise.vec"
    path.write_bytes(np.random.default_rng(0).bytes(3000))
    with pytest.raises(VectorFileError, match="the file is binary, not text"):
        WordVectors.load(path)


def test_gensim_reads_models_from_before_2017_as_the_message_says(tmp_path):
    rows = np.arange(1, 13, dtype="<f4").reshape(3, 4)
    head = struct.pack("<12id", 4, 5, 5, 1, 5, 1, 2, 2, 1, 3, 3, 100, 1e-4) + struct.pack("<3iq", 2, 2, 0, 9)
    words = b"".join(word + b"\0" + struct.pack("<qb", 3, 0) for word in (b"</s>", b"cat"))
    path = tmp_path / "old.bin"
    path.write_bytes(head + words + struct.pack("<2q", 3, 4) + rows.tobytes() + struct.pack("<2q", 2, 4) + bytes(32))
    with pytest.raises(VectorFileError, match="from before 2017: gensim's load_facebook_vectors reads it"):
        WordVectors.load(path)
    vectors = WordVectors.from_gensim(load_facebook_vectors(str(path)))
    assert vectors.words == ["</s>", "cat"]


def test_a_file_that_is_not_there(tmp_path):
    for suffix in (".bin", ".txt", ".safetensors", ".npz", ".ftz"):
        with pytest.raises(FileNotFoundError):
            WordVectors.load(tmp_path / f"none{suffix}")
