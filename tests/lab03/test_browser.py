"""The interactive page's behaviour in a real headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator

import numpy as np
import pytest

from lab03_eval.pictures.layout import map_words
from lab03_eval.pictures.page import write_page
from lab03_eval.vectors import WordVectors
from tests.lab03.conftest import METHODS, TOP


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator:
    if not required():
        pytest.importorskip("selenium", reason="no selenium: pip install -r requirements-dev.txt")
    from selenium import webdriver

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        remedy = "no browser: apt-get install chromium chromium-driver"
        pytest.fail(remedy) if required() else pytest.skip(remedy)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "headless=new", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "window-size=1300,900",
        f"user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield browser
    browser.quit()


def required() -> bool:
    return os.environ.get("LAB_REQUIRE_CORPUS") == "1"


@pytest.fixture
def opened(browser, page):
    """The page as it is after loading, in light mode; in the end the console is empty."""
    emulate(browser)
    browser.get(page.as_uri())
    settle(browser)
    yield browser
    assert browser.get_log("browser") == []


def emulate(browser, scheme: str = "light", motion: str = "no-preference") -> None:
    wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def zoomed(browser) -> float:
    return browser.execute_script("return view.zoom")


def settle(browser) -> None:
    """Wait until a word's place stays the same for some frames."""
    last = None
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        place = where(browser, "paris")
        if place == last:
            return
        last = place
        time.sleep(0.15)
    pytest.fail("the map does not come to rest")


def where(browser, word: str) -> list[float]:
    return browser.execute_script("return whereIs(arguments[0])", word)


def click_at(browser, word: str) -> None:
    from selenium.webdriver import ActionChains

    canvas = browser.find_element("id", "map")
    x, y = where(browser, word)
    centre = browser.execute_script(
        "const r = arguments[0].getBoundingClientRect(); return [r.width / 2, r.height / 2]", canvas
    )
    ActionChains(browser).move_to_element_with_offset(
        canvas, round(x - centre[0]), round(y - centre[1])
    ).click().perform()


def listed(browser) -> list[tuple[str, str]]:
    items = browser.find_elements("css selector", "#near li")
    return [
        (item.find_element("css selector", "button, em").text, item.find_element("tag name", "span").text)
        for item in items
    ]


def expected(mapped: WordVectors, word: str) -> list[tuple[str, str]]:
    return [(name, f"{cosine:.3f}") for name, cosine in mapped.most_similar(word, 10)]


def search(browser, text: str) -> None:
    field = browser.find_element("id", "word")
    field.clear()
    field.send_keys(text + "\n")
    settle(browser)


def test_it_loads_from_disk_and_asks_for_nothing_else(opened, page):
    messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    requests = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    # Only the page's own: the browser's first tab loads parts of itself at the same time.
    asked = {request["request"]["url"] for request in requests if request["documentURL"] == page.as_uri()}
    assert page.as_uri() in asked
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()
    assert opened.title == "Test <map>"
    width = opened.execute_script("return document.getElementById('map').width")
    painted = (
        "const c = document.getElementById('map'); return c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
    )
    assert width > 500
    assert opened.execute_script(f"{painted}.filter(value => value).length") > 1000


def test_the_search_finds_paris(opened, mapped):
    search(opened, "paris")
    assert opened.find_element("css selector", "#near h2").text == "Nearest to “paris”"
    assert listed(opened) == expected(mapped, "paris")


def test_a_click_lists_the_true_neighbours(opened, mapped):
    for word in ("paris", "tokyo"):
        click_at(opened, word)
        assert opened.find_element("css selector", "#near h2").text == f"Nearest to “{word}”"
        assert listed(opened) == expected(mapped, word)


def test_a_listed_neighbour_can_be_followed_by_keyboard(opened, mapped):
    search(opened, "paris")
    button = opened.find_element("css selector", "#near button")
    word = button.text
    button.send_keys("\n")
    assert listed(opened) == expected(mapped, word)
    assert opened.find_element("id", "near").get_attribute("aria-live") == "polite"


def test_a_word_of_markup_is_shown_as_text(opened, mapped):
    search(opened, "</script>")
    assert opened.find_element("css selector", "#near h2").text == "Nearest to “</script>”"
    assert listed(opened) == expected(mapped, "</script>")


def test_an_unknown_word_is_said_to_be_unknown(opened):
    search(opened, "qwertz")
    assert "“qwertz” is not among the" in opened.find_element("id", "near").text


