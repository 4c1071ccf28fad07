"""The engine in Chromium: the same logs as the compiled one, the same answers as Python."""

import base64
import json
import random

import numpy as np
import pytest
from numpy.testing import assert_allclose

import cjsim
from benchmarks.board import bare_page
from cjsim import measures
from cjsim.board import tally
from cjsim.board.kernel import Kernel
from cjsim.board.product import product_of
from cjsim.board.wasm.patches import changed
from cjsim.board.wasm.plan import plan_of
from cjsim.engine.fast.engine import CompiledEngine
from cjsim.journey import TWELVE
from cjsim.log import LEVELS, ROW
from cjsim.measures.visits import seen
from cjsim.model.events import FIRST_DEAL
from cjsim.model.streams import worlds
from cjsim.run import _people, simulate
from tests.lab.browser import Visit

PRESETS = ("phone", "corporate_it", "flat")
CLOSE = 1e-12
FILTERING = "filtering"
"""The phone, its guide acting on a filter that hears answers, its site closed for a while."""
PANEL = "panel"
PANEL_KEYS = (
    "strategies.guide.touchpoints.site", "market.prior_trust", "accuracy",
    "response.warmth_gain", "product.hurry",
)  # fmt: skip

HELPERS = """<script>
const asked = (ask) => new Promise((done) => {
  const answers = [];
  engine.ask(ask, (answer) => {
    if (!answer.alive) answers.push(answer);
    if (answer.done || answer.error !== undefined) done(answers);
  });
});
const log = (ask, place, world, level) => {
  inside.live(ask, place, world, level);
  return btoa(Array.from(inside.machine.rows(), (byte) => String.fromCharCode(byte)).join(""));
};
</script></html>"""


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """A page for each preset, opened from a file; and its scenario and plan."""
    visits = {}

    def open_(preset):
        if preset not in visits:
            if preset == PANEL:
                scenario, product = panel()
            else:
                scenario = filtering() if preset == FILTERING else cjsim.Scenario.load(preset)
                product = product_of(scenario)
                product["people"] = {"usual": 500, "choices": [50]}  # the fewer, the sooner there
            plan = plan_of(scenario, product)
            path = tmp_path_factory.mktemp("page") / "engine.html"
            path.write_text(bare_page(plan).replace("</html>", HELPERS), encoding="utf-8")
            visit = Visit(browser)
            visit.page.goto(path.as_uri())
            visits[preset] = visit, scenario, plan
        return visits[preset]

    yield open_
    for visit, _, _ in visits.values():
        assert visit.wrong == []
        assert {url.split(":")[0] for url in visit.asked} <= {"file", "blob"}


def filtering():
    closed = {"day": 40, "until": 90.5, "guide.touchpoints.site": 0.0}
    return cjsim.Scenario.load("phone").with_changes(
        {"guide.targeting": "filter", "touchpoints.site.hears": 0.5, "changes": [closed]}
    )


def panel():
    """The phone as in a panel of the site: dials of the second side alone, one switches off."""
    phone = cjsim.Scenario.load("phone", strategy="guide")
    return phone, product_of(phone, PANEL_KEYS, None, 50, ["guide", "guide"], 1, steps=10)


def scenario_of(scenario, ask, place):
    """The side of a question, as the kernel reads it."""
    side = ask["sides"][place]
    own = {
        k if "." in k else f"strategies.{side['strategy']}.{k}": v for k, v in side["dials"].items()
    }
    return changed(scenario, {**ask["dials"], **own}).with_strategy(side["strategy"])


def seed_of(ask, place, world):
    seed = worlds(1, world + 1)[world]
    if ask["same_luck"] or place == 0:
        return seed
    return worlds(worlds(seed, 2)[1], 1 + place)[place]


ASK = {
    "id": 7, "kind": "worlds", "people": 500, "worlds": [0, 3, 1], "same_luck": True,
    "sides": [
        {"strategy": "pull", "dials": {}}, {"strategy": "guide", "dials": {"accuracy": 0.9}},
        {"strategy": "guide", "dials": {"every_days": 20.0, "min_fit": 0.3}},
        {"strategy": "animator", "dials": {}},
    ],
    "dials": {"product.quality": 0.55, "response.warmth_gain": 1.5},
}  # fmt: skip


@pytest.mark.parametrize("preset", [*PRESETS, FILTERING])
def test_logs_in_a_page_are_the_compiled_engines(opened, preset):
    visit, scenario, plan = opened(preset)
    ask = {**ASK, "people": 50}
    ask["dials"] = {key: value for key, value in ask["dials"].items() if key not in plan["refused"]}
    assert ("product.quality" in plan["refused"]) == (preset == FILTERING)
    for place in range(len(ask["sides"])):
        for level in LEVELS:
            there = visit.page.evaluate(f"log({json.dumps(ask)}, {place}, 1, '{level}')")
            one, seed = scenario_of(scenario, ask, place), seed_of(ask, place, 1)
            engine = CompiledEngine(one, _people(one, 50, seed), seed, log=level)
            engine.run()
            assert base64.b64decode(there) == engine.journal()[0].tobytes(), (place, level)


