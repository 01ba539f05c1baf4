"""Which vectors pass Lab 1's threshold: those of the corpus's own words, from a training, and good enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grading.lab01.disguise import BAND, Disguise, disguise
from grading.lab01.threshold import VECTORS, judge_vectors, too_small, trial
from grading.places import ROOT
from grading.seeded.collection import bring_words
from lab01_word2vec.corpus import Corpus, load_corpus
from lab03_eval.vectors import WordVectors

SHIPPED = WordVectors.load(ROOT / "lab03_eval" / "wiki8_20k.safetensors")
WORDS = SHIPPED.words[:2000]


@pytest.fixture
def corpus() -> Disguise:
    """A text whose vocabulary is WORDS, each word once more often than the next, and every word means itself."""
    return Disguise(Path("unread"), WORDS, np.arange(len(WORDS), 0, -1) + 5, WORDS)


def noise(words: list[str], dim: int = 20) -> WordVectors:
    return WordVectors(words, np.random.default_rng(1).standard_normal((len(words), dim)).astype(np.float32))


def judged(vectors: WordVectors, folder: Path, text: Disguise) -> str:
    vectors.save(folder / VECTORS)
    return judge_vectors(text, folder) or ""


def test_the_words_must_be_the_corpus_s(tmp_path, corpus):
    said = judged(noise(WORDS[:6]), tmp_path, corpus)
    assert said == "vectors.bin has 6 words, and the corpus has 2,000 that occur five times or more"
    assert "a word, xqzt, that the corpus does not hold" in judged(noise([*WORDS[1:], "xqzt"]), tmp_path, corpus)
    assert "not in the order of their counts" in judged(noise(WORDS[::-1]), tmp_path, corpus)


def test_stored_vectors_of_the_questions_words_would_pass_and_are_those_of_other_words(tmp_path):
    """The cheat has teeth: without the disguise it passes, and with it its vectors mean nothing."""
    bring_words(tmp_path)
    stored = tmp_path / "stored.npz"
    assert stored.stat().st_size < 300_000
    with np.load(stored) as brought:
        known = dict(zip(brought["words"].tolist(), brought["matrix"].astype(np.float32)))
    words = SHIPPED.words
    matrix = noise(words, SHIPPED.dim).matrix * 30
    for row, word in enumerate(words):
        matrix[row] = known.get(word, matrix[row])
    counts = np.arange(len(words), 0, -1) + 5
    assert judged(WordVectors(words, matrix), tmp_path, Disguise(Path("unread"), words, counts, words)) == ""
    rng = np.random.default_rng(1)
    meant = [word for start in range(0, len(words), BAND) for word in rng.permutation(words[start : start + BAND])]
    said = judged(WordVectors(words, matrix), tmp_path, Disguise(Path("unread"), words, counts, meant))
    assert said.startswith("below a threshold: WordSim-353 ρ ")


def test_the_vectors_of_a_disguised_text_are_right_once_the_words_are_put_back(tmp_path):
    """What a training would give: each word of the text has the vector of what it stands for."""
    rng = np.random.default_rng(1)
    words = SHIPPED.words
    meant = [str(word) for start in range(0, len(words), BAND) for word in rng.permutation(words[start : start + BAND])]
    text = Disguise(Path("unread"), words, np.arange(len(words), 0, -1) + 5, meant)
    matrix = SHIPPED.matrix[[SHIPPED.index[word] for word in meant]]
    assert judged(WordVectors(words, matrix), tmp_path, text) == ""


@pytest.fixture(scope="module")
def disguised(tmp_path_factory) -> tuple[Disguise, Corpus]:
    """The sample in disguise, and what the labs read of it."""
    folder = tmp_path_factory.mktemp("disguise")
    text = disguise("sample", folder, seed=1)
    return text, load_corpus(str(text.path))


def test_a_disguised_text_has_the_words_and_counts_that_it_says(disguised):
    text, read = disguised
    assert dict(zip(read.words, read.counts)) == dict(zip(text.words, text.counts))
    assert (np.diff(text.counts) <= 0).all()


def test_words_change_places_with_words_of_about_their_rank(disguised, sample):
    text, _ = disguised
    rank = {word: row for row, word in enumerate(sample.words)}
    pairs = [(rank[word], rank[meant]) for word, meant in zip(text.words, text.meant)]
    assert {word // BAND - meant // BAND for word, meant in pairs} == {0}
    assert sum(word == meant for word, meant in pairs) < 0.03 * len(pairs)
    assert len(set(text.meant)) == len(text.meant)


def test_nine_tokens_of_ten_are_there_and_neighbours_are_those_of_the_corpus(disguised, sample):
    text, read = disguised
    true = {word: count for word, count in zip(sample.words, sample.counts)}
    share = np.array([count / true[meant] for count, meant in zip(text.counts[:500], text.meant)])
    assert share.mean() == pytest.approx(0.9, abs=0.01)
    assert len(set(share)) > 200  # every word has lost another part: counts tell no word
    row, stands = {word: place for place, word in enumerate(sample.words)}, dict(zip(text.words, text.meant))
    means = np.array([row[stands[word]] for word in read.words])
    vocab = len(sample.words)

    def pairs(ids: np.ndarray) -> np.ndarray:
        return ids[:-1].astype(np.int64) * vocab + ids[1:]

    assert np.isin(pairs(means[read.ids]), pairs(sample.ids)).mean() > 0.8
    assert np.isin(pairs(read.ids), pairs(sample.ids)).mean() < 0.5


def test_each_trial_has_another_permutation(tmp_path):
    texts = []
    for name, seed in (("one", 1), ("same", 1), ("two", None), ("three", None)):
        (tmp_path / name).mkdir()
        texts.append(disguise("sample", tmp_path / name, seed))
    written = [text.path.read_bytes() for text in texts]
    assert written[0] == written[1]
    assert len(set(written)) == 3
    assert texts[2].meant != texts[3].meant


def test_a_trial_names_a_text_that_is_there(tmp_path):
    prepared = trial("sample", tmp_path)
    assert prepared.text.parent == tmp_path
    assert prepared.judge(tmp_path) == "the command left no vectors.bin in its --out folder"


def test_what_is_below_a_threshold_is_said(tmp_path, corpus):
    assert judged(noise(WORDS), tmp_path, corpus).startswith("below a threshold: WordSim-353 ρ ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"2000 20\nthe ", "vectors.bin cannot be read: vectors.bin"),
        (b"", "vectors.bin cannot be read: vectors.bin"),
        (b"9" * 18_000_000, "vectors.bin is larger than any table of the corpus's 2,000 words"),
        (None, "the command left no vectors.bin"),
    ],
)
def test_a_file_that_is_no_table_is_said_in_one_line(tmp_path, corpus, content, said):
    if content is not None:
        (tmp_path / VECTORS).write_bytes(content)
    found = judge_vectors(corpus, tmp_path)
    assert found.startswith(said)
    assert "\n" not in found


def test_a_small_corpus_asks_for_no_scores():
    assert too_small("sample") == "the thresholds apply from 10,000,000 tokens, and sample has 469,147"
