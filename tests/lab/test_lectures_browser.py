"""Lectures in JupyterLab, as a class sees them: run to the end, a slider moved by hand."""

import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from cjsim.labels import text
from tests.lab.browser import SECONDS, Visit, chromium, jupyterlab, running, wait_until, window

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no chromium on PATH"),
]

ROOT = Path(__file__).parents[2]
LECTURES = sorted((ROOT / "notebooks").glob("*/*_*.ipynb"))
EACH_TIME = ROOT / "notebooks/ru/01_pull_or_push.ipynb"
"""What JupyterLab does with a lecture hardly depends on its subject; the others run at length."""
STILL = {("07_satisfaction_and_churn", "no_gate")}
"""Panels that show that nothing moves: a better product is no use where nobody minds."""
RUN_ALL = "void window.jupyterapp.commands.execute('runmenu:run-all')"
CLEAR = "window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs').then(() => 0)"
FOR_A_ROOM = """async () => {
    await window.jupyterapp.commands.execute('application:toggle-presentation-mode');
    await window.jupyterapp.commands.execute('application:toggle-left-area');
}"""
"""Larger words and no list of files, as the trainer's notes say."""
END_KERNELS = "window.jupyterapp.serviceManager.sessions.shutdownAll().then(() => 0)"
LAST_PROMPT = r"""() => /\[\d+\]/.test(
    [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].at(-1).textContent)"""
RED = "[data-mime-type='application/vnd.jupyter.stderr']"
"""Errors and warnings as they are shown."""
SHOWN = ".jp-Cell-outputWrapper:has(img, table, .cjsim-box, .cjsim-trail)"
HARD_TO_READ = """() => {
    const shown = (what) => [...document.querySelectorAll(`.jp-Notebook ${what}`)]
        .filter((one) => one.getClientRects().length && one.textContent.trim());
    const size = (one) => parseFloat(getComputedStyle(one).fontSize);
    const prose = size(shown('.jp-MarkdownOutput p')[0]);
    const told = (one, why) => `${why}: ${one.textContent.trim().slice(0, 40)}`;
    const outputs = shown('.jp-OutputArea-output:not([data-mime-type*=error])');
    const words = ':is(td, th, p, label, .widget-label, .widget-readout, .bar, .numbers)';
    const pictures = [...document.querySelectorAll('.jp-Notebook figure > img')];
    return [
        ...shown(`.jp-OutputArea-output ${words}`)
            .filter((one) => size(one) < prose - 0.5).map((one) => told(one, 'small')),
        ...outputs.filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => told(one, 'cut')),
        ...pictures.filter((one) => one.clientHeight > 0.85 * window.innerHeight)
            .map((one) => `too high: ${one.alt.slice(0, 40)}`),
    ];
}"""
"""What a room cannot read: words smaller than the lecture's own, lines and pictures cut off."""
FARTHER_END = """(handle) => {
    const slider = handle.closest('.noUi-target').noUiSlider;
    const {min, max} = slider.options.range;
    return slider.get(true) - min > max - slider.get(true) ? 'Home' : 'End';
}"""
SAYS_OTHER = """([panel, was]) => {
    const words = [...panel.querySelectorAll('p')].at(-1).innerText;
    return words !== was && words.length > 40;
}"""


def name_of(lecture):
    """Its language and number: ru-01."""
    return f"{lecture.parent.name}-{lecture.stem.partition('_')[0]}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with jupyterlab(tmp_path_factory.mktemp("class"), LECTURES) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with window() as opened:
        yield opened


@pytest.fixture
def opened(server, browser):
    """Open a lecture as a room sees it; its kernel ends with the test."""
    visits = []

    def open_lecture(lecture):
        visit = Visit(browser, 1366, 768)
        visit.page.set_default_timeout(10_000 * SECONDS)  # a lecture of minutes, on a busy machine
        visits.append(visit)
        visit.page.goto(f"{server}/lab/tree/{lecture.parent.name}/{lecture.name}?reset")
        visit.page.wait_for_selector("#jp-main-statusbar >> text=Idle")
        visit.page.wait_for_selector(".jp-CodeCell")
        visit.page.evaluate(FOR_A_ROOM)
        return visit

    yield open_lecture
    for visit in visits:
        visit.page.evaluate(END_KERNELS)
        visit.close()


def code_of(lecture):
    """All code of a notebook, and what stands beside its cells, as text."""
    cells = json.loads(lecture.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return "\n".join("".join(cell["source"]) for cell in code), json.dumps(code)


def moved(page, panel, slider):
    """Move a slider to its farther end by a key; the panel's sentence then."""
    before = panel.locator("p").last.inner_text()
    handle = slider.locator(".noUi-handle")
    handle.focus()
    page.keyboard.press(handle.evaluate(FARTHER_END))
    page.wait_for_function(SAYS_OTHER, arg=[panel.element_handle(), before])
    return panel.locator("p").last.inner_text()


def keep_pictures(visit, lecture):
    """What a room sees of each figure, table and panel, if CJSIM_SCREENSHOTS names a folder."""
    outputs = visit.page.locator(SHOWN)
    for n in range(outputs.count() if "CJSIM_SCREENSHOTS" in os.environ else 0):
        outputs.nth(n).evaluate("(output) => output.scrollIntoView({block: 'start'})")
        visit.picture(f"{name_of(lecture)}/{n:02}")


@pytest.mark.parametrize(
    "lecture",
    [
        pytest.param(
            lecture, id=name_of(lecture), marks=[] if lecture == EACH_TIME else [pytest.mark.soak]
        )
        for lecture in LECTURES
    ],
)
def test_a_lecture_runs_to_its_end_and_all_its_panels_answer(lecture, opened):
    """No slider is dead: at its farther end something stands elsewhere, which an outline shows.

    Each time one lecture; the English ones are run by nbval, and one is rehearsed below.
    """
    visit = opened(lecture)
    page = visit.page
    page.evaluate(CLEAR)  # what is stored must not stand for what is run
    page.evaluate(RUN_ALL)
    page.wait_for_function(LAST_PROMPT)
    code, cells = code_of(lecture)
    names = re.findall(r"^(\w+) = lab\.panel\(", code, re.MULTILINE)
    panels = page.locator(".jp-OutputArea-output .cjsim-box:has(img)").all()
    assert len(panels) == len(names) > 0
    for name, panel in zip(names, panels, strict=True):
        for slider in panel.locator(".widget-slider").all():
            is_moved = text("lab.ghosts", lecture.parent.name) in moved(page, panel, slider)
            assert is_moved == ((lecture.stem, name) not in STILL)
    keep_pictures(visit, lecture)
    assert page.evaluate(HARD_TO_READ) == []
    assert page.locator(RED).count() == cells.count('"raises-exception"')
    assert visit.wrong == []
    assert visit.outside() == []


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
