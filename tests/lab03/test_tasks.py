"""Tasks: measures by hand and against scikit-learn, readers, taggers, what is not at hand, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import ndcg_score

from lab03_eval.solution import proportion_interval
from lab03_eval.tasks import tagging, task_data
from lab03_eval.tasks.benchmark import Setting, evaluate_tasks
from lab03_eval.tasks.report import format_tasks
from lab03_eval.tasks.scores import ndcg, paired_cosine, quotient
from lab03_eval.tasks.task_data import Tagged, TaskDataError
from lab03_eval.vectors import WordVectors

STS_LINE = "genre\tfile\tyear\t0001\t{score}\t{first}\t{second}\n"


def read_names(path: Path) -> Tagged:
    return task_data.read_conll(path, column=3)


def tagged(words: str, tags: str, sentence: list[int]) -> Tagged:
    return Tagged(words.split(), np.array(tags.split()), np.array(sentence))


@pytest.fixture
def tiny_sts(no_data) -> Path:
    """Six pairs over the words of `animals`; the score falls as the pairs share less."""
    path = no_data / "sentence" / "stsbenchmark" / "sts-test.csv"
    path.parent.mkdir(parents=True)
    pairs = [(5, "a cat", "a cat"), (4, "a cat", "a kitten"), (3, "a dog", "a cat"), (1, "a cat", "a stone")]
    pairs += [(0.5, "stone", "dog"), (0, "kitten", "unheard")]
    path.write_text("".join(STS_LINE.format(score=s, first=a, second=b) for s, a, b in pairs))
    return path


@pytest.fixture
def animals() -> WordVectors:
    rows = [[0.1, 0.1, 0.1], [1, 0.2, 0], [0.9, 0.4, 0.1], [0.6, 0.8, 0], [0, 0.1, 1]]
    return WordVectors(["a", "cat", "kitten", "dog", "stone"], np.array(rows))


# Measures


@pytest.mark.parametrize("seed", range(5))
def test_ndcg_equals_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    scores, relevant = rng.random((20, 60)), rng.random((20, 60)) < 0.1
    relevant[:, 0] = True  # each query has a relevant document
    theirs = [ndcg_score(relevant[i : i + 1], scores[i : i + 1], k=10) for i in range(20)]
    assert ndcg(scores, relevant) == pytest.approx(theirs)


def test_ndcg_by_hand():
    # Ranked d0 d1 d2, d0 and d2 relevant: (1 + 1/log2 4) / (1 + 1/log2 3) = 1.5/1.63093. None relevant: NaN.
    found = ndcg(np.array([[3, 2, 1], [3, 2, 1]]), np.array([[True, False, True], [False] * 3]))
    assert found == pytest.approx([0.91972, np.nan], abs=1e-5, nan_ok=True)


def test_paired_cosine_dense_and_sparse_with_a_zero_row():
    first, second = np.array([[3.0, 4], [0, 0], [1, 0]]), np.array([[4.0, 3], [1, 1], [-2, 0]])
    assert paired_cosine(first, second) == pytest.approx([0.96, 0, -1])
    assert paired_cosine(*map(sparse.csr_matrix, (first, second))) == pytest.approx([0.96, 0, -1])


def test_bootstrap_of_an_accuracy_agrees_with_wilsons_interval():
    score = quotient(np.arange(400) < 300, np.ones(400), seed=0)
    assert score.value == 0.75
    assert np.percentile(score.draws, [2.5, 97.5]) == pytest.approx(proportion_interval(300, 400), abs=0.01)


# Readers


def test_readers_of_labelled_texts(tmp_path):
    (tmp_path / "banking").write_text('text,category\r\n"Where, please?",card\r\nWhy?,cash\r\n', newline="")
    banking = task_data.read_banking77(tmp_path / "banking")
    assert (banking.texts, banking.labels.tolist()) == (["Where, please?", "Why?"], ["card", "cash"])
    (tmp_path / "trec").write_bytes("NUM:dist How far ?\nLOC:city Où est \x85 Orléans ?\n".encode("latin-1"))
    trec = task_data.read_trec(tmp_path / "trec")
    assert (trec.texts, trec.labels.tolist()) == (["How far ?", "Où est \x85 Orléans ?"], ["NUM", "LOC"])
    (tmp_path / "sst").write_text("0 no movement .\n1 best films .\n")
    assert task_data.read_sst2(tmp_path / "sst").labels.tolist() == ["0", "1"]


def test_cranfields_judgements_are_joined_by_position(tmp_path):
    docs = "".join(f"<doc>\n<docno>{i}</docno>\n<text>wing\n{i}</text>\n</doc>\n" for i in (1, 2, 3))
    (tmp_path / "d").write_text(docs)
    (tmp_path / "q").write_text("".join(f"<num> {i}</num>\n<title>\nflow {i} .\n</title>\n" for i in (1, 2, 4)))
    (tmp_path / "j").write_bytes(b"1 0 2 1\r\n3 0 1 1\r\n3 0 2 0\r\n")
    task = task_data.read_cranfield(*(tmp_path / name for name in "dqj"))
    assert task.queries[2] == "flow 4 ."  # the third by position is what the judgements call 3
    assert task.relevant.tolist() == [[False, True, False], [False] * 3, [True, False, False]]


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (task_data.read_sts, STS_LINE.format(score=1, first="a", second="b") + "a\tb\n", "line 2: expected a score"),
        (task_data.read_sts, "", "line 1: expected sentence pairs"),
        (task_data.read_banking77, "a,b\n", "line 1: expected the header"),
        (task_data.read_banking77, "text,category\nonly\n", "line 2: expected a text and a category"),
        (task_data.read_trec, "NUM:dist How ?\nHow far ?\n", 'line 2: expected "CLASS:subclass question"'),
        (task_data.read_sst2, "2 what\n", 'line 1: expected "0" or "1"'),
        (read_names, "EU NNP B-NP B-ORG\n\nrejects VBZ\n", "line 3: expected at least 4"),
        (read_names, "-DOCSTART- -X- O O\n\n", "expected words and their tags, found none"),
    ],
)
def test_a_file_of_another_shape_is_named_with_its_line(tmp_path, read, text, message):
    path = tmp_path / "file.txt"
    path.write_text(text)
    with pytest.raises(TaskDataError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_real_sets_are_whole(data_set):
    folder = data_set("sentence/stsbenchmark/sts-test.csv").parents[1]
    assert len(task_data.read_sts(folder / "stsbenchmark" / "sts-test.csv").scores) == 1379
    banking = [task_data.read_banking77(folder / "banking77" / f"{part}.csv") for part in ("train", "test")]
    assert [(len(part.texts), len(set(part.labels))) for part in banking] == [(10_003, 77), (3_080, 77)]
    trec = [task_data.read_trec(folder / "trec" / f"raw_TREC.{part}.label") for part in ("train", "test")]
    assert [(len(part.texts), len(set(part.labels))) for part in trec] == [(5_452, 6), (500, 6)]
    files = (folder / "stackoverflow" / f"{name}_StackOverflow.txt" for name in ("title", "label"))
    titles = task_data.read_stackoverflow(*files)
    assert [len(titles.texts), len(set(titles.labels))] == [20_000, 20]
    names = ("cran.all.1400.xml", "cran.qry.xml", "cranqrel.trec.txt")
    cranfield = task_data.read_cranfield(*(folder / "cranfield" / name for name in names))
    assert cranfield.relevant.shape == (225, 1400)
    assert cranfield.relevant.sum() == 1612  # 1,837 judgements, 225 of them of grade 0
    pos = [task_data.read_conll(folder / "conll2000" / f"{part}.txt", 1) for part in ("train", "test")]
    assert [(len(part.words), len(set(part.sentence))) for part in pos] == [(211_727, 8_936), (47_377, 2_012)]


# Tagging


def test_windows_by_hand():
    vectors = WordVectors(["a", "b", "c"], np.array([[1], [2], [3]]))
    found = tagging.window_features(vectors, tagged("a b c b a", "X X X X X", [0, 0, 0, 3, 3]))
    assert found.tolist() == [[0, 0, 1, 2, 3], [0, 1, 2, 3, 0], [1, 2, 3, 0, 0], [0, 0, 2, 1, 0], [0, 2, 1, 0, 0]]


def test_tokens_are_looked_up_as_written_then_by_their_parts():
    vectors = WordVectors(["well", "known", "U.S.", "one"], np.array([[2, 0], [0, 4], [1, 1], [0, 6]]))
    found = tagging.token_vectors(vectors, ["Well-known", "U.S.", "u.s.", "11", ",", "KNOWN"])
    # "u.s." is "U.S." in title case; "11" is "one one".
    assert found.tolist() == [[1, 2], [1, 1], [1, 1], [0, 6], [0, 0], [0, 4]]


def test_most_frequent_tag_by_hand():
    train = tagged("run run run dog dog zebra", "V V N N N N", [0] * 6)
    test = tagged("zebra run dog aardvark zzz", "- - - - -", [0] * 5)
    assert tagging.tag_by_frequency(train, test).tolist() == ["N", "V", "N", "N", "N"]


def test_the_tagger_uses_its_context():
    # "x" is A after "p" and B after "q": its own vector cannot tell.
    vectors = WordVectors(["p", "q", "x"], np.eye(3))
    train = tagged("p x q x " * 10, "P A Q B " * 10, sorted(list(range(20)) * 2))
    assert tagging.tag_by_window(vectors, train, train).tolist() == train.tags.tolist()


@pytest.mark.parametrize(
    ("tags", "ends"),
    [
        ("B-PER I-PER O B-LOC", [2, 0, 0, 4]),
        ("I-PER I-PER O I-LOC", [2, 0, 0, 4]),  # IOB1: B- only between neighbours of one type
        ("I-PER B-PER I-LOC O", [1, 2, 3, 0]),
        ("O O B-PER I-PER", [0, 0, 3, 4]),  # the last two stand in different sentences
    ],
)
def test_chunks_by_hand(tags, ends):
    sentence = np.array([0, 0, 0, 3] if tags.startswith("O O") else [0, 0, 0, 0])
    assert tagging.chunks(np.array(tags.split()), sentence).tolist() == ends


def test_chunk_f1_by_hand():
    # Sentence 1: PER right, LOC taken for PER; 2 gold, 2 found, 1 right. Sentence 2: ORG cut short; 1, 1, 0.
    # F1 = 2 · 1 / (3 + 3).
    test = tagged("w w w w w w", "B-PER I-PER O B-LOC B-ORG I-ORG", [0, 0, 0, 0, 4, 4])
    twice, both = tagging.chunk_counts(test, np.array(["B-PER", "I-PER", "O", "B-PER", "B-ORG", "O"]))
    assert (twice.tolist(), both.tolist()) == ([2, 0], [4, 2])
    assert quotient(twice, both, seed=0).value == pytest.approx(1 / 3)


# Tasks


def test_sts_on_six_pairs(tiny_sts, animals):
    results = evaluate_tasks(Setting(animals), ["sts"])
    # Cosines of the means fall with the scores but for the first two: cat–cat 1 and the rest below, unheard 0.
    cosine = [1.0]
    for first, second in [("cat", "kitten"), ("dog", "cat"), ("cat", "stone")]:
        x, y = animals["a"] + animals[first], animals["a"] + animals[second]
        cosine.append(x @ y / np.linalg.norm(x) / np.linalg.norm(y))
    cosine += [animals["stone"] @ animals["dog"] / np.linalg.norm(animals["stone"]) / np.linalg.norm(animals["dog"]), 0]
    assert cosine == sorted(cosine, reverse=True)  # the order of the human scores
    assert results["sts.mean.score"] == pytest.approx(1)
    assert (results["sts.mean.used"], results["sts.mean.total"]) == (5, 6)
    assert results["sts.mean.token_coverage"] == pytest.approx(19 / 20)
    assert results["word_probability"] == "Zipf's rank"
    assert results["sts.mean.margin.random.score"] == pytest.approx(1 - results["sts.mean.random.score"])
    assert results == evaluate_tasks(Setting(animals), ["sts"])
    other = evaluate_tasks(Setting(animals, seed=1), ["sts"])
    assert other["sts.mean.random.score"] != results["sts.mean.random.score"]


@pytest.mark.usefixtures("no_data")
def test_what_is_not_at_hand_keeps_its_row(animals):
    results = evaluate_tasks(Setting(animals))
    reasons = {name: results[f"{name}.not_run"] for name in ("sts", "trec", "pos", "ner")}
    assert reasons["sts"] == (
        "data/sentence/stsbenchmark/sts-test.csv is not there: python scripts/get_data.py sentence/stsbenchmark"
    )
    assert "licensed" in reasons["ner"]
    table = format_tasks(results)
    assert table.count("not run:") == 8
    assert all(reason in table for reason in reasons.values())


def test_a_vocabulary_that_knows_no_word_has_no_coverage(tiny_sts):
    results = evaluate_tasks(Setting(WordVectors(["zzz"], np.ones((1, 3)))), ["sts"])
    assert results["sts.not_run"] == "no coverage: the vocabulary knows no word of its 6 items"


def test_real_vectors_beat_random_ones_on_sts(data_set):
    data_set("sentence/stsbenchmark/sts-test.csv")
    vectors = WordVectors.load(data_set("pretrained/googlenews300_union.npz"))
    results = evaluate_tasks(Setting(vectors), ["sts"])
    for method in ("mean", "sif", "usif"):
        assert results[f"sts.{method}.used"] == 1379
        assert results[f"sts.{method}.margin.random.score"] > 0.01
    assert results["sts.usif.score"] > results["sts.mean.score"] + 0.05


def test_classification_and_retrieval_of_real_text(data_set):
    # TREC and Cranfield; vectors of 300 axes, one for each frequent word: a bag of these words.
    questions = task_data.read_trec(data_set("sentence/trec/raw_TREC.train.label")).texts
    data_set("sentence/cranfield/cran.qry.xml")
    tokens, counts = np.unique(" ".join(questions).lower().split(), return_counts=True)
    words = [word for word in tokens[np.argsort(-counts)] if word.isalpha()][:300]
    results = evaluate_tasks(Setting(WordVectors(words, np.eye(300)), method="mean"), ["trec", "cranfield"])
    assert results["trec.total"] == 500
    assert results["trec.score"] > 0.7  # the largest class has 27.6 %
    assert results["trec.baseline.score"] > 0.85
    assert results["cranfield.total"] == 225
    assert results["cranfield.baseline.score"] > 0.3
    assert results["cranfield.margin.baseline.high"] < 0  # a loss, shown as one


# The command


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab03_eval.tasks", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def conll2003(tmp_path, animals) -> Path:
    folder = tmp_path / "conll2003"
    folder.mkdir()
    sentence = "Cat NNP I-NP I-PER\na DT I-NP O\nstone NN I-NP O\n, , O O\n\ndog NN I-NP O\nKitten NNP I-NP I-LOC\n\n"
    (folder / "eng.train").write_text("-DOCSTART- -X- O O\n\n" + sentence * 20)
    (folder / "eng.testb").write_text(sentence * 3)
    animals.save(tmp_path / "animals.txt")
    return folder


def test_names_of_a_licensed_copy(conll2003, tmp_path):
    done = run(tmp_path / "animals.txt", "--only", "ner", "--conll2003", conll2003, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "out.json").read_text())
    assert results["ner.score"] == 1
    assert (results["ner.used"], results["ner.total"]) == (15, 18)  # the commas are unknown
    assert "CoNLL-2003 names" in done.stdout
    assert "1.000" in done.stdout


def test_bad_input_is_one_line_and_exit_2(conll2003, tmp_path):
    (conll2003 / "eng.testb").write_text("EU NNP\n")
    (tmp_path / "cut.bin").write_bytes(b"2 3\na ")
    for arguments in (
        (tmp_path / "missing.bin",),
        (tmp_path / "cut.bin",),
        (tmp_path / "animals.txt", "--only", "ner", "--conll2003", tmp_path),
        (tmp_path / "animals.txt", "--only", "ner", "--conll2003", conll2003),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert str(tmp_path) in done.stderr
        assert done.stderr.count("\n") == 1
