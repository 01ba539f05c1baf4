"""The page that steps through skip-gram, in a real headless Chromium: its numbers are those that NumPy computes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from tests.conftest import ROOT

PAGE = ROOT / "demos" / "sgns.html"
STAGES = 7
DIGITS = 5e-5 + 1e-9  # half of the last digit that the page shows


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
def opened(browser):
    """The page as it is after loading from disk, without a network; in the end the console is empty."""
    prefer(browser)
    browser.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    browser.get(PAGE.as_uri())
    yield browser
    assert browser.get_log("browser") == []


def prefer(browser, scheme: str = "light", motion: str = "reduce") -> None:
    wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def press(browser, name: str, times: int = 1) -> None:
    for _ in range(times):
        browser.find_element("id", name).click()


def enter(browser, name: str, value: str) -> None:
    from selenium.webdriver import Keys

    browser.find_element("id", name).send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE, value, Keys.TAB)


def choose(browser, name: str, word: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(browser.find_element("id", name)).select_by_visible_text(word)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def table(browser, name: str) -> list[list[str]]:
    """The texts of a table's cells, row by row; of a list of words, the chosen one."""
    read = (
        "return [...document.getElementById(arguments[0]).rows].map(row => [...row.cells].map(cell => {"
        " const chooser = cell.querySelector('select');"
        " return chooser ? chooser.selectedOptions[0].text : (cell.querySelector('b') ?? cell).textContent; }))"
    )
    return browser.execute_script(read, name)


def tables(browser) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The words and both tables (V, 2), as the page lists them to four decimals."""
    rows = table(browser, "tables")[1:]
    v, u = (np.array([[number(x) for x in row[i].strip("()").split(", ")] for row in rows]) for i in (1, 2))
    return [row[0] for row in rows], v, u


def shown(browser) -> dict[str, np.ndarray]:
    """The numbers of both tables at the last stage: an array per column, and the two losses under their names."""
    outside, rows = table(browser, "outside"), table(browser, "rows")
    found = {name: np.array([number(row[i]) for row in outside[1:-1]]) for i, name in enumerate(outside[0]) if i}
    for i, name in enumerate(rows[0][1:], start=1):
        found[name] = np.array([[number(x) for x in row[i].strip("()").split(", ")] for row in rows[1:]])
    after = browser.find_element("css selector", "#stage p > b:last-of-type").text
    return found | {"before": number(outside[-1][1]), "loss after": number(after)}


def expected(v: np.ndarray, u: np.ndarray, center: int, outside: list[int], rate: float) -> dict[str, np.ndarray]:
    """One step of SGD on −log σ(v_c·u_o) − Σ log σ(−v_c·u_k), by the formulas of the walkthrough's section 3."""
    label = np.eye(len(outside))[0]
    score = u[outside] @ v[center]
    error = label - 1 / (1 + np.exp(-score))
    moved_v, moved_u = np.zeros_like(v), np.zeros_like(u)
    moved_v[center] = error @ u[outside]
    np.add.at(moved_u, outside, error[:, None] * v[center])  # a word drawn twice moves twice
    sign = np.where(label, 1, -1)
    loss = np.log1p(np.exp(-sign * score))
    new_v, new_u = v + rate * moved_v, u + rate * moved_u
    changed = list(dict.fromkeys(outside))
    return {
        "label": label, "s": score, "σ(s)": label - error, "label − σ": error, "loss": loss, "before": loss.sum(),
        "now": np.vstack([v[center], u[changed]]), "−∂L/∂row": np.vstack([moved_v[center], moved_u[changed]]),
        "after": np.vstack([new_v[center], new_u[changed]]),
        "loss after": np.log1p(np.exp(-sign * (new_u[outside] @ new_v[center]))).sum(),
    }  # fmt: skip


def demand_step(browser, rate: float) -> dict[str, np.ndarray]:
    """Fails unless the page, at its last stage, shows the step that NumPy computes from the first tables."""
    words, v, u = tables(browser)
    center = words.index(browser.find_element("css selector", "#text .center").text)
    outside = [words.index(row[0]) for row in table(browser, "outside")[1:-1]]
    found, right = shown(browser), expected(v, u, center, outside, rate)
    assert set(found) == set(right)
    for name, value in right.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=DIGITS, err_msg=name)
    return found


def test_the_page_asks_for_nothing_but_itself(opened):
    messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    requests = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    asked = {request["request"]["url"] for request in requests if request["documentURL"] == PAGE.as_uri()}
    assert PAGE.as_uri() in asked
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()
    link = opened.find_element("css selector", "header a").get_attribute("href")
    assert link == (ROOT / "lab01_word2vec" / "WALKTHROUGH.md").as_uri()


