"""Checkpoints of another world: an edited text, other options, another version, damage, and Ctrl-C at odd moments."""

from __future__ import annotations

import itertools
import json
import random
import signal
from unittest import mock

from wordlab.errors import InputError, Interrupted

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.checkpoint import CHECKPOINT, load_checkpoint
from lab01_word2vec.command import main as lab01
from lab01_word2vec.corpus import load_corpus
from lab01_word2vec.kept import make_trainer
from lab01_word2vec.options import build_parser, configure
from lab01_word2vec.training import Run
from lab02_glove_fasttext import command as lab02
from lab02_glove_fasttext.fasttext import SubwordTrainer
from tests.commands import demand_one_line, in_process, stop_at
from tests.trainers import CPU

SIZES = ["--dim", "8", "--epochs", "3", "--subsample", "1", "--min-count", "1", "--threads", "1"]
TEXT = " ".join(random.Random(0).choices([f"w{i}" for i in range(200)], k=6000))
EDITS = {
    "a new word": TEXT.replace("w7 ", "new ", 1),
    "a word renamed everywhere": TEXT.replace("w7 ", "other "),
    "two words exchanged once": TEXT.replace("w7 ", "@ ", 1).replace("w8 ", "w7 ", 1).replace("@ ", "w8 ", 1),
    "a token less": TEXT.split(" ", 1)[1],
    "another order": " ".join(reversed(TEXT.split())),
}


def interrupted(text, out, *options: str) -> None:
    with stop_at(120, BlockTrainer):
        done = in_process(lab01, "--data", str(text), "--out", str(out), *SIZES, *options)
    assert done.returncode == 130, done.stderr


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_text_is_refused(tmp_path, edit):
    text, out = tmp_path / "text", tmp_path / "out"
    text.write_text(TEXT)
    interrupted(text, out)
    assert EDITS[edit] != TEXT
    text.write_text(EDITS[edit])
    saved = (out / CHECKPOINT).read_bytes()
    done = in_process(lab01, "--data", str(text), "--out", str(out), *SIZES, "--resume")
    demand_one_line(done, CHECKPOINT, "another configuration: corpus ")
    assert (out / CHECKPOINT).read_bytes() == saved


def test_a_text_that_only_moved_goes_on(tmp_path):
    text, out = tmp_path / "text", tmp_path / "out"
    text.write_text(TEXT)
    interrupted(text, out)
    text.rename(tmp_path / "elsewhere.txt")
    done = in_process(lab01, "--data", str(tmp_path / "elsewhere.txt"), "--out", str(out), *SIZES, "--resume")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("--subsample", "0.5", "subsample"),
        ("--bucket", "999", "bucket"),
        ("--minn", "2", "minn"),
        ("--maxn", "5", "maxn"),
        ("--precision", "bfloat16", "precision"),
    ],
)
def test_lab_2_refuses_other_options(tmp_path, option, value, field):
    text, out = tmp_path / "text", tmp_path / "out"
    text.write_text(TEXT)
    sizes = [*SIZES, "--glove-epochs", "1", "--bucket", "500", "--precision", "float32"]
    with stop_at(120, SubwordTrainer):
        assert in_process(lab02.main, "--data", str(text), "--out", str(out), *sizes).returncode == 130
    done = in_process(lab02.main, "--data", str(text), "--out", str(out), *sizes, option, value, "--resume")
    demand_one_line(done, CHECKPOINT, f"another configuration: {field} ")


@pytest.fixture
def run(tmp_path):
    """A run on the text, with what makes another like it."""
    (tmp_path / "text").write_text(TEXT)
    corpus = load_corpus(str(tmp_path / "text"), 1, subsample=1.0)
    config = configure(build_parser().parse_args(["--data", "text", *SIZES]), corpus)
    return Run(make_trainer(config, corpus.counts, CPU), corpus.ids, config, tmp_path)


def again(run: Run) -> Run:
    counts = np.bincount(run.ids)
    return Run(make_trainer(run.config, counts, CPU), run.ids, run.config, run.out)


