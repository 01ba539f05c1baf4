"""Scores against gensim and scipy on the same vectors, number for number, and the command."""

from __future__ import annotations

import json
import math
import subprocess
import sys

from wordlab.errors import InputError

import numpy as np
import pytest
from gensim.test.utils import datapath
from scipy import stats

from lab03_eval.benchmarks import BENCHMARKS, gensim_data, read_categories, read_pairs, read_questions, sets_of
from lab03_eval.eval_embeddings import (
    compare,
    evaluate,
    evaluate_analogies,
    evaluate_categories,
    evaluate_similarity,
    format_interval,
    format_scores,
    proportion_interval,
    solve_analogies,
    spearman,
)
from lab03_eval.measures import joined
from lab03_eval.vectors import SubwordVectors, WordVectors
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


def test_one_pass_answers_for_every_limit_as_a_pass_for_each(monkeypatch):
    # More words than a tile, limits inside one and beyond the vocabulary.
    monkeypatch.setattr(joined, "TILE_SCORES", 2_000_000)
    rng = np.random.default_rng(0)
    unit = rng.standard_normal((2500, 8)).astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    questions = rng.integers(0, 2500, (1500, 3))
    limits = (None, 1024, 1500, 5000)
    together = solve_analogies(unit, questions, limits=limits)
    assert together.shape == (4, 1500)
    scores = (unit[questions[:, 1]] - unit[questions[:, 0]] + unit[questions[:, 2]]) @ unit.T
    np.put_along_axis(scores, questions, -np.inf, axis=1)
    for limit, answers in zip(limits, together):
        np.testing.assert_array_equal(answers, scores[:, :limit].argmax(axis=1))
        np.testing.assert_array_equal(solve_analogies(unit, questions, limits=(limit,)), answers)


@pytest.mark.parametrize("objective", ["3cosadd", "3cosmul"])
@pytest.mark.parametrize("above", [1, 0.5, 0.008, 0])
@pytest.mark.parametrize("levels", [1, 2, 5])
def test_answers_are_exact_wherever_the_threshold_lies(monkeypatch, objective, above, levels):
    # From all words above the threshold to none; products without rounding and equal words, so that the first must win.
    monkeypatch.setattr(joined, "REACHING", above)
    monkeypatch.setattr(joined, "TILE_SCORES", 20_000)
    rng = np.random.default_rng(levels)
    unit = (rng.integers(0, levels, (300, 4)) / 8).astype(np.float32)
    questions = rng.integers(0, 300, (3, 200))
    sa, sb, sc = (unit[rows] @ unit.T for rows in questions)  # (200, 300)
    if objective == "3cosadd":
        scores = sb - sa + sc
    else:
        sa, sb, sc = ((s + 1) / 2 for s in (sa, sb, sc))
        scores = sb / (sa + np.float32(0.001)) * sc
    np.put_along_axis(scores, questions.T, -np.inf, axis=1)
    np.testing.assert_array_equal(solve_analogies(unit, questions.T, objective), scores.argmax(axis=1))


def test_a_cased_vocabulary_keeps_its_capitals():
    vectors = WordVectors(["Athens", "Greece", "Oslo", "Norway"], np.eye(4) + 0.1)
    scores = evaluate_analogies(vectors, QUESTIONS)
    assert scores["used"] > 0


def test_no_coverage_is_said_and_is_not_zero():
    scores = evaluate(WordVectors(["ε", "δ"], np.eye(2)))
    assert scores["wordsim353.used"] == 0
    assert math.isnan(scores["wordsim353.rho"])
    assert "no coverage" in format_scores(scores, 2)


def test_a_set_that_is_not_at_hand_says_how_to_get_it(trained, no_data):
    scores = evaluate(trained, ["men"])
    assert scores["men.not_run"].endswith("python scripts/get_data.py wordsim")
    assert "MEN                       not run: " in format_scores(scores, len(trained))
    path = no_data / "wordsim" / "EN-MEN-TR-3k.txt"
    path.parent.mkdir(parents=True)
    path.write_text("king queen 40\ncat dog 45\nking cat 3\n")
    assert evaluate(trained, ["men"])["men.total"] == 3


def test_without_the_repository_the_remedy_is_a_mirror(trained, no_data, tmp_path, monkeypatch):
    (no_data.parent / "scripts" / "get_data.py").unlink()  # as where the package is installed elsewhere
    assert evaluate(trained, ["men"])["men.not_run"] == (
        "wordsim/EN-MEN-TR-3k.txt is not at hand: put it into a folder, and name that folder in LAB_DATA_MIRROR"
    )
    monkeypatch.setenv("LAB_DATA_MIRROR", str(tmp_path))
    (tmp_path / "wordsim").mkdir()
    (tmp_path / "wordsim" / "EN-MEN-TR-3k.txt").write_text("king queen 40\ncat dog 45\n")
    assert evaluate(trained, ["men"])["men.total"] == 2


