"""Tasks on the board, solved on the pages of the site, in a browser that reaches nothing else."""

import pytest

from tests.lab.browser import SECONDS, chromium
from tests.site.visit import visiting
from tools.site import tasks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no chromium on PATH"),
]
WRONG = "#phone;s=pull+guide,every_days:14"
RIGHT = "#phone;s=pull+guide,min_fit:0.9;product.price=600;lang=en"


@pytest.fixture(scope="module")
def page(site):
    with visiting(site, {"width": 390, "height": 800}, 1000 * SECONDS) as page:
        yield page
        assert page.wrong == []


def judged(page, typed):
    """The points that the page gives to what is typed into the field."""
    page.locator(".boardtask input").fill(typed)
    page.locator(".boardtask .check").click()
    page.locator(".boardtask .points").wait_for()
    return page.locator(".boardtask .points").inner_text()


@pytest.mark.parametrize(
    ("lang", "points", "solved"),
    [("en", "Points: {} of 4", "Solved."), ("ru", "Баллы: {} из 4", "Решено.")],
)
def test_a_task_is_solved_wrongly_then_rightly(page, lang, points, solved):
    page.goto(f"{page.address}/{lang}/boards.html")
    page.locator("article a[href*='01_pull_or_push']").click()
    page.locator(".boardtask .dials li").nth(2).wait_for()
    assert judged(page, WRONG) == points.format(1)
    assert page.locator(".boardtask .failed small").count() == 1
    page.locator(".boardtask .verdict").evaluate("verdict => verdict.replaceChildren()")
    assert judged(page, RIGHT) == points.format(4)
    assert page.locator(".boardtask .solved").inner_text().startswith(solved)
    assert page.locator(".boardtask .scorebar .world").count() == 24
    assert page.locator(".boardtask .scorebar .try").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_the_board_on_the_page_shows_the_limits_and_fills_the_field(page):
    page.goto(f"{page.address}/en/exercises/en/release/10_temperature/tasks.html")
    page.locator(".boardtask .open").click()
    board = page.frame_locator(".boardtask iframe")
    board.locator(".limits").nth(2).wait_for()
    assert board.locator(".limits").all_inner_texts() == [
        "the task wants 0.5", "the task allows 7 to 120", "the task allows 0 to 1",
    ]  # fmt: skip
    assert board.locator(".beyond").count() == 0  # nothing is turned yet
    box = board.locator("[data-f='box-every_days-1']")
    box.fill("6")
    box.press("Enter")
    page.locator(".boardtask .out output:text-is('yours 6')").wait_for()
    assert page.locator(".boardtask input").input_value() == "#consulting;s=pull+guide,every_days:6"
    assert board.locator(".beyond").count() == 1
    apart = page.locator(".boardtask a[target]").get_attribute("href")
    assert "#consulting;s=pull+guide,every_days:6;" in apart
    page.goto(f"{page.address}/en/boards.html")
    page.go_back()
    page.locator(".boardtask .out output:text-is('yours 6')").wait_for()  # it is kept


@pytest.mark.parametrize(
    "name", [f"{number}-{task.number}" for number, task, _ in tasks.board_tasks()]
)
def test_each_task_stands_on_its_pages(site, name):
    number, at = name.split("-")
    assert (site / "board" / f"task-{name}.json").is_file()
    for lang in ("en", "ru"):
        (path,) = (site / lang / "exercises" / lang / "release").glob(f"{number}_*/tasks.html")
        text = path.read_text(encoding="utf-8")
        assert text.count(f'data-board-task="{name}" data-lang="{lang}" id="board-{at}"') == 1
