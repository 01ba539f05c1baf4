"""The command of the best vectors on a small text: files, same bytes, unknown words, resume, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from best_vectors.command import main
from best_vectors.options import VIEWS, build_parser, configure
from best_vectors.views import SUBWORDS, make_trainer
from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.command import main as lab01
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.sides import SidedTrainer
from lab02_glove_fasttext.cbow import CbowTrainer
from lab02_glove_fasttext.fasttext import SubwordTrainer
from lab03_eval.benchmarks import core_sets
from lab03_eval.vectors import SubwordVectors, WordVectors
from tests.commands import Done, demand_one_line, in_process, stop_at

SMALL = ["--dim", "6", "--epochs", "2", "--threads", "1"]


def best(text: Path, out: Path, *more: str) -> Done:
    return in_process(main, "--data", str(text), "--out", str(out), *SMALL, *more)


@pytest.fixture(scope="module")
def out(tiny_text, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("best")
    done = best(tiny_text, out, "--subwords", "--dimensions", "10")
    assert done.returncode == 0, done.stderr
    return out


def test_writes_vectors_twice_and_a_report(out):
    assert sorted(path.name for path in out.iterdir()) == ["run.json", "vectors.bin", "vectors.safetensors"]
    plain, spelt = (WordVectors.load(out / f"vectors.{suffix}") for suffix in ("bin", "safetensors"))
    assert plain.words == spelt.words
    assert plain.dim == spelt.dim == 10
    np.testing.assert_array_equal(plain.matrix, spelt.matrix)
    assert spelt.counts is not None
    report = json.loads((out / "run.json").read_text())
    assert [view["kind"] for view in report["views"]].count("counts") == 1
    assert len(report["training"]) == len(VIEWS) + 1
    assert [len(training["losses"]) for training in report["training"]] == [2, 2, 2, 2, 0, 2]
    assert report["scores"]["google.full.total"] == 19544


def test_the_same_seed_gives_the_same_bytes(out, tiny_text, tmp_path):
    assert best(tiny_text, tmp_path, "--subwords", "--dimensions", "10").returncode == 0
    for name in ("vectors.bin", "vectors.safetensors"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_each_view_starts_from_rows_of_its_own(tiny_text):
    corpus = load_corpus(str(tiny_text))
    configs, _ = configure(build_parser().parse_args(["--data", str(tiny_text), "--dim", "6"]), corpus, "float32")
    trained = [config for config in configs if config.view.kind != "counts"]
    starts = [make_trainer(config, corpus, torch.device("cpu")).embeddings()[0] for config in trained]
    assert len({start.tobytes() for start in starts}) == len(trained)


def test_a_text_in_another_language_is_scored_by_its_sets(tiny_text, tmp_path):
    done = best(tiny_text, tmp_path, "--full", "--views", "counts-2", "--lang", "de")
    assert done.returncode == 0, done.stderr
    assert "German, as --lang says" in done.stdout
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["language"] == "de"
    assert {key.split(".")[0] for key in report["scores"]} == set(core_sets("de"))


def test_unknown_words_are_answered_from_the_file(out):
    vectors = WordVectors.load(out / "vectors.safetensors")
    assert isinstance(vectors, SubwordVectors)
    word = next(word for word in vectors.words if len(word) > 6)
    unknown = f"{word}ish"
    assert unknown not in vectors.index
    assert vectors[unknown].shape == (10,)
    near, other = (float(vectors[unknown] @ vectors[each] / np.linalg.norm(vectors[each])) for each in (word, "the"))
    assert near > other
    assert word in [each for each, _ in vectors.most_similar(unknown, topn=20)]
    with pytest.raises(KeyError):
        vectors[""]


def test_all_columns_hold_each_view_at_its_weight(tiny_text, tmp_path):
    done = best(tiny_text, tmp_path, "--full", "--subwords", "--views", "counts-2", "sides-3")
    assert done.returncode == 0, done.stderr
    vectors = WordVectors.load(tmp_path / "vectors.safetensors")
    assert vectors.dim == 18
    lengths = np.linalg.norm(vectors.matrix.reshape(len(vectors), 3, 6), axis=2)  # (V, views)
    weights = np.array([VIEWS["counts-2"].weight, VIEWS["sides-3"].weight, SUBWORDS.weight])
    np.testing.assert_allclose(lengths / weights, np.ones((len(vectors), 3)), rtol=1e-5)
    assert isinstance(vectors, SubwordVectors)
    composed = vectors["unheardofness"]
    assert not composed[:12].any()  # what the plain views would say is missing
    assert np.linalg.norm(composed[12:]) == pytest.approx(SUBWORDS.weight, rel=1e-5)
    known = max(vectors.words, key=len)  # composed as if it were unknown, it gets the columns that it has
    others = SubwordVectors(["other"], vectors.matrix[:1], vectors.ngram_matrix, vectors.minn, vectors.maxn,
                            composition=vectors.composition)  # fmt: skip
    np.testing.assert_allclose(others[known][12:], vectors[known][12:], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("trainer", [BlockTrainer, SidedTrainer, CbowTrainer, SubwordTrainer])
def test_interrupted_in_any_view_it_resumes_to_the_same_bytes(out, tiny_text, tmp_path, trainer):
    options = ("--subwords", "--dimensions", "10")
    with stop_at(30, trainer):
        stopped = best(tiny_text, tmp_path, *options)
    assert stopped.returncode == 130, stopped.stderr
    assert "run the same command with --resume" in stopped.stderr
    done = best(tiny_text, tmp_path, *options, "--resume")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "vectors.bin").read_bytes() == (out / "vectors.bin").read_bytes()


def test_lab_1s_preset_best_is_this_command(tiny_text, tmp_path):
    options = ["--data", str(tiny_text), "--out", str(tmp_path), "--preset", "best", "--dry-run"]
    done = in_process(lab01, *options)
    assert done.returncode == 0, done.stderr
    assert "view: sides window=3" in done.stdout
    assert "result: 300 dimensions of 1000 columns" in done.stdout


def test_numbers_without_a_letter_have_no_subwords(tmp_path):
    (tmp_path / "text").write_text("1 2 3 4 5 6 7 8 9 " * 300)
    demand_one_line(
        best(tmp_path / "text", tmp_path, "--subwords", "--subsample", "1"), "no word of this text has a letter"
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--full", "--dimensions", "9"], "--full keeps all columns"),
        (["--dimensions", "37"], "more than the 30 of 5 views of 6 columns"),
        (["--dimensions", "0"], "argument --dimensions"),
        (["--views", "cbow-10", "cbow-10"], "cbow-10 is listed twice"),
        (["--views", "glove"], "invalid choice"),
        (["--alpha", "0"], "argument --alpha"),
        (["--alpha", "1.2"], "argument --alpha"),
        (["--dim", "9999"], "argument --dim"),
        (["--dim", "4000"], "words of this text allow fewer dimensions"),
        (["--resume"], "no view to resume"),
        (["--window", "3"], "unrecognized arguments"),
    ],
)
def test_bad_input_is_one_line_before_training(tiny_text, tmp_path, options, says):
    demand_one_line(best(tiny_text, tmp_path / "out", *options), says)
    assert not list(tmp_path.glob("out/*"))
