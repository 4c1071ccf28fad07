"""The site in a browser that reaches nothing but the site."""

import contextlib
import functools
import http.server
import threading

import pytest

from tests.lab.browser import SECONDS, chromium, window
from tools.site.tree import lectures, pages_of

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no chromium on PATH"),
]
NAMES = [name for lang in ("en", "ru") for name in lectures(pages_of(lang))]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def page(site):
    with served(site) as address, window() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.set_default_timeout(4000 * SECONDS)
        page.address, page.wrong = address, []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: note_if_away(page, request.url))
        yield page


def note_if_away(page, url):
    if not url.startswith((page.address, f"blob:{page.address}", "data:")):
        page.wrong.append(url)


def in_turn():
    """Every lecture in one language, in turn; in the other at length."""
    turn = [name for name in NAMES if NAMES.index(name) % (len(NAMES) // 2) % 2 == ("/ru/" in name)]
    return [pytest.param(n, marks=[] if n in turn else pytest.mark.soak) for n in NAMES]


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


def test_who_follows_a_link_past_a_question_sees_what_is_there(page):
    page.goto(f"{page.address}/en/notebooks/en/01_pull_or_push.html#key-points")
    page.locator("#key-points h2").wait_for()
    assert page.locator("article .veiled").count() == 0


WIDER = """() => {
  const most = innerWidth + 1;
  if (document.documentElement.scrollWidth <= most) return null;
  const scrolls = (node) => node && node !== document.body
    && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  const wide = [...document.querySelectorAll("body *")].find((node) =>
    node.getBoundingClientRect().right > most && !scrolls(node.parentElement));
  return `${document.documentElement.scrollWidth}: ${wide?.outerHTML.slice(0, 120)}`;
}"""
"""What sticks out of a page to the right; null where nothing does."""
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
  const says = [...document.querySelectorAll("[data-answer]")]
    .map((one) => getComputedStyle(one, "::after").content.length);
  return {
    veiled: all("article .veiled") - shown("article .veiled"),
    buttons: shown(".prediction button, .takealong, iframe, .drawnpanel input"),
    questions: all(".prediction") - shown(".prediction"),
    answers: Math.min(...says) > 8,
    pictures: all("[data-board]") - shown("[data-board] .stored img"),
  };
}"""


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
    page.locator("[data-board], .drawnpanel").first.wait_for(state="attached")
    page.emulate_media(media="print", color_scheme=scheme)
    told = page.evaluate(ON_PAPER)
    page.emulate_media(media="screen")
    assert told == {"veiled": 0, "buttons": 0, "questions": 0, "answers": True, "pictures": 0}
    assert page.locator("article .veiled").count() > 0  # whoever has printed has not guessed yet


def test_a_panel_that_was_drawn_beforehand_moves(page):
    page.goto(f"{page.address}/en/notebooks/en/03_touchpoints.html#key-points")
    panel = page.locator(".drawnpanel").first
    first, second = (panel.locator("input[type=range]").nth(n) for n in (0, 1))
    drawing = panel.locator(".drawn:visible")
    before, start = drawing.inner_html(), first.input_value()
    first.focus()
    page.keyboard.press("Home" if start != "0" else "End")
    assert drawing.inner_html() != before
    assert panel.locator("output").first.inner_text() in drawing.inner_text()
    second.focus()
    page.keyboard.press("Home" if second.input_value() != "0" else "End")
    assert first.input_value() == start
    assert drawing.count() == 1
