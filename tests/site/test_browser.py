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
    assert page.wrong == []


def test_who_follows_a_link_past_a_question_sees_what_is_there(page):
    page.goto(f"{page.address}/en/notebooks/en/01_pull_or_push.html#key-points")
    page.locator("#key-points h2").wait_for()
    assert page.locator("article .veiled").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_pages_open_on_a_phone_without_a_bar_below(page, scheme):
    page.wrong.clear()
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for path in ("index.html", "en/index.html", "ru/index.html", "en/docs/faq.html"):
        page.goto(f"{page.address}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
    assert page.wrong == []
