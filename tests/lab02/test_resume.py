"""Lab 2's --resume: interrupted in any model it ends in the same bytes, and under another configuration it refuses."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from unittest import mock

from wordlab.errors import InputError

import pytest

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.checkpoint import State, load_checkpoint, save_checkpoint
from lab01_word2vec.corpus import Corpus, load_corpus
from lab02_glove_fasttext import command, models
from lab02_glove_fasttext.cbow import CbowTrainer
from lab02_glove_fasttext.fasttext import SubwordTrainer
from lab02_glove_fasttext.hierarchical import HierarchicalTrainer
from lab02_glove_fasttext.models import Setup, train_models
from lab02_glove_fasttext.options import ALSO, Prediction, build_parser, configure, counter
from tests.commands import Done, Stopped, crash, demand_one_line, in_process, stop_at
from tests.trainers import CPU

SMALL = ["--epochs", "3", "--glove-epochs", "1", "--dim", "8", "--bucket", "500", "--threads", "1"]
MODELS = ("glove.bin", "skipgram.bin", "fasttext.bin")


def lab02(text: Path, out: Path, *more: str) -> Done:
    """The command without scores and charts, which take longer than these models and are tested elsewhere."""
    with (
        mock.patch.object(models, "score", return_value={}),
        mock.patch.multiple(command, ask=mock.Mock(return_value={}), compare=mock.Mock()),
    ):
        return in_process(command.main, "--data", str(text), "--out", str(out), *SMALL, *more)


def files(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in MODELS}


@pytest.fixture(scope="module")
def whole(tiny_text, tmp_path_factory) -> tuple[dict[str, bytes], dict[type, int]]:
    """A run that nobody interrupts: its files, and the steps that each trainer took."""
    out = tmp_path_factory.mktemp("whole")
    with stop_at(0, BlockTrainer) as of_blocks, stop_at(0, SubwordTrainer) as of_subwords:
        assert lab02(tiny_text, out).returncode == 0
    return files(out), {BlockTrainer: of_blocks[0], SubwordTrainer: of_subwords[0]}


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize(("trainer", "model"), [(BlockTrainer, "skipgram"), (SubwordTrainer, "fasttext")])
def test_an_interrupted_run_resumes_to_the_same_bytes(tiny_text, tmp_path, whole, trainer, model, epoch):
    expected, steps = whole
    step = epoch * steps[trainer] // 3 + 9
    with stop_at(step, trainer) as taken:
        stopped = lab02(tiny_text, tmp_path)
    assert taken == [step] < [steps[trainer]]
    assert stopped.returncode == 130
    assert stopped.stderr.startswith(f"interrupted; the checkpoint is saved (epoch {epoch + 1}, step ")
    assert (tmp_path / f"{model}-1" / "checkpoint.safetensors").exists()
    assert not (tmp_path / f"{model}.bin").exists()

    refused = lab02(tiny_text, tmp_path, "--resume", "--lr", "0.123")
    demand_one_line(refused, "another configuration: lr 0.2 (now 0.123)")
    with stop_at(0, trainer) as the_rest:
        done = lab02(tiny_text, tmp_path, "--resume")
    assert done.returncode == 0, done.stderr
    assert the_rest[0] == steps[trainer] - step  # no step was taken twice
    assert files(tmp_path) == expected
    assert {path.name for path in tmp_path.iterdir()} == set(MODELS)


@pytest.fixture(scope="module")
def small(tiny_text) -> Corpus:
    return load_corpus(str(tiny_text))


def setup_of(corpus: Corpus, out: Path, resume: bool = False) -> Setup:
    options = build_parser().parse_args([*SMALL, "--epochs", "5", "--window", "2"])
    prediction, factorisation = configure(options, corpus, "float32")
    return Setup(corpus, counter(options, corpus), prediction, factorisation, CPU, out, resume)


@pytest.mark.parametrize(
    ("model", "trainer"),
    [("cbow", CbowTrainer), ("cbow_undivided", CbowTrainer), ("hierarchical", HierarchicalTrainer)],
)
def test_the_models_of_also_resume_too(small, tmp_path, model, trainer):
    train = models.OTHERS[model]
    with stop_at(0, trainer) as taken:
        whole, record = train(setup_of(small, tmp_path / "whole"), 1)
    with stop_at(taken[0] // 2, trainer, crash), pytest.raises(Stopped):  # in the second of five epochs, or of three
        train(setup_of(small, tmp_path / "cut"), 1)
    assert (tmp_path / "cut" / f"{model}-1" / "checkpoint.safetensors").exists()
    resumed, again = train(setup_of(small, tmp_path / "cut", resume=True), 1)
    assert resumed.matrix.tobytes() == whole.matrix.tobytes()
    assert again["losses"] == record["losses"]
    assert not list((tmp_path / "cut").iterdir())


def test_each_seed_and_model_has_a_configuration_and_a_folder_of_its_own(small, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(models, "score", lambda vectors, language: {})
    train = models.Run.train
    monkeypatch.setattr(models.Run, "train", lambda run, resume: seen.append(run) or train(run, resume))
    list(train_models(setup_of(small, tmp_path), seeds=2, also=ALSO))
    found = [(run.out.name, run.config.model, run.config.seed) for run in seen]
    names = ("skipgram", "fasttext", "cbow", "cbow_undivided", "hierarchical")
    assert found == [(f"{name}-{seed}", name, seed) for seed in (1, 2) for name in names]
    assert len({run.config for run in seen}) == 10


@pytest.mark.parametrize("field", [field.name for field in fields(Prediction)])
def test_a_checkpoint_of_another_configuration_names_the_field(small, tmp_path, field):
    config = setup_of(small, tmp_path).prediction
    trainer = BlockTrainer(**setup_of(small, tmp_path).trainer_options(seed=1))
    value = getattr(config, field)
    changed = f"{value}x" if isinstance(value, str) else value + 1
    save_checkpoint(tmp_path / "it", trainer, config, State(1, 0, 0.0, [[1.0, 1.0], [0.0, 0.0]]))
    assert load_checkpoint(tmp_path / "it", trainer, replace(config)).epoch == 1
    with pytest.raises(InputError, match=rf"another configuration: {field} ") as caught:
        load_checkpoint(tmp_path / "it", trainer, replace(config, **{field: changed}))
    assert str(caught.value).count(" (now ") == 1
    assert "\n" not in str(caught.value)
