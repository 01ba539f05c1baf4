"""Lab 2's command on little text, what it writes, bad input, and its quality on a real slice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from lab02_glove_fasttext import command, comparison
from lab02_glove_fasttext.chart import draw_scores
from lab02_glove_fasttext.glove import train_glove
from lab02_glove_fasttext.options import ALSO, build_parser, read_slice
from lab02_glove_fasttext.solution import cooccurrence
from lab03_eval.benchmarks import gensim_data
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.examples import examples
from lab03_eval.vectors import WordVectors
from tests.commands import Done, demand_one_line, in_process, process

# What the C program reaches in 25 iterations (473 s) on the first 10 million tokens of wiki8.
C_GLOVE = {"wordsim353.rho": 0.440, "simlex999.rho": 0.186, "google.full.accuracy": 0.1395}

FORMS = examples("en").forms


def lab02(*arguments: str) -> Done:
    return in_process(command.main, *arguments)


@pytest.fixture(scope="module")
def finished(small_text, tmp_path_factory):
    """A finished run on little text over two seeds, by a process of its own: (what it printed, its folder)."""
    out = tmp_path_factory.mktemp("lab02")
    small = ["--epochs", "2", "--glove-epochs", "2", "--dim", "16", "--bucket", "2000", "--seeds", "2"]
    done = process("lab02_glove_fasttext/solution.py", "--data", str(small_text), "--out", str(out), *small, cwd=out)
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


@pytest.mark.parametrize("text", ["one two " * 30, "one two three " * 3])
def test_texts_of_few_words_are_compared_to_the_end(tmp_path, text):
    """No data set holds these words: there is no score to draw, and no table says "nan"."""
    (tmp_path / "text").write_text(text)
    options = ["--min-count", "1", "--subsample", "1", "--epochs", "1", "--glove-epochs", "2", "--bucket", "100"]
    also = [model for model in ALSO if model != "ppmi" or "three" in text]
    out = tmp_path / "out"
    done = lab02("--data", str(tmp_path / "text"), "--out", str(out), *options, "--dim", "2", "--also", *also)
    assert done.returncode == 0, done.stderr
    for name in ("glove", "skipgram", "fasttext"):
        assert np.isfinite(WordVectors.load(out / f"{name}.bin").matrix).all()
    assert len(json.loads((out / "comparison.json").read_text())["runs"]) == 3 + len(also)
    page = (out / "comparison.md").read_text()
    assert not re.search(r"\b(nan|inf)\b", page)
    assert page in done.stdout
    assert "comparison.png left out: no question and no word pair" in done.stdout
    assert not (out / "comparison.png").exists()


def test_a_ratio_over_zero_is_null_in_json_and_has_a_sign_in_the_table(tmp_path):
    """solid and fashion are never near steam, gas is never near ice, water is near both."""
    (tmp_path / "text").write_text("solid ice water\n" * 5 + "fashion ice\n" * 5 + "water\n" + "gas steam water\n" * 5)
    options = ["--min-count", "1", "--subsample", "1", "--epochs", "1", "--glove-epochs", "2", "--window", "1"]
    out = tmp_path / "out"
    done = lab02("--data", str(tmp_path / "text"), "--out", str(out), *options, "--dim", "2", "--bucket", "100")
    assert done.returncode == 0, done.stderr

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    ratios = json.loads((out / "comparison.json").read_text(), parse_constant=refuse)["ratios"]
    assert ratios["solid"][1:] == [0.0, None]
    assert ratios["gas"] == [0.0, pytest.approx(0.5, abs=0.1), 0.0]
    table = comparison.format_ratios(ratios)
    assert table in (out / "comparison.md").read_text()  # from the figures and from their JSON alike
    cells = {
        line.split(" | ")[0].removeprefix("| "): line.removesuffix(" |").split(" | ")[-1] for line in table.splitlines()
    }
    assert cells["solid"] == cells["fashion"] == "∞"
    assert cells["gas"] == "0"
    assert "nothing to correlate" in comparison.format_fit([0.5, None])


def test_shares_of_a_word_that_is_near_nothing_are_dashes():
    table = comparison.format_ratios({"gas": (0.5, float("nan"), float("nan")), "water": (0.0, 0.0, None)})
    assert table.splitlines()[2:] == ["| gas | 0.5 | – | – |", "| water | 0 | 0 | 0/0 |"]


def test_a_model_without_a_score_is_not_compared_by_it():
    records = {key: 0.5 for key in comparison.SCORES}
    undefined = dict.fromkeys(comparison.SCORES, float("nan"))
    claims = comparison.claims({"glove": [records, undefined], "skipgram": [records, records]})
    assert claims == ""


def test_a_chart_shows_scores_below_zero_and_any_title(tmp_path, recwarn):
    record = dict.fromkeys(comparison.SCORES, float("nan")) | {"wordsim353.rho": -0.9, "google.full.accuracy": 0.2}
    draw_scores({name: [record] for name in comparison.COMPARED}, tmp_path / "chart.png", r"$\foo$ 東京.txt")
    assert (tmp_path / "chart.png").stat().st_size > 10_000
    assert not [warning for warning in recwarn if issubclass(warning.category, UserWarning)]


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
        (["--also", "ppmi", "--dim", "2000"], "--dim 2000"),
        (["--lr", "0"], "--lr"),
        (["--pretrained", str(Path(__file__))], "test_command.py"),
    ],
)
def test_bad_input_is_one_line(small_text, tmp_path, arguments, says):
    data = [] if "--data" in arguments else ["--data", str(small_text)]
    demand_one_line(lab02(*data, *arguments, "--out", str(tmp_path / "out")), says)
    assert not list(tmp_path.glob("out/*"))


def test_supervised_models_are_refused_before_training(small_text, data_set, tmp_path):
    model = data_set("pretrained/fasttext-rs_cooking.model.bin")
    done = lab02("--data", str(small_text), "--pretrained", str(model), "--out", str(tmp_path / "out"))
    demand_one_line(done, "is supervised")
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


def test_inflections_are_measured_from_every_models_own_mean():
    """By hand: with the mean (1, 1) away, run and runs are (1, 0) and (0, 1), and ran is (−1, −1)."""
    words, around = ["run", "runs", "ran", "other"], np.array([[1.0, 0], [0, 1], [-1, -1], [0, 0]])
    models = {"centred": WordVectors(words, around), "far": WordVectors(words, around + 1.0)}
    found = comparison.inflections(models, FORMS)
    half = -np.sqrt(0.5)
    for name in models:
        assert found[name]["run/runs/running/ran"] == {"cosine": pytest.approx((0 + half + half) / 3), "known": 3}
        assert found[name]["happy/happier/happiest"]["known"] == 0
        assert np.isnan(found[name]["happy/happier/happiest"]["cosine"])


def test_inflections_of_real_vectors_do_not_change_when_all_are_moved():
    words = [*FORMS[0], *FORMS[1], *map(str, range(50))]
    matrix = np.random.default_rng(0).standard_normal((len(words), 20)).astype(np.float32)
    models = {"one": WordVectors(words, matrix), "moved": WordVectors(words, matrix + 3)}
    found = comparison.inflections(models, FORMS)
    for group in found["one"]:
        assert found["moved"][group]["cosine"] == pytest.approx(found["one"][group]["cosine"], abs=1e-5)
        assert found["one"][group]["known"] == len(group.split("/"))


def test_dry_run_trains_nothing(small_text, tmp_path):
    done = lab02("--data", str(small_text), "--dry-run", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "30,000 tokens" in done.stdout
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.long
def test_glove_passes_the_c_programs_quality_on_the_real_slice(real_corpus):
    args = build_parser().parse_args(["--data", real_corpus])
    corpus = read_slice(args)
    counts = cooccurrence(corpus.ids, len(corpus.words), args.window, args.memory)
    glove = train_glove(counts, dim=args.dim, epochs=5, x_max=args.x_max, alpha=args.alpha, seed=1)
    scores = evaluate(WordVectors(corpus.words, glove.matrix))
    for key, floor in C_GLOVE.items():
        assert scores[key] > floor, f"{key} {scores[key]:.3f}"
