"""The figures of the pages: the committed files are what their source draws, and what a reader needs is in them."""

from __future__ import annotations

import json
import math
import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from lab01_word2vec.corpus import Corpus
from lab02_glove_fasttext.ppmi import fit_line
from scripts.figures import lab01, lab01_blocks, lab02, measured, start, svg
from scripts.figures.catalogue import FIGURES, FOLDER
from tests.commands import demand_one_line, in_process
from tests.test_documents import PAGES, links

SPACE = "{http://www.w3.org/2000/svg}"
KEPT = json.loads(measured.FILE.read_text(encoding="utf-8"))

every_figure = pytest.mark.parametrize("name", FIGURES)


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


# The files


def run(*arguments: str):
    return in_process(lambda: runpy.run_module("scripts.figures", run_name="__main__"), *arguments)


def test_the_command_draws_the_committed_files_to_the_byte(tmp_path):
    done = run("--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    drawn = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert drawn == {path.name: path.read_bytes() for path in FOLDER.glob("*.svg")}
    assert set(drawn) == {f"{name}.svg" for name in FIGURES}


@every_figure
def test_a_figure_is_well_formed_named_and_small(name):
    tree = ElementTree.fromstring(text_of(name))
    assert tree.tag == f"{SPACE}svg"
    assert tree.get("width") == "700"
    assert len(tree.findtext(f"{SPACE}title")) > 10
    assert len(tree.findtext(f"{SPACE}desc")) > 60
    assert len(text_of(name).encode()) <= 100_000


@every_figure
def test_all_text_is_twelve_pixels_or_more(name):
    sizes = [
        float(node.get("font-size"))
        for node in ElementTree.fromstring(text_of(name)).iter()
        if node.tag == f"{SPACE}text" or node.get("font-size")
    ]
    assert sizes
    assert min(sizes) >= 12


@every_figure
def test_a_figure_follows_the_readers_light_or_dark_and_loads_nothing(name):
    text = text_of(name)
    assert "prefers-color-scheme: dark" in text
    for role, inks in svg.INKS.items():
        assert text.count(f".fill-{role} {{ fill: ") == 2
        assert all(ink in text for ink in inks)
    used = set(re.findall(r'class="([^"]*)"', text))
    known = {f"{kind}-{role}" for kind in ("fill", "line") for role in svg.INKS} | {"hollow", "halo"}
    assert {part for classes in used for part in classes.split()} <= known
    assert not re.search(r"<script|<image|<foreignObject|href=|@import|url\(|@font-face", text)


@every_figure
def test_a_page_shows_the_figure_with_a_text_that_says_what_is_seen(name):
    shown = [text for page in PAGES for text, target in links(page) if is_figure(page, target, name)]
    assert shown, f"no page shows figures/{name}.svg"
    assert all(len(text) > 20 for text in shown)


def is_figure(page: Path, target: str, name: str) -> bool:
    return target.endswith(".svg") and (page.parent / target).resolve() == FOLDER / f"{name}.svg"


# What they show


def test_the_angles_of_the_first_figure_are_those_of_the_counts():
    # beer·tea = 20 + 3 = 23, lengths 5 and √35: cosine .778, 39°. Car shares no column with either.
    assert start.angle(*start.COUNTS[:2]) == pytest.approx(math.degrees(math.acos(23 / 5 / math.sqrt(35))))
    turned = start.in_three_dimensions(start.COUNTS)
    unit = start.COUNTS / np.linalg.norm(start.COUNTS, axis=1, keepdims=True)
    np.testing.assert_allclose(turned @ turned.T, unit @ unit.T, atol=1e-12)
    assert "39°" in text_of("one_hot")


def test_every_center_pairs_with_all_positions_within_its_radius():
    for center, contexts in enumerate(lab01.window_pairs()):
        radius = max(abs(center - context) for context in contexts)
        reached = range(max(0, center - radius), min(len(lab01.SENTENCE), center + radius + 1))
        assert radius <= lab01.WINDOW
        assert contexts == [place for place in reached if place != center]


def test_the_step_of_training_has_the_gradients_of_the_walkthrough():
    # label − σ(s): 1 − .881, −.269, −.622, and −.5 for a score of 0.
    assert all(value in text_of("training_step") for value in ("+0.119", "−0.269", "−0.622", "−0.500"))
    assert list(lab01.SCORES.values())[:3] == [2.0, -1.0, 0.5]


def test_shares_of_the_draws_are_those_of_the_power():
    words = KEPT["power"]["words"]
    for rare, frequent in (("king", "the"), ("queen", "king")):
        ratio = words[frequent]["count"] / words[rare]["count"]
        drawn = words[frequent]["drawn"] / words[rare]["drawn"]
        assert drawn == pytest.approx(ratio**lab01.POWER, rel=0.01)


def test_costs_are_those_of_the_walkthrough():
    # 42 rows of 400 bytes against 1 + 74/64 + 96/64 = 3.66; three products of 170 × 100 per center: 102 kflop.
    pairs, blocks = lab01_blocks.pair_cost(), lab01_blocks.block_cost()
    assert pairs.bytes == 42 * 400
    assert blocks.bytes == pytest.approx(3.66 * 400, rel=0.002)
    assert blocks.flops == 102_000
    assert pairs.intensity < 1 < 30 < blocks.intensity < 40


def test_the_path_of_the_huffman_tree_is_the_one_worked_by_hand():
    # throne 1 and crown 2 make 3; queen 3 and that make 6; king 4 and of 5 make 9; 6 and the 9 make 15; 9 and 15.
    assert lab02.codes()["crown"] == (True, False, True, True)
    assert {word: len(code) for word, code in lab02.codes().items()} == {
        "the": 2, "of": 2, "king": 2, "queen": 3, "crown": 4, "throne": 4,
    }  # fmt: skip


# What was measured


def test_the_dots_agree_with_the_line_through_all_pairs():
    kept = KEPT["shifted_pmi"]
    x, y = np.array(kept["points"]).T
    assert len(x) == measured.POINTS < kept["line"]["n"]
    line = fit_line(x, y)
    assert line.r == pytest.approx(kept["line"]["r"], abs=0.06)
    assert line.slope == pytest.approx(kept["line"]["slope"], abs=0.06)


def test_the_cone_is_gone_without_the_mean():
    kept = KEPT["cone"]
    assert kept["trained.cosine"] > 0.1 > 0.01 > abs(kept["centred.cosine"])
    assert min(along for along, _ in kept["trained"]) > 0


def test_the_cone_of_vectors_that_share_a_direction():
    rng = np.random.default_rng(1)
    found = measured.cone(rng.standard_normal((2000, 50)) + 0.5)
    # Each vector is noise of variance 1 and a mean of length .5 per dimension: the cosine is .25 / 1.25.
    assert found["trained.cosine"] == pytest.approx(0.2, abs=0.02)
    assert found["centred.cosine"] == pytest.approx(0, abs=0.01)


def test_a_map_keeps_its_neighbours_when_it_is_made_again():
    kept = KEPT["tsne_twice"]
    vectors, words = measured.map_vectors()
    assert kept["words"] == words
    again = measured.random_start(vectors.unit[[vectors.index[word] for word in words]], measured.SEEDS[0])
    first, second = np.array(kept["places"])
    assert measured.kept_neighbours(first, second) == pytest.approx(kept["kept"], abs=0.02)
    assert measured.kept_neighbours(first, again) > kept["kept"] - 0.1


def test_neighbours_that_two_maps_share_are_counted():
    line = np.column_stack([np.arange(40.0) ** 2, np.zeros(40)])
    assert measured.kept_neighbours(line, 3 * line) == 1
    assert measured.kept_neighbours(line, line[np.random.default_rng(1).permutation(40)]) < 0.5


@pytest.mark.long
def test_training_again_measures_nearly_the_same(sample: Corpus):
    found = measured.trained(sample)
    kept, again = KEPT["shifted_pmi"], found["shifted_pmi"]
    assert again["line"]["n"] == kept["line"]["n"]
    assert [x for x, _ in again["points"]] == pytest.approx([x for x, _ in kept["points"]], abs=0.011)  # only counted
    for name in ("slope", "r"):
        assert again["line"][name] == pytest.approx(kept["line"][name], abs=0.03)
    assert found["cone"]["trained.cosine"] == pytest.approx(KEPT["cone"]["trained.cosine"], abs=0.02)


@pytest.mark.parametrize(("content", "part"), [(None, "no such file"), ("{", "damaged")])
def test_a_missing_or_damaged_measurement_is_one_line(monkeypatch, tmp_path, content, part):
    monkeypatch.setattr(measured, "FILE", tmp_path / "measured.json")
    if content:
        measured.FILE.write_text(content)
    demand_one_line(run("--out", str(tmp_path)), part, "--measure")


# The drawing


def test_raised_and_lowered_text_comes_back_to_its_line():
    parts = svg.shifted("v_{c} · u^{2} & in_emb")
    assert parts == (
        'v<tspan dy="4" font-size="12">c</tspan><tspan dy="-4"> · u</tspan>'
        '<tspan dy="-6" font-size="12">2</tspan><tspan dy="6"> &amp; in_emb</tspan>'
    )


def test_coordinates_have_no_superfluous_digits():
    assert [svg.num(value) for value in (1.0, 2.349, -0.01, 100)] == ["1", "2.3", "0", "100"]
