"""Same seed, same bytes; killed and resumed, same bytes; another configuration or a diverging run, one clear line."""

from __future__ import annotations

import json
import math
import os
import signal
from dataclasses import fields, replace
from pathlib import Path

from wordlab.errors import InputError, Interrupted

import numpy as np
import pytest
import torch
from safetensors import safe_open

from lab01_word2vec import command
from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.checkpoint import State, load_checkpoint, save_checkpoint
from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.kept import keep_vectors, make_trainer, train_vectors
from lab01_word2vec.options import Configuration, build_parser, configure
from lab01_word2vec.solution import LOSS_EVERY, PairTrainer, Place, train
from lab01_word2vec.training import Run
from lab03_eval.benchmarks import gensim_data, read_pairs
from lab03_eval.eval_embeddings import evaluate_similarity
from lab03_eval.vectors import WordVectors
from tests.commands import ctrl_c, in_process, process, stop_at
from tests.trainers import CPU

TRAINERS = {"blocks": BlockTrainer, "pairs": PairTrainer}
SMALL = ["--epochs", "4", "--dim", "20", "--subsample", "0.01", "--threads", "1"]


@pytest.fixture(scope="module")
def small(tiny_text) -> Corpus:
    return load_corpus(str(tiny_text))


def settings(corpus: Corpus, *options: str) -> Configuration:
    return configure(build_parser().parse_args([*SMALL, *options]), corpus)


def trained_bytes(corpus: Corpus, out: Path, *options: str, resume: bool = False) -> bytes:
    """Both tables and the matrix that is kept, as training without the rest of the command makes them."""
    trained = train_vectors(corpus, settings(corpus, *options), CPU, out, "centred", resume)
    return b"".join(table.tobytes() for table in (trained.in_emb, trained.out_emb, trained.matrix))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("engine", ["blocks", "pairs"])