def test_the_text_has_ten_words_and_each_stage_shows_one_thing_more(opened):
    assert len(tables(opened)[0]) == 10
    filled = []
    for stage in range(1, STAGES + 1):
        assert f"Step 1, stage {stage} of {STAGES}" in opened.find_element("css selector", "#stage h2").text
        cells = [cell for name in ("outside", "rows") for row in table(opened, name) for cell in row]
        filled.append(sum(map(bool, cells)))
        press(opened, "next", stage < STAGES)
    # The pair; two negatives with their labels and rows; scores, σ with losses and their sum, errors, gradients, new.
    assert np.diff(filled).tolist() == [2 * (2 + 2), 3, 3 + 3 + 1, 3, 4, 4]
    press(opened, "back")
    assert f"stage {STAGES - 1} of" in opened.find_element("css selector", "#stage h2").text


def test_the_first_step_is_numpys(opened):
    press(opened, "next", STAGES - 1)
    found = demand_step(opened, 0.5)
    assert found["loss after"] < found["before"]
    assert (found["now"] == np.round(found["now"], 2)).all()  # so that it can be done on paper
    assert np.abs(found["−∂L/∂row"]).max(axis=1).min() > 0  # every row moves


def test_the_next_step_starts_where_the_first_one_ended(opened):
    press(opened, "next", STAGES - 1)
    after = shown(opened)["after"]
    words, v, u = tables(opened)
    center = words.index(opened.find_element("css selector", "#text .center").text)
    outside = list(dict.fromkeys(words.index(row[0]) for row in table(opened, "outside")[1:-1]))
    press(opened, "next")
    assert "Step 2, stage 1" in opened.find_element("css selector", "#stage h2").text
    v[center], u[outside] = after[0], after[1:]
    np.testing.assert_allclose(tables(opened)[1:], [v, u], atol=1e-9)


def test_learning_rate_and_negatives_change_the_step_as_computed(opened):
    press(opened, "next", STAGES - 1)
    first = demand_step(opened, 0.5)
    enter(opened, "rate", "1.25")
    second = demand_step(opened, 1.25)
    np.testing.assert_array_equal(first["−∂L/∂row"], second["−∂L/∂row"])
    assert (first["after"] != second["after"]).any()
    choose(opened, "negative1", "cat")
    assert (demand_step(opened, 1.25)["s"] != first["s"]).tolist() == [False, True, False]
    choose(opened, "negative2", "cat")
    assert "drawn twice is pushed twice" not in opened.find_element("id", "stage").text
    assert len(demand_step(opened, 1.25)["after"]) == 3
    choose(opened, "k", "3")
    choose(opened, "negative3", table(opened, "outside")[1][0])  # the context itself
    assert len(demand_step(opened, 1.25)["s"]) == 4
    press(opened, "back", STAGES - 2)
    told = opened.find_element("id", "stage").text
    assert "drawn twice is pushed twice" in told
    assert "is also the context" in told


@pytest.mark.parametrize("value", ["", "0", "99", "-1"])
def test_a_rate_that_cannot_be_used_is_put_back(opened, value):
    enter(opened, "rate", value)
    assert opened.find_element("id", "rate").get_attribute("value") == "0.5"
    press(opened, "next", STAGES - 1)
    demand_step(opened, 0.5)


def test_a_rate_that_is_too_large_is_said_to_raise_the_loss(opened):
    press(opened, "run", 3)
    enter(opened, "rate", "5")
    for _ in range(20):
        press(opened, "next", STAGES - 1)
        found, told = shown(opened), opened.find_element("css selector", "#stage p").text
        assert ("has risen" in told) == (found["loss after"] > found["before"])
        if "has risen" in told:
            return
        press(opened, "next")
    pytest.fail("the loss never rose")


def contents(browser) -> str:
    return browser.execute_script("return document.querySelector('main').innerHTML")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_hundred_steps_move_the_vectors_and_reset_brings_the_first_state_back(opened, motion):
    prefer(opened, motion=motion)
    first, plot = contents(opened), opened.find_element("id", "plot").get_attribute("innerHTML")
    seen = []
    for _ in range(2):
        press(opened, "run")
        wait_for(opened, "Step 101, stage 1")
        seen.append(contents(opened))
        assert opened.find_element("id", "summary").text.startswith("Mean loss of the first 50 of these 100 steps: ")
        assert opened.find_element("id", "plot").get_attribute("innerHTML") != plot
        press(opened, "reset")
        assert contents(opened) == first
    assert seen[0] == seen[1]


