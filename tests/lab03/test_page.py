"""The interactive page: its data, as an HTML parser finds them. test_browser.py opens it in a browser."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path

import numpy as np
import pytest

from lab03_eval.pictures.layout import map_words, named_words
from lab03_eval.pictures.page import embed, neighbours, write_page
from lab03_eval.vectors import WordVectors
from tests.lab03.conftest import METHODS, NASTY


def data_of(page: Path) -> dict:
    """The data as a browser's HTML parser finds it: the text of the script element with id `data`."""

    class Finder(html.parser.HTMLParser):
        inside, text = False, ""

        def handle_starttag(self, tag: str, attrs: list) -> None:
            self.inside = ("id", "data") in attrs

        def handle_endtag(self, tag: str) -> None:
            self.inside = False

        def handle_data(self, data: str) -> None:
            self.text += data if self.inside else ""

    finder = Finder()
    finder.feed(page.read_text(encoding="utf-8"))
    return json.loads(finder.text)


def test_no_word_breaks_out_of_its_script(page):
    data = data_of(page)
    assert data["words"][: len(NASTY)] == NASTY
    assert data["title"] == "Test <map>"


def test_embedded_json_holds_no_opening_bracket():
    assert embed(["</script>", "é\u2028"]) == r'["\u003c/script>","\u00e9\u2028"]'


def test_the_page_names_no_outside_address(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]|@import|\burl\(", re.sub(r"// .*", "", text))


@pytest.mark.parametrize("restrict", [600, 100, 5])
def test_neighbours_equal_most_similar(mapped, restrict):
    words = ["paris", "cat", "other499", "</script>"]
    near, cosine = neighbours(mapped, words, 10, restrict)
    assert near.shape == (4, min(10, restrict - 1))
    for word, rows, values in zip(words, near, cosine):
        expected = mapped.most_similar(word, near.shape[1], restrict)
        assert [mapped.words[row] for row in rows] == [name for name, _ in expected]
        np.testing.assert_allclose(values, [value for _, value in expected], atol=1e-6)


def test_places_keep_their_proportions(tmp_path):
    vectors = WordVectors(list("abcd"), np.eye(4))
    places = np.array([[0, 0], [20, 0], [20, 10], [5, 5]])
    write_page(vectors, vectors.words, {"PCA": places}, tmp_path / "map.html", "test")
    # The wider side fills 0 … 9999, the other stays in the middle on the same scale: 0.5 ± 0.25.
    assert data_of(tmp_path / "map.html")["layouts"]["PCA"] == [0, 2500, 9999, 2500, 9999, 7499, 2500, 5000]


def test_the_page_names_what_the_maps_name(page, mapped, tmp_path):
    data = data_of(page)
    assert [data["words"][i] for i in data["named"]] == named_words(mapped)
    words = ["</s>", ",", "في", "東京", "e\u0301te\u0301", "<b>", *[f"{i}" for i in range(20)]]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((26, 4)))
    shown = words[:5]
    layouts = {"PCA": np.random.default_rng(1).standard_normal((5, 2))}
    write_page(vectors, shown, layouts, tmp_path / "map.html", "東京 مرحبا")
    data = data_of(tmp_path / "map.html")
    assert data["families"] == []
    assert [data["words"][i] for i in data["named"]] == ["في", "東京", "e\u0301te\u0301", "</s>", ","]
    assert data["title"] == "東京 مرحبا"


def test_five_thousand_words_stay_under_three_megabytes(tmp_path):
    rng = np.random.default_rng(0)
    vectors = WordVectors([f"longishword{i}" for i in range(30_000)], rng.standard_normal((30_000, 8)))
    layouts = {method: rng.standard_normal((5000, 2)) for method in METHODS}
    write_page(vectors, map_words(vectors), layouts, tmp_path / "map.html", "test")
    assert (tmp_path / "map.html").stat().st_size < 3_000_000