def test_same_seed_same_bytes(small, tmp_path, engine, threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        first = trained_bytes(small, tmp_path, "--engine", engine)
        assert first == trained_bytes(small, tmp_path, "--engine", engine)
        assert first != trained_bytes(small, tmp_path, "--engine", engine, "--seed", "2")
    finally:
        torch.set_num_threads(before)


# A run that kills itself: right before its `step`-th step, whatever the machine's speed.
KILLED = """
import os, signal, sys
from lab01_word2vec.command import main
from tests.commands import stop_at
from tests.lab01.test_training import TRAINERS
engine, step = sys.argv[1:3]
sys.argv[1:3] = []
with stop_at(int(step), TRAINERS[engine], lambda: os.kill(os.getpid(), signal.SIGKILL)):
    main()
"""


def steps_per_epoch(corpus: Corpus, engine: str) -> int:
    trainer = make_trainer(settings(corpus, "--engine", engine), corpus.counts, CPU)
    return sum(1 for _ in trainer.batches(corpus.ids, 0))


@pytest.mark.parametrize("engine", ["blocks", "pairs"])
def test_a_run_killed_in_the_middle_resumes_to_the_same_bytes(small, tiny_text, tmp_path, engine):
    whole, out = trained_bytes(small, tmp_path / "whole", "--engine", engine), tmp_path / "cut"
    step = 2 * steps_per_epoch(small, engine) + 3  # in the third epoch of four
    options = ["--data", str(tiny_text), "--out", str(out), "--engine", engine, *SMALL, "--precision", "float32"]
    done = process("-c", KILLED, engine, str(step), *options)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert os.listdir(out) == ["checkpoint.safetensors"]
    with safe_open(out / "checkpoint.safetensors", "np") as file:
        assert json.loads(file.metadata()["place"])["state"]["epoch"] == 2
    assert trained_bytes(small, out, "--engine", engine, resume=True) == whole
    assert not list(out.iterdir())


@pytest.mark.parametrize("engine", ["blocks", "pairs"])
@pytest.mark.parametrize("epoch", [0, 2])
def test_ctrl_c_saves_at_that_step_and_says_how_to_go_on(small, tiny_text, tmp_path, engine, epoch):
    whole, out = trained_bytes(small, tmp_path / "whole", "--engine", engine), tmp_path / "cut"
    options = ["--data", str(tiny_text), "--out", str(out), "--engine", engine, *SMALL, "--precision", "float32"]
    with stop_at(epoch * steps_per_epoch(small, engine) + 3, TRAINERS[engine]) as taken:
        done = in_process(command.main, *options)
    assert taken[0] == epoch * steps_per_epoch(small, engine) + 3  # the running step was finished, and no other begun
    assert done.returncode == 130
    assert done.stderr.startswith("interrupted; the checkpoint is saved (epoch ")
    assert done.stderr.endswith("run the same command with --resume\n")
    assert os.listdir(out) == ["checkpoint.safetensors"]
    assert trained_bytes(small, out, "--engine", engine, resume=True) == whole
    assert not list(out.iterdir())


@pytest.fixture
def config(sample) -> Configuration:
    """Lab 1's configuration for a short run on the sample."""
    return configure(build_parser().parse_args(["--data", "sample", "--epochs", "3", "--dim", "20"]), sample)


def trainer_for(config: Configuration, sample: Corpus) -> BlockTrainer:
    return make_trainer(config, sample.counts, CPU)


def test_an_interrupt_inside_an_epoch_resumes_at_that_step(config, sample, tmp_path):
    whole = trainer_for(config, sample)
    Run(whole, sample.ids, config, tmp_path / "whole").train()

    with stop_at(40, BlockTrainer) as steps, pytest.raises(Interrupted):
        Run(trainer_for(config, sample), sample.ids, config, tmp_path / "cut").train()
    assert steps == [40]
    resumed = trainer_for(config, sample)
    trained = Run(resumed, sample.ids, config, tmp_path / "cut").train(resume=True)
    for mine, theirs in zip(resumed.embeddings(), whole.embeddings()):
        assert mine.tobytes() == theirs.tobytes()
    assert len(trained["losses"]) == 3


def test_a_second_ctrl_c_does_not_wait_for_the_step(config, sample, tmp_path):
    def twice():
        ctrl_c()
        ctrl_c()

    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in a shell's background have it ignored
    with stop_at(40, BlockTrainer, twice), pytest.raises(KeyboardInterrupt) as stopped:
        Run(trainer_for(config, sample), sample.ids, config, tmp_path).train()
    assert not isinstance(stopped.value, Interrupted)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_learning_rate_falls_linearly_and_every_place_is_said():
    """By hand: two epochs of three batches, at rate .6: .6, .5, .4, then .3, .2, .1; the loss of steps 0 of 64."""

    class Noted:
        rates: list[tuple[float, bool]] = []  # noqa: RUF012

        def batches(self, ids, epoch):
            yield from [(f"{epoch}{batch}", 1 / 3) for batch in "abc"]

        def step(self, batch, lr, measure):
            self.rates.append((round(lr, 9), measure))
            return (2.0, 1.0) if measure else (0.0, 0.0)

    trainer = Noted()
    places = list(train(trainer, np.arange(5), epochs=2, lr=0.6))
    measured = [True, False, False]
    assert trainer.rates == list(zip([0.6, 0.5, 0.4, 0.3, 0.2, 0.1], measured * 2))
    assert [(place.epoch, place.step, place.loss) for place in places] == [
        (0, 0, 0), (0, 1, 2), (0, 2, 0), (1, 0, 0), (1, 1, 2), (1, 2, 0), (2, 0, 0)
    ]  # fmt: skip
    # From a place in the middle, the rest is the same.
    trainer.rates.clear()
    assert list(train(trainer, np.arange(5), 2, 0.6, places[4])) == [places[4]._replace(loss=0, pairs=0), *places[5:]]
    assert [rate for rate, _ in trainer.rates] == [0.2, 0.1]
    assert LOSS_EVERY > 2
    assert places[-1] == Place(2, 0, 0.0, 0.0, 0.0)


def test_the_loss_falls(config, sample, tmp_path):
    losses = Run(trainer_for(config, sample), sample.ids, config, tmp_path).train()["losses"]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < 6 * np.log(2) + 0.5


def test_a_checkpoint_of_another_configuration_names_the_field(config, sample, tmp_path):
    run = Run(trainer_for(config, sample), sample.ids, config, tmp_path)
    run.train()
    assert run.checkpoint.exists()
    other = replace(config, lr=0.123)
    with pytest.raises(InputError, match=rf"another configuration: lr {config.lr} \(now 0.123\)"):
        Run(trainer_for(other, sample), sample.ids, other, tmp_path).train(resume=True)


@pytest.mark.parametrize("field", [field.name for field in fields(Configuration)])
def test_no_field_of_the_configuration_may_change(config, sample, tmp_path, field):
    trainer, value = trainer_for(config, sample), getattr(config, field)
    changed = value + "x" if isinstance(value, str) else value + 1
    save_checkpoint(tmp_path / "it", trainer, config, State(1, 0, 0.0, [[1.0, 1.0], [0.0, 0.0]]))
    assert load_checkpoint(tmp_path / "it", trainer, replace(config)).epoch == 1
    with pytest.raises(InputError, match=rf"another configuration: {field} ") as caught:
        load_checkpoint(tmp_path / "it", trainer, replace(config, **{field: changed}))
    assert str(caught.value).count(" (now ") == 1
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"noise" * 100])
def test_a_damaged_checkpoint_is_one_line(config, sample, tmp_path, content):
    (tmp_path / "checkpoint.safetensors").write_bytes(content)
    with pytest.raises(InputError, match="not a checkpoint") as caught:
        Run(trainer_for(config, sample), sample.ids, config, tmp_path).train(resume=True)
    assert "\n" not in str(caught.value)


