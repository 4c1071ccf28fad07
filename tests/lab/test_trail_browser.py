"""The trail in a browser: a saved page plays, counts as Python does, and obeys mouse and keys."""

import re

import numpy as np
import pytest

import cjsim
from cjsim.colours import COLOURS
from cjsim.journey import FIRST_DEAL, LOYALTY, RECOMMENDATION, WITH_RIVAL
from cjsim.lab.trails import SCRIPT, trail
from cjsim.model.events import Event
from tests.lab.browser import chromium

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on PATH")

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
LATER = re.compile(r"Day ([6-9]|\d\d+) of 1825")
PEOPLE = 80
SIDES = ("pull", "guide")


@pytest.fixture(scope="module")
def runs():
    phone = cjsim.Scenario.load("phone")
    return {name: cjsim.simulate(phone.with_strategy(name), PEOPLE, seed=1) for name in SIDES}


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as play:
        window = play.chromium.launch(executable_path=chromium(), args=QUIET)
        yield window
        window.close()


@pytest.fixture(scope="module")
def saved(runs, tmp_path_factory):
    """Language -> the address of a saved page."""
    folder = tmp_path_factory.mktemp("pages")
    made = {lang: trail(runs, lang).save(folder / f"{lang}.html") for lang in ("en", "ru")}
    return {lang: path.as_uri() for lang, path in made.items()}


@pytest.fixture
def visit(browser, saved):
    """Open a saved page; what goes wrong in it, or leaves it, fails the test."""
    pages = []

    def open_page(lang="en", width=1200, own_clock=False, **options):
        if own_clock:
            options["reduced_motion"] = "reduce"
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        if own_clock:  # it stands unless a test runs it
            page.clock.install(time=0)
            page.clock.pause_at(1000)
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and page.wrong.append(said.text))
        page.on("request", lambda asked: page.wrong.append(asked.url))
        page.goto(saved[lang])
        expect(page.locator(".day")).not_to_be_empty()
        pages.append((page, saved[lang]))
        return page

    yield open_page
    for page, address in pages:
        assert [wrong for wrong in page.wrong if wrong != address and wrong[:5] != "data:"] == []
        page.close()


def day_of(page):
    return int(re.search(r"\d+", page.inner_text(".day"))[0])


def scrub(page, day):
    page.eval_on_selector(
        "input[type=range]",
        "(range, day) => { range.value = day; range.dispatchEvent(new Event('input')); }",
        day,
    )


def choose(page, person):
    page.fill("input[type=number]", str(person))
    page.press("input[type=number]", "Enter")


def counts(page):
    """What the page says for each side: measure -> people."""
    return page.evaluate(
        "[...document.querySelectorAll('section')].map((side) => Object.fromEntries("
        "[...side.querySelectorAll('[data-count]')]"
        ".map((n) => [n.dataset.count, Number(n.textContent)])))"
    )


def counted(run, day):
    """The same from the log, of those who were there when the market opened."""
    rows = run.events.rows[run.events.rows["person"] < len(run)]
    moves = rows[(rows["event"] <= Event.ENTER) & (rows["time"] <= day)]
    last = np.zeros(len(run), int)
    last[moves["person"]] = moves["stage"]
    reached = {
        stage: len(set(moves["person"][moves["stage"] == stage].tolist()))
        for stage in (FIRST_DEAL, LOYALTY)
    }
    return {
        "reached_first_deal": reached[FIRST_DEAL],
        "reached_loyalty": reached[LOYALTY],
        "customers": int(((last >= FIRST_DEAL) & (last <= RECOMMENDATION)).sum()),
        "with_rival": int((last == WITH_RIVAL).sum()),
    }


def pixels(page, colour, side=0, top=0.0, bottom=1.0):
    """How many pixels of a side, between two heights of its canvas, have exactly a colour."""
    return page.evaluate(
        """([colour, side, top, bottom]) => {
            const canvas = document.querySelectorAll('canvas.map')[side];
            const [from, to] = [top, bottom].map((share) => Math.round(share * canvas.height));
            const seen = canvas.getContext('2d').getImageData(0, from, canvas.width, to - from);
            let found = 0;
            for (let i = 0; i < seen.data.length; i += 4) {
                const [red, green, blue] = seen.data.subarray(i, i + 3);
                found += ((red << 16) | (green << 8) | blue) === parseInt(colour.slice(1), 16);
            }
            return found;
        }""",
        [colour, side, top, bottom],
    )