def test_another_version_is_refused(run):
    run.train()
    with safe_open(run.checkpoint, "pt") as file:
        tensors, place = (
            {name: file.get_tensor(name) for name in run.trainer.tensors()},
            json.loads(file.metadata()["place"]),
        )
    for version in (place["version"] + 1, None):
        place["version"] = version
        if version is None:  # as before versions were written
            del place["version"]
        save_file(tensors, run.checkpoint, {"place": json.dumps(place)})
        with pytest.raises(InputError, match="another version"):
            again(run).train(resume=True)


def test_ctrl_c_on_tables_that_are_not_finite_keeps_the_last_good_checkpoint(run):
    steps = sum(1 for _ in run.trainer.batches(run.ids, 0))

    def spoil() -> None:
        run.trainer.table.rows[0] = torch.nan
        signal.raise_signal(signal.SIGINT)

    with stop_at(steps + 10, BlockTrainer, spoil), pytest.raises(InputError, match="the last good checkpoint is"):
        run.train()
    assert load_checkpoint(run.checkpoint, again(run).trainer, run.config).epoch == 1


def test_ctrl_c_in_the_last_step_is_heard_and_loses_nothing(run):
    whole = again(run)
    whole.train()
    steps = sum(1 for _ in run.trainer.batches(run.ids, 0))
    with stop_at(3 * steps, BlockTrainer) as taken, pytest.raises(Interrupted, match=r"\(all epochs\).*--resume"):
        run.train()
    assert taken == [3 * steps]
    with stop_at(0, BlockTrainer) as taken:
        resumed = again(run)
        losses = resumed.train(resume=True)["losses"]
    assert taken == [0]
    assert losses == whole.trained()["losses"]
    assert all(map(np.array_equal, resumed.trainer.embeddings(), whole.trainer.embeddings()))


def test_a_resumed_run_counts_the_seconds_before_the_interruption(run):
    with mock.patch("lab01_word2vec.training.time.perf_counter", side_effect=itertools.count()):
        with stop_at(120, BlockTrainer), pytest.raises(Interrupted):
            run.train()
        before = run.state.seconds
        assert again(run).train(resume=True)["seconds"] > before > 0


def test_mutated_checkpoints_are_refused_or_hold_only_finite_numbers(run):
    """600 of them: cut, flipped and inserted bytes, and other values in the place, which no library checks."""
    with stop_at(120, BlockTrainer), pytest.raises(Interrupted):
        run.train()
    whole, draw, other = run.checkpoint.read_bytes(), random.Random(0), again(run)
    length = int.from_bytes(whole[:8], "little")
    refused = []
    for number in range(600):
        data = bytearray(whole)
        if number % 3 == 0:
            header = json.loads(data[8 : 8 + length])
            place = json.loads(header["__metadata__"]["place"])
            part = draw.choice([place, place["state"], place["config"]])
            odd = [None, -1, 10**30, float("nan"), "x", [], {}, [[1, 2]], [["a", 1]], {"bit_generator": "MT19937"}]
            part[draw.choice(list(part))] = draw.choice(odd)
            header["__metadata__"]["place"] = json.dumps(place)
            text = json.dumps(header).encode()
            data = bytearray(len(text).to_bytes(8, "little") + text + data[8 + length :])
        elif number % 3 == 1:
            for _ in range(draw.randrange(1, 4)):
                data[draw.randrange(8 + length if number % 2 else len(data))] = draw.randrange(256)
        else:
            at = draw.randrange(len(data))
            data[at : at + draw.randrange(2) * 40] = draw.randbytes(draw.randrange(30))
        run.checkpoint.write_bytes(data)
        try:
            other.load(run.checkpoint)
        except InputError as error:
            refused.append(str(error))
        else:
            assert all(bool(tensor.isfinite().all()) for tensor in other.trainer.tensors().values())
            assert 0 <= other.state.epoch <= 3
    assert len(refused) > 350
    assert all(str(run.checkpoint) in message and "\n" not in message for message in refused)
