"""Pictures: no label covers another, colours stay apart under deuteranopia, what is drawn is what was measured."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lab03_eval.pictures import labels, plots, style
from lab03_eval.pictures.layout import CAPITALS, COLOURS, FAMILIES, LayoutError, known_families, lay_out, map_words
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT

MEMBERS = [word for family in FAMILIES.values() for word in family]


@pytest.fixture(scope="module")
def planted() -> WordVectors:
    """The families' words, each family around its own centre, among 100 random words; 20 dimensions."""
    rng = np.random.default_rng(0)
    centres = {name: 2 * rng.standard_normal(20) for name in FAMILIES}
    rows = [centres[name] + 0.5 * rng.standard_normal(20) for name, family in FAMILIES.items() for _ in family]
    others = [f"other{i}" for i in range(100)]
    return WordVectors(others + MEMBERS, np.vstack([rng.standard_normal((100, 20)), rows]))


def overlaps(axes: plt.Axes) -> list[tuple[str, str]]:
    boxes = labels.label_boxes(axes)
    return [
        (a, b)
        for a, b in itertools.combinations(boxes, 2)
        if (boxes[a][:2] < boxes[b][2:]).all() and (boxes[b][:2] < boxes[a][2:]).all()
    ]


def test_overlaps_are_found():
    _, axes = plt.subplots()
    for x, word in ((0.1, "first"), (0.12, "second"), (0.8, "third")):
        axes.annotate(word, (x, 0.5))
    assert overlaps(axes) == [("first", "second")]
    plt.close("all")


def assert_legible(figure: plt.Figure, panels: int, members: list[str]) -> None:
    """The families' words have their labels, inside the panel and clear of all others."""
    for axes in figure.axes[:panels]:
        boxes = labels.label_boxes(axes)
        assert sorted(boxes) == sorted(members)
        assert overlaps(axes) == []
        frame = axes.get_window_extent()
        assert all(frame.contains(*box[:2]) and frame.contains(*box[2:]) for box in boxes.values())
    plt.close(figure)


def test_no_highlighted_labels_overlap_on_the_maps(planted):
    words = map_words(planted)
    # Two real layouts, and one that is worse than any: every family in a single point, two families in one.
    pca, tsne = (lay_out(planted, words, method) for method in ("PCA", "t-SNE"))
    crowded = pca.copy()
    for nth, family in enumerate(FAMILIES.values()):
        crowded[[words.index(word) for word in family]] = (nth // 2, 0)
    figure = plots.map_figure(planted, words, {"t-SNE": tsne, "UMAP": crowded, "PCA": pca}, "test")
    assert [axes.get_title().split(",")[0] for axes in figure.axes[:3]] == ["t-SNE", "UMAP", "PCA"]
    assert_legible(figure, 3, MEMBERS)


def test_no_highlighted_labels_overlap_on_maps_of_trained_vectors():
    vectors = WordVectors.load(ROOT / "lab03_eval" / "wiki8_20k.safetensors")
    words = map_words(vectors, top=100)
    layouts = {method: lay_out(vectors, words, method) for method in ("t-SNE", "PCA")}
    members = [word for family in known_families(vectors).values() for word in family]
    assert len(members) > 40
    assert_legible(plots.map_figure(vectors, words, layouts, "test"), 2, members)


def test_countries_are_joined_to_their_capitals(planted):
    words = map_words(planted)
    places = lay_out(planted, words, "PCA")
    figure = plots.map_figure(planted, words, {"PCA": places}, "test")
    drawn = {tuple(line.get_xydata().round(4).ravel().tolist()) for line in figure.axes[0].lines}
    place = dict(zip(words, places.astype(float)))
    assert drawn == {tuple(np.array([place[a], place[b]]).round(4).ravel().tolist()) for a, b in CAPITALS}
    plt.close(figure)


@pytest.mark.parametrize("crowd", ["one point", "a line", "a grid"])
def test_labels_in_a_crowd_do_not_overlap(crowd):
    n = 60
    points = {
        "one point": np.zeros((n, 2)),
        "a line": np.stack([np.linspace(0, 0.01, n), np.zeros(n)], axis=1),
        "a grid": np.stack(np.divmod(np.arange(n), 8), axis=1) / 10.0,
    }[crowd]
    figure, axes = plt.subplots(figsize=(5.3, 5.3))
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    labels.place_labels(axes, points, [f"word number {i}" for i in range(n)])
    assert len(labels.label_boxes(axes)) == n
    assert overlaps(axes) == []
    plt.close(figure)


def linear_rgb(colour: str) -> np.ndarray:
    """sRGB's transfer curve undone (IEC 61966-2-1)."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def cielab(rgb: np.ndarray) -> np.ndarray:
    """L*, a*, b* (CIE 1976) of linear RGB under D65."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    t = to_xyz @ rgb / (0.95047, 1, 1.08883)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Machado, Oliveira & Fernandes 2009, table 1: deuteranopia (severity 1), on linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def distances(colours: list[str], sight: np.ndarray) -> list[float]:
    seen = [cielab(np.clip(sight @ linear_rgb(colour), 0, 1)) for colour in colours]
    return [float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)]


