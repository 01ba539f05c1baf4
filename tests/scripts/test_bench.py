"""The benchmarks' processes on a small text: their records say what ran, and bad input ends in one line."""

from __future__ import annotations

import json
import os
import sys

from wordlab.errors import InputError

import numpy as np
import pytest

from lab01_word2vec.text import Text, split_words
from lab03_eval.vectors import WordVectors
from scripts import bench
from scripts.bench import KEPT
from scripts.peers import GENSIM, installed, prepare, run_program
from tests.commands import demand_one_line
from tests.conftest import ROOT
from tests.scripts.commands import script

GENSIM_FILE, GENSIM_ITERATOR = GENSIM
TRAINED = ROOT / "lab03_eval" / "wiki8_20k.safetensors"


@pytest.fixture(scope="module")
def prepared(small_text, tmp_path_factory):
    path = tmp_path_factory.mktemp("peers") / "prepared.txt"
    prepare(str(small_text), path)
    return path


def test_the_peers_file_has_the_corpus_in_lines_of_a_thousand_words(small_text, prepared, tmp_path):
    lines = prepared.read_text().splitlines()
    assert [len(line.split()) for line in lines] == [1000] * 30
    assert " ".join(lines).split() == [word for words in split_words(Text(str(small_text)).pieces()) for word in words]
    prepare(str(small_text), tmp_path / "first", tokens=1500)
    assert (tmp_path / "first").read_text().split() == " ".join(lines).split()[:1500]


@pytest.mark.parametrize(
    ("trainer", "options"),
    [
        (GENSIM_FILE, []),
        (GENSIM_ITERATOR, []),
        ("blocks", ["--precision", "float32"]),
        ("pairs", []),
    ],
)
def test_a_record_says_what_ran(trainer, options, small_text, prepared, tmp_path):
    data = str(prepared if trainer in GENSIM else small_text)
    job = {"trainer": trainer, "data": data, "tokens": 30_000, "seed": 1, "threads": 1, "epochs": 1, "options": options}
    (tmp_path / "job.json").write_text(json.dumps(job))
    done = script("bench.py", "--child", tmp_path)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["training_seconds"] > 0
    assert record["words_per_second"] == pytest.approx(30_000 / record["training_seconds"])
    kept, alone = (WordVectors.load(tmp_path / f"{way}.bin") for way in KEPT.values())
    assert kept.words == alone.words
    assert kept.dim == alone.dim == 100
    assert not np.allclose(kept.matrix, alone.matrix)


PROGRAM = """#!{python}
import pathlib, sys
import numpy as np
given = dict(zip(sys.argv[1:], sys.argv[2:]))
words = sorted(set(pathlib.Path(given.get("-train", given.get("-input", "/dev/null"))).read_text().split()))[:40]
rows = "".join(word + " " + " ".join(["0.5"] * 99 + [str(place)]) + "\\n" for place, word in enumerate(words))
if "word2vec" in sys.argv[0] and "-save-vocab" in given:
    pathlib.Path(given["-save-vocab"]).write_text("".join(word + " 7\\n" for word in words))
elif "word2vec" in sys.argv[0]:
    with open(given["-output"], "wb") as file:
        file.write(b"40 100\\n")
        for place, word in enumerate(words):
            row = np.array([0.5] * 99 + [place], np.float32)
            file.write(word.encode() + b" " + row.tobytes() + b"\\n")
else:
    print("Number of words:  40", file=sys.stderr, flush=True)
    print("Progress: 100.0%", file=sys.stderr)
    for ending in (".vec", ".output"):
        pathlib.Path(given["-output"] + ending).write_text("40 100\\n" + rows)
"""


@pytest.mark.parametrize(("name", "program"), [("word2vec.c", "word2vec"), ("fastText", "fasttext")])
def test_a_program_on_the_path_is_a_peer(name, program, prepared, tmp_path, monkeypatch):
    """A stand-in that takes the program's options and writes its files, since the programs are not on every machine."""
    (tmp_path / program).write_text(PROGRAM.format(python=sys.executable))
    (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    raced = installed()[name](prepared, 1, 1, 1)
    assert raced.in_emb.shape == (40, 100)
    assert (raced.out_emb is None) == (name == "word2vec.c")
    assert raced.reading_seconds >= 0
    assert raced.training_seconds > 0
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert list(installed()) == list(GENSIM)


def test_a_program_that_fails_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="no such program"):
        run_program("word2vec", [])
    (tmp_path / "word2vec").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "word2vec").chmod(0o755)
    with pytest.raises(InputError, match="status 3"):
        run_program("word2vec", [])