def test_a_run_can_be_stopped_and_run_again(opened):
    """No run goes on behind a reset or a new seed, and two presses do not make two runs."""
    prefer(opened, motion="no-preference")
    first = contents(opened)
    press(opened, "run")
    press(opened, "reset")
    opened.execute_async_script("setTimeout(arguments[0], 300)")
    assert contents(opened) == first
    press(opened, "run")
    enter(opened, "seed", "7")
    opened.execute_async_script("setTimeout(arguments[0], 300)")
    assert opened.find_element("css selector", "#stage h2").text.startswith("Step 1, stage 1")
    opened.execute_script("run(); document.getElementById('run').click();")
    wait_for(opened, "Step 102, stage 1")  # a step, cut off, then a hundred


def wait_for(browser, heading: str) -> None:
    """One script reads the heading, since a run replaces the element between finding it and asking for its text."""
    from selenium.webdriver.support.ui import WebDriverWait

    read = "return document.querySelector('#stage h2').textContent"
    WebDriverWait(browser, 30).until(lambda b: heading in b.execute_script(read))


TRAINED = """
const cosine = (a, b) => dot(a, b) / Math.hypot(...a) / Math.hypot(...b);
const [king, queen, cat, kitten] = ["king", "queen", "cat", "kitten"].map(word => words.indexOf(word));
return [...Array(50).keys()].map(seed => {
  state.seed = seed; reset();
  for (let step = 0; step < 300; step++) finishStep();
  const v = state.v;
  return [cosine(v[king], v[queen]), cosine(v[cat], v[kitten]), cosine(v[king], v[cat])];
});
"""


def test_most_seeds_bring_king_to_queen_and_cat_to_kitten(opened):
    """In 300 steps, as the page says; a cosine of .7 is an angle of 45°."""
    royal, feline, across = np.array(opened.execute_script(TRAINED)).T
    assert ((royal > 0.7) & (feline > 0.7)).mean() > 0.7
    assert np.median(across) < 0.4


def test_it_can_be_worked_by_keyboard_and_focus_stays(opened):
    from selenium.webdriver import Keys

    order = []
    for _ in range(20):
        opened.switch_to.active_element.send_keys(Keys.TAB)
        order.append(opened.switch_to.active_element.get_attribute("id"))
    assert [name for name in order if name][:7] == ["rate", "k", "seed", "next", "back", "run", "reset"]
    button = opened.find_element("id", "next")
    button.send_keys(Keys.ENTER)
    button.send_keys(Keys.SPACE)
    assert "stage 3 of" in opened.find_element("css selector", "#stage h2").text
    chooser = opened.find_element("id", "negative1")
    before = table(opened, "outside")[2]
    chooser.send_keys(Keys.ARROW_UP)
    assert table(opened, "outside")[2] != before
    assert opened.switch_to.active_element.get_attribute("id") == "negative1"


def test_everything_has_a_name_for_screen_readers(opened):
    press(opened, "next", STAGES - 1)
    named = "return [...document.querySelectorAll('input, select')].map(field => field.labels.length)"
    assert set(opened.execute_script(named)) == {1}
    assert opened.find_element("id", "stage").get_attribute("aria-live") == "polite"
    plot = opened.find_element("id", "plot")
    assert plot.get_attribute("role") == "img"
    assert opened.find_element("id", plot.get_attribute("aria-labelledby")).text.startswith("Both tables")
    assert opened.execute_script("return [...document.querySelectorAll('th')].every(cell => cell.scope)")


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (1280, 800)])
def test_nothing_has_to_be_scrolled_sideways(opened, width, height):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        choose(opened, "k", "3")
        opened.execute_script("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        for _ in range(2):
            for stage in range(STAGES):
                wide = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
                assert opened.execute_script(wide) == [width, width], stage
                inside = (
                    "return [...document.querySelectorAll('td, th, button, select')].filter("
                    "node => node.scrollWidth > node.clientWidth + 1).map(node => node.textContent)"
                )
                assert opened.execute_script(inside) == []
                opened.execute_script("document.getElementById('next').click()")
            press(opened, "run")  # longer numbers
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


CONTRASTS = """
const luminance = colour => {
  const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = node => {
  const colour = getComputedStyle(node).backgroundColor;
  return /, 0\\)$/.test(colour) ? behind(node.parentElement) : colour;
};
const contrast = node => {
  const [dark, light] = [getComputedStyle(node).color, behind(node)].map(luminance).sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};
const kinds = "h1, h2, p, b, a, label, button, input, select, caption, figcaption, th, td, li span, small";
const found = [...document.querySelectorAll(kinds)].map(node => [node.textContent, contrast(node)]);
return [getComputedStyle(document.body).backgroundColor, found];
"""


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 19, 20)")])
def test_both_modes_are_legible(opened, scheme, background):
    """WCAG 2.2: contrast of at least 4.5 for text."""
    prefer(opened, scheme)
    press(opened, "next", STAGES - 1)
    page, found = opened.execute_script(CONTRASTS)
    assert page == background
    assert len(found) > 50
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []
