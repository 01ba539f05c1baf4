"""Lab 3's command on the shipped vectors and on files that cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lab03_eval import command
from lab03_eval.command import SHIPPED
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.pictures import layout
from lab03_eval.pictures.layout import METHODS
from lab03_eval.vectors import WordVectors
from tests.commands import Done, in_process
from tests.conftest import ROOT


def lab03(*arguments: str) -> Done:
    return in_process(command.main, *arguments)


@pytest.fixture(scope="module")
def shipped() -> WordVectors:
    return WordVectors.load(SHIPPED)


def test_the_shipped_vectors_are_what_their_page_says(shipped):
    described = json.loads(SHIPPED.with_suffix(".json").read_text())
    assert SHIPPED.stat().st_size < 8_000_000
    assert len(shipped) == 20_000
    assert (np.diff(shipped.counts) <= 0).all()
    assert "CC BY-SA" in described["licence"]
    assert described["corpus"]["name"] in described["command"]
    assert not any("full" in key for key in described["scores"])
    scores = evaluate(shipped)
    assert described["scores"]["wordsim353.rho"] == pytest.approx(scores["wordsim353.rho"], abs=1e-6)
    accuracy = scores["google.full.accuracy"]
    assert described["scores"]["google.20000.accuracy"] == pytest.approx(accuracy, abs=1e-4)
    assert accuracy > 0.3


@pytest.mark.long
def test_without_arguments_it_measures_and_draws_the_shipped_vectors(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the default --out is relative
    done = lab03("--top", "300")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "runs" / "lab03"
    made = {path.name for path in out.iterdir()}
    pictures = {"maps.png", "sections.png", "similarity.png", "analogies.png", "map.html"}
    assert made == pictures | {"scores.json", "report.md"}
    for heading in ("## Scores", "## Geometry", "## Bias of wiki8_20k", "## Senses in wiki8_20k"):
        assert heading in done.stdout
        assert heading in (out / "report.md").read_text()
    assert "all words" in done.stdout
    assert "full" not in done.stdout
    assert done.stdout.strip().splitlines()[-1].startswith("done in ")
    results = json.loads((out / "scores.json").read_text())["results"]["wiki8_20k"]
    assert results["wordsim353.rho"] == evaluate(WordVectors.load(SHIPPED))["wordsim353.rho"]


def test_several_embeddings_stand_side_by_side_with_their_differences(shipped, tmp_path):
    noise = np.random.default_rng(0).standard_normal((5000, 20))
    WordVectors(shipped.words[:5000], noise).save(tmp_path / "noise.bin")
    WordVectors(["ε", "δ"], np.eye(2)).save(tmp_path / "greek.txt")
    files = [str(SHIPPED), str(tmp_path / "noise.bin"), str(tmp_path / "greek.txt")]
    done = lab03("--vectors", *files, "--no-pictures", "--export", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert set(written["results"]) == {"wiki8_20k", "noise", "greek"}
    assert written["differences"]["noise"]["wordsim353.excludes_zero"] is True
    assert "wordsim353.difference" not in written["differences"]["greek"]
    assert "no coverage" in done.stdout
    assert "wiki8_20k and greek: not compared" in done.stdout
    overlap = written["agreement"]["wiki8_20k and noise"]
    assert overlap["shared"] < 5 * overlap["chance"]
    lines = (tmp_path / "out" / "projector" / "metadata.tsv").read_text().splitlines()
    assert lines == shipped.words[:10_000]
    assert (tmp_path / "out" / "sentence-transformer" / "modules.json").exists()


def test_bad_vectors_are_one_line_and_leave_nothing(tmp_path):
    (tmp_path / "page.bin").write_bytes(b"<!DOCTYPE html><html></html>")
    done = lab03("--vectors", str(tmp_path / "page.bin"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "page.bin" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "matrix", "options", "says"),
    [
        (2, np.eye(2), [], "tiny.bin: a map needs at least 4 words"),
        (50, np.ones((50, 5)), [], "tiny.bin: a map needs words of different directions"),
        (50, np.eye(50), ["--top", "-5"], "--top"),
        (50, np.eye(50), ["--seed", "-1"], "--seed"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_it_is_measured(tmp_path, words, matrix, options, says):
    WordVectors([f"w{i}" for i in range(words)], matrix).save(tmp_path / "tiny.bin")
    done = lab03("--vectors", str(tmp_path / "tiny.bin"), "--out", str(tmp_path / "out"), *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def german(tmp_path) -> Path:
    """Vectors of a vocabulary of which no data set and no picture of analogies holds a word."""
    words = ["der", "größe", "straße", "schön", *[f"wort{i}" for i in range(40)]]
    WordVectors(words, np.random.default_rng(0).standard_normal((44, 6))).save(tmp_path / "german.bin")
    return tmp_path / "german.bin"


@pytest.fixture
def quick(monkeypatch):
    """The command with layouts that take no time, on which nothing depends here."""
    places = {method: lambda unit, seed: unit[:, :2] for method in METHODS}
    monkeypatch.setattr(layout, "_LAYOUTS", places)


def test_a_foreign_vocabulary_gets_its_map_and_the_other_pictures_are_left_out_by_name(german, tmp_path, quick):
    out = tmp_path / "out"
    done = lab03("--vectors", str(german), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {"scores.json", "report.md", "map.html", "maps.png"}
    assert "sections.png left out: all of Google's analogies hold an unknown word" in done.stdout
    assert "analogies.png left out: of no relation (country → capital, " in done.stdout
    assert "similarity.png left out: none of the 353 word pairs is in this vocabulary" in done.stdout


@pytest.mark.parametrize(
    ("module", "lines", "made"),
    [
        ("umap", ["UMAP left out of maps.png and map.html: umap-learn"], {"map.html", "maps.png"}),
        (
            "lab03_eval.pictures.plots",
            ["maps.png, sections.png, analogies.png and similarity.png left out: matplotlib"],
            {"map.html"},
        ),
        (
            "sklearn.cluster",
            [": not run: scikit-learn cannot be imported"],
            {"map.html", "maps.png", "sections.png", "analogies.png", "similarity.png"},
        ),
    ],
)
def test_without_a_package_the_rest_is_made(shipped, tmp_path, monkeypatch, module, lines, made):
    """Its layouts are PCA, but for UMAP, which asks for its package."""
    layouts = {"PCA": layout._pca, "UMAP": layout._umap if module == "umap" else layout._pca, "t-SNE": layout._pca}
    monkeypatch.setattr(layout, "_LAYOUTS", layouts)
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delattr("lab03_eval.pictures.plots", raising=False)  # or the package still has it
    count = 4000 if module == "sklearn.cluster" else 50
    WordVectors(shipped.words[:count], shipped.matrix[:count]).save(tmp_path / "some.bin")
    done = lab03("--vectors", str(tmp_path / "some.bin"), "--top", "50", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert all(line in done.stdout for line in lines), done.stdout
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert made | {"scores.json", "report.md"} <= files
    assert ("maps.png" in files) == ("maps.png" in made)


def test_results_are_on_disk_before_they_are_printed_or_drawn(german, tmp_path, monkeypatch):
    class Stop(Exception):
        pass

    def stop(*_: object, **__: object) -> None:
        raise Stop

    for name in ("print", "draw"):
        monkeypatch.setattr(command, name, stop, raising=False)
        monkeypatch.setattr(command, "load", lambda paths: {"german": WordVectors.load(paths[0])})
        monkeypatch.setattr(command, "settle_language", lambda paths, asked: "en")
        with pytest.raises(Stop):
            lab03("--vectors", str(german), "--out", str(tmp_path / name))
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["report.md", "scores.json"]
        monkeypatch.undo()


def test_one_file_three_times_is_three_columns(tmp_path):
    WordVectors(["a", "b", "c"], np.eye(3)).save(tmp_path / "same.bin")
    out = tmp_path / "out"
    done = lab03("--vectors", *[str(tmp_path / "same.bin")] * 3, "--no-pictures", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert list(json.loads((out / "scores.json").read_text())["results"]) == ["same", "same (2)", "same (3)"]


def test_packing_keeps_the_most_frequent_words(tmp_path):
    words = [f"w{i}" for i in range(50)]
    run = tmp_path / "run"
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((50, 4)), np.arange(50, 0, -1))
    vectors.save(run / "vectors.safetensors")
    report = {"corpus": {"name": "tiny", "words": 50}, "config": {"seed": 3}, "keep": "centred"}
    (run / "run.json").write_text(json.dumps(report))
    script = [sys.executable, str(ROOT / "scripts" / "pack_vectors.py"), str(run), "--licence", "public domain"]
    subprocess.run([*script, "--words", "20", "--out", str(tmp_path)], check=True, capture_output=True)
    described = json.loads((tmp_path / "tiny_0k.json").read_text())
    assert "public domain" in described["licence"]
    assert described["command"] == "python lab01_word2vec/solution.py --data tiny --seed 3"
    packed = WordVectors.load(tmp_path / "tiny_0k.safetensors")
    assert packed.words == words[:20]
    np.testing.assert_allclose(packed.matrix, vectors.matrix[:20], rtol=1e-3)
    np.testing.assert_array_equal(packed.counts, vectors.counts[:20])
