"""The static site: it shows what GitHub shows, its links lead somewhere, nothing is fetched, phones scroll one way."""

from __future__ import annotations

import difflib
import functools
import html.parser
import json
import re
import shutil
import time
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from markdown_it import MarkdownIt

from scripts.site_markdown import FENCE, adapted, with_mathml
from scripts.site_pages import demo_page, reached
from tests.commands import demand_one_line, process
from tests.conftest import ROOT
from tests.lab03 import test_browser

browser = test_browser.browser  # the fixture

SCRIPT = "scripts/site.py"
LABS = ("lab01_word2vec", "lab02_glove_fasttext", "lab03_eval")
ON_A_PHONE = ("index", "START", "lab01_word2vec/QUESTIONS", *(f"{lab}/WALKTHROUGH" for lab in LABS))
# Tags that a page has as many times on the site as in the Markdown that GitHub shows.
COUNTED = ("a", "blockquote", "code", "details", "h2", "h3", "h4", "img", "li", "pre", "strong", "td", "tr")
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
SILENT = {"math", "script", "style", "svg"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    done = process(SCRIPT, "--out", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


class Reader(html.parser.HTMLParser):
    """The links, anchors, tags and text of a page, formulas and the theme's own signs left out.

    `inside` leaves out what is not in <article>: the theme's frame.
    """

    def __init__(self, text: str, inside: bool):
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.tags: Counter[str] = Counter()
        self.text = ""
        self.open: list[str] = [] if inside else ["article"]
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {key: value or "" for key, value in attrs}
        self.anchors |= {given[key] for key in ("id", "name") if key in given}
        if "headerlink" in given.get("class", ""):
            tag = "script"
        elif "article" in self.open and not SILENT & {*self.open, tag}:
            self.tags[tag] += 1
            self.links += [given[key] for key in ("href", "src") if given.get(key)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open[-1:] == ["script"]:
            tag = "script"
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data):
        if "article" in self.open and not SILENT & set(self.open):
            self.text += data


@functools.cache
def read(page: Path, inside: bool = True) -> Reader:
    return Reader(page.read_text(encoding="utf-8"), inside)


def github(source: Path) -> Reader:
    """The page as GitHub renders it, formulas left out."""
    parts = FENCE.split(source.read_text(encoding="utf-8"))
    parts[::2] = (re.sub(r"(?<!`)\$\$?[^$`]+?\$?\$(?!`)", "<math></math>", part) for part in parts[::2])
    return Reader(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render("".join(parts)), inside=False)


def sources(site: Path) -> dict[Path, Path]:
    """The Markdown page behind each page of the site that has one."""
    found = {}
    for source in ROOT.rglob("*.md"):
        place = source.relative_to(ROOT)
        page = site / place.with_name("index.html" if place.name == "README.md" else f"{place.stem}.html")
        if page.exists() and not any(part.startswith(".") for part in place.parts):
            found[page] = source
    return found


def test_all_pages_are_there(site):
    found = {source.relative_to(ROOT).as_posix() for source in sources(site).values()}
    expected = {*ROOT.glob("*.md"), *ROOT.glob("lab0*/*.md"), *ROOT.glob("reports/*.md")}
    assert {path.relative_to(ROOT).as_posix() for path in expected} <= found


def test_links_and_anchors_lead_somewhere(site):
    anchored = 0
    for page in site.rglob("*.html"):
        for link in read(page, inside=False).links:
            if re.match(r"(https?|mailto|data):", link) or page.name == "404.html":
                continue
            path, anchor = urldefrag(unquote(link))
            target = page.parent / path if path else page
            assert target.is_file() or target.joinpath("index.html").is_file(), f"{page.relative_to(site)}: {link}"
            if anchor and target.suffix == ".html":
                assert anchor in read(target, inside=False).anchors, f"{page.relative_to(site)}: {link}"
                anchored += 1
    assert anchored > 500


def test_pages_hold_what_github_shows(site):
    """The same words in the same order, and as many links, lists, tables, pictures and blocks of code."""
    different = []
    for page, source in sources(site).items():
        ours, theirs = read(page), github(source)
        counts = [
            f"{ours.tags[tag]} {tag}, not {theirs.tags[tag]}" for tag in COUNTED if ours.tags[tag] != theirs.tags[tag]
        ]
        words = difflib.unified_diff(theirs.text.split(), ours.text.split(), "GitHub", "site", n=2, lineterm="")
        different += [f"{page.relative_to(site)}: {line}" for line in (*counts, *words)]
    assert not different


def test_no_latex_is_left(site):
    formulas = 0
    for page in sources(site):
        text = page.read_text(encoding="utf-8")
        formulas += text.count("<math")
        prose = Reader(re.sub(r"<(pre|code)\b.*?</\1>", "", text, flags=re.DOTALL), inside=True).text
        assert not re.search(r"\$|\\[a-zA-Z(\[]", prose), page.relative_to(site)
        assert not [mathml for mathml in re.findall(r"<math.*?</math>", text) if "\\" in mathml]
    assert formulas > 200


def test_no_tag_is_a_slip(site):
    """`<word>` outside back quotes vanishes from the page, here and on GitHub."""
    known = {*COUNTED, *VOID, "div", "span", "p", "em", "h1", "ol", "ul", "table", "thead", "tbody", "th", "summary"}
    known |= {"article", "nav", "label", "button", "s", "sup", "sub", "kbd", "hr", "figure", "figcaption", "picture"}
    slips = {page.relative_to(site).as_posix(): {*read(page).tags} - known for page in sources(site)}
    assert not {page: tags for page, tags in slips.items() if tags}


# In a browser

MEASURED = """
const { scrollWidth, clientWidth } = document.documentElement;
const formulas = [...document.querySelectorAll("div.arithmatex, span.arithmatex.wide")];
return [scrollWidth, clientWidth, formulas.filter(box => box.scrollHeight > box.clientHeight + 1).length];
"""


@pytest.mark.parametrize("page", ON_A_PHONE)
def test_a_page_on_a_phone_scrolls_one_way_and_fetches_nothing(site, browser, page):
    browser.get_log("performance")
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        browser.get((site / f"{page}.html").as_uri())
        time.sleep(0.5)
        whole, shown, cut = browser.execute_script(MEASURED)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert shown == 390
    assert whole == shown
    assert cut == 0
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert any(address.endswith(".css") for address in asked)
    assert not [address for address in asked if re.match(r"(https?|wss?):", address)]


def test_the_search_works_from_a_disk(site, browser):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get((site / "index.html").as_uri())
    browser.find_element("css selector", "input.md-search__input").send_keys("subsampling")
    # One script reads the results, since each letter of the query replaces them.
    read = "return [...document.querySelectorAll('li.md-search-result__item a')].map(link => link.href)"
    target = (site / "lab01_word2vec" / "WALKTHROUGH.html").as_uri()
    WebDriverWait(browser, 20).until(
        lambda b: target in {re.sub(r"[?#].*", "", link) for link in b.execute_script(read)}
    )
    # While the word is typed on a slow machine, the search warns of its first letter as of a query.
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_rubric_opens(site, browser):
    browser.get((site / "lab01_word2vec" / "QUESTIONS.html").as_uri())
    answer = browser.find_element("css selector", "details li")
    assert not answer.is_displayed()
    browser.find_element("css selector", "details summary").click()
    assert answer.is_displayed()


# The parts


def test_markdown_is_adapted_outside_code():
    code = "\n```\nx\n- y [a](b.py)<!-- c -->\n```\n"
    page = "A list:\n- one\n<!-- table: t -->\n| a |\n<!-- end -->\n`<!-- kept -->` 5<!-- t | a -->\n"
    expected = "A list:\n\n- one\n\n\n| a |\n\n\n`<!-- kept -->` 5\n"
    assert adapted(page + code, str.upper) == expected + code
    assert adapted('[a](b.py#c) <img src="d.png">', str.upper) == '[a](B.PY#C) <img src="D.PNG">'


def test_formulas_become_mathml_spaced_as_latex_spaces_them():
    def mathml(latex: str) -> str:
        return with_mathml(f'<span class="arithmatex">\\({latex}\\)</span>,')

    assert mathml("x").startswith('<span class="arithmatex"><math')
    assert mathml("x").endswith("</math>,</span>")
    assert "<mn>70,000</mn>" in mathml("70,000")
    assert '<mo form="prefix">&#x02212;</mo>' in mathml(r"\sigma(-x)")
    assert '<mo lspace="0.167em" rspace="0">log</mo>' in mathml(r"k \log(x)")
    with pytest.raises(ValueError, match="no MathML for the formula"):
        mathml(r"\nosuchcommand x")


def test_a_demo_links_to_pages_of_the_site(tmp_path, monkeypatch):
    links = ("../lab/README.md", "../lab/W.md#s", "x.py", "#top", "https://example.org/a.md")
    for name, text in {
        "demos/d.html": "".join(f'<a href="{link}"></a>' for link in links),
        "demos/x.py": "", "lab/README.md": "[d](../demos/d.html)", "lab/W.md": "", "lab/not_linked.md": "",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr("scripts.site_pages.ROOT", tmp_path)
    linked = re.findall(r'href="(.*?)"', demo_page("demos/d.html"))
    assert linked == ["../lab/index.html", "../lab/W.html#s", "x.py.html", *links[3:]]
    assert reached(["lab/README.md"]) == ["demos/d.html", "demos/x.py", "lab/README.md", "lab/W.md"]


@pytest.fixture
def small(tmp_path) -> Path:
    """A repository of one page, with what builds the site and nothing of the labs."""
    for name in ("scripts", "wordlab"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    config = (ROOT / "mkdocs.yml").read_text().partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(f"{config}\nnav: [README.md]\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](missing.md)", "missing.md"),
        ("[a](#nowhere)", "#nowhere"),
        (r"$\nosuchcommand$", "README.md: no MathML for the formula"),
    ],
)
def test_what_is_wrong_stops_the_build_in_one_line(small, text, said):
    (small / "README.md").write_text(f"# Page\n\n{text}\n")
    done = process("-m", "scripts.site", "--out", "site", cwd=small)
    demand_one_line(done, said)
    assert not (small / "site").exists()


def test_only_a_site_or_nothing_is_replaced(small):
    (small / "README.md").write_text("# Page\n\n[code](scripts/site.py)\n")
    for _ in range(2):
        done = process("-m", "scripts.site", "--out", "site", cwd=small)
        assert done.returncode == 0, done.stderr
    assert "def build" in read(small / "site" / "scripts" / "site.py.html").text
    demand_one_line(
        process("-m", "scripts.site", "--out", "wordlab", cwd=small), "wordlab", "something else than a site"
    )
    assert (small / "wordlab" / "errors.py").exists()