def test_the_search_minds_the_case_last(opened):
    """The vocabulary holds Other7, other7 and other70 in this order, and paris."""
    for text, found in [
        ("Pari", "paris"),
        ("PARIS", "paris"),
        ("other7", "other7"),
        ("OTHER7", "Other7"),
        ("Oth", "Other7"),
    ]:
        search(opened, text)
        assert opened.find_element("css selector", "#near h2").text == f"Nearest to “{found}”"
    offers = opened.execute_script("return [...document.querySelectorAll('#offers option')].map(o => o.value)")
    assert offers[:2] == ["Other7", "other0"]


def test_a_foreign_page_names_its_words_and_finds_them_however_their_accents_are_typed(browser, tmp_path):
    """The page has no families. Its é is an e with an accent behind it, and the search types the letter é."""
    words = ["e\u0301te\u0301", "في", "東京", "<b>", "हिन्दी", *[f"{i}" for i in range(60)]]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((65, 4)))
    places = np.stack(np.divmod(np.arange(65), 9), axis=1)
    write_page(vectors, words, {"PCA": places}, tmp_path / "map.html", "東京 مرحبا")
    browser.get((tmp_path / "map.html").as_uri())
    assert not browser.find_element("id", "known").is_displayed()
    drawn = browser.execute_script(
        "const seen = [], fill = ctx.fillText; ctx.fillText = word => seen.push(word); draw(); ctx.fillText = fill;"
        "return seen"
    )
    assert set(words[:5]) <= set(drawn)
    for typed, found in (("\u00e9t\u00e9", words[0]), ("في", "في"), ("<b", "<b>"), ("हिन्दी", "हिन्दी")):
        field = browser.find_element("id", "word")
        field.clear()
        field.send_keys(typed + "\n")
        assert browser.find_element("css selector", "#near h2").text == f"Nearest to “{found}”"
    assert browser.get_log("browser") == []


def test_an_empty_search_takes_the_choice_back(opened):
    at_first = opened.find_element("id", "near").text
    for text in ("paris", "qwertz"):
        search(opened, text)
        assert opened.find_element("id", "near").text != at_first
        search(opened, " ")
        assert opened.find_element("id", "near").text == at_first
    assert opened.execute_script("return chosen") == -1


NAMES = """
const seen = [], fill = ctx.fillText;
ctx.fillText = (word, left, middle) => seen.push([left, middle - 7, left + ctx.measureText(word).width, middle + 7]);
draw();
ctx.fillText = fill;
return [width, height, seen];
"""


def test_no_name_is_cut_at_the_edge(opened):
    """The chosen word 3 pixels from each edge in turn: its name has to stand on the other side."""
    written = 0
    for word in ("paris", "cat", "tokyo", "monday"):
        search(opened, word)
        for side, half in (("x", "width"), ("y", "height")):
            for sign in (-1, 1):
                opened.execute_script(
                    "view = { x: places[2 * chosen], y: places[2 * chosen + 1], zoom: 4 };"
                    f"view.{side} += {sign} * ({half} / 2 - 3) / unit();"
                )
                width, height, names = opened.execute_script(NAMES)
                boxes = np.array(names)  # (n, 4)
                assert (boxes[:, :2] >= 0).all()
                assert (boxes[:, 2:] <= (width, height)).all()
                written += len(boxes)
    assert written > 100


@pytest.mark.parametrize(("width", "height"), [(320, 568), (324, 337), (844, 390), (1280, 800)])
def test_the_map_is_usable_in_a_window_of(opened, width, height):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        search(opened, "paris")
        page, shown, canvas, caption = opened.execute_script(
            "const { scrollWidth, clientWidth } = document.documentElement;"
            "return [scrollWidth, clientWidth, ...['map', 'caution'].map(id => {"
            " const box = document.getElementById(id).getBoundingClientRect(); return [box.width, box.height]; })]"
        )
        assert page == shown  # nothing to scroll sideways
        assert canvas[1] >= 256
        assert canvas[1] > caption[1]
        assert canvas[0] > 0.7 * width
        assert opened.execute_script("return width / height") == pytest.approx(canvas[0] / canvas[1], rel=0.01)
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_two_fingers_pinch(opened):
    """Fingers 100 pixels apart move to 200: twice the scale; the word between them stays where it is."""

    def touch(kind: str, *fingers: tuple[float, float]) -> None:
        points = [{"x": left + x, "y": top + y, "id": i} for i, (x, y) in enumerate(fingers)]
        opened.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def span() -> float:
        return float(np.linalg.norm(np.subtract(where(opened, "paris"), where(opened, "cat"))))

    left, top = opened.execute_script(
        "const box = document.getElementById('map').getBoundingClientRect(); return [box.left, box.top]"
    )
    whole, (x, y) = span(), (300, 300)
    opened.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    try:
        touch("touchStart", (x - 50, y), (x + 50, y))
        for apart in (60, 80, 100):
            touch("touchMove", (x - apart, y), (x + apart, y))
        touch("touchEnd")
        settle(opened)
    finally:
        opened.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    assert span() == pytest.approx(2 * whole, rel=0.02)
    assert opened.execute_script("return fingers.size") == 0
    assert opened.execute_script("return chosen") == -1


