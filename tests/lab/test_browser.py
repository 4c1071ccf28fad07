"""The what-if lab as a visitor meets it: in JupyterLab, and as a page of its own.

Set CJSIM_SCREENSHOTS to a folder to keep what was seen.
"""

import re

import pytest

from cjsim.lab.whatif import DIALS
from cjsim.labels import text
from cjsim.scenario import Scenario
from tests.lab.browser import BOARD, Visit, chromium, cjsim_lab, jupyterlab, window

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on PATH")

KEYS = [place.format(b="guide") for place in DIALS]
WORDS = {
    lang: [
        text(f"dial.{place.replace('{b}.', 'push_').replace('.', '_')}", lang) for place in DIALS
    ]
    for lang in ("en", "ru")
}


@pytest.fixture(scope="module")
def browser():
    with window() as opened:
        yield opened


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    with jupyterlab(tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture(scope="module")
def english(browser, jupyter):
    """The English lab in JupyterLab, opened once for all tests."""
    visit = Visit(browser).open_notebook(jupyter, "en.ipynb")
    yield visit
    visit.close()


@pytest.fixture
def lab(english):
    """The lab with everything as it was when it opened."""
    product = english.selects().first
    with english.answered():
        if product.input_value() == "Phone":
            english.button("Reset").click()
        else:  # a file was loaded
            product.select_option("Phone")
    assert "Changed: nothing" in english.sentence
    yield english
    assert english.wrong == []
    assert english.outside() == []


@pytest.fixture(scope="module")
def page():
    """The Russian lab as a page; its address."""
    with cjsim_lab("--page", "--lang", "ru") as address:
        yield address


@pytest.fixture
def visit(browser):
    """Visitors, each with a browser of their own: nothing may go wrong or leave the machine."""
    visitors = []

    def come(*size):
        visitors.append(Visit(browser, *size))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()
    assert [visitor.wrong for visitor in visitors] == [[] for _ in visitors]
    assert [visitor.outside() for visitor in visitors] == [[] for _ in visitors]


# --- in JupyterLab ----------------------------------------------------------------------------


def test_each_of_the_twelve_dials_moves_the_picture_and_the_sentence(lab):
    moved, step = set(), {"guide.min_fit": "Home"}  # fits are tenths, a step is less
    for key, words in zip(KEYS, WORDS["en"], strict=True):
        bars, sentence = lab.bars, lab.sentence
        with lab.answered():
            lab.dial(words).press(step.get(key, "ArrowRight"))
        assert lab.sentence != sentence
        assert f"{key} = " in lab.sentence
        if lab.bars != bars:
            moved.add(key)
    lab.picture("jupyterlab_dials")
    assert moved == set(KEYS)


def test_keys_typed_into_the_lab_are_not_commands_of_jupyterlab(lab):
    dial = lab.dial("B knows the stage")
    dial.focus()
    for key in ("x", "b", "d", "d"):  # cut the cell; a new one below; delete
        dial.press(key)
    assert lab.page.locator(".jp-CodeCell").count() == 1
    with lab.answered():
        dial.press("ArrowRight")
    lab.selects().first.focus()
    with lab.answered():
        lab.page.keyboard.press("ArrowDown")  # the next product, and not the next cell
    assert lab.page.locator(".widget-dropdown select").first.input_value() != "Phone"


def test_a_refused_number_goes_back_to_what_is_so(lab):
    lab.open_drawer("product")
    lab.box("price").fill("-5")
    lab.box("price").press("Enter")
    lab.page.locator("[role=alert]").wait_for()
    price = str(Scenario.load("phone").product.price).removesuffix(".0")
    lab.page.wait_for_function(
        "([box, price]) => box.value === price", arg=[lab.box("price").element_handle(), price]
    )


def test_a_number_in_a_drawer_is_taken(lab):
    lab.open_drawer("market")
    with lab.answered():
        lab.box("onset_days").fill("300")
        lab.box("onset_days").press("Enter")
    assert "market.onset_days = 300" in lab.sentence


def test_an_impossible_number_is_told_in_sight_and_the_picture_stays(lab):
    lab.open_drawer("stages")
    before, key = lab.answer, "recommendation.regularity"
    lab.box(key).fill("-1")  # far down: the top of the lab is out of sight
    lab.box(key).press("Enter")
    alert = lab.page.locator("[role=alert]")
    alert.wait_for()
    assert f"stages.{key} = -1.0: must be" in alert.inner_text()
    place, seen = alert.bounding_box(), lab.page.viewport_size
    assert 0 <= place["y"] < place["y"] + place["height"] <= seen["height"]
    lab.picture("jupyterlab_error")
    assert lab.answer == before
    with lab.answered():
        lab.box(key).fill("1.5")
        lab.box(key).press("Enter")
    alert.wait_for(state="detached")


def test_undo_goes_back_a_step(lab):
    bars = lab.bars
    with lab.answered():
        lab.dial("B knows the stage").press("End")
    with lab.answered():
        lab.dial("Our quality").press("End")
    with lab.answered():
        lab.button("Undo").click()
    assert "Changed: guide.accuracy = 1." in lab.sentence
    with lab.answered():
        lab.button("Undo").click()
    assert "Changed: nothing" in lab.sentence
    assert lab.bars == bars


def test_more_runs_narrow_the_interval(lab):
    def width():
        low, high = re.search(r"\[(\S+) \.\. (\S+)\]", lab.sentence.replace("−", "-")).groups()
        return float(high) - float(low)

    before = width()
    with lab.answered(runs=25):
        lab.button("More runs").click()
    assert width() < before


def test_what_is_seen_can_be_saved_and_loaded_again(lab, tmp_path):
    with lab.answered():
        lab.dial("B knows the stage").press("End")
    with lab.page.expect_download() as download:
        lab.page.click("text=Save as a scenario file")
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)
    expected = Scenario.load("phone", "guide").with_changes({"guide.accuracy": 1.0})
    assert Scenario.load(kept) == expected
    bars = lab.bars
    with lab.answered():
        lab.button("Reset").click()
    assert lab.bars != bars
    with lab.answered(), lab.page.expect_file_chooser() as chooser:
        lab.page.click("text=Load a file")
        chooser.value.set_files(kept)
    assert "Changed: nothing" in lab.sentence  # it is the product now
    assert lab.bars == bars