def test_a_side_has_its_own_market_and_a_touchpoint_that_is_switched_off(opened):
    """What is off keeps its place among what is met, and changes no life."""
    visit, scenario, plan = opened(PANEL)
    assert plan["refused"] == {}
    assert set(plan["blocks"]) == {"frame", "burn_in", "side.guide"}
    assert [table["keys"] for table in plan["together"]] == [list(PANEL_KEYS[3:])]
    own = {PANEL_KEYS[0]: 0.0, "market.prior_trust": 0.3, "accuracy": 0.9}
    own |= {key: plan["dials"][key]["positions"][2] for key in PANEL_KEYS[3:]}
    sides = [{"strategy": "guide", "dials": dials} for dials in ({}, own)]
    ask = {**ASK, "people": 50, "dials": {}, "sides": sides}
    logs = []
    for place in (0, 1):
        there = visit.page.evaluate(f"log({json.dumps(ask)}, {place}, 0, 'all')")
        one = scenario_of(scenario, ask, place)
        engine = CompiledEngine(one, _people(one, 50, 1), 1)
        engine.run()
        logs.append(engine.journal()[0].tobytes())
        assert base64.b64decode(there) == logs[-1], place
    assert logs[0] != logs[1]


def test_a_log_that_outgrows_its_array_is_the_same(opened):
    visit, scenario, _ = opened("phone")
    there = base64.b64decode(visit.page.evaluate(f"log({json.dumps(ASK)}, 3, 0, 'all')"))
    one = scenario_of(scenario, ASK, 3)
    engine = CompiledEngine(one, _people(one, 500, 1), 1)
    engine.run()
    assert there == engine.journal()[0].tobytes()
    assert len(there) // ROW.itemsize > 8192 + 40 * 500, "no array was full"


def expected(scenario, ask, place, world):
    """What Python says of a side in a world."""
    one, seed = scenario_of(scenario, ask, place), seed_of(ask, place, world)
    run = simulate(one, ask["people"], seed=seed, log="measures")
    won = np.zeros(run.lives, bool)
    won[run.events["person"][run.events["event"] == FIRST_DEAL]] = True
    return run.summary(), measures.money(run).iloc[0], won, seen(run)


def check_world(scenario, ask, answer):
    sides = [expected(scenario, ask, place, answer["world"]) for place in range(len(ask["sides"]))]
    for told, (summary, account, _, _) in zip(answer["sides"], sides, strict=True):
        scale = max(1.0, abs(account["revenue"]))
        for name in tally.NAMES:
            number = told["measures"][name]
            number = np.nan if number is None else number
            value = summary.get(name, account.get(name))
            assert_allclose(number, value, rtol=CLOSE, atol=CLOSE * scale, err_msg=name)
        assert told["reached"] == [summary[f"reached_{stage.key}"] for stage in TWELVE]
        money = {name: account[name] / ask["people"] for name in told["money"]}
        assert_allclose([*told["money"].values()], [*money.values()], rtol=CLOSE, atol=1e-9)
    (_, _, first, known), *others = sides
    for pairs, (_, _, won, known_too) in zip(answer["pairs"], others, strict=True):
        lives = min(len(won), len(first))  # with luck of their own as many come or one more
        both = known[:lives] & known_too[:lives]
        one, two = first[:lives][both], won[:lives][both]
        cells = (one & two, ~one & two, one & ~two, ~one & ~two)
        assert pairs == [int(cell.sum()) for cell in cells]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("same_luck", [True, False])
def test_answers_are_pythons_numbers(opened, preset, same_luck):
    visit, scenario, _ = opened(preset)
    ask = {**ASK, "same_luck": same_luck}
    answers = visit.page.evaluate("asked", ask)
    assert [answer.get("world") for answer in answers] == [*ask["worlds"], None]
    assert answers[-1] == {"id": 7, "done": True}
    for answer in answers[:-1]:
        check_world(scenario, ask, answer)


@pytest.mark.parametrize("preset", PRESETS)
def test_dials_turned_at_random_give_pythons_numbers(opened, preset):
    visit, scenario, plan = opened(preset)
    luck = random.Random(preset)
    for _ in range(3):
        shared = [key for key in plan["dials"] if not key.startswith("strategies.")]
        keys = luck.sample(shared, 4)
        told = {key: luck.choice(plan["dials"][key]["positions"]) for key in keys}
        dials = {key: float("inf") if v == "inf" else v for key, v in told.items()}
        sides = [{"strategy": "guide", "dials": {"accuracy": luck.random()}}, ASK["sides"][2]]
        ask = {**ASK, "people": 50, "worlds": [0], "sides": sides, "dials": dials}
        answer, _ = visit.page.evaluate("asked", {**ask, "dials": told})
        check_world(scenario, ask, answer)


