"""Damaged data sets: the row at fault says which file and where, every other row is measured, and nothing breaks."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from lab03_eval import benchmarks
from lab03_eval.benchmarks import (
    BENCHMARKS,
    read_categories,
    read_pairs,
    read_questions,
)
from lab03_eval.command import measure
from lab03_eval.eval_embeddings import compare, evaluate, format_scores
from lab03_eval.measures.bias import evaluate_bias
from lab03_eval.measures.word_lists import FILES, WEAT_TESTS
from lab03_eval.vectors import WordVectors

PAIRS = "# word word score\ncat dog 7\ncat king 1.5\nking queen 9\n"
QUESTIONS = ": family\nking queen man woman\n: plural\ncat cats dog dogs\n"
CATEGORIES = "category,word\nanimal,cat\nanimal,dog\nanimal,\nroyal,king\nroyal,queen\n"
SETS = {name: ["cat", "dog", "king"] for test in WEAT_TESTS.values() for name in test}
LISTS = {
    "weat": json.dumps(SETS, indent=0),
    "definitional_pairs": '[["she", "he"], ["woman", "man"], ["queen", "king"]]',
    "equalize_pairs": '[["queen", "king"]]',
    "gender_specific": '["she", "he", "queen"]',
    "professions": '[["nurse", 0.0, -0.8], ["clerk", 0, 0.1], ["queen", -1, -1]]',
}
READERS = {"similarity": (read_pairs, PAIRS), "analogy": (read_questions, QUESTIONS)}
READERS["categories"] = (read_categories, CATEGORIES)


@pytest.fixture(scope="module")
def known() -> WordVectors:
    words = ["cat", "dog", "cats", "dogs", "king", "queen", "man", "woman", "she", "he", "nurse", "clerk"]
    return WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 6)))


@pytest.fixture
def data(no_data, tmp_path, monkeypatch) -> Path:
    """A folder in which all data sets are small and sound, gensim's among them."""
    monkeypatch.setattr(benchmarks, "gensim_data", lambda name: tmp_path / "gensim" / name)
    for benchmark in BENCHMARKS.values():
        path = (no_data if benchmark.folder else tmp_path / "gensim") / benchmark.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(READERS[benchmark.kind][1])
    for name, file in FILES.items():
        (no_data / file).parent.mkdir(exist_ok=True)
        (no_data / file).write_text(LISTS[name])
    return no_data


DAMAGES = {
    "line": b"cat dog 7\ncat do",
    "nan": b"cat dog 7\ncat king nan\n",
    "encoding": b"cat dog 7\nna\xefve cat 3\n",
    "empty": b"",
    "page": b"<!DOCTYPE html>\n<html></html>\n",
    "zeros": bytes(100),
}


@pytest.mark.parametrize("damage", [*DAMAGES, "folder"])
@pytest.mark.parametrize("name", ["wordsim353", "rg65", "google", "msr", "ap"])
def test_the_row_of_a_damaged_set_names_its_file_and_all_others_are_measured(known, data, name, damage):
    sound = evaluate(known, BENCHMARKS)
    path = benchmarks.find(name)
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        path.write_bytes(DAMAGES[damage])
    scores = evaluate(known, BENCHMARKS)
    reason = scores.pop(f"{name}.not_run")
    assert reason.startswith(f"{path}: ")
    assert reason.endswith("delete the file, then fetch or install it again")
    assert "\n" not in reason
    assert scores == {key: value for key, value in sound.items() if not key.startswith(f"{name}.")}
    table = format_scores(scores | {f"{name}.not_run": reason}, len(known))
    assert f"{BENCHMARKS[name].title:<26}not run: {path}: " in table.replace(", all 12 words", "")


def test_the_place_of_the_damage_is_named(known, data):
    (data / "wordsim/EN-RG-65.txt").write_text("gem\tjewel\t3.9\ncord\tsm")
    (data / "analogy/msr.txt").write_text("good better rough rougher\ngood better rough\n")
    (data / "clustering/ap.csv").write_text("category,word\nanimal,cat\n,dog\n")
    scores = evaluate(known, BENCHMARKS)
    assert "EN-RG-65.txt: line 2: expected two words and a number" in scores["rg65.not_run"]
    assert 'msr.txt: line 2: expected ": section" or four words' in scores["msr.not_run"]
    assert "ap.csv: line 3: expected a category and a word" in scores["ap.not_run"]
    assert "wordsim353.rho" in scores