def test_it_plays_by_itself_and_can_be_stopped(visit):
    page = visit()
    expect(page.locator(".day")).to_have_text(LATER)
    page.click("text=Pause")
    stopped = page.inner_text(".day")
    page.wait_for_timeout(100)
    assert page.inner_text(".day") == stopped
    page.click("text=Play")
    expect(page.locator(".day")).not_to_have_text(stopped)


def test_who_wants_less_motion_starts_it(visit):
    page = visit(reduced_motion="reduce")
    page.wait_for_timeout(100)
    assert day_of(page) == 0
    page.click("text=Play")
    expect(page.locator(".day")).to_have_text(LATER)


def test_at_speed_1_the_whole_run_takes_a_minute(visit):
    """On a clock of our own: 3 s are 1/20 of the run. Frames come every 16 ms, numbers every 0.1 s.

    So the day written may be up to 0.132 s old.
    """
    page = visit(own_clock=True)
    for speed in ("0.25", "1", "4"):
        scrub(page, 0.0)
        page.select_option("select", speed)
        page.click("text=Play")
        page.clock.run_for(3000)
        per_second = 1825 / 60 * float(speed)
        assert day_of(page) == pytest.approx(3 * per_second, abs=1 + 0.132 * per_second)
        page.click("text=Pause")


def test_it_stops_at_the_end_and_starts_anew(visit):
    page = visit(own_clock=True)
    scrub(page, 1820.0)
    page.click("text=Play")
    page.clock.run_for(1000)
    assert (day_of(page), page.inner_text("button")) == (1825, "Play")
    page.click("text=Play")
    page.clock.run_for(1000)
    assert 26 <= day_of(page) <= 31


def test_it_counts_what_python_counts(visit, runs):
    page = visit()
    for day in (0.0, 400.5, 1825.0, 101.0):  # and back in time
        scrub(page, day)
        assert counts(page) == [counted(runs[name], day) for name in SIDES]


def test_at_the_end_it_says_the_finding(visit, runs):
    page, shown = visit(), trail(runs)
    assert page.inner_text("[role=status]") == ""
    scrub(page, 1825.0)
    assert page.inner_text("[role=status]") == shown.words
    for side, name in enumerate(SIDES):
        label = page.locator("canvas.map").nth(side)
        assert label.get_attribute("role") == "img"
        assert label.get_attribute("aria-label") == shown._finding(name)
        numbers = counts(page)[side]
        assert str(numbers["reached_first_deal"]) in shown._finding(name)
        assert f"{numbers['with_rival']} are with a rival" in shown._finding(name)


def test_people_stand_at_their_stages_in_their_colours(visit):
    page = visit()
    scrub(page, 1825.0)  # nobody is on the move then
    on_the_way, customer, rival = COLOURS[:3]
    for side in range(2):
        assert pixels(page, rival, side, top=0.75) > 50  # the rival's people, below
        assert pixels(page, rival, side, bottom=0.7) == 0
        assert pixels(page, customer, side, bottom=0.48) > 50  # customers, in the two upper rows
        assert pixels(page, customer, side, top=0.5) == 0
        assert (
            pixels(page, on_the_way, side, bottom=0.24) == 0
        )  # nobody up there is still on the way


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page_tells_the_story_that_python_tells(visit, runs, lang):
    page, shown = visit(lang), trail(runs, lang)
    for person in (3, 41, 77):
        for day in (0.0, 333.25, 1825.0):
            scrub(page, day)
            choose(page, person)
            told = page.locator(".way").all_inner_texts()
            for name, way in zip(SIDES, told, strict=True):
                assert shown.story(person, day)[name].startswith(way + " ")
                assert "→" in way or "(0)" in way


def test_a_click_chooses_a_person_on_both_sides(visit, runs):
    page = visit()
    scrub(page, 1825.0)
    black = "#000000"
    assert [pixels(page, black, side) for side in range(2)] == [0, 0]
    assert not page.locator(".story").first.is_visible()
    box = page.locator("canvas.map").nth(1).bounding_box()
    page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.9 * box["height"])
    person = int(page.input_value("input[type=number]"))
    story = trail(runs).story(person)
    assert story["guide"].startswith("With a rival")  # that is where the click was
    for name, way in zip(SIDES, page.locator(".way").all_inner_texts(), strict=True):
        assert story[name].startswith(way)
    assert min(pixels(page, black, side) for side in range(2)) > 10
    who = runs["pull"].people.iloc[person]
    assert f"Person {person}: {who['motive']}, " in page.inner_text(".who >> nth=0")
    page.mouse.click(box["x"] + 2, box["y"] + 2)  # nobody stands on the edge
    assert [pixels(page, black, side) for side in range(2)] == [0, 0]


