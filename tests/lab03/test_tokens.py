"""Vectors of a tokenizer's vocabulary, written by the libraries that invented the files, or laid out as they do."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch
from tokenizers import Tokenizer, models
from tokenizers.pre_tokenizers import Whitespace

from lab03_eval.vectors import VectorFileError, WordVectors
from lab03_eval.vectors.export import export_sentence_transformer

PIECES = {"[PAD]": 0, "[UNK]": 1, "the": 2, "##ing": 3, "naïve": 4, "東京": 5}
KINDS = {
    "WordPiece": models.WordPiece(PIECES, unk_token="[UNK]"),
    "WordLevel": models.WordLevel(PIECES, unk_token="[UNK]"),
    "BPE": models.BPE(PIECES, []),
    "Unigram": models.Unigram([(piece, -float(place)) for piece, place in PIECES.items()], unk_id=1),
}


def lay_out(folder, tensors: dict[str, np.ndarray], kind: str = "WordPiece", added: tuple[str, ...] = ()):
    """model.safetensors and tokenizer.json, as model2vec's save_pretrained writes them."""
    tokenizer = Tokenizer(KINDS[kind])
    tokenizer.add_tokens(list(added))
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file(tensors, folder / "model.safetensors")
    return folder / "model.safetensors"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["embeddings", "embedding.weight"])
@pytest.mark.parametrize("precision", [np.float32, np.float16, np.int8])
def test_rows_belong_to_the_tokens_by_their_ids(tmp_path, kind, name, precision):
    matrix = (20 * np.random.default_rng(0).standard_normal((6, 4))).astype(precision)
    vectors = WordVectors.load(lay_out(tmp_path, {name: matrix}, kind))
    assert vectors.words == list(PIECES)
    np.testing.assert_array_equal(vectors.matrix, matrix.astype(np.float32))
    assert vectors.note == ""


def test_added_tokens_have_rows_and_padding_has_none(tmp_path):
    matrix = np.arange(1, 25).reshape(8, 3).astype(np.float32)
    vectors = WordVectors.load(lay_out(tmp_path, {"embeddings": matrix}, added=("New York",)))
    assert vectors.words == [*PIECES, "New York"]
    np.testing.assert_array_equal(vectors["New York"], matrix[6])
    assert vectors.note == "rows without a token left out: 1"


def test_model2vecs_mapping_and_weights_are_applied(tmp_path):
    """Six tokens share two rows; a text adds each token's row times its weight."""
    tensors = {
        "embeddings": np.array([[1, 2], [3, -4]], dtype=np.float32),
        "mapping": np.array([0, 0, 1, 1, 0, 1]),
        "weights": np.array([1, 1, 0.5, 2, 3, 1], dtype=np.float64),
    }
    vectors = WordVectors.load(lay_out(tmp_path, tensors))
    assert vectors.words == list(PIECES)
    assert vectors.matrix.tolist() == [[1, 2], [1, 2], [1.5, -2], [6, -8], [3, 6], [3, -4]]


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float8_e4m3fn])
def test_numbers_that_numpy_lacks(tmp_path, kind):
    matrix = torch.randn(6, 4).to(kind)
    path = lay_out(tmp_path, {})
    for name in ("embeddings", "embedding.weight"):
        save_torch({name: matrix}, path)
        np.testing.assert_array_equal(WordVectors.load(path).matrix, matrix.float().numpy())
    save_torch({"matrix": matrix}, tmp_path / "own.safetensors", {"words": "\n".join(PIECES)})
    np.testing.assert_array_equal(WordVectors.load(tmp_path / "own.safetensors").matrix, matrix.float().numpy())


def test_a_static_embedding_that_sentence_transformers_saved(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokenizer = Tokenizer(KINDS["WordLevel"])
    tokenizer.pre_tokenizer = Whitespace()
    matrix = np.random.default_rng(0).standard_normal((6, 5)).astype(np.float32)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=matrix)], device="cpu")
    model.save_pretrained(str(tmp_path))
    path = next(tmp_path.rglob("model.safetensors"))
    vectors = WordVectors.load(path)
    for word in ("the", "naïve", "東京"):
        np.testing.assert_allclose(vectors[word], model.encode([word])[0], atol=1e-6)


def test_an_export_is_read_back(vectors, tmp_path):
    export_sentence_transformer(vectors, tmp_path)
    loaded = WordVectors.load(tmp_path / "model.safetensors")
    for word in vectors.words:
        np.testing.assert_array_equal(loaded[word], vectors[word])


def test_marks_of_a_words_beginning_are_kept_and_noted(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file({"embeddings": np.eye(3, dtype=np.float32)}, path)
    vocabulary = {"model": {"type": "Unigram", "vocab": [["▁the", -1.0], ["Ġof", -2.0], ["s", -3.0]]}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(vocabulary))
    vectors = WordVectors.load(path)
    assert vectors.words == ["▁the", "Ġof", "s"]
    assert vectors.note == "tokens whose ▁ or Ġ begins a word, kept as they are: 2"


def test_a_missing_tokenizer_is_asked_for(tmp_path):
    path = lay_out(tmp_path, {"embeddings": np.eye(6)})
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(VectorFileError, match=r"its words are in a tokenizer\.json, which is not beside it: put it"):
        WordVectors.load(path)


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"embeddings": np.eye(5)}, r"rows for 5 tokens, but the tokenizer\.json beside it has tokens up to id 5"),
        ({"embeddings": np.ones(6)}, r"expected a matrix, found a tensor of shape \(6,\)"),
        ({"embeddings": np.eye(2), "mapping": np.array([0, 1, 2, 0, 0, 0])}, "the tensor mapping does not say which"),
        ({"embeddings": np.eye(2), "mapping": np.array([0, 1])}, "rows for 2 tokens"),
        ({"embeddings": np.eye(6), "weights": np.ones(5)}, r"6 tokens, but weights of shape \(5,\)"),
        ({"encoder.layer.0.weight": np.eye(6)}, 'or a tensor "embeddings" .* found encoder.layer.0.weight'),
        ({"embeddings": np.full((6, 2), np.nan)}, r"row 1 \('\[PAD\]'\) holds a NaN"),
    ],
)
def test_tensors_that_do_not_fit(tmp_path, tensors, says):
    with pytest.raises(VectorFileError, match=says):
        WordVectors.load(lay_out(tmp_path, tensors))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"model": {}}',
        b'{"model": {"vocab": ["the", "of"]}}',
        b'{"model": {"vocab": {"the": "0"}}}',
        b'{"model": {"vocab": {"the": -1}}}',
        b'{"model": {"vocab": {"the": 0}}, "added_tokens": [{"id": 1}]}',
        b"[" * 100_000,
    ],
)
def test_a_tokenizer_that_is_none(tmp_path, content):
    path = lay_out(tmp_path, {"embeddings": np.eye(6)})
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(VectorFileError, match=r"the tokenizer\.json beside it is no tokenizer's") as caught:
        WordVectors.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