def kernel_answers(scenario, ask):
    answers = Kernel(scenario, print).answers(ask)
    return [answer for answer in answers if "alive" not in answer]  # on a busy machine


@pytest.mark.parametrize(
    "who", [{"sample": 10}, {"sample": 9999}, {"who": [3, 77, 3, 12]}, {}], ids=str
)
def test_lives_are_those_of_the_kernel(opened, who):
    visit, scenario, _ = opened("phone")
    ask = {**ASK, **who, "kind": "lives", "world": 1, "sides": ASK["sides"][:3]}
    answers = visit.page.evaluate("asked", ask)
    assert answers == kernel_answers(scenario, ask)
    assert len(answers[0]["differ"]) > 0
    assert any(answers[0]["lives"][1]["rows"]["fits"])


@pytest.mark.parametrize("same_luck", [True, False])
def test_worlds_are_those_of_the_kernel(opened, same_luck):
    """With luck of their own two sides of this market have not the same number of lives."""
    visit, scenario, _ = opened("flat")
    ask = {**ASK, "same_luck": same_luck, "stays": same_luck}
    answers = visit.page.evaluate("asked", ask)
    for here, there in zip(answers, kernel_answers(scenario, ask), strict=True):
        assert {**here, "sides": None} == {**there, "sides": None}
        for one, other in zip(here.get("sides", ()), there.get("sides", ()), strict=True):
            assert one["reached"] == other["reached"]
            assert list(one["money"]) == list(other["money"])
            assert one["money"] == pytest.approx(other["money"], rel=CLOSE, abs=1e-9)
            assert ("retained" in one) == ("retained" in other) == same_luck
            for here_now, there_now in zip(
                one.get("retained", ()), other.get("retained", ()), strict=True
            ):
                assert here_now == (there_now and pytest.approx(there_now, rel=CLOSE))


def test_a_newer_question_takes_the_place_of_an_older(opened):
    visit, _, _ = opened("phone")
    heard = visit.page.evaluate(
        """async (ask) => {
            const heard = [];
            engine.ask(ask, ({ id, world, alive }) => alive || heard.push([id, world]));
            await new Promise((done) => engine.ask({ ...ask, id: 8, worlds: [2] }, (answer) => {
                if (!answer.alive) heard.push([answer.id, answer.world]);
                if (answer.done) done();
            }));
            engine.ask({ ...ask, id: 9 }, ({ id }) => heard.push([id]));
            engine.cancel();
            await asked({ ...ask, id: 10, worlds: [4] });
            return heard;
        }""",
        {**ASK, "worlds": [5, 6, 7, 8]},
    )
    assert heard == [[8, 2], [8, None]]


def test_a_run_that_takes_long_says_that_it_is_under_way(opened):
    """Threads that have got a run and do not answer; after half a minute nobody believes them."""
    visit, _, _ = opened("phone")
    told = visit.page.evaluate(
        """async (ask) => {
            const { threads } = engine;
            engine.threads = [{ worker: { postMessage() {} }, task: null }];
            const answer = await new Promise((done) => engine.ask({ ...ask, worlds: [9] }, done));
            engine.threads[0].task.begun = -1e9;
            let silent = true;
            engine.question.onAnswer = () => { silent = false; };
            engine.beat();
            engine.cancel();
            engine.threads = threads;
            return [answer, silent];
        }""",
        ASK,
    )
    assert told == [{"id": 7, "alive": True}, True]


def test_what_was_found_once_is_told_without_a_run(opened):
    """Undo and pins are answered at once: no thread is asked again."""
    visit, _, _ = opened("phone")
    first = visit.page.evaluate("asked", ASK)
    again = visit.page.evaluate(
        """async (ask) => {
            const { threads } = engine;
            engine.threads = [];
            try { return await asked(ask); } finally { engine.threads = threads; }
        }""",
        ASK,
    )
    assert again == first


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "keys"}, "a notebook can"),
        ({"people": 77}, "77"),
        ({"dials": {"market.clutter": 1}}, "market.clutter"),
        ({"worlds": [1000]}, "1000"),
        ({"sides": [{"strategy": "magic", "dials": {}}]}, "magic"),
        ({"sides": [{"strategy": "guide", "dials": {"min_fit": 0.123456}}]}, "min_fit"),
    ],
)
def test_what_a_page_cannot_do_it_says_in_one_sentence(opened, wrong, words):
    visit, _, _ = opened("phone")
    (answer,) = visit.page.evaluate("asked", {**ASK, **wrong})
    assert answer["id"] == 7
    assert words in answer["error"]
