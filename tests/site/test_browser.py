"""The site in a browser that reaches nothing but the site."""

import re

import pytest

from tests.lab.browser import SECONDS, chromium
from tests.site.visit import visiting
from tools.site.tree import lectures, pages_of

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no chromium on PATH"),
]
NAMES = [name for lang in ("en", "ru") for name in lectures(pages_of(lang))]


@pytest.fixture(scope="module")
def page(site):
    with visiting(site, {"width": 1366, "height": 900}, 4000 * SECONDS) as page:
        yield page


@pytest.fixture(autouse=True)
def forgotten(page):
    """No test begins with the guesses of another."""
    yield
    page.evaluate("sessionStorage.clear()")


def in_turn():
    """Every lecture in one language, in turn; in the other at length."""
    turn = [name for name in NAMES if NAMES.index(name) % (len(NAMES) // 2) % 2 == ("/ru/" in name)]
    return [pytest.param(n, marks=[] if n in turn else pytest.mark.soak) for n in NAMES]


AT_REST = """() => [...document.querySelectorAll("[data-board]:not(.alive)")].every((panel) => {
  const { top, bottom } = panel.getBoundingClientRect();
  return !panel.checkVisibility() || bottom < -600 || top > innerHeight + 600;
})"""
"""Whether every panel that the window is near lives, so that nothing grows under the mouse."""


@pytest.mark.parametrize("name", in_turn())
def test_a_lecture_hides_its_answers_and_its_panels_live(page, name):
    """Each time every lecture: the panels of its twin are the same, and so is the page's script."""
    page.wrong.clear()
    lang = name.split("/")[1]
    page.goto(f"{page.address}/{lang}/{name}.html")
    forms = page.locator("form.prediction")
    assert forms.count() >= 3
    for place in range(forms.count()):
        form = forms.nth(place)
        after = page.locator("article .veiled").count()
        assert after > 0
        form.scroll_into_view_if_needed()
        page.wait_for_function(AT_REST)
        if form.locator("input[type=radio]").count():
            form.locator("input[type=radio]").first.check()
        else:
            form.locator("input[type=range]").focus()
            page.keyboard.press("ArrowRight")
        form.locator("button[type=submit]").click()
        assert page.locator("article .veiled").count() < after
    assert page.locator("article .veiled").count() == 0
    for place in range(page.locator("[data-board]").count()):
        panel = page.locator("[data-board]").nth(place)
        panel.scroll_into_view_if_needed()
        inside = panel.frame_locator("iframe")
        say = inside.locator("p.say")
        inside.locator("svg").first.wait_for()
        before = say.inner_text()
        inside.locator("input[type=range]").first.focus()
        for _ in range(12):
            page.keyboard.press("ArrowLeft")
        inside.locator(f"p.say:not(:text-is({before!r}))").wait_for()
    for place in range(page.locator(".drawnpanel").count()):
        panel = page.locator(".drawnpanel").nth(place)
        before = panel.locator(".drawn:visible").inner_html()
        slider = panel.locator("input[type=range]").first
        slider.focus()
        page.keyboard.press("End" if slider.input_value() == "0" else "Home")
        assert panel.locator(".drawn:visible").inner_html() != before
    assert page.locator("[data-panel]").count() == 0, "a panel that does not live"
    assert page.wrong == []


def test_what_was_guessed_is_there_after_another_page(page):
    """Guessed, or gone on without a guess; and the place to read on from is the question."""
    lecture = f"{page.address}/ru/notebooks/ru/02_aida_to_twelve.html"
    page.goto(lecture)
    forms, answers = page.locator("form.prediction"), page.locator("[data-answer]")
    forms.nth(0).locator("input").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert forms.nth(0).evaluate("form => form === document.activeElement")
    forms.nth(1).locator("input").nth(1).check()
    forms.nth(1).locator("[type=submit]").click()
    forms.nth(2).locator(".skipguess").click()
    said = answers.all_inner_texts()
    page.goto(f"{page.address}/ru/index.html")
    page.goto(lecture)
    assert forms.locator("[type=submit]:disabled").count() == 3
    assert (
        float(forms.nth(2).locator(".skipguess").evaluate("b => getComputedStyle(b).opacity")) < 1
    )
    assert forms.nth(0).locator("output").inner_text() in said[0]
    assert forms.nth(1).locator("input").nth(1).is_checked()
    assert answers.all_inner_texts() == said


def test_a_panel_that_comes_alive_leaves_what_is_below_where_it_was(page):
    """A button that jumps away under the hand is a click lost."""
    page.set_viewport_size({"width": 1366, "height": 900})
    page.goto(f"{page.address}/en/notebooks/en/03_touchpoints.html#key-points")
    place = "[...document.querySelectorAll('[data-board]')].map((one) => one.offsetHeight)"
    before = page.evaluate(place)
    assert len(set(before)) == len(before) == 2  # the second has a dial more
    for panel in page.locator("[data-board]").all():
        panel.scroll_into_view_if_needed()
        panel.locator(":scope.alive").wait_for()
    assert page.evaluate(place) == before


@pytest.mark.parametrize(
    ("lang", "word", "said"), [("en", "gate", "found"), ("ru", "порог", "страниц:")]
)
def test_a_search_says_how_many_pages_there_are(page, lang, word, said):
    page.goto(f"{page.address}/{lang}/search.html?q={word}")
    page.locator("ul.search li").first.wait_for()
    line = page.locator("p.search-summary")
    line.get_by_text(said).wait_for()
    pages = page.locator("ul.search > li").count()
    assert int(re.search(r"\d+", line.inner_text())[0]) >= pages > 1
    found = '<div role="main"><nav class="takealong">The board\n</nav>Words</div>'
    assert page.evaluate("html => Search.htmlToText(html)", found).strip() == "Words"


def test_who_follows_a_link_past_a_question_sees_what_is_there(page):
    page.goto(f"{page.address}/en/notebooks/en/01_pull_or_push.html#key-points")
    page.locator("#key-points h2").wait_for()
    assert page.locator("article .veiled").count() == 0


WIDER = """() => {
  const veiled = [...document.querySelectorAll(".veiled")];
  for (const one of veiled) one.classList.remove("veiled");
  const pages = [document.documentElement, ...document.querySelectorAll(".content")];
  if (pages.every((one) => one.scrollWidth <= innerWidth + 1)) return null;
  const scrolls = (node) => node && !pages.includes(node)
    && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  return [...document.querySelectorAll("article *")].find((node) =>
    node.getBoundingClientRect().right > innerWidth + 1 && !scrolls(node.parentElement),
  )?.outerHTML.slice(0, 120) ?? "?";
}"""
"""The first thing that makes a page wider than its window; null where nothing does."""
CONTRAST = """() => {
  const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3)
    .map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const style = getComputedStyle(document.body);
  return [style.color, style.backgroundColor].map(light);
}"""
ON_PAPER = """() => {
  const shown = (query) => [...document.querySelectorAll(query)]
    .filter((one) => one.getClientRects().length).length;
  const all = (query) => document.querySelectorAll(query).length;
  const says = [...document.querySelectorAll("[data-truth]")]
    .map((one) => getComputedStyle(one, "::after").content.length);
  return {
    veiled: all("article .veiled") - shown("article .veiled"),
    buttons: shown(".prediction button, .takealong, iframe, .drawnpanel input"),
    questions: all(".prediction") - shown(".prediction"),
    answers: Math.min(9, ...says) > 8, // none would be told by four letters
    pictures: all("[data-board]") - shown("[data-board] img"),
  };
}"""
AS_IT_SHOULD_BE = {"veiled": 0, "buttons": 0, "questions": 0, "answers": True, "pictures": 0}


def test_every_page_fits_a_phone_in_the_light_and_in_the_dark(page, site):
    """Wide tables and code scroll in boxes of their own; by turns it is night."""
    page.wrong.clear()
    page.set_viewport_size({"width": 390, "height": 800})
    paths = sorted(p.relative_to(site) for p in site.rglob("*.html") if "board" not in p.parts)
    assert len(paths) > 80
    wide = {}
    for nth, path in enumerate(paths):
        page.emulate_media(color_scheme=("light", "dark")[nth % 2])
        page.goto(f"{page.address}/{path.as_posix()}", wait_until="domcontentloaded")
        if sticks_out := page.evaluate(WIDER):
            wide[str(path)] = sticks_out
        ink, ground = page.evaluate(CONTRAST)
        assert (ink < ground) == (nth % 2 == 0), path
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) > 7, path
    assert wide == {}
    assert page.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lecture_on_paper_asks_and_answers(page, scheme):
    """Nothing is veiled there, answers stand below their questions, panels are pictures."""
    page.set_viewport_size({"width": 1366, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{page.address}/en/notebooks/en/03_touchpoints.html")
    page.locator("form.prediction").first.wait_for()
    assert on_paper(page, scheme) == AS_IT_SHOULD_BE
    assert page.locator("article .veiled").count() > 0  # whoever has printed has not guessed yet
    page.goto(f"{page.address}/en/notebooks/en/03_touchpoints.html#key-points")
    page.reload()
    page.locator("[data-board]").first.scroll_into_view_if_needed()
    page.locator("[data-board].alive").first.wait_for()
    assert on_paper(page, scheme) == AS_IT_SHOULD_BE


def on_paper(page, scheme):
    page.emulate_media(media="print", color_scheme=scheme)
    told = page.evaluate(ON_PAPER)
    page.emulate_media(media="screen", color_scheme=scheme)
    return told


TWO_SLIDERS = """() => {
  const range = (key) => `<label>${key}<input type="range" min="0" max="2" value="1"
    data-key="${key}" data-words="0|0.5|1"><output></output></label>`;
  const drawing = (key, place) =>
    `<p class="drawn" hidden data-key="${key}" data-place="${place}">${key} ${place}</p>`;
  const panel = document.createElement("div");
  panel.innerHTML = range("a") + range("b") + '<p class="drawn">as it was</p>'
    + ["a", "b"].map((key) => drawing(key, 0) + drawing(key, 2)).join("");
  chooseDrawing(panel);
  const ranges = [...panel.querySelectorAll("input")];
  const move = (nth, place) => {
    ranges[nth].value = place;
    ranges[nth].dispatchEvent(new Event("input"));
    const shown = panel.querySelectorAll(".drawn:not([hidden])");
    return [[...shown].map((one) => one.textContent).join(), ...ranges.map(({ value }) => value),
      ...[...panel.querySelectorAll("output")].map(({ value }) => value)];
  };
  return [move(0, 2), move(1, 0), move(1, 1)];
}"""


def test_a_panel_that_was_drawn_beforehand_moves_a_slider_at_a_time(page):
    page.goto(f"{page.address}/en/notebooks/en/11_attribution_and_experiments.html#key-points")
    page.locator(".drawnpanel .drawn:visible").wait_for()
    assert page.evaluate(TWO_SLIDERS) == [
        ["a 2", "2", "1", "1", "0.5"],
        ["b 0", "1", "0", "0.5", "0"],
        ["as it was", "1", "1", "0.5", "0.5"],
    ]
