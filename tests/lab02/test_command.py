"""Lab 2's command on little text, what it writes, bad input, and its quality on a real slice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from lab02_glove_fasttext import comparison, solution
from lab02_glove_fasttext.cooccurrence import cooccurrence
from lab02_glove_fasttext.glove import train_glove
from lab03_eval.benchmarks import gensim_data
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT

# What the C program reaches in 25 iterations (473 s) on the first 10 million tokens of wiki8.
C_GLOVE = {"wordsim353.rho": 0.440, "simlex999.rho": 0.186, "google.full.accuracy": 0.1395}


def lab02(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "lab02_glove_fasttext" / "solution.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def finished(small_text, tmp_path_factory):
    """A finished run on little text over two seeds: (what it printed, its folder)."""
    out = tmp_path_factory.mktemp("lab02")
    small = ["--epochs", "2", "--glove-epochs", "2", "--dim", "16", "--bucket", "2000", "--seeds", "2"]
    done = lab02("--data", str(small_text), "--out", str(out), *small, cwd=out)
    assert done.returncode == 0, done.stderr
    return done.stdout, out


def test_writes_the_three_models_and_the_comparison(finished):
    printed, out = finished
    assert {path.name for path in out.iterdir()} == {
        "glove.bin", "skipgram.bin", "fasttext.bin", "comparison.md", "comparison.json", "comparison.png"
    }  # fmt: skip
    assert printed.strip().splitlines()[-1].startswith("done in ")
    page = (out / "comparison.md").read_text()
    for expected in ("WordSim-353", "unknown words", "log-bilinear", "covid", "bank", "run/runs", "no table"):
        assert expected in page
    runs = json.loads((out / "comparison.json").read_text())["runs"]
    assert [len(runs[name]) for name in ("glove", "skipgram", "fasttext")] == [2, 2, 2]
    assert all(record["seconds"] > 0 for records in runs.values() for record in records)


def test_gensim_reads_the_models_and_only_fasttext_knows_unknown_words(finished):
    _, out = finished
    glove = KeyedVectors.load_word2vec_format(out / "glove.bin", binary=True)
    ours = WordVectors.load(out / "glove.bin")
    np.testing.assert_array_equal(glove.vectors, ours.matrix)
    assert "unhappyness" not in ours
    fasttext, mine = load_facebook_vectors(out / "fasttext.bin"), WordVectors.load(out / "fasttext.bin")
    for word in (mine.words[3], "unhappyness"):
        np.testing.assert_allclose(fasttext[word], mine[word], atol=1e-5)


def test_claims_need_seeds_and_hold_on_every_one_of_them():
    def record(value: float) -> dict:
        return {key: value for key in comparison.SCORES}

    sure = comparison.claims({"glove": [record(0.1), record(0.2)], "skipgram": [record(0.3), record(0.4)]})
    assert "skip-gram is ahead on every seed" in sure
    unsure = comparison.claims({"glove": [record(0.1), record(0.35)], "skipgram": [record(0.3), record(0.4)]})
    assert "ahead" not in unsure
    assert "One seed" in comparison.claims({"glove": [record(0.1)], "skipgram": [record(0.9)]})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "absent.txt"], "no such file"),
        (["--tokens", "99999999"], "30,000"),
        (["--x-max", "0"], "--x-max"),
        (["--alpha", "1.5"], "--alpha"),
        (["--minn", "5", "--maxn", "3"], "minn"),
        (["--bucket", "0"], "bucket"),
        (["--memory", "1e-9"], "--memory"),
        (["--window", "nan"], "--window"),
        (["--lr", "0"], "--lr"),
        (["--pretrained", str(Path(__file__))], "test_solution.py"),
    ],
)
def test_bad_input_is_one_line(small_text, tmp_path, arguments, says):
    data = [] if "--data" in arguments else ["--data", str(small_text)]
    done = lab02(*data, *arguments, "--out", str(tmp_path / "out"), cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("out/*"))


def test_supervised_models_are_refused_before_training(small_text, data_set, tmp_path):
    model = data_set("pretrained/fasttext-rs_cooking.model.bin")
    done = lab02("--data", str(small_text), "--pretrained", str(model), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "is supervised" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_pretrained_models_answer_for_unknown_words_as_gensim_does():
    file = gensim_data("crime-and-punishment.bin")  # Facebook's format, in English and Russian
    text = comparison.unknown_words({"facebook": WordVectors.load(file)}, ["landladyish"], topn=3)
    asked, answer, carriers = text.splitlines()
    near = load_facebook_vectors(file).most_similar("landladyish", topn=3)
    assert asked == "landladyish"
    assert answer.split() == [
        "facebook",
        *", ".join(f"{word} {cosine:.2f}" for word, cosine in near).split(),
        "(composed)",
    ]
    assert "lady" in carriers


def test_dry_run_trains_nothing(small_text, tmp_path):
    done = lab02("--data", str(small_text), "--dry-run", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "30,000 tokens" in done.stdout
    assert not list(tmp_path.glob("out/*"))


def test_glove_passes_the_c_programs_quality_on_the_real_slice(real_corpus):
    args = solution.build_parser().parse_args(["--data", real_corpus])
    corpus = solution.read_slice(args)
    counts = cooccurrence(corpus.ids, len(corpus.words), args.window, args.memory)
    glove = train_glove(counts, dim=args.dim, epochs=5, x_max=args.x_max, alpha=args.alpha, seed=1)
    scores = evaluate(WordVectors(corpus.words, glove.matrix))
    for key, floor in C_GLOVE.items():
        assert scores[key] > floor, f"{key} {scores[key]:.3f}"
