"""The tables in the pages are those the committed measurements give."""

from __future__ import annotations

import re

import pytest

from scripts import front_page, report, report_lab02, report_lab03
from scripts.tables import insert, load
from tests.conftest import ROOT

PAGES = [
    ROOT / "README.md",
    *(ROOT / lab / "WALKTHROUGH.md" for lab in ("lab01_word2vec", "lab02_glove_fasttext", "lab03_eval")),
    *(ROOT / "reports" / f"lab0{number}.md" for number in (1, 2, 3)),
]
HANDOUTS = [ROOT / folder / "README.md" for folder in ("lab01_word2vec", "lab02_glove_fasttext", "lab03_eval", "data")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_come_from_the_committed_json(page):
    made = report.tables(load("lab01.json"), load("bench.json"))
    made |= report_lab02.tables(load("lab02.json"))
    made |= report_lab03.tables(load("lab03.json"), load("bench_eval.json"))
    made |= front_page.tables(*(load(name) for name in ("lab01.json", "lab02.json", "lab03.json", "bench.json")))
    found = re.findall(
        r"<!-- table: (\w+) -->\n(.*?)\n?<!-- end -->", page.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert found
    for name, text in found:
        assert text == made[name], f"{page.name}: run make reports, or its scripts with --only"


def test_insert_fills_only_its_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- table: x -->\nold\n<!-- end -->\nb\n<!-- table: y -->\nkept\n<!-- end -->\n")
    insert(page, {"x": "new"})
    assert page.read_text() == "a\n<!-- table: x -->\nnew\n<!-- end -->\nb\n<!-- table: y -->\nkept\n<!-- end -->\n"


def test_mean_and_half_range():
    assert report.mean_and_spread("wordsim353.rho", [0.70, 0.71, 0.72]) == "0.710 ± 0.010"
    assert report.mean_and_spread("google.full.accuracy", [0.36, 0.38]) == "37.0 ± 1.0"
    assert report.mean_and_spread("men.rho", [0.5, None]) == "–"
    assert report.mean_and_spread("men.rho", [0.5]) == "0.500"


@pytest.mark.parametrize("page", [*PAGES, *HANDOUTS], ids=lambda page: f"{page.parent.name}/{page.name}")
def test_links_inside_the_repository_resolve(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            path, _, anchor = target.partition("#")
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), f"{page}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), flags=re.MULTILINE)
                slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
                assert anchor in slugs, f"{page}: {target}"