@pytest.mark.parametrize("name", [name for name in sets_of("en") if BENCHMARKS[name].folder])
def test_fetched_sets_are_whole(data_set, name):
    rows = {"ws353sim": 203, "ws353rel": 252, "rg65": 65, "mc30": 30, "men": 3000, "rw": 2034, "mturk287": 287,
            "msr": 8000, "ap": 402, "bless": 200}[name]  # fmt: skip
    path = data_set(BENCHMARKS[name].file)
    if BENCHMARKS[name].kind == "similarity":
        assert len(read_pairs(path)) == rows
    elif BENCHMARKS[name].kind == "analogy":
        assert [(title, len(questions)) for title, questions in read_questions(path)] == [("msr", rows)]
    else:
        assert sum(map(len, read_categories(path).values())) == rows


def test_purity_by_hand():
    # Two tight clusters far apart; b3 lies among the a's: (3 + 2) of 6 belong to their cluster's majority.
    words = ["a1", "a2", "a3", "b1", "b2", "b3"]
    matrix = np.array([[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1], [1, 0.05]])
    scores = evaluate_categories(WordVectors(words, matrix), {"a": words[:3], "b": [*words[3:], "unknown"]})
    assert scores["purity"] == pytest.approx(5 / 6)
    assert (scores["used"], scores["total"]) == (6, 7)
    assert scores["low"] <= 5 / 6 <= scores["high"]


@pytest.mark.parametrize(("sizes", "seed"), [((2, 3), 0), ((20,) * 21, 1), ((1,) * 9 + (40,), 2), ((150, 150), 3)])
def test_the_interval_of_a_purity_holds_it(sizes, seed):
    """Also of random vectors in many small categories, where the largest of several counts is mostly noise."""
    categories = {f"c{i}": [f"c{i}w{j}" for j in range(size)] for i, size in enumerate(sizes)}
    words = [word for members in categories.values() for word in members]
    vectors = WordVectors(words, np.random.default_rng(seed).standard_normal((len(words), 10)))
    scores = evaluate_categories(vectors, categories)
    assert 0 <= scores["low"] <= scores["purity"] <= scores["high"] <= 1
    pure = round(scores["purity"] * len(words))
    assert (scores["low"], scores["high"]) == proportion_interval(pure, len(words))


@pytest.mark.parametrize("lengths", [np.ones(2000), np.linspace(0.1, 3, 2000), np.zeros(2000)])
def test_constant_vectors_are_called_constant(lengths):
    """One vector for all words, one direction in different lengths, no direction at all: never "too few items"."""
    words = [word for *both, _ in PAIRS for word in both]
    words = list(dict.fromkeys(map(str.lower, words + [word for _, q in QUESTIONS for each in q for word in each])))
    vectors = WordVectors(words, lengths[: len(words), None] * np.linspace(-1, 2, 30))
    scores = evaluate(vectors, ["wordsim353", "google"])
    assert math.isnan(scores["wordsim353.rho"])
    assert scores["wordsim353.undefined"] == "constant"
    assert scores["google.full.syntactic.low"] >= 0
    table = format_scores(scores, len(vectors))
    row = table.splitlines()[1]
    assert row.split()[1:] == ["constant", "353", "/", "353"]
    assert "nan" not in table
    clusters = evaluate_categories(vectors, {"a": words[:20], "b": words[20:40]})
    assert (math.isnan(clusters["purity"]), clusters["undefined"]) == (True, "constant")


def test_too_few_items_are_still_called_so():
    vectors = WordVectors(["king", "cabbage"], np.eye(2) + 0.1)
    scores = evaluate(vectors, ["wordsim353"])
    assert (scores["wordsim353.used"], scores["wordsim353.undefined"]) == (1, "too few items")
    assert "too few items" in format_scores(scores, 2)


def test_a_score_that_needs_no_interval_has_a_word_for_it():
    perfect = {"wordsim353.rho": 1.0, "wordsim353.low": math.nan, "wordsim353.high": math.nan}
    counts = {"wordsim353.used": 40, "wordsim353.total": 353}
    assert format_interval(perfect | counts, "wordsim353", "rho", 3) == "not defined"
    counts["wordsim353.used"] = 3
    assert format_interval(perfect | counts, "wordsim353", "rho", 3) == "too few items"


def test_purity_without_coverage():
    scores = evaluate_categories(WordVectors(["x"], np.ones((1, 2))), {"a": ["p"], "b": ["q"]})
    assert math.isnan(scores["purity"])
    assert scores["used"] == 0


