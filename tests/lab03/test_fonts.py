"""Pictures of vocabularies in other languages and scripts: which words are named, and in which fonts."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from lab03_eval.pictures import fonts, labels, plots, style
from lab03_eval.pictures.layout import lay_out, map_words
from lab03_eval.vectors import WordVectors

SCRIPTS = {
    "german": ["der", "die", "größe", "straße", "berlin", "japan"],
    "arabic": ["في", "من", "كَتَبَ", "العربية", "على"],
    "greek": ["και", "το", "να", "του", "η"],
    "accents": ["vi\u0323ệt", "cafe\u0301", "naïve", "é"],
}


def foreign(words: list[str]) -> WordVectors:
    """These words, and random ones without a letter that fill the map."""
    words = [*words, *[f"{i}" for i in range(40)]]
    return WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 8)))


@pytest.mark.parametrize("script", SCRIPTS)
def test_without_words_of_the_families_the_most_frequent_words_are_named(figures, script, recwarn):
    vectors = foreign(SCRIPTS[script])
    words = map_words(vectors, 30)
    plots.draw_maps(vectors, words, {"PCA": lay_out(vectors, words, "PCA")}, "unused.png", script)
    plots.draw_families(vectors, "unused.png", script)
    for figure in figures:
        assert set(SCRIPTS[script]) <= set(labels.label_boxes(figure.axes[0]))
    legend = [text.get_text() for text in figures[0].axes[1].get_legend().get_texts()]
    assert legend == (["countries", "capitals"] if script == "german" else []) + ["frequent words"]
    assert not [str(warning.message) for warning in recwarn if "lyph" in str(warning.message)]


def text_of(figure: plt.Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(plt.Text)).replace("\n", " ")


UNKNOWN = ["\ue000\ue001", "\ue002"]  # for private use: no font has them until a test makes one


def test_labels_that_no_font_has_are_left_out_and_counted(figures, tmp_path, recwarn):
    words = ["la", "le", *UNKNOWN]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((4, 8)))
    plots.draw_maps(vectors, words, {"PCA": lay_out(vectors, words, "PCA")}, "unused.png", UNKNOWN[0])
    plots.draw_families(vectors, "unused.png", UNKNOWN[0])
    plots.draw_similarity(vectors, [("la", "le", 1.0), ("la", UNKNOWN[0], 2.0)], "unused.png", UNKNOWN[0])
    for figure, count in zip(figures, (2, 2, 1)):
        style.save(figure, tmp_path / "picture.png")
        assert f"{count} of the words have no label, since no installed font has their letters" in text_of(figure)
        assert "??" in text_of(figure)  # the title
        assert "\ue000" not in text_of(figure)
    assert set(labels.label_boxes(figures[0].axes[0])) == {"la", "le"}
    assert not [str(warning.message) for warning in recwarn if "lyph" in str(warning.message)]


@pytest.fixture
def made_font(tmp_path, monkeypatch) -> str:
    """A font that has the letters of UNKNOWN and no other, as the only one beside matplotlib's own."""
    builder = FontBuilder(1000, isTTF=True)
    codes = {ord(letter): f"box{ord(letter)}" for word in UNKNOWN for letter in word}
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (500, 700), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    names = [".notdef", *codes.values()]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(codes)
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Made Here", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "made.ttf")
    known = list(fonts.fontManager.ttflist)
    fonts.fontManager.addfont(tmp_path / "made.ttf")
    forget = (fonts.families, fonts._others)
    for function in forget:
        function.cache_clear()
    yield "Made Here"
    fonts.fontManager.ttflist[:] = known
    for function in forget:
        function.cache_clear()


def test_labels_are_drawn_in_a_font_that_has_them(figures, made_font, tmp_path, recwarn):
    words = ["la", *UNKNOWN, f"le{UNKNOWN[1]}"]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((4, 8)))
    plots.draw_families(vectors, "unused.png", UNKNOWN[0])
    style.save(figures[0], tmp_path / "picture.png")
    assert set(labels.label_boxes(figures[0].axes[0])) == set(words)
    assert "no label" not in text_of(figures[0])
    assert UNKNOWN[0] in text_of(figures[0])
    assert fonts.families("la") == ("sans-serif",)
    assert fonts.families(words[3]) == ("sans-serif", made_font)
    assert not [str(warning.message) for warning in recwarn if "lyph" in str(warning.message)]


def test_what_is_no_font_has_no_letters(tmp_path):
    (tmp_path / "page.ttf").write_text("<html>")
    assert len(fonts._glyphs(str(tmp_path / "page.ttf"))) == 0
    assert len(fonts._glyphs(str(tmp_path / "none.ttf"))) == 0
