"""The first use of every glossary term on the pages that teach links to its entry; the command that writes links."""

from __future__ import annotations

import re

from wordlab.command import run_command

import pytest

from scripts import link_glossary
from scripts.link_glossary import ALSO, NOT_MEANT, PAGES, build_parser, forms, linked, run, unlinked
from tests.commands import Done, in_process
from tests.conftest import ROOT
from tests.test_documents import anchors, read

TERMS = forms((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_first_uses_link_to_the_glossary(page):
    text = read(page)
    missing = [text[use.start : use.end] for use in unlinked(text, TERMS)]
    assert not missing, f"python scripts/link_glossary.py links {missing}"


def test_terms_are_sorted_and_their_anchors_are_there():
    terms = re.findall(r"^### (.+)$", read(ROOT / "GLOSSARY.md"), flags=re.MULTILINE)
    letters = [re.sub(r"\W", "", term.lower()) for term in terms]
    assert letters == sorted(letters)
    assert set(TERMS.values()) <= anchors(ROOT / "GLOSSARY.md")
    assert set(ALSO) <= set(TERMS.values())


def test_phrases_that_are_not_meant_stand_in_a_page():
    pages = " ".join(" ".join(read(page).split()) for page in PAGES)
    assert [phrase for phrase in NOT_MEANT if phrase.lower() in pages.lower()] == list(NOT_MEANT)
    assert all(NOT_MEANT.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A corpus, a Corpus.", "A [corpus](G#corpus), a Corpus."),
        ("Two corpora. Hashes.", "Two [corpora](G#corpus). [Hashes](G#hash)."),
        (
            "GloVe's loss, the logistic\nloss.",
            "[GloVe](G#glove)'s [loss](G#loss), the [logistic\nloss](G#logistic-loss).",
        ),
        ("**Block.** *halo*", "**[Block](G#block).** *[halo](G#halo)*"),
        ("A [loss](other.md), then loss.", "A [loss](other.md), then [loss](G#loss)."),
        ("A [loss](../GLOSSARY.md#loss), then loss.", "A [loss](../GLOSSARY.md#loss), then loss."),
        ("Loss, [loss](GLOSSARY.md#loss).", "[Loss](G#loss), [loss](GLOSSARY.md#loss)."),
        ('# Loss\n\n`loss` $loss$ ![loss](loss.png) "The loss"', None),
        ("```text\nloss\n```\n1. a\n   ```\n   loss\n   ```\n<!-- loss -->", None),
        ("<!-- table: loss -->\n| loss |\n<!-- end -->", None),
        ("A rag, GitHub's hub-like windows on Windows.", "A rag, GitHub's hub-like [windows](G#window) on Windows."),
        ("Its $n$-grams, by Spearman's $\\rho$", "Its [$n$-grams](G#n-gram), by [Spearman's $\\rho$](G#spearmans-ρ)"),
        ("[![a loss](a.png)](loss.html) https://a.org/loss", None),
        ("<details><summary>A loss</summary>\n\nA loss.", "<details><summary>A loss</summary>\n\nA [loss](G#loss)."),
    ],
)
def test_links_are_put_at_the_first_use_in_prose_and_once(text, expected):
    found = linked(text, TERMS, "G")
    assert found == (expected or text)
    assert linked(found.replace("(G#", "(GLOSSARY.md#"), TERMS, "G") == found.replace("(G#", "(GLOSSARY.md#")


def link(*arguments: str) -> Done:
    return in_process(lambda: run_command(build_parser(), run, place="pages"), *arguments)


def test_the_command_lists_links_and_writes_them(tmp_path, monkeypatch):
    page = tmp_path / "lab" / "page.md"
    page.parent.mkdir()
    page.write_text("Text.\nA loss.\n", encoding="utf-8")
    monkeypatch.setattr(link_glossary, "GLOSSARY", tmp_path / "GLOSSARY.md")
    (tmp_path / "GLOSSARY.md").write_text("### Loss\nText.\n", encoding="utf-8")
    done = link("--check", str(page))
    assert (done.returncode, done.stdout) == (1, f"{page}:2: loss (loss)\n")
    assert page.read_text(encoding="utf-8") == "Text.\nA loss.\n"
    assert link(str(page)).returncode == 0
    assert page.read_text(encoding="utf-8") == "Text.\nA [loss](../GLOSSARY.md#loss).\n"
    done = link("--check", str(page))
    assert (done.returncode, done.stdout) == (0, "")


def test_bad_input_is_one_line(tmp_path):
    (tmp_path / "page.md").write_bytes(b"\xff")
    for name, part in (("none.md", "No such file"), ("page.md", "UTF-8")):
        done = link(str(tmp_path / name))
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
        assert part in done.stderr