def test_a_comparison_leaves_a_damaged_set_out(known, data):
    (data / "wordsim/EN-RG-65.txt").write_text("gem\n")
    found = compare(known, known, BENCHMARKS)
    assert found["wordsim353.difference"] == 0
    assert not any(key.startswith("rg65.") for key in found)


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("weat", '{"flowers": [', "line 1: expected JSON"),
        ("weat", "[]", "set 'flowers': expected a list of words"),
        ("weat", json.dumps(SETS | {"insects": "ant"}), "set 'insects'"),
        ("weat", json.dumps(SETS | {"insects": [1, 2]}), "set 'insects'"),
        ("weat", "[" * 100_000, "expected JSON"),
        ("definitional_pairs", '[["she", "he"], ["woman"]]', "entry 2: expected two words"),
        ("definitional_pairs", '{"she": "he"}', "expected a list of entries"),
        ("gender_specific", '["he", null]', "entry 2: expected a word"),
        ("professions", '[["nurse", 0, "much"]]', "entry 1: expected a word and two numbers"),
        ("professions", '[["nurse", 0, NaN]]', "entry 1"),
        ("professions", f'[["nurse", 0, 1{"0" * 400}]]', "entry 1"),
        ("professions", f"[{'1' * 5000}]", "expected JSON"),
        ("equalize_pairs", "", "line 1: expected JSON"),
    ],
)
def test_a_damaged_word_list_stops_only_what_needs_it(known, data, name, content, place):
    (data / FILES[name]).write_text(content)
    found = evaluate_bias(known)
    part = {"weat": "weat", "definitional_pairs": "gender", "professions": "professions"}.get(name, "debias")
    reasons = {key: value for key, value in found.items() if key.endswith("not_run")}
    assert list(reasons) == [f"bias.{part}.not_run"]
    assert f"{data / FILES[name]}: " in reasons[f"bias.{part}.not_run"]
    assert place in reasons[f"bias.{part}.not_run"]
    assert ("bias.weat.7_math_arts.effect" in found) == (part != "weat")
    assert ("bias.gender.share" in found) == (part != "gender")
    assert ("bias.professions.rho" in found) == (part not in ("gender", "professions"))
    assert ("bias.analogies.all.after" in found) == (part not in ("gender", "debias"))


def test_lab_3_shows_all_that_it_could_measure(known, data):
    (data / "wordsim/EN-RG-65.txt").write_text("gem\n")
    for name in ("weat", "professions", "equalize_pairs"):
        (data / FILES[name]).write_text("{")
    figures, text = measure({"known": known}, seed=1)
    assert figures["results"]["known"]["wordsim353.used"] == 3
    assert f"- not run, RG-65: {data / 'wordsim/EN-RG-65.txt'}: line 1: " in text
    for part, name in (("weat", "weat"), ("professions", "professions"), ("debias", "equalize_pairs")):
        assert f"{part}: not run: {data / FILES[name]}: line 1: expected JSON" in text
    assert "Gender direction: one component holds " in text


def test_questions_cut_to_one_section_have_no_parts(known, data):
    benchmarks.find("google").write_text(": family\nking queen man woman\n")
    scores = evaluate(known, ["google"])
    assert scores["google.full.used"] == 1
    assert "semantic" not in format_scores(scores, len(known))
    assert "bias.analogies.all.before" in evaluate_bias(known)


def mutated(content: bytes, rng: random.Random) -> bytes:
    """One to three bytes or pieces exchanged, deleted, repeated, or cut off."""
    pieces = [b"\xff", b"\0", b"nan", b"inf", b"\n", b",", b'"', b"{", b"]", b": ", b"\xe2\x80\xa8", b"1e999", b"-"]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(content) + 1)
        end = min(len(content), at + rng.randint(0, 12))
        content = content[:at] + rng.choice([b"", rng.choice(pieces), content[at:end] * 2]) + content[end:]
        if rng.random() < 0.1:
            content = content[:at]
    return content


@pytest.mark.parametrize("name", ["rg65", "google", "ap"])
def test_mutated_files_are_measured_or_refused_in_one_line(name, known, data):
    reader, content = READERS[BENCHMARKS[name].kind]
    path, rng, refused = benchmarks.find(name), random.Random(name), 0
    for _ in range(150):
        path.write_bytes(mutated(content.encode(), rng))
        scores = evaluate(known, [name])
        reason = scores.get(f"{name}.not_run")
        refused += reason is not None
        if reason:
            assert reason.startswith(f"{path}: ")
            assert len(reason.splitlines()) == 1
        elif BENCHMARKS[name].kind == "similarity":
            assert all(np.isfinite(score) for *_, score in reader(path))
        assert format_scores(scores, len(known)).count("\n") >= 1
    assert 15 < refused < 150


@pytest.mark.parametrize("name", FILES)
def test_mutated_word_lists_leave_a_result_or_a_reason(name, known, data):
    path, rng = data / FILES[name], random.Random(name)
    refused = 0
    for _ in range(100):
        path.write_bytes(mutated(LISTS[name].encode(), rng))
        reasons = [
            value for key, value in evaluate_bias(known).items() if key.endswith("not_run") and "expected" in value
        ]
        refused += len(reasons)
        assert all(reason.startswith(f"{path}: ") and len(reason.splitlines()) == 1 for reason in reasons)
    assert 10 < refused < 100