def test_a_ladder_is_climbed_to_the_first_schedule_that_reaches_all_scores(monkeypatch):
    """Schedule n scores n in everything, so that a bar of 2.5 is reached by the fourth, by both targets."""
    tried = []

    def train(job, title):
        tried.append(job.epochs)
        rung = [epochs for epochs, *_ in bench.LADDER].index(job.epochs)
        return {way: dict.fromkeys(bench.SCORES, float(rung)) for way in KEPT}

    monkeypatch.setattr(bench, "train_and_score", train)
    climb, job = bench.Climb(), bench.Job("blocks", "text", 1, 1, 1)
    low, high = ({way: dict.fromkeys(bench.SCORES, bar) for way in KEPT} for bar in (2.5, 1e9))
    found = climb.reach(job, low)
    assert {record["epochs"] for record in found.values()} == {bench.LADDER[3][0]}
    assert len(found) == len(KEPT) * len(bench.TARGETS)
    assert tried == [epochs for epochs, *_ in bench.LADDER[:4]]  # each schedule is trained once for all targets
    tried.clear()
    assert climb.reach(job, high) == {}  # beyond the ladder
    assert tried == [epochs for epochs, *_ in bench.LADDER[3:]]  # it goes on from where the last round was


def test_the_rounds_before_an_interrupted_one_are_kept(small_text, tmp_path, monkeypatch):
    def train(job, title):
        if job.seed == 2:
            raise InputError("the second round fails")
        times = {"training_seconds": 2.0, "reading_seconds": 1.0, "words_per_second": 5.0}
        return times | {way: dict.fromkeys(bench.SCORES, 0.5) for way in KEPT}

    monkeypatch.setattr(bench, "train_and_score", train)
    monkeypatch.setattr(bench, "time_whole_command", lambda args: 4.0)
    record = tmp_path / "bench.json"
    with pytest.raises(InputError, match="second round"):
        bench.run(bench.build_parser().parse_args(["--data", str(small_text), "--rounds", "2", "--json", str(record)]))
    kept = json.loads(record.read_text())
    assert (kept["rounds"], kept["tokens"]) == (1, 30_000)
    assert len(kept["trainers"]["blocks"]) == len(kept["ratios"][bench.FASTER]) == 1


def test_what_could_not_be_scored_reaches_nothing():
    assert bench.reaches({"a": 1.0}, {"a": 1.0}, ["a"])
    assert not bench.reaches({"a": None}, {"a": 1.0}, ["a"])
    assert not bench.reaches({"a": 1.0}, {"a": None}, ["a"])


def test_the_tasks_of_lab_3s_benchmark(tmp_path):
    path = tmp_path / "vectors.bin"
    assert script("bench_eval.py", "--child", "make", "1000x20", path).returncode == 0
    assert WordVectors.load(path).matrix.shape == (1000, 20)
    loaded, answered = ({}, {})
    for library in ("ours", "gensim"):
        loaded[library] = json.loads(script("bench_eval.py", "--child", "load", library, path).stdout)
        assert loaded[library]["seconds"] > 0
        answered[library] = json.loads(script("bench_eval.py", "--child", "analogies", library, TRAINED).stdout)
    # Both answer the questions whose words are known, and equally well.
    assert answered["ours"]["used"] == answered["gensim"]["used"] > 1000
    assert answered["ours"]["correct"] == answered["gensim"]["correct"]


@pytest.mark.parametrize(
    ("name", "arguments", "parts"),
    [
        ("bench.py", ["--data", "nowhere.txt"], ["nowhere.txt", "no such file"]),
        ("bench.py", ["--rounds", "0"], ["--rounds", "[1, 1000]"]),
        ("bench_eval.py", ["--rounds", "0"], ["--rounds", "[1, 1000]"]),
        ("pack_vectors.py", ["nowhere", "--licence", "x"], ["nowhere/run.json"]),
    ],
)
def test_bad_input_is_one_line(name, arguments, parts):
    demand_one_line(script(name, *arguments), *parts)


def test_pack_vectors_wants_a_run_of_lab_1(tmp_path):
    for content, told in (("{", "not JSON"), ("[]", "expected a JSON object"), ("{}", "name the folder of its --out")):
        (tmp_path / "run.json").write_text(content)
        demand_one_line(script("pack_vectors.py", tmp_path, "--licence", "x"), "run.json", told)
