"""Scores against gensim and scipy on the same vectors, number for number, and the command."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from gensim.test.utils import datapath
from scipy import stats

from lab03_eval.eval_embeddings import (
    evaluate,
    evaluate_analogies,
    evaluate_held_out,
    evaluate_similarity,
    format_scores,
    gensim_data,
    proportion_interval,
    read_pairs,
    read_questions,
    solve_analogies,
    spearman,
    spearman_interval,
)
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT

PAIRS = read_pairs(gensim_data("wordsim353.tsv"))
QUESTIONS = read_questions(gensim_data("questions-words.txt"))


@pytest.fixture(scope="module")
def trained(sample):
    """Vectors with some sense in them: PCA of the sample's co-occurrence within one word, log-scaled."""
    rng = np.random.default_rng(0)
    left, right = sample.ids[:-1], sample.ids[1:]
    projection = rng.standard_normal((len(sample.words), 50)).astype(np.float32)
    matrix = np.zeros((len(sample.words), 50), dtype=np.float32)
    np.add.at(matrix, left, projection[right])
    np.add.at(matrix, right, projection[left])
    return WordVectors(sample.words, matrix / np.log1p(sample.counts)[:, None])


def test_the_data_sets_are_whole():
    assert len(PAIRS) == 353
    assert len(read_pairs(gensim_data("simlex999.txt"))) == 999
    assert [len(QUESTIONS), sum(len(q) for _, q in QUESTIONS)] == [14, 19_544]
    assert sum(len(q) for _, q in QUESTIONS[:5]) == 8_869


@pytest.mark.parametrize("seed", range(5))
def test_spearman_equals_scipys_with_ties(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 8, 60), rng.standard_normal(60).round(1)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_spearman_by_hand():
    # Ranks 1 2 3 4 against 1 3 2 4: 1 − 6·(0 + 1 + 1 + 0)/(4·15) = .8.
    assert spearman([10, 20, 30, 40], [1, 3, 2, 9]) == pytest.approx(0.8)
    assert math.isnan(spearman([1, 1, 1], [1, 2, 3]))


