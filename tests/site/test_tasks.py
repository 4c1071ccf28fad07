"""Tasks on the board, judged in the page by its engine: the same verdicts as Python's check."""

import json
import random
from functools import lru_cache

import pytest

from cjsim.board.bundle import script
from cjsim.course.checks import check
from cjsim.files import write_text
from cjsim.labels import LANGUAGES
from tests.course.exercise_books import answer_of, book, wrong_answers
from tests.lab.browser import chromium, window
from tools.site import tasks

pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on PATH")
TASKS = {
    f"{number}-{task.number}": (number, task, board) for number, task, board in tasks.board_tasks()
}
VARIED = ("03-4", "09-4", "10-4")
"""A dial of the desk, people to be gained, a firm of its own; the others at length."""
CLOSE = 1e-9

NO_DESIGNS = (
    "", "   ", "fourteen days", "a=b", "ж", "AAAA-AAAA", "#cheese;lang=en", "#phone;s=magic+pull",
    "#phone;product.price=dear", "#phone;s=pull+guide,every_days:often", "#phone;nonsense=1",
    "#phone;s=pull+guide,quality:0.5", "#phone;lang=en;room", "#phone;s=pull+animator;firm.reps=3",
    "#phone;s=pull+guide;product.price=440", "CHYC-FM7X", "CHYC-FM7Y", "#%70hone;nonsense.key=1",
    "#phone;product.price=1_000", "#phone;firm.reps=inf", "#phone;touchpoints.tent.distance_m=0",
    "#phone;guide.every_days=5;s=pull+guide", "phone;s=pull+guide,accuracy:0.95;product.price=900",
    "#phone;s=guide,min_fit:2+guide,min_fit:-1e-1", "#phone;product.price=%ff5;limits=a:1:2",
    " \"#phone;firm.reps=2;product.price=250.5\" ",
)  # fmt: skip
"""What nothing has to be played for: it cannot be read, is about something else, or is too much."""

OFTEN_BY_CODE = "MAEN-Y73R-RE7"
"""#phone;s=pull+guide,every_days:14, as the board's foot shows it: a wrong answer of set 01."""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page in which `judged(name, typed, lang)` gives the findings of a task, a name "01-5"."""
    shared = json.dumps(tasks.common()).replace("<", "\\u003c")
    html = f"""<!doctype html><html lang="en"><meta charset="utf-8"><body><script>
{script("tasks")}
const common = {shared}, pages = {{}};
const begin = (name, task) => {{ pages[name] = Object.fromEntries(["en", "ru"].map((lang) => {{
  const host = Object.assign(document.createElement("div"), {{}});
  host.dataset.lang = lang;
  return [lang, new TaskPage(host, task, common, "")];
}})); pages[name].ru.plays = pages[name].en.plays; }};
const judged = ([name, typed, lang]) => pages[name][lang].judge.findings(typed);
</script>"""
    path = write_text(tmp_path_factory.mktemp("tasks") / "tasks.html", html)
    with window() as browser:
        opened = browser.new_page()
        opened.wrong = []
        opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
        opened.goto(path.as_uri())
        opened.begun = set()
        yield opened
        assert opened.wrong == []


def judged(page, name, typed, lang):
    if name not in page.begun:
        page.begun.add(name)
        number, task, _ = TASKS[name]
        page.evaluate(
            "([name, task]) => begin(name, task)", [name, tasks.data_of(number, task.number)]
        )
    return page.evaluate("judged", [name, typed, lang])


def check_alike(page, name, typed, lang):
    """The same verdict, points, sentence and hint; the same gain in each world."""
    number, task, board = TASKS[name]
    report = check(number, task.number, {board.name: typed}, lang)
    told = judged(page, name, typed, lang)
    assert [
        (one["name"], one["points"], one["line"], one["hint"], one["passed"]) for one in told
    ] == [(one.check, one.points, one.line, one.hint, one.passed) for one in report.findings]
    for here, there in zip(told, report.findings, strict=True):
        assert here["share"] == pytest.approx(there.share, rel=CLOSE)
        if there.gained:
            assert here["gain"]["gaps"] == pytest.approx(there.gained, rel=CLOSE, abs=CLOSE)
    return report


@lru_cache
def pasted_by(code, name):
    """What the code of an answer leaves under a name."""
    names = {}
    exec(code, names)
    return names[name]


@pytest.mark.parametrize("name", TASKS)
def test_answers_of_the_set_are_judged_as_in_a_notebook(page, name):
    number, task, board = TASKS[name]
    solution = pasted_by(answer_of(book(number, "en"), task.number), board.name)
    for lang in LANGUAGES:
        assert check_alike(page, name, solution, lang).failed == []
    for code, failing in wrong_answers(number)[task.number].values():
        for lang in LANGUAGES:
            report = check_alike(page, name, pasted_by(code, board.name), lang)
            assert report.failed == [f"{task.number}.{failing}"]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in VARIED else pytest.mark.soak) for name in TASKS],
)
def test_a_design_at_random_is_judged_as_in_a_notebook(page, name):
    """Each time of the tasks that differ in kind; all others read a design in the same way."""
    number, task, board = TASKS[name]
    luck = random.Random(name)
    own, shared = [], []
    for dial in tasks.data_of(number, task.number)["dials"]:
        low, high = board.limits[dial["key"]]
        typed = round(luck.uniform(low, high), 1 if dial["id"] == "min_fit" else 0)
        side = dial["key"].startswith("guide.")
        (own if side else shared).append(f"{dial['id']}{':' if side else '='}{typed or low}")
    address = ";".join([f"#{board.preset}", f"s=pull+{','.join(['guide', *own])}", *shared])
    check_alike(page, name, address, luck.choice(LANGUAGES))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_no_design_is_said_in_pythons_sentence(page, lang):
    for typed in NO_DESIGNS:
        check_alike(page, "01-5", typed, lang)


def test_a_short_code_is_the_design_that_its_board_had(page):
    report = check_alike(page, "01-5", f"  {OFTEN_BY_CODE.lower().replace('-', ' ')} ", "ru")
    assert report.failed == ["5.profit"]


def test_a_position_between_the_steps_is_refused_in_a_sentence(page):
    """A notebook can play it; the page has a table for some dials."""
    with pytest.raises(Exception, match=r"This page cannot set .*min_fit"):
        judged(page, "01-5", "#phone;s=pull+guide,min_fit:0.12345", "en")
