"""Sets, words and verdicts by language: what each file holds, who says which language vectors are, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lab01_word2vec import command as lab01
from lab01_word2vec.demo import ANALOGIES, WORDS, chosen, describe
from lab03_eval import command as lab03
from lab03_eval.benchmarks import BENCHMARKS, CORE, Damaged, core_sets, sets_of, without_sets
from lab03_eval.eval_embeddings import coverage_notes, evaluate, format_scores, score_rows
from lab03_eval.examples import EXAMPLES, known_or_drawn
from lab03_eval.languages import NAMES, reported_beside
from lab03_eval.multilingual import pairs_of, questions_of, read_tabbed_pairs, read_tabbed_questions, set_notes
from lab03_eval.vectors import WordVectors
from tests.commands import Done, demand_one_line, in_process, process

FOREIGN = [name for name, benchmark in BENCHMARKS.items() if benchmark.language != "en"]
PAIRS = "\ufeff# Author (2017)\nword1\tword2\tsimilarity\tsd\nKönig\tKönigin\t3.5\t1\njärvi\tsuo\t1.elo\t2\n"
QUESTIONS = "# Author (2015)\na1\ta2\tb1\tb2\n# first\na\tb\tc\td\na\tb\tc\td\n# second\na\tb\tc\td\na\tb\tc\tb\n"


@pytest.fixture
def german() -> WordVectors:
    """Lower-case German words, and two that are English words as well."""
    words = ["der", "könig", "mann", "frau", "königin", "paris", "hand", *[f"wort{letter}" for letter in "abcdefgh"]]
    return WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 8)))


@pytest.mark.parametrize("name", FOREIGN)
def test_each_set_is_read_to_its_last_row(data_set, name):
    rows, last = {
        "ar_wordsim353": (352, ("كلمة", "تشابه", 4.75)),
        "de_gur350": (350, ("Zielstrebigkeit", "Erfolg", 2.63)),
        "de_gur65": (65, ("Zauberer", "Orakel", 1.71)),
        "fi_finnsim300": (300, ("ystävällinen", "antelias", 2.5454545455)),
        "cs_analogies": (20_838, ("Vietnam", "Vietnamec", "Ukrajina", "Ukrajinec")),
        "de_semantic": (8_869, ("Onkel", "Tante", "Stiefsohn", "Stieftochter")),
        "de_syntactic": (9_683, ("schreiben", "schreibt", "arbeiten", "arbeitet")),
        "fi_analogies": (1_037, ("eteen", "taakse", "koillinen", "lounas")),
    }[name]  # fmt: skip
    path = data_set(BENCHMARKS[name].file)
    if BENCHMARKS[name].kind == "similarity":
        items = read_tabbed_pairs(path)[0]
    else:
        items = [question for _, questions in read_tabbed_questions(path)[0] for question in questions]
    written = [line.split("\t") for line in path.read_text(encoding="utf-8-sig").splitlines() if line[:1] != "#"]
    assert len(items) == rows == len(written) - 1
    assert items[-1] == last
    assert [item[:2] for item in items] == [tuple(row[:2]) for row in written[1:]]


def test_what_is_odd_in_the_sets_is_told(data_set):
    for name in FOREIGN:
        data_set(BENCHMARKS[name].file)
    told = {
        name: (pairs_of(name) if BENCHMARKS[name].kind == "similarity" else questions_of(name))[1] for name in FOREIGN
    }
    assert {name: notes for name, notes in told.items() if notes} == {
        "ar_wordsim353": [
            "3 pairs stand more than once, and each row counts",
            "2 pairs stand in both orders, and each row counts",
            "pairs of a word with itself: 1",
            "misspelt words: إرتفع for ارتفع, اسهم for أسهم",
        ],
        "cs_analogies": [
            "1,884 rows repeat a question of their section, and count again",
            "119 rows have an answer among the question's own words, which no vectors can give",
        ],
        "de_semantic": [
            "171 questions stand in two sections, and count in both",
            "4 rows have an answer among the question's own words, which no vectors can give",
        ],
        "fi_finnsim300": ["8 scores that a spreadsheet turned into dates were read back: 1.elo is 1.8"],
    }


def test_finnish_dates_are_the_scores_that_55_people_can_give(data_set):
    pairs, _ = read_tabbed_pairs(data_set("multilingual/fi-finnsim300.tsv"))
    scores = {(first, second): score for first, second, score in pairs}
    dates = [("järvi", "suo"), ("kukka", "kestävyys"), ("lintu", "haukka"), ("metalli", "alumiini"),
             ("puhua", "kuulla"), ("vaara", "sairaus"), ("vesi", "jää"), ("yritys", "yhtiö")]  # fmt: skip
    assert [scores[pair] for pair in dates] == [1.8, 2.4, 3.4, 3.4, 1.2, 1.2, 3.2, 7.4]
    for score in scores.values():  # a mean of 55 whole numbers
        assert 55 * score == pytest.approx(round(55 * score), abs=1e-6)


def test_rows_are_read_behind_mark_comments_and_columns(tmp_path):
    (tmp_path / "pairs.tsv").write_text(PAIRS, encoding="utf-8")
    pairs, notes = read_tabbed_pairs(tmp_path / "pairs.tsv")
    assert pairs == [("König", "Königin", 3.5), ("järvi", "suo", 1.8)]
    assert notes == ["1 scores that a spreadsheet turned into dates were read back: 1.elo is 1.8"]
    (tmp_path / "questions.tsv").write_text(QUESTIONS)
    sections, notes = read_tabbed_questions(tmp_path / "questions.tsv")
    assert sections == [("first", [tuple("abcd")] * 2), ("second", [tuple("abcd"), tuple("abcb")])]
    assert notes == [
        "1 questions stand in two sections, and count in both",
        "1 rows repeat a question of their section, and count again",
        "1 rows have an answer among the question's own words, which no vectors can give",
    ]


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (read_tabbed_pairs, "König\tKönigin\t3.5\n", "line 1: expected the columns word1 word2 similarity"),
        (read_tabbed_pairs, PAIRS + "kuu\työ\n", "line 5: expected two words and a number"),
        (read_tabbed_pairs, PAIRS + "kuu\työ\t1.loka\n", "line 5: expected two words and a number"),
        (read_tabbed_pairs, "word1\tword2\tsimilarity\n", "all lines: expected pairs of words"),
        (read_tabbed_questions, QUESTIONS + "a\tb\tc\n", 'line 9: expected "# section" or four words'),
        (read_tabbed_questions, "a1\ta2\tb1\tb2\n# empty\n", "all lines: expected questions of four words"),
    ],
)
def test_a_damaged_set_names_file_and_place(tmp_path, read, text, says):
    (tmp_path / "set.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(Damaged, match=f"set.tsv: {says}"):
        read(tmp_path / "set.tsv")


def test_a_set_in_another_language_is_one_row_without_a_score(german, no_data):
    scores = evaluate(german, CORE, language="de")
    assert scores == {f"{name}.not_run": "the vectors are German" for name in CORE}
    assert "WordSim-353               not run: the vectors are German" in format_scores(scores, len(german))
    assert evaluate(german, ["de_gur350"]) == {"de_gur350.not_run": "the vectors are English"}


def test_words_are_found_in_lower_case_and_sections_have_no_halves(german, no_data):
    folder = no_data / "multilingual"
    folder.mkdir(parents=True)
    (folder / "de-gur65.tsv").write_text(PAIRS + "Mann\tFrau\t1\n", encoding="utf-8")
    (folder / "de-semantic-google.tsv").write_text(
        "a1\ta2\tb1\tb2\n# family\nMann\tFrau\tKönig\tKönigin\n# b\na\tb\tc\td\n"
    )
    scores = evaluate(german, sets_of("de"), language="de")
    assert (scores["de_gur65.used"], scores["de_gur65.total"], scores["de_gur65.recased"]) == (2, 3, 4)
    assert (scores["de_semantic.full.used"], scores["de_semantic.full.section.family.used"]) == (1, 1)
    assert not [key for key in scores if "de_semantic" in key and ("full.semantic" in key or "syntactic" in key)]
    assert [key for _, key, _ in score_rows(scores, len(german))] == [
        "de_gur350", "de_gur65", "de_semantic.full", "de_syntactic",
    ]  # fmt: skip
    assert scores["de_gur350.not_run"].endswith("python scripts/get_data.py multilingual")
    assert set_notes(scores) == [f"Gur65: {scores['de_gur65.noted']}."]
    notes = coverage_notes(german, scores | {"language": "de"})
    assert notes[:2] == ["Sets in other languages than German are not run.", *set_notes(scores)]


def test_english_is_what_it_was(vectors):
    assert core_sets("en") == CORE
    assert len(sets_of("en")) == 13
    assert chosen(vectors, "en", 1) == (WORDS, ANALOGIES)
    assert evaluate(vectors, CORE, language="en") == pytest.approx(evaluate(vectors), nan_ok=True)
    assert format_scores(evaluate(vectors), len(vectors)).startswith(f"{'measure':<26}{'score':>14}")
    assert describe(vectors, None) == describe(vectors, None, "en", 7)


def test_a_language_without_sets_says_which_have_some():
    assert [without_sets(code) for code in ("de", "en")] == ["", ""]
    assert without_sets("tr") == (
        "no data set is known in Turkish; there are sets in Arabic, Czech, English, Finnish, German"
    )
    assert set(EXAMPLES) <= {benchmark.language for benchmark in BENCHMARKS.values()} < set(NAMES)


def test_words_are_those_of_the_vocabulary_or_drawn_from_it_by_seed(german):
    words, asked = chosen(german, "de", 1)
    assert words == ("könig", "paris")
    assert [question for question, _ in asked] == [("mann", "könig", "frau")]
    assert "könig − mann + frau" in describe(german, None, "de")
    cased = WordVectors([word.title() for word in german.words], german.matrix)
    assert chosen(cased, "de", 1)[0] == ("König", "Paris")
    letters = WordVectors(["".join(chr(97 + int(d)) for d in str(i)) for i in range(3000)], np.ones((3000, 2)))
    drawn = known_or_drawn(letters, ("unknown",), 1)
    assert drawn == known_or_drawn(letters, (), 1) != known_or_drawn(letters, (), 2)
    assert all(200 <= letters.index[word] < 2000 for word in drawn)
    assert "Analogies" not in describe(german, None, "tr")


@pytest.mark.parametrize(
    ("file", "report", "value", "expected"),
    [
        ("vectors.bin", "run.json", {"language": "de"}, "de"),
        ("vectors.bin", "run.json", {"corpus": {"name": "wiki8"}}, "en"),
        ("vectors.bin", "run.json", {"corpus": {"name": "other"}}, None),
        ("other.bin", "run.json", {"language": "de"}, None),
        ("other.bin", "other.json", {"language": "fi"}, "fi"),
        ("glove.bin", "comparison.json", {"config": {"corpus": "sample"}}, "en"),
        ("other.bin", "other.json", {"language": "xx"}, None),
        ("other.bin", "other.json", {"language": ["de"]}, None),
        ("other.bin", "other.json", [1], None),
    ],
)
def test_a_report_beside_the_vectors_says_their_language(tmp_path, file, report, value, expected):
    (tmp_path / report).write_text(json.dumps(value))
    code, source = reported_beside(tmp_path / file)
    assert code == expected
    if expected:
        assert source == str(tmp_path / report)


def scored(path: Path, *options: str) -> Done:
    return process("lab03_eval/eval_embeddings.py", str(path), "--only", "wordsim353", *options)


def test_who_says_the_language_is_one_line(german, tmp_path):
    path = tmp_path / "some.bin"
    german.save(path)
    assert f"{path}: no file beside it names its language, taken as English; --lang says otherwise\n" in (
        scored(path).stdout
    )
    (tmp_path / "some.json").write_text('{"language": "en"}')
    assert "English" not in scored(path).stdout
    done = scored(path, "--lang", "de", "--json", str(tmp_path / "scores.json"))
    assert f"{path}: German, as --lang says, although {tmp_path / 'some.json'} says English\n" in done.stdout
    assert json.loads((tmp_path / "scores.json").read_text())["language"] == "de"
    demand_one_line(scored(path, "--lang", "xx"), "'xx' is no language of ISO 639")


def test_a_language_without_sets_has_no_scores_to_give(german, tmp_path):
    german.save(tmp_path / "some.bin")
    done = process("lab03_eval/eval_embeddings.py", str(tmp_path / "some.bin"), "--lang", "tr")
    demand_one_line(done, "some.bin: no data set is known in Turkish")


def test_lab03_measures_one_language_at_a_time(german, tmp_path, no_data):
    for name, code in (("one", "de"), ("two", "fi")):
        german.save(tmp_path / f"{name}.bin")
        (tmp_path / f"{name}.json").write_text(json.dumps({"language": code}))
    both = [str(tmp_path / "one.bin"), str(tmp_path / "two.bin")]
    done = in_process(lab03.main, "--vectors", *both, "--no-pictures", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "two.bin: its vectors are Finnish, and those of " in done.stderr
    done = in_process(lab03.main, "--vectors", *both, "--no-pictures", "--out", str(tmp_path / "out"), "--lang", "de")
    assert done.returncode == 0, done.stderr
    assert "two.bin: German, as --lang says, although " in done.stdout
    assert "weat: not run: the word lists are English, and the vectors are German" in done.stdout
    assert "WordSim-353" not in done.stdout
    assert json.loads((tmp_path / "out" / "scores.json").read_text())["results"]["one"]["language"] == "de"


def trained(tmp_path: Path, *options: str, note: object = None) -> Done:
    text = tmp_path / "text.txt"
    text.write_text(
        "der könig und die frau und der mann in paris und in bonn sind alle heute da " * 9, encoding="utf-8"
    )
    if note is not None:
        (tmp_path / "text.txt.json").write_text(note if isinstance(note, str) else json.dumps(note))
    sizes = ["--min-count", "1", "--subsample", "1", "--epochs", "1", "--dim", "4", "--out", str(tmp_path / "out")]
    return in_process(lab01.main, "--data", str(text), *sizes, *options)


def test_lab01_speaks_the_language_of_the_corpus(tmp_path, no_data):
    done = trained(tmp_path, note={"language": "de"})
    assert done.returncode == 0, done.stderr
    assert f"language: text: German, as {tmp_path / 'text.txt.json'} says\n" in done.stdout
    for shown in ("  könig ", "könig − mann + frau", "Gur350 ", "One hopes for königin."):
        assert shown in done.stdout
    for hidden in ("  king", "  python", "WordSim-353"):
        assert hidden not in done.stdout
    report = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (report["language"], "wordsim353.rho" in report["scores"]) == ("de", False)
    assert reported_beside(tmp_path / "out" / "vectors.bin")[0] == "de"


def test_lab01_without_sets_shows_drawn_words_and_no_table(tmp_path):
    done = trained(tmp_path, "--lang", "tr")
    assert done.returncode == 0, done.stderr
    assert "none: no data set is known in Turkish; there are sets in Arabic, " in done.stdout
    assert done.stdout.splitlines()[-1].endswith("the thresholds are for English, and do not apply to Turkish")
    assert "measure " not in done.stdout


def test_lab01_of_an_unknown_corpus_says_that_it_is_taken_as_english(tmp_path):
    assert "language: text: no file beside it names its language, taken as English; --lang says otherwise\n" in (
        trained(tmp_path).stdout
    )
    assert "language" not in in_process(lab01.main, "--data", "sample", "--dry-run").stdout


@pytest.mark.parametrize(
    ("note", "says"),
    [({"language": "xx"}, "expected a code of ISO 639"), ({}, "holds no language"), ("{", "not JSON")],
)
def test_a_note_without_a_language_is_one_line(tmp_path, note, says):
    demand_one_line(trained(tmp_path, note=note), "text.txt.json", says)