def test_a_pinned_result_stays_as_marks(lab):
    def pins():
        return lab.page.eval_on_selector_all(
            f"{BOARD} line[visibility=visible]", "pins => pins.map((p) => p.getAttribute('x1'))"
        )

    assert pins() == []
    bars = lab.bars
    lab.button("Pin").click()
    lab.button("Unpin").wait_for()
    marks = pins()
    assert len(marks) == len(bars) == 24
    with lab.answered():
        lab.dial("B knows the stage").press("End")
    lab.picture("jupyterlab_pinned")
    assert lab.bars != bars
    assert "pinned" in lab.page.inner_text(".cjsim-numbers")
    lab.button("Unpin").click()
    lab.button("Pin").wait_for()
    assert pins() == []


# --- in Russian -------------------------------------------------------------------------------


def cut(visit: Visit) -> list[str]:
    """Labels and buttons that are wider than their place, and what leaves picture or lab."""
    return visit.page.evaluate(
        """(board) => {
            const wide = [...document.querySelectorAll(
                ".widget-label, .widget-button, .widget-readout")]
                .filter((node) => node.scrollWidth > node.clientWidth);
            const svg = document.querySelector(board), { width, height } = svg.viewBox.baseVal;
            const out = [...svg.querySelectorAll("text")].filter((node) => {
                const at = node.getBBox();
                return at.x < 0 || at.y < 0 || at.x + at.width > width || at.y + at.height > height;
            });
            const lab = document.querySelector(".cjsim-lab"), table = lab.querySelector("table");
            const [right, end] = [lab, table].map((node) => node.getBoundingClientRect().right);
            if (end > right) out.push(table);
            return [...wide, ...out].map((node) => node.textContent);
        }""",
        BOARD,
    )


def legend_overlap(visit: Visit) -> float:
    """How far the first name in the legend runs into the second."""
    return visit.page.eval_on_selector(
        BOARD,
        """(svg) => {
            const [first, second] = svg.querySelectorAll("g");
            return first.getBBox().x + first.getBBox().width - second.getBBox().x;
        }""",
    )


