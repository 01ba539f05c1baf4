"""wiki8 is made by text8's rules: pages of WikiExtractor's markup in, letters and single spaces out."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from lab01_word2vec.text import Text
from tests.conftest import ROOT

PARAGRAPH = "A paragraph of over a hundred letters that comes again on another page, as boilerplate does, is left out."
ANARCHY = f"""<doc id="12" url="http://en.wikipedia.org/wiki?curid=12" title="Rock &amp; roll">
Rock &amp; roll

It began in 1954, at 3:05 pm &lt;ref name="x"&gt;Not this&lt;/ref&gt; (see http://example.org/a_b and www.example.org).
| a table's line
On {{{{Infobox}}}} [[Image:x.png|thumb|Chuck Berry]] plays <i>naïve</i> &nbsp; formula_7 __NOTOC__
See also.
{PARAGRAPH}
</doc>
"""
SHORT = '<doc id="7" url="u" title="Short">\nShort\n\nToo short.\n</doc>\n'
COPIES = f"""<doc id="20" url="u" title="Again">
Again

{PARAGRAPH}
What follows is this page's own and is long enough to be kept.
</doc>
<doc id="21" url="u" title="Same">
Same

What follows is this page's own and is long enough to be kept.
</doc>
"""
EXPECTED = (
    " it began in one nine five four at three zero five pm see and on chuck berry plays na ve "
    + PARAGRAPH.lower().replace(",", "").replace(".", "")
    + " what follows is this page s own and is long enough to be kept"
)


@pytest.fixture
def folder(tmp_path) -> Path:
    for place, text in (("AA/wiki_00", SHORT + ANARCHY), ("AB/wiki_00", COPIES)):
        path = tmp_path / "text" / place
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "text"


def make(folder: Path, size: int, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "make_wiki8.py"), str(folder), "--bytes", str(size), *more]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_page_of_markup(folder, tmp_path):
    out, articles = tmp_path / "corpus", tmp_path / "articles.tsv"
    done = make(folder, len(EXPECTED), "--out", str(out), "--articles", str(articles))
    assert done.returncode == 0, done.stderr
    assert out.read_text() == EXPECTED
    assert hashlib.md5(EXPECTED.encode()).hexdigest() in done.stdout
    # The short page and the copy of another's text are not among the articles.
    assert articles.read_text() == "id\ttitle\n12\tRock & roll\n20\tAgain\n"


def test_a_smaller_corpus_takes_the_beginning_of_every_page(folder, tmp_path):
    out = tmp_path / "corpus"
    assert make(folder, 60, "--out", str(out)).returncode == 0
    text = out.read_text()
    assert len(text) == 60
    # The least that each page may give for 60 bytes in all: words are whole, and both pages are there.
    assert text.startswith(" it began in one nine five")
    assert " what follows is this" in text


def test_too_little_text_is_one_line(folder, tmp_path):
    done = make(folder, 10_000, "--out", str(tmp_path / "corpus"))
    assert done.returncode == 2
    assert "10,000 asked for" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "corpus").exists()


def test_the_corpus_that_ships_is_in_text8s_format():
    pieces = Text("wiki8").pieces()
    first = next(pieces)
    assert first.startswith(" anarchism is a political philosophy")
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyz ")
    assert "  " not in first
    lines = (ROOT / "data" / "wiki8_articles.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["id\ttitle", "12\tAnarchism"]
    assert len(lines) == 1 + 29_023
