"""Lectures in JupyterLab, as a class sees them: run to the end, a slider moved by hand."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.browser import SECONDS, chromium, jupyterlab, running, wait_until, window

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no chromium on PATH"),
]

ROOT = Path(__file__).parents[2]
LECTURES = {"ru": "01_pull_or_push", "en": "08_curiosity"}
"""One in each language: what JupyterLab does with them does not depend on their subject."""
AT_LENGTH = "en"
RUN_ALL = "void window.jupyterapp.commands.execute('runmenu:run-all')"
CLEAR = "window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs').then(() => 0)"
LAST_PROMPT = r"""() => /\[\d+\]/.test(
    [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].at(-1).textContent)"""
RED = "[data-mime-type='application/vnd.jupyter.stderr']"
"""Errors and warnings as they are shown."""
SAYS_OTHER = """([panel, was]) => {
    const words = [...panel.querySelectorAll('p')].at(-1).innerText;
    return words !== was && words.length > 40;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    sources = [ROOT / "notebooks" / lang / f"{name}.ipynb" for lang, name in LECTURES.items()]
    with jupyterlab(tmp_path_factory.mktemp("class"), sources) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with window() as opened:
        yield opened


@pytest.mark.parametrize(
    "lang",
    [
        pytest.param(lang, marks=[pytest.mark.soak] if lang == AT_LENGTH else [])
        for lang in LECTURES
    ],
)
def test_a_lecture_runs_to_its_end_and_its_panel_answers(lang, server, browser):
    """Each time one; the English ones are run by nbval, and one is rehearsed below."""
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(4000 * SECONDS)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{server}/lab/tree/{lang}.ipynb?reset")
    page.wait_for_selector("#jp-main-statusbar >> text=Idle")
    page.wait_for_selector(".jp-CodeCell")
    page.evaluate(CLEAR)  # what is stored must not stand for what is run
    page.evaluate(RUN_ALL)
    page.wait_for_function(LAST_PROMPT)
    panel = page.locator(".jp-OutputArea-output .widget-vbox:has(.widget-slider):has(img)").first
    panel.scroll_into_view_if_needed()
    before = panel.locator("p").last.inner_text()
    panel.locator(".noUi-handle").first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(SAYS_OTHER, arg=[panel.element_handle(), before])
    source = (ROOT / "notebooks" / lang / f"{LECTURES[lang]}.ipynb").read_text(encoding="utf-8")
    assert page.locator(RED).count() == source.count('"raises-exception"')
    assert wrong == []


# --- a copy to work in ------------------------------------------------------------------------


@contextmanager
def opened_lecture(browser, folder, *words):
    """The page on a lecture that the command has opened; its server ends with the block."""
    command = [sys.executable, "-m", "cjsim.cli", "lecture", "01", "--no-browser"]
    with running(*command, "--folder", str(folder), *words) as address:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(4000 * SECONDS)
        page.goto(address)
        page.wait_for_selector("#jp-main-statusbar >> text=Idle")
        page.wait_for_selector(".jp-CodeCell img")
        yield page
        page.close()


def test_a_lecture_is_rehearsed_in_a_copy_and_opens_again_with_its_figures(browser, tmp_path):
    """Run, guess, save, come back: no lost widget in sight, and the stored lecture is untouched."""
    stored = (ROOT / "notebooks" / "en" / "01_pull_or_push.ipynb").read_bytes()
    with opened_lecture(browser, tmp_path) as page:
        in_sight = page.inner_text("body")
        for bar in ("Nbgrader", "Validate", "Create Assignment", "Jupyter news"):
            assert bar not in in_sight
        assert page.locator(".jp-CodeCell .jp-OutputArea-output").count() == 1  # the first figure
        page.locator(".jp-CodeCell .cm-content").first.click()
        for _ in ("trail", "words", "guess"):
            page.keyboard.press("Shift+Enter")
        page.locator(".widget-radio-box input").nth(2).check()
        page.keyboard.press("Shift+Enter")  # runs the cell of the buttons again
        page.keyboard.press("Shift+Enter")
        page.wait_for_selector("text=You said Guide")
        page.keyboard.press("Control+s")
        copy = tmp_path / "notebooks" / "en" / "01_pull_or_push.ipynb"
        wait_until(lambda: "You said Guide" in copy.read_text(encoding="utf-8"))
    with opened_lecture(browser, tmp_path, "--keep") as page:
        page.locator(".jp-CodeCell").first.hover()

        def scrolled_to_the_guess():
            page.mouse.wheel(0, 200)  # JupyterLab draws what is in sight
            return "You said Guide" in page.inner_text(".jp-Notebook")

        wait_until(scrolled_to_the_guess)
        in_sight = page.inner_text(".jp-Notebook")
        assert (
            "Nothing · Pull · Guide · Animator" in in_sight
        )  # what could be chosen, in place of buttons
        assert "Error displaying widget" not in in_sight
    assert (ROOT / "notebooks" / "en" / "01_pull_or_push.ipynb").read_bytes() == stored