def test_intervals_by_hand():
    # Wilson for 50 of 100: (.5 + 1.9208/100) / 1.0384 ± …: .404 and .596 (tabulated).
    assert proportion_interval(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    # ρ = .7, n = 353: atanh .7 = .8673, half 1.96·√(1.245/350) = .1169: tanh .7504 and .9842.
    assert spearman_interval(0.7, 353) == pytest.approx((0.6354, 0.7549), abs=2e-4)


@pytest.mark.parametrize("name", ["wordsim353.tsv", "simlex999.txt"])
@pytest.mark.parametrize(("oov", "dummy"), [("skip", False), ("zero", True)])
def test_similarity_equals_gensims(trained, name, oov, dummy):
    _, theirs, out_of_vocabulary = trained.to_gensim().evaluate_word_pairs(datapath(name), dummy4unknown=dummy)
    mine = evaluate_similarity(trained, read_pairs(gensim_data(name)), oov)
    assert mine["rho"] == pytest.approx(theirs.statistic, abs=1e-7)
    assert mine["used"] / mine["total"] == pytest.approx(1 - out_of_vocabulary / 100)


def test_the_mean_policy_puts_the_mean_vector_in_the_unknown_words_place():
    vectors = WordVectors(["a", "b", "c"], np.array([[1, 0], [0, 1], [1, 1]]))
    pairs = [("a", "b", 1.0), ("a", "c", 3.0), ("a", "unknown", 2.0)]
    # Mean (2/3, 2/3): cosine with a is .7071, as c's: tied ranks 2.5 against 3 and 2.
    expected = stats.spearmanr([0, 1, 1], [1, 3, 2]).statistic
    assert evaluate_similarity(vectors, pairs, "mean")["rho"] == pytest.approx(expected)


@pytest.mark.parametrize("restrict", [None, 4000])
def test_analogies_equal_gensims_section_by_section(trained, restrict):
    theirs, sections = trained.to_gensim().evaluate_word_analogies(
        datapath("questions-words.txt"), restrict_vocab=restrict or len(trained), case_insensitive=True
    )
    mine = evaluate_analogies(trained, QUESTIONS, restrict)
    assert mine["accuracy"] == theirs
    for section in sections[:-1]:
        key = f"section.{section['section']}"
        assert mine[f"{key}.correct"] == len(section["correct"])
        assert mine[f"{key}.used"] == len(section["correct"]) + len(section["incorrect"])
    assert mine["correct"] > 0


def test_3cosmul_equals_gensims(trained):
    theirs = trained.to_gensim()
    index = trained.index
    questions = [q for _, section in QUESTIONS for q in section if all(w.lower() in index for w in q)][:150]
    rows = np.array([[index[w.lower()] for w in q[:3]] for q in questions])
    answers = solve_analogies(trained.unit, rows, "3cosmul", epsilon=1e-6)
    for (a, b, c, _), row in zip(questions, answers):
        positive, negative = [b.lower(), c.lower()], [a.lower()]
        assert trained.words[row] == theirs.most_similar_cosmul(positive, negative, topn=1)[0][0]


def test_a_cased_vocabulary_keeps_its_capitals():
    vectors = WordVectors(["Athens", "Greece", "Oslo", "Norway"], np.eye(4) + 0.1)
    scores = evaluate_analogies(vectors, QUESTIONS)
    assert scores["used"] > 0


def test_no_coverage_is_said_and_is_not_zero():
    scores = evaluate(WordVectors(["ε", "δ"], np.eye(2)))
    assert scores["wordsim353.used"] == 0
    assert math.isnan(scores["wordsim353.rho"])
    assert "no coverage" in format_scores(scores)


def test_a_set_that_is_not_at_hand_says_how_to_get_it(trained, tmp_path, monkeypatch):
    monkeypatch.setattr("lab03_eval.eval_embeddings.ROOT", tmp_path)
    scores = evaluate_held_out(trained)
    assert scores["men.not_run"].endswith("python scripts/get_data.py men")
    assert "not run" in format_scores(evaluate(trained) | scores)
    path = tmp_path / "data" / "wordsim" / "EN-MEN-TR-3k.txt"
    path.parent.mkdir(parents=True)
    path.write_text("king queen 40\ncat dog 45\nking cat 3\n")
    assert evaluate_held_out(trained)["men.total"] == 3


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "lab03_eval" / "eval_embeddings.py")
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)


def test_command_prints_a_table_and_writes_unrounded_json(trained, tmp_path):
    trained.save(tmp_path / "vectors.bin")
    done = command(str(tmp_path / "vectors.bin"), "--json", str(tmp_path / "out.json"))
    assert done.returncode == 0, done.stderr
    assert "WordSim-353" in done.stdout
    assert "3CosAdd" in done.stdout
    written = json.loads((tmp_path / "out.json").read_text())
    expected = evaluate(trained)
    for key in ("wordsim353.rho", "simlex999.rho", "google.full.accuracy", "google.top30k.accuracy"):
        assert written[key] == expected[key]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.bin", None, "No such file"),
        ("noise.bin", b"noise", "header"),
        ("vectors.npy", b"", "unknown format"),
    ],
)
def test_bad_vectors_are_one_line(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = command(str(tmp_path / name), "--json", str(tmp_path / "out.json"))
    assert done.returncode == 2
    assert says in done.stderr
    assert str(tmp_path / name) in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


def test_data_files_with_a_bad_line_name_it(tmp_path):
    path = tmp_path / "bad"
    path.write_text("a b 1\na b\n")
    with pytest.raises(ValueError, match="line 2"):
        read_pairs(path)
    path.write_text(": s\na b c d\na b c\n")
    with pytest.raises(ValueError, match="line 3"):
        read_questions(path)