def test_no_russian_word_is_cut(visit, page):
    visit = visit(1280, 1000).open_page(page)
    assert visit.page.locator(".widget-slider").count() == 12
    visit.picture("russian_page")
    assert cut(visit) == []
    selects = visit.selects()
    names = selects.nth(1).locator("option").all_inner_texts()
    for place in (1, 2):  # the longest name on both sides, in the largest market
        if selects.nth(place).locator("option:checked").inner_text() != max(names, key=len):
            with visit.answered():
                selects.nth(place).select_option(label=max(names, key=len))
    with visit.answered():
        selects.nth(3).select_option(index=2)
    visit.button("Закрепить").click()
    visit.button("Открепить").wait_for()
    visit.open_drawer("stages")
    visit.box("recommendation.typical_days").wait_for()
    visit.picture("russian_drawer")
    assert cut(visit) == []
    assert legend_overlap(visit) < 0


def test_russian_in_jupyterlab_is_not_cut_either(visit, jupyter):
    visit = visit().open_notebook(jupyter, "ru.ipynb")
    visit.button("Закрепить").click()
    visit.button("Открепить").wait_for()
    visit.picture("jupyterlab_russian")
    assert cut(visit) == []
    assert "Изменено: ничего" in visit.sentence


def test_the_command_opens_a_lab_and_nothing_is_asked_but_to_run_it(visit):
    with cjsim_lab() as address:
        visit = visit()
        visit.page.goto(address)
        visit.run_cell()
        visit.settled()
        assert "Changed: nothing" in visit.sentence
        assert visit.page.locator(".Toastify__toast").count() == 0  # JupyterLab's news
        visit.close()


# --- as a page --------------------------------------------------------------------------------


def test_the_page_shows_the_lab_and_no_code_and_asks_nobody_else(visit, page):
    visit = visit().open_page(page)
    assert visit.page.title() == "Лаборатория «что если»"
    assert visit.page.get_attribute("html", "lang") == "ru"
    assert "import lab" not in visit.page.inner_text("body")
    with visit.answered():
        visit.dial(WORDS["ru"][0]).press("ArrowRight")
    assert "guide.accuracy = " in visit.sentence
    visit.picture("page")
    assert len(visit.asked) > 20
    assert visit.outside() == []


def test_visitors_do_not_see_each_others_settings(visit, page):
    one, two = visit().open_page(page), visit().open_page(page)
    before = two.answer, two.sentence
    with one.answered():
        one.dial("Наше качество").press("ArrowRight")
    assert "product.quality" in one.sentence
    assert (two.answer, two.sentence) == before
    with two.answered():
        two.dial("Качество конкурента").press("ArrowRight")
    assert "rival.quality" in two.sentence
    assert "product.quality" not in two.sentence
    assert "rival.quality" not in one.sentence


ACTIVE = """() => {
    const node = document.activeElement, widget = node.closest(".jupyter-widgets");
    const label = widget && widget.querySelector(".widget-label");
    const words = (label && label.textContent) || node.textContent;
    return [node.getAttribute("role") || node.tagName, words.trim()];
}"""


def test_everything_can_be_reached_and_done_with_the_keyboard_alone(visit, page):
    visit = visit().open_page(page)
    press = visit.page.keyboard.press
    reached = []

    def tab_to(kind, words):
        while [kind, words] not in reached[-1:]:
            assert len(reached) < 80, f"{words} is not reached: {reached}"
            press("Tab")
            reached.append(visit.page.evaluate(ACTIVE))

    visit.selects().first.focus()
    tab_to("BUTTON", "Закрепить")
    press("Space")
    visit.button("Открепить").wait_for()
    for words in WORDS["ru"]:
        tab_to("slider", words)
    with visit.answered():
        press("ArrowRight")
    assert "curiosity.novelty = " in visit.sentence
    tab_to("SELECT", "Все остальные ключи")
    press("ArrowDown")
    visit.box("complexity").wait_for()
    tab_to("INPUT", "complexity")
    visit.picture("keyboard")
    press("Control+A")
    with visit.answered():
        visit.page.keyboard.type("0.9")
        press("Enter")
    assert "product.complexity = 0,9" in visit.sentence
    names = [words for kind, words in reached if kind == "BUTTON"]
    assert names == [
        "Сбросить", "Закрепить", "Ещё прогоны", "Стоп", "Сохранить файл сценария",
        "Загрузить файл (0)",
    ]  # fmt: skip