def test_cielab_of_white_and_of_pure_red():
    np.testing.assert_allclose(cielab(linear_rgb("#ffffff")), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(cielab(linear_rgb("#ff0000")), [53.24, 80.09, 67.20], atol=0.02)  # Lindbloom's value


def test_colours_stay_apart_under_deuteranopia():
    """Every two families differ by ΔE*ab ≥ 15, six times what is just noticeable (2.3, Mahy et al. 1994)."""
    assert min(distances(list(COLOURS.values()), np.eye(3))) >= 25
    assert min(distances(list(COLOURS.values()), DEUTERANOPIA)) >= 15
    # The measure catches the classic mistake: a red and a green of like lightness.
    assert distances(["#b85450", "#7a8a3c"], DEUTERANOPIA)[0] < 15 < distances(["#b85450", "#7a8a3c"], np.eye(3))[0]


def test_a_png_is_of_print_quality_opaque_and_white(planted, tmp_path):
    words = map_words(planted, top=50)
    plots.draw_maps(planted, words, {"PCA": lay_out(planted, words, "PCA")}, tmp_path / "map.png", "test")
    image = matplotlib.image.imread(tmp_path / "map.png")  # (h, w, 4) in 0 … 1
    assert image.shape[1] == 11 * 300
    assert (image[..., 3:] == 1).all()
    np.testing.assert_array_equal(image[0, 0, :3], 1)
    plots.draw_maps(planted, words, {"PCA": lay_out(planted, words, "PCA")}, tmp_path / "map.pdf", "test")
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.pdf", "map.png"]


def section(name: str, accuracy: float, low: float, high: float, used: int) -> dict[str, float]:
    values = {"accuracy": accuracy, "low": low, "high": high, "used": used}
    return {f"google.full.section.{name}.{key}": value for key, value in values.items()}


def test_sections_show_each_accuracy_with_its_interval(figures):
    one = section("family", 0.5, 0.4, 0.6, 100) | section("currency", math.nan, math.nan, math.nan, 0)
    two = section("family", 0.25, 0.2, 0.35, 80) | section("currency", 0.0, 0.0, 0.3, 9)
    plots.draw_sections({"one": one, "two": two}, "unused.png")
    axes = figures[0].axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["family", "currency"]
    assert [patch.get_width() for patch in axes.patches] == [50, 0, 25, 0]
    whiskers = [line.get_segments() for line in axes.collections]
    assert [[(s[0][0], s[1][0]) for s in segments] for segments in whiskers] == [
        [pytest.approx((40, 60))],
        [pytest.approx((20, 35)), pytest.approx((0, 30))],
    ]
    assert [t.get_text() for t in axes.texts] == ["50 % of 100", "no coverage", "25 % of 80", "0 % of 9"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "two"]


@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_the_sections_legend_covers_nothing_and_stays_in_the_picture(figures, number):
    names = ["_hidden", "W" * 120, *"abcde"][:number]
    scores = section("family", 0.9, 0.8, 1.0, 1000) | section("currency", 0.99, 0.95, 1.0, 1000)
    plots.draw_sections(dict.fromkeys(names, scores), "unused.png", dict.fromkeys(names, 1_234_567))
    figure, axes = figures[0], figures[0].axes[0]
    figure.canvas.draw()
    legend, frame = axes.get_legend(), axes.get_window_extent()
    title = next(text for text in axes.findobj(plt.Text) if text.get_text().startswith("Google analogies"))
    assert figure.bbox.containsx(title.get_window_extent().x1)
    assert figure.bbox.containsy(title.get_window_extent().y1)
    if number == 1:
        assert legend is None
        assert "all 1,234,567 words are candidates" in title.get_text()
        return
    box = legend.get_window_extent()
    assert len(legend.get_texts()) == number
    assert frame.y1 <= box.y0 < box.y1 <= title.get_window_extent().y0
    assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert [text.get_text() for text in legend.get_texts()][1] == "W" * 20 + "…" + "W" * 19 + ", 1,234,567 words"


def test_a_long_name_loses_its_middle():
    assert style.shortened("abcdefg", 7) == "abcdefg"
    assert style.shortened("abcdefgh", 7) == "abc…fgh"
    assert style.shortened("abcdefgh", 6) == "abc…gh"


def test_a_dollar_starts_no_formula(figures, tmp_path, monkeypatch):
    """`$\\foo$` would raise ParseFatalException, `$x_2$` lose its dollars."""
    family = [r"$\foo$", "$x_2$", "$", "a$b$"]
    monkeypatch.setitem(FAMILIES, "animals", family)
    monkeypatch.setitem(plots.RELATIONS, "man → woman", [(family[0], family[1]), (family[2], family[3])])
    vectors = WordVectors(family, np.random.default_rng(0).standard_normal((4, 5)))
    scores = section("family", 0.5, 0.4, 0.6, 100)
    pairs = [(family[0], family[1], 1.0), (family[2], family[3], 2.0)]
    plots.draw_families(vectors, "unused.png", family[0])
    plots.draw_maps(vectors, family, {"PCA": lay_out(vectors, family, "PCA")}, "unused.png", family[0])
    plots.draw_sections(dict.fromkeys(family, scores), "unused.png")
    plots.draw_similarity(vectors, pairs, "unused.png", family[0])
    plots.draw_analogies(vectors, "unused.png")
    assert len(figures) == 5
    for figure in figures:
        figure.canvas.draw()  # with a formula to parse it would raise
        with_dollar = [text for text in figure.findobj(plt.Text) if "$" in text.get_text()]
        assert with_dollar
        assert not any(text.get_parse_math() for text in with_dollar)


def test_similarity_names_the_pairs_whose_ranks_differ_most(figures):
    """Cosines with `a` fall from b to f. People's order agrees but for two pairs: a–b last, a–f first."""
    angles = np.radians([0, 10, 20, 30, 40, 50])
    vectors = WordVectors(list("abcdef"), np.stack([np.cos(angles), np.sin(angles)], axis=1))
    pairs = [("a", "b", 1), ("a", "c", 8), ("a", "d", 7), ("a", "e", 6), ("a", "f", 9), ("a", "unknown", 5)]
    plots.draw_similarity(vectors, pairs, "unused.png", "test", named=2)
    axes = figures[0].axes[0]
    assert set(labels.label_boxes(axes)) == {"a–b", "a–f"}
    # Ranks of cosine 5 4 3 2 1, of people 1 4 3 2 5: ρ = 1 − 6·(16 + 16)/(5·24) = −0.6.
    assert axes.get_title(loc="left").startswith("test\nρ = -0.600")
    assert axes.get_title(loc="left").endswith("5 of 6 pairs")
    above, below = (c.get_offsets()[0] for c in axes.collections[1:])
    np.testing.assert_allclose(above, (1, math.cos(math.radians(10))), rtol=1e-6)  # cosine ranks a–b higher
    np.testing.assert_allclose(below, (9, math.cos(math.radians(50))), rtol=1e-6)


def test_similarity_of_too_few_pairs_has_no_interval(figures):
    vectors = WordVectors(list("abc"), np.array([[1, 0], [1, 1], [0, 1]]))
    plots.draw_similarity(vectors, [("a", "b", 2), ("a", "c", 1)], "unused.png", "test")
    plots.draw_similarity(vectors, [("a", "b", 2)], "unused.png", "test")
    constant = [("a", word, 1) for word in "abc"] + [("b", "c", 1)]
    plots.draw_similarity(vectors, constant, "unused.png", "test")
    assert [figure.axes[0].get_title(loc="left") for figure in figures] == [
        "test\nρ = 1.000 (too few pairs), 2 of 2 pairs",
        "test\nρ undefined (too few pairs), 1 of 1 pairs",
        "test\nρ undefined (no interval), 4 of 4 pairs",
    ]


def test_a_long_title_stays_in_its_picture(figures, planted):
    plots.draw_families(planted, "unused.png", "m" * 200)
    plots.draw_maps(planted, MEMBERS, {"PCA": lay_out(planted, MEMBERS, "PCA")}, "unused.png", "m" * 200)
    pairs = [("cat", "dog", 1.0), ("cow", "cat", 2.0), ("lion", "wolf", 4.0), ("lion", "cat", 3.0)]
    plots.draw_similarity(planted, pairs, "unused.png", "m" * 200)
    for figure in figures:
        figure.canvas.draw()
        title = next(text for text in figure.findobj(plt.Text) if "mmm" in text.get_text()).get_window_extent()
        assert figure.bbox.x0 <= title.x0 < title.x1 <= figure.bbox.x1
        assert title.y1 <= figure.bbox.y1


def test_a_picture_that_would_show_nothing_is_refused_with_the_reason(figures):
    vectors = WordVectors(list("abcde"), np.eye(5))
    with pytest.raises(LayoutError, match="none of the 1 word pairs is in this vocabulary"):
        plots.draw_similarity(vectors, [("x", "y", 1.0)], "unused.png", "test")
    with pytest.raises(LayoutError, match=r"of no relation \(country → capital, .*\) are two pairs"):
        plots.draw_analogies(vectors, "unused.png")
    with pytest.raises(LayoutError, match="all of Google's analogies hold an unknown word"):
        plots.draw_sections({"one": section("family", math.nan, math.nan, math.nan, 0)}, "unused.png")
    with pytest.raises(LayoutError, match="gensim, which is not installed"):
        plots.draw_sections({"one": {"google.not_run": "it comes with gensim, which is not installed"}}, "unused.png")
    for few in (WordVectors(list("abc"), np.eye(3)), WordVectors(MEMBERS, np.ones((len(MEMBERS), 4)))):
        with pytest.raises(LayoutError):
            plots.draw_families(few, "unused.png", "test")
    assert figures == []
    assert plt.get_fignums() == []


def test_analogies_state_how_parallel_the_offsets_are(figures):
    """Capitals lie exactly one shift from their countries: mean cosine 1; men and women: shifts at right angles, 0."""
    rng = np.random.default_rng(3)
    pairs = CAPITALS[:6]
    countries = np.hstack([rng.choice([-1.0, 1.0], (6, 8)), np.ones((6, 1))])
    capitals = countries * np.r_[np.ones(8), -1]  # the same length, so unit vectors shift alike
    matrix = np.zeros((16, 20))
    matrix[:6, :9], matrix[6:12, :9] = countries, capitals
    for row, column in enumerate((10, 11, 12, 13), start=12):  # man woman king queen
        matrix[row, column] = 1
    words = [a for a, _ in pairs] + [b for _, b in pairs] + ["man", "woman", "king", "queen"]
    plots.draw_analogies(WordVectors(words, matrix), "unused.png")
    titles = [axes.get_title(loc="left") for axes in figures[0].axes]
    assert titles[0].startswith("country → capital")
    assert titles[0].endswith("cosine of offsets 1.00")
    assert titles[1].endswith("cosine of offsets 0.00")
    assert titles[3] == "present → past: fewer than two pairs are in this vocabulary"
    assert [overlaps(axes) for axes in figures[0].axes] == [[], [], [], []]


def test_every_picture_says_what_may_not_be_read_from_it(planted, figures):
    plots.draw_families(planted, "unused.png", "test")
    plots.draw_maps(planted, MEMBERS, {"PCA": lay_out(planted, MEMBERS, "PCA")}, "unused.png")
    plots.draw_sections({"one": section("family", 0.5, 0.4, 0.6, 100)}, "unused.png")
    plots.draw_similarity(planted, [("cat", "dog", 1.0), ("cow", "cat", 2.0)], "unused.png", "test")
    plots.draw_analogies(planted, "unused.png")
    assert len(figures) == 5
    for figure in figures:
        text = " ".join(text.get_text() for text in figure.findobj(plt.Text)).replace("\n", " ")
        assert "Not to be read:" in text or "cannot" in text


def test_importing_the_pictures_imports_no_layout_library():
    heavy = ("umap", "numba", "sklearn", "torch")
    code = f"import sys, lab03_eval.pictures.plots; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