def test_the_keys_play_and_scrub(visit):
    page = visit(reduced_motion="reduce")
    page.focus(".cjsim-trail")
    for key, day in (
        ("ArrowRight", 18), ("ArrowRight", 36), ("ArrowLeft", 18), ("End", 1825), ("Home", 0),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert day_of(page) == day
    page.keyboard.press("Space")
    assert page.inner_text("button") == "Pause"
    page.keyboard.press("Space")
    assert page.inner_text("button") == "Play"
    choose(page, 3)
    assert page.locator(".story").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".story").first.is_visible()


def test_tab_reaches_every_control_and_each_has_a_name(visit):
    page = visit(reduced_motion="reduce")
    page.focus(".cjsim-trail")
    found = []
    for _ in range(4):
        page.keyboard.press("Tab")
        found.append(page.evaluate("document.activeElement.type"))
    assert found == ["button", "range", "select-one", "number"]
    for role, name in (
        ("button", "Play"), ("slider", "Time"), ("combobox", "Speed"), ("spinbutton", "Person"),
    ):  # fmt: skip
        assert page.get_by_role(role, name=name, exact=True).count() == 1
    page.focus("button")
    page.keyboard.press("Space")  # a button's own key, once
    assert page.inner_text("button") == "Pause"
    page.focus("input[type=range]")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "Day 18 of 1825"


@pytest.mark.parametrize("width", [1200, 800, 420])
def test_russian_words_have_room(visit, width):
    page = visit("ru", width)
    scrub(page, 1825.0)
    choose(page, 3)
    cut = page.evaluate(
        "[...document.querySelectorAll('body, body *')].filter((n) => n.clientWidth > 0 &&"
        " n.scrollWidth > n.clientWidth).map((n) => n.outerHTML.slice(0, 80))"
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    fonts = page.eval_on_selector_all("canvas.map", "(all) => all.map((c) => c.dataset.font)")
    assert min(map(float, fonts)) >= 9  # pixels: names on the canvas are fitted into their boxes


def test_people_of_one_run_fill_the_page(browser, runs, tmp_path):
    page = browser.new_page()
    page.goto(trail({"guide": runs["guide"]}, people=5).save(tmp_path / "one.html").as_uri())
    scrub(page, 1825.0)
    assert page.locator("canvas.map").count() == 1
    assert counts(page)[0]["with_rival"] == trail(runs, people=5).ending.loc["guide", "with_rival"]
    page.close()


def test_the_live_drawing_asks_python_only_for_contacts(browser, runs):
    """With a model like anywidget's: one question at a time, and an answer to another is left."""
    shown = trail(runs)
    arrays = {name: list(sent) for name, sent in shown.tracks.as_bytes().items()}
    page = browser.new_page(reduced_motion="reduce")
    page.evaluate(
        """async ([script, facts, arrays]) => {
            const blob = new Blob([script], { type: "text/javascript" });
            const { default: widget } = await import(URL.createObjectURL(blob));
            const given = { facts, person: -1 };
            for (const name in arrays) {  // as a view that begins off its buffer's beginning
                const bytes = Uint8Array.from([9, 9, 9, ...arrays[name]]);
                given[name] = new DataView(bytes.buffer, 3);
            }
            window.asked = [];
            window.heard = {};
            const model = {
                get: (name) => given[name], set: (name, value) => { given[name] = value; },
                save_changes: () => { window.person = given.person; },
                send: (words) => asked.push(words),
                on: (name, call) => { heard[name] = call; }, off: (name) => delete heard[name],
            };
            window.given = given;
            window.stop = widget.render({ model, el: document.body });
        }""",
        [SCRIPT.read_text(encoding="utf-8"), shown.widget.facts, arrays],
    )
    expect(page.locator(".day")).not_to_be_empty()
    scrub(page, 900.0)
    choose(page, 7)
    scrub(page, 901.0)  # while Python is busy
    assert page.evaluate("[asked, person]") == [[{"person": 7, "day": 900}], 7]
    page.evaluate("heard['msg:custom']({ person: 8, day: 900, met: ['no', 'no'] })")
    assert page.locator(".met").all_inner_texts() == ["", ""]
    assert page.evaluate("asked.length") == 1  # still waiting for the answer to its own
    page.evaluate("heard['msg:custom']({ person: 7, day: 900, met: ['met A', 'met B'] })")
    assert page.locator(".met").all_inner_texts() == ["met A", "met B"]
    assert page.evaluate("asked.at(-1)") == {"person": 7, "day": 901}
    page.evaluate("given.person = 5; heard['change:person']()")  # set by a line of Python
    assert page.input_value("input[type=number]") == "5"
    page.evaluate("stop()")
    assert page.evaluate("Object.keys(heard)") == []
    page.close()