def test_the_paired_bootstrap_tells_a_real_difference_from_none(trained):
    noise = np.random.default_rng(1).standard_normal(trained.matrix.shape).astype(np.float32)
    worse = WordVectors(trained.words, noise)
    same = WordVectors(trained.words, trained.matrix * 3)  # cosines do not change
    found = compare(trained, worse)
    assert found["wordsim353.excludes_zero"]
    assert found["google.excludes_zero"]
    assert found["wordsim353.difference"] == pytest.approx(
        evaluate(trained)["wordsim353.rho"] - evaluate(worse)["wordsim353.rho"]
    )
    none = compare(trained, same)
    assert not none["wordsim353.excludes_zero"]
    assert none["google.difference"] == 0


def test_differences_are_of_the_words_that_both_hold(trained):
    """The same vectors with fewer of them are not better, though each question has fewer wrong answers."""
    part = WordVectors(trained.words[:3000], trained.matrix[:3000])
    alone = evaluate(part)["google.full.accuracy"], evaluate(trained)["google.full.accuracy"]
    assert alone[0] > alone[1]
    assert compare(trained, part)["google.difference"] == 0
    capitals = WordVectors([word.capitalize() for word in trained.words], trained.matrix)
    assert compare(trained, capitals)["google.difference"] == 0
    assert compare(trained, capitals)["google.used"] > 0


def test_unknown_words_are_composed_where_asked(trained):
    rng = np.random.default_rng(0)
    vectors = SubwordVectors(trained.words[:500], trained.matrix[:500], rng.standard_normal((1000, 50)), 3, 6)
    known, composed = (evaluate(vectors, ["wordsim353"], oov) for oov in ("skip", "compose"))
    assert known["wordsim353.used"] < composed["wordsim353.used"] == 353
    by_hand = [
        vectors[a.lower()]
        @ vectors[b.lower()]
        / np.linalg.norm(vectors[a.lower()])
        / np.linalg.norm(vectors[b.lower()])
        for a, b, _ in PAIRS
    ]
    assert composed["wordsim353.rho"] == pytest.approx(
        stats.spearmanr(by_hand, [score for *_, score in PAIRS])[0], abs=1e-5
    )


@pytest.mark.parametrize(
    ("names", "oov", "says"),
    [(["foo"], "skip", "unknown benchmark 'foo'"), ([], "foo", "unknown policy 'foo'"), ([], "compose", "n-grams")],
)
def test_what_cannot_be_asked_is_said(trained, names, oov, says):
    with pytest.raises(ValueError, match=says):
        evaluate(trained, names, oov)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "lab03_eval" / "eval_embeddings.py")
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)


def test_the_command_says_what_is_odd_about_the_vectors(trained, tmp_path):
    matrix = trained.matrix.copy()
    matrix[::3] = 0
    WordVectors([f"/c/en/{word}" for word in trained.words], matrix).save(tmp_path / "vectors.bin")
    done = command(str(tmp_path / "vectors.bin"), "--only", "wordsim353")
    assert done.returncode == 0, done.stderr
    assert f"zero vectors, of cosine 0: {len(matrix[::3]):,}" in done.stdout
    assert "begin with '/c/en/'" in done.stdout
    assert "Each word is sought as written, then in lower case, then in title case." in done.stdout


def test_command_prints_a_table_and_writes_unrounded_json(trained, tmp_path):
    trained.save(tmp_path / "vectors.bin")
    done = command(str(tmp_path / "vectors.bin"), "--json", str(tmp_path / "out.json"))
    assert done.returncode == 0, done.stderr
    assert "WordSim-353" in done.stdout
    assert "3cosadd" in done.stdout
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


def test_the_core_imports_neither_torch_nor_scikit_learn_nor_gensim(trained, tmp_path):
    WordVectors(trained.words[:500], trained.matrix[:500]).save(tmp_path / "vectors.bin")
    program = (
        "import sys; from lab03_eval import eval_embeddings as e; "
        "scores = e.evaluate(e.WordVectors.load(sys.argv[1])); "
        "print(scores['wordsim353.used'] > 0, {'torch', 'sklearn', 'gensim'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "vectors.bin")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "True set()", done.stderr


def test_data_files_with_a_bad_line_name_it(tmp_path):
    path = tmp_path / "bad"
    for read, content, says in (
        (read_pairs, b"a b 1\na b\n", "line 2: expected two words and a number"),
        (read_questions, b": s\na b c d\na b c\n", "line 3: expected"),
        (read_categories, b"category,word\nanimal,cat\nplant\n", "line 3: expected a category and a word"),
        (read_pairs, b"a b\xff 1\n", "byte 4: expected UTF-8"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=says) as caught:
            read(path)
        assert str(caught.value).startswith(str(path))