def test_the_switch_moves_the_words_to_the_other_layout(opened, mapped, mapped_layouts):
    words = map_words(mapped, TOP)
    choices = {c.get_attribute("value"): c for c in opened.find_elements("css selector", "#methods input")}
    assert list(choices) == list(METHODS)
    seen = []
    for method in METHODS:
        choices[method].click()
        settle(opened)
        places = mapped_layouts[method]
        on_screen = np.array([where(opened, word) for word in ("paris", "cat")])
        on_map = places[[words.index("paris"), words.index("cat")]]
        scale = (on_screen[1] - on_screen[0]) / (on_map[1] - on_map[0])
        assert scale[0] == pytest.approx(-scale[1], rel=0.01)  # the screen's y points down
        assert opened.find_element("id", "caution").text.startswith(f"{method}. ")
        assert "Not to be read:" in opened.find_element("id", "caution").text
        seen.append(tuple(on_screen[0]))
    assert len(set(seen)) == 3


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_chosen_word_stays_in_view_when_the_layout_changes(opened, motion):
    emulate(opened, motion=motion)
    search(opened, "paris")
    for _ in range(3):
        opened.find_element("id", "in").click()
    scale = zoomed(opened)
    size = opened.execute_script("const c = document.getElementById('map'); return [c.clientWidth, c.clientHeight]")
    for choice in opened.find_elements("css selector", "#methods input")[::-1]:
        choice.click()
        if motion == "no-preference":
            settle(opened)
        x, y = where(opened, "paris")
        assert 0 < x < size[0]
        assert 0 < y < size[1]
        assert zoomed(opened) == scale
    # A map that is shown whole stays as it is: every word is in view.
    opened.find_element("id", "all").click()
    opened.find_element("css selector", "#methods input").click()
    settle(opened)
    assert zoomed(opened) == 1


def test_zoom_and_pan_by_button_key_wheel_and_drag(opened):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    canvas = opened.find_element("id", "map")

    def span() -> float:
        return float(np.linalg.norm(np.subtract(where(opened, "paris"), where(opened, "cat"))))

    whole = span()
    opened.find_element("id", "in").click()
    assert span() == pytest.approx(1.5 * whole)
    canvas.send_keys("+")
    assert span() == pytest.approx(1.5**2 * whole)
    opened.find_element("id", "out").click()
    assert span() == pytest.approx(1.5 * whole)
    before = where(opened, "paris")
    ActionChains(opened).drag_and_drop_by_offset(canvas, 40, 25).perform()
    np.testing.assert_allclose(np.subtract(where(opened, "paris"), before), (40, 25), atol=0.01)
    ActionChains(opened).scroll_from_origin(ScrollOrigin.from_element(canvas), 0, -200).perform()
    settle(opened)
    assert span() == pytest.approx(1.5 * whole * np.exp(0.3), rel=0.01)
    canvas.send_keys("0")
    assert span() == pytest.approx(whole)


CONTRASTS = """
const luminance = colour => {
  const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};
const behind = node => {
  const colour = getComputedStyle(node).backgroundColor;
  return /, 0\\)$/.test(colour) ? behind(node.parentElement) : colour;
};
const found = {};
for (const node of document.querySelectorAll("h1, h2, p, label, legend, button, input, figcaption, li, li span, em"))
  found[node.tagName + " " + node.textContent.slice(0, 20)] = contrast(getComputedStyle(node).color, behind(node));
const probe = document.body.appendChild(document.createElement("div"));
for (const name of ["--ink", "--mark", "--dot", "--join"]) {
  probe.style.color = `var(${name})`;
  found[name] = contrast(getComputedStyle(probe).color, behind(document.body));
}
probe.remove();
return [getComputedStyle(document.body).backgroundColor, found];
"""


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 19, 20)")])
def test_both_modes_are_legible(opened, scheme, background):
    """WCAG 2.2: contrast of at least 4.5 for text, 3 for signs."""
    emulate(opened, scheme)
    search(opened, "paris")
    page, found = opened.execute_script(CONTRASTS)
    assert page == background
    assert len(found) > 20
    low = {name: ratio for name, ratio in found.items() if ratio < (3 if name in ("--dot", "--join") else 4.5)}
    assert low == {}
