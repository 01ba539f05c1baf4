"""The path through the course: where commands run, what a day asks for, and what a candidate can say."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

ENVIRONMENT = (
    "Every command on this page runs in the environment that `make run` sets up. "
    "Type `. .venv/bin/activate` once per terminal (`.venv\\Scripts\\activate` on Windows)."
)
LABS = ("lab01_word2vec", "lab02_glove_fasttext", "lab03_eval")
COURSE = (
    "README.md",
    "START.md",
    "INTERVIEW.md",
    "CONTRIBUTING.md",
    "INSTRUCTOR.md",
    "best_vectors/README.md",
    "data/README.md",
    *(f"{lab}/{name}.md" for lab in LABS for name in ("README", "EXERCISE", "WALKTHROUGH")),
)


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", COURSE)
def test_a_page_says_once_and_in_the_same_words_where_its_commands_run(page):
    text = " ".join(read(page).split())
    assert text.count(ENVIRONMENT) == 1
    assert (
        text.count("bin/activate`") - text.count("| `. .venv/bin/activate`") == 1
    )  # a remedy in a table may repeat it
    fenced = re.search(r"```(?:sh (?!make)|python from )", text)
    assert fenced is None or text.index(ENVIRONMENT) < fenced.start()


@pytest.mark.parametrize("page", ["README.md", *(f"{lab}/README.md" for lab in LABS)])
def test_a_page_with_figures_says_that_a_server_gave_them_and_a_laptop_will_do(page):
    assert re.search(
        r"laptop with (?:2|two) cores.{0,80}measured on (?:2|two) cores of a server", " ".join(read(page).split())
    )


def test_every_day_has_hours_and_every_paper_its_sections():
    rows = re.findall(r"^\| (\d) \| (\d+) to (\d+) \| (.+) \| (.+) \|$", read("README.md"), re.MULTILINE)
    assert [int(day) for day, *_ in rows] == list(range(1, 8))
    for _, least, most, reading, doing in rows:
        assert 0 < int(least) < int(most)
        assert "`python scripts/" in doing or "steps" in doing
        for paper in re.findall(r"\[[^\]]+ 20\d\d\]\(https://[^)]+\), (\w+)", reading):
            assert paper in ("section", "sections", "all")
    papers = sum(len(re.findall(r"\[[^\]]+ 20\d\d\]\(https:", reading)) for *_, reading, _ in rows)
    assert papers == 6


@pytest.mark.parametrize("lab", LABS)
def test_every_paper_of_a_handout_says_what_to_read(lab):
    reading = read(f"{lab}/README.md").partition("\n## Read\n")[2].partition("\n## ")[0]
    entries = re.split(r"^\d\. ", reading, flags=re.MULTILINE)[1:]
    papers = [entry for entry in entries if "https://" in entry]
    assert len(papers) >= 3
    assert [entry for entry in papers if not re.search(r"Read (?:it whole|all|sections? \d)", entry)] == []


def test_key_phrases_are_twenty_to_thirty_each_with_its_place():
    phrases = re.findall(r"^\d+\. \*\*([^*]+)\.\*\* (.+)$", read("KEY_PHRASES.md"), re.MULTILINE)
    assert 20 <= len(phrases) <= 30
    assert len({phrase for phrase, _ in phrases}) == len(phrases)
    for phrase, meaning in phrases:
        assert re.search(r": \[[^\]]+\]\([^)]+\)\.?$", meaning), phrase
        assert len(meaning.partition(": [")[0].split()) <= 40, phrase