def test_a_diverging_run_stops_names_lr_and_keeps_the_last_good_checkpoint(config, sample, tmp_path):
    trainer = trainer_for(config, sample)
    batches = trainer.batches

    def poisoned(ids, epoch):
        for batch in batches(ids, epoch):
            yield batch
            if epoch == 2:  # after the first step of the third epoch
                trainer.tensors()["table"][0] = math.inf

    trainer.batches = poisoned
    with pytest.raises(InputError, match=r"not finite in epoch 3.*lower --lr.*last good checkpoint"):
        Run(trainer, sample.ids, config, tmp_path).train()
    resumed = trainer_for(config, sample)
    Run(resumed, sample.ids, config, tmp_path).train(resume=True)
    assert all(np.isfinite(table).all() for table in resumed.embeddings())


def test_pairs_comes_as_close_to_blocks_as_another_seed_of_blocks(sample, tmp_path):
    """Two trainers of one objective, both of its tables whole, on a stretch of the sample.

    The cosines of all pairs of the 500 most frequent words are compared. Two seeds of blocks correlate by .62.
    """

    def cosines(engine: str, seed: int) -> np.ndarray:
        options = ["--engine", engine, "--seed", str(seed), "--dim", "30", "--window", "2"]
        options += ["--epochs", "4", "--lr", "0.25" if engine == "pairs" else "0.5"]
        config = configure(build_parser().parse_args(options), sample)
        trainer = make_trainer(config, sample.counts, CPU)
        Run(trainer, sample.ids[:120_000], config, tmp_path / f"{engine}{seed}").train()
        kept = keep_vectors(*trainer.embeddings(), "centred", 1.0)[:500]
        unit = kept / np.linalg.norm(kept, axis=1, keepdims=True)
        return (unit @ unit.T)[np.triu_indices(500, 1)]

    blocks, again, pairs = cosines("blocks", 1), cosines("blocks", 2), cosines("pairs", 1)
    alike, seeds = np.corrcoef(blocks, pairs)[0, 1], np.corrcoef(blocks, again)[0, 1]
    assert alike > seeds - 0.06, (alike, seeds)
    assert seeds > 0.5, seeds


@pytest.mark.long
def test_pairs_comes_close_to_blocks_on_the_sample_at_equal_epochs(sample, tmp_path):
    """Two trainers of one objective, both of its tables whole: within .05 of each other on WordSim-353.

    The sample covers 242 pairs, and blocks move by .03 from seed to seed: their mean over three seeds is compared.
    """
    judged = read_pairs(gensim_data("wordsim353.tsv"))

    def rho(engine: str, seed: int) -> float:
        options = ["--data", "sample", "--engine", engine, "--epochs", "10", "--dim", "50", "--seed", str(seed)]
        config = configure(build_parser().parse_args(options), sample)
        trainer = make_trainer(config, sample.counts, CPU)
        Run(trainer, sample.ids, config, tmp_path / f"{engine}{seed}").train()
        vectors = WordVectors(sample.words, keep_vectors(*trainer.embeddings(), "centred", 1.0))
        return evaluate_similarity(vectors, judged)["rho"]

    pairs, blocks = rho("pairs", 1), np.mean([rho("blocks", seed) for seed in (1, 2, 3)])
    assert abs(pairs - blocks) < 0.05, (pairs, blocks)
    assert min(pairs, blocks) > 0.48, (pairs, blocks)
