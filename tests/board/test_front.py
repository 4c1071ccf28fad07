"""The modules of the front end, each against Python or an answer that was reckoned by hand."""

import json
import random

import numpy as np
import pytest

from cjsim import Scenario
from cjsim.board.bundle import script
from cjsim.experiment.intervals import t_interval
from cjsim.labels.numbers import number as written
from cjsim.labels.numbers import per_cent, setting
from tests.board.stand import product
from tests.labels.test_numbers import NUMBERS

MODULES = (
    "numbers", "intervals", "address", "code", "results", "scenariofile", "life", "axes", "asking",
    "state", "speaker", "sentence",
)  # fmt: skip


@pytest.fixture(scope="module")
def js(browser):
    """Runs JavaScript with the modules at hand; `phone` is the product."""
    page = browser.new_page()
    page.set_content("<p></p>")
    page.evaluate(
        f"() => {{ window.run = (body, arg) => {{ {script(*MODULES)}; return eval(body)(arg); }} }}"
    )
    page.evaluate("phone => { window.phone = phone }", product("phone"))
    yield lambda body, arg=None: page.evaluate("([b, a]) => window.run(b, a)", [body, arg])
    page.close()


# --- numbers --------------------------------------------------------------------------------------


def test_numbers_are_written_as_python_writes_them(js):
    rng = random.Random(1)
    cases = [
        (value, lang, digits, signed)
        for value, digits, signed, *_ in NUMBERS
        if np.isfinite(value)
        for lang in ("en", "ru")
    ]
    for _ in range(400):
        value = rng.choice([-1, 1]) * 10 ** rng.uniform(-4, 9)
        digits = rng.randrange(4)
        value = rng.choice(
            [value, round(value, digits + 1), round(value * 2) / 2, round(value * 8) / 8]
        )
        cases.append((value, rng.choice(["en", "ru"]), digits, rng.random() < 0.5))
    told = js("cases => cases.map(([v, l, d, s]) => formatted(v, l, d, s))", cases)
    assert told == [written(v, lang, d, s) for v, lang, d, s in cases]


def test_what_is_no_number_is_a_dash(js):
    assert js("() => [NaN, Infinity].map((v) => formatted(v, 'en'))") == ["–", "–"]
    told = js("() => ['en', 'ru'].map((l) => typedNumber(NaN, l))")
    assert told == [written(float("nan"), lang, typed=True) for lang in ("en", "ru")] == ["-", "–"]


def test_settings_and_numbers_for_terminals_are_written_as_python_writes_them(js):
    rng = random.Random(2)
    values = [
        0,
        1825,
        -0.00015,
        123456.75,
        2.5,
        *(rng.uniform(-1, 1) * 10 ** rng.uniform(-4, 7) for _ in range(200)),
    ]
    cases = [(value, lang) for value in values for lang in ("en", "ru")]
    told = js("cases => cases.map(([v, l]) => [setting(v, l), typedNumber(v, l, 1, true)])", cases)
    assert told == [
        [setting(value, lang), written(value, lang, 1, signed=True, typed=True)]
        for value, lang in cases
    ]


def test_shares_are_written_as_python_writes_them(js):
    cases = [(share, lang) for share in (0.0, 0.034, 0.5, 0.999) for lang in ("en", "ru")]
    told = js("cases => cases.map(([s, l]) => perCent(s, l, 1))", cases)
    assert told == [per_cent(share, lang, 1) for share, lang in cases]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0,9", 0.9), ("0.9", 0.9), (" 1 234,5 ", 1234.5), ("−3", -3), ("-3", -3), (".5", 0.5),
        ("5.", 5), ("1\N{NO-BREAK SPACE}000", 1000), ("two", None), ("", None), ("1,2,3", None),
        ("1e9", None), ("0x10", None), ("Infinity", None),
    ],
)  # fmt: skip
def test_a_comma_is_a_decimal_sign_and_nonsense_is_no_number(js, typed, value):
    told = js("typed => { const v = readNumber(typed); return Number.isNaN(v) ? null : v }", typed)
    assert told == value


# --- intervals ------------------------------------------------------------------------------------


def test_intervals_are_those_of_python(js):
    rng = np.random.default_rng(3)
    draws = (rng.standard_normal, lambda n: rng.lognormal(0, 1.4, n), rng.standard_exponential)
    samples = [(-draw(n)).tolist() for n in (1, 2, 3, 5, 9, 10, 11, 20, 50) for draw in draws]
    samples += [[-value for value in values] for values in samples]
    samples += [[2.0, 2.0, 2.0], [0.0, 0.0], [1.0, None, 3.0, 4.5], [None, 2.0], [1e9, 1e9 + 1e-3]]
    told = js(
        "all => all.map((v) => { const i = interval(v, phone.t95, phone.leans_from);"
        " return [i.mean, i.low, i.high].map((x) => Number.isNaN(x) ? null : x) })",
        samples,
    )
    for values, (mean, low, high) in zip(samples, told, strict=True):
        known = np.array([np.nan if v is None else v for v in values], float)
        for got, wanted in zip((mean, low, high), t_interval(known), strict=True):
            assert (np.nan if got is None else got) == pytest.approx(wanted, rel=1e-11, nan_ok=True)


def test_worlds_that_are_all_alike_are_on_one_side(js):
    clear = "values => isClear(interval(values, phone.t95, phone.leans_from))"
    assert js(clear, [2, 2, 2])
    assert not js(clear, [0, 0])
    assert not js(clear, [2])
    assert js(clear, [2, 2.1, 2.2])
    assert not js(clear, [-2, 2.1, 0])


# --- address and code -----------------------------------------------------------------------------

ADDRESSES = [
    "#phone;lang=en",
    "#phone;n=2000;worlds=20;own-luck;s=guide+guide,accuracy:0.9;product.price=500;lang=ru",
    "#phone;s=pull+guide,accuracy:0.9,every_days:5+animator+nothing;view=trail;guess=b;lang=en",
    "#phone;view=lives;person=12;more;pins=mine%20%3B!pull+guide,accuracy:0.5!product.price:500;"
    "lang=en;theme=dark;room",
    "#phone;s=pull+guide,every_days:5;lang=en;bare;limits=product.price:300:800+every_days:14:120",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_says_what_it_was_made_of(js, address):
    assert js("a => addressOf(stateOf(a, phone, 'en'), phone)", address) == address


@pytest.mark.parametrize(
    "junk",
    [
        "", "#", "#phone", "#car;s=pull", "#phone;s=pull", "#phone;s=gide+guide",
        "#phone;n=-5;worlds=7",
        "#phone;product.price=1e99;view=toys", "#phone;s=pull+guide,accuracy:7", "#phone;%E0%A4%A",
        "#phone;product.price=;guess=%00", "#phone;limits=magic:1:2",
        "#phone;limits=product.price:9:1",
    ],
)  # fmt: skip
def test_what_an_address_cannot_say_is_left_as_it_is(js, junk):
    usual = js("() => JSON.stringify(firstState(phone, 'en'))")
    assert js("a => JSON.stringify(stateOf(a, phone, 'en'))", junk) == usual


def test_a_code_can_be_read_back(js):
    for address in ADDRESSES[:3]:
        settings = "JSON.stringify([settingsOf(s), s.worlds])"
        code, wanted = js(
            f"a => {{ const s = stateOf(a, phone, 'en'); return [codeOf(s, phone), {settings}] }}",
            address,
        )
        assert len(code) <= 24
        read = f"c => {{ const s = readCode(c, () => phone).state; return {settings} }}"
        for typed in (code, code.lower(), code.replace("-", " ")):
            assert js(read, typed) == wanted


def test_a_slip_in_a_code_is_noticed(js):
    code = js("a => codeOf(stateOf(a, phone, 'en'), phone)", ADDRESSES[1])
    slips = 0
    for at, letter in enumerate(code):
        if letter != "-":
            other = "A" if letter != "A" else "C"
            slips += js(
                "c => readCode(c, () => phone) === null", code[:at] + other + code[at + 1 :]
            )
    assert slips == len(code.replace("-", ""))
    assert js("() => readCode('привет', () => phone)") is None


def test_a_code_of_another_product_says_which(js):
    code = js(
        "a => codeOf(stateOf(a, {...phone, number: 5}, 'en'), {...phone, number: 5})", ADDRESSES[0]
    )
    assert js("c => readCode(c, () => null)", code) == {"number": 5, "state": None}


def test_what_stands_between_the_steps_has_no_code(js):
    assert js("() => codeOf(stateOf('#phone;product.price=440.123', phone, 'en'), phone)") == ""


# --- files ----------------------------------------------------------------------------------------


def test_a_saved_file_is_the_scenario_with_what_was_changed(js, tmp_path):
    changes = {
        "product.price": 500, "strategies.guide.accuracy": 0.9, "strategies.guide.every_days": 5,
        "stages.study.planned_loss": 0.3, "shelf.stocked_days": "inf", "strategy": "guide",
        "curiosity.novelty": 0,
    }  # fmt: skip
    text = js("changes => patched(phone.toml, changes)", changes)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    wanted = {**changes, "shelf.stocked_days": float("inf")}
    assert Scenario.load(path) == Scenario.load("phone").with_changes(wanted)


# --- lives ----------------------------------------------------------------------------------------


def life(*moves, deals=()):
    return {"moves": [list(move) for move in moves], "contacts": [], "deals": list(deals)}


@pytest.mark.parametrize(
    ("one", "other", "day"),
    [
        (life((0, 1), (5, 2)), life((0, 1), (5, 2)), None),
        (life((0, 1), (5, 2)), life((0, 1), (6, 2)), 5),
        (life((0, 1), (5, 2)), life((0, 1)), 5),
        (life((0, 9), deals=[7]), life((0, 9)), 7),
        (life((0, 1), (3, 13)), life((0, 1), (3, 2)), 3),
    ],
)
def test_lives_part_where_they_first_differ(js, one, other, day):
    told = js(
        "([a, b]) => { const d = partingDay(a, b); return d === Infinity ? null : d }", [one, other]
    )
    assert told == day


def test_a_stage_holds_until_the_next_move(js):
    path = life((0, 4), (5, 5), (9, 13))
    assert js("l => [0, 4.9, 5, 8, 9, 100].map((d) => stageOn(l, d))", path) == [4, 4, 5, 5, 13, 13]
    assert js("l => stageOn(l, -1)", path) == 0


# --- axes and sentences ---------------------------------------------------------------------------


def test_axes_begin_with_room_and_only_grow(js):
    result = """(n, p) => ({people: 100, sides:
        [{reached: [n], money: {margin: p, profit: 1}, deals: 30}],
        gaps: [null, {deals: {mean: 5}, churn: {mean: 2}, profit: {mean: p / 9}}]})"""
    told = js(f"""() => {{ const a = new Axes(), r = {result}; const seen = [];
        for (const [n, p] of [[50, 40], [70, 45], [20, 10], [104, 90]]) {{
          a.hold(r(n, p)); seen.push([a.share, ...a.money]); }}
        return seen }}""")
    assert [round(share, 3) for share, *_ in told] == [1, 1, 1, 1.2]
    assert [most for *_, most in told] == [50, 50, 50, 150]
    assert [low for _, low, _ in told] == [0, 0, 0, 0]


def sentence(js, gaps, lang="en"):
    body = """([gaps, lang]) => {
      const speaker = new Speaker(phone.words, lang);
      const of = (values) => interval(values, phone.t95, phone.leans_from);
      const told = Object.fromEntries(Object.entries(gaps).map(([k, v]) => [k, of(v)]));
      const result = {gaps: [null, told]};
      const names = (side) => phone.strategies[side + 1].title[lang];
      const node = document.createElement("p");
      node.append(...sentenceOf(result, speaker, names, "EUR", 2).flat(9));
      return node.textContent }"""
    return js(body, [gaps, lang])


MORE = {"profit": [2.6, 2.7, 2.8], "deals": [190, 198, 206], "contacts": [42000, 42600, 43200]}
LESS = {**MORE, "profit": [-2.6, -2.7, -2.8]}


def test_a_sentence_has_a_subject_a_size_a_doubt_and_a_price(js):
    assert sentence(js, MORE) == (
        "Guide earns 2.70 EUR a person more than Pull; in these worlds that is no chance "
        "(+2.45 to +2.95). It makes 198 deals more and pays for 42,600 more contacts."
    )
    assert "Guide earns 2.70 EUR a person less than Pull" in sentence(js, LESS)
    russian = sentence(js, LESS, "ru")
    assert "зарабатывает на 2,70 EUR с человека меньше" in russian
    assert russian.endswith("Сделок больше на 198 и касаний больше: на 42\N{NO-BREAK SPACE}600.")


def test_what_is_not_told_by_the_worlds_is_not_said(js):
    even = {"profit": [-1, 1.2, 0.4], "deals": [-5, 5, 1], "contacts": [-900, 900, 100]}
    assert sentence(js, even).startswith("Guide and Pull earn too evenly to tell in these worlds (")
    assert "deals" not in sentence(js, even)
    assert (
        sentence(js, {**even, "profit": [0, 0, 0]})
        == "Guide and Pull earn the same in these worlds."
    )
    one = {key: values[:1] for key, values in MORE.items()}
    assert "one world has no interval yet" in sentence(js, one)


# --- asking ---------------------------------------------------------------------------------------

ASKER = """
const asked = [], heard = [], lost = [], failed = [];
const engine = {ask: (m, on) => asked.push({m, on}), cancel: () => asked.push("cancel")};
const asker = new Asker(engine, (n) => heard.push(n), (l) => lost.push(l), (w) => failed.push(w));
const state = firstState(phone, "en");
const world = (i) => ({id: asked.at(-1).m.id, world: i, sides: [{}, {}], pairs: [[1, 0, 0, 0]]});
"""


def test_known_worlds_are_not_asked_again(js):
    told = js(f"""() => {{ {ASKER}
        state.worlds = 3; asker.ask(state, 0);
        for (const i of [0, 1, 2]) asked.at(-1).on(world(i));
        asked.at(-1).on({{id: asked.at(-1).m.id, done: true}});
        asker.ask(state, 0);
        state.worlds = 5; asker.ask(state, 0); asker.stop();
        return asked.map((a) => a.m ? a.m.worlds : a) }}""")
    assert told == [[0, 1, 2], "cancel", "cancel", [3, 4]]


def test_answers_to_an_older_question_are_dropped(js):
    told = js(f"""() => {{ {ASKER}
        asker.ask(state, 0); const old = asked[0];
        state.dials = {{"product.price": 500}}; asker.ask(state, 0);
        old.on({{id: old.m.id, world: 0, sides: [], pairs: []}}); asker.stop();
        return [asked.length, heard.length, asker.known.size] }}""")
    assert told == [2, 0, 0]


def test_an_error_is_told_and_nothing_more_is_asked(js):
    told = js(f"""() => {{ {ASKER}
        asker.ask(state, 240); asked[0].on({{id: asked[0].m.id, error: "no"}}); asker.stop();
        return [failed, asked.length] }}""")
    assert told == [["no"], 1]


def test_lives_are_asked_behind_the_worlds(js):
    told = js(f"""() => {{ {ASKER}
        state.worlds = 5; asker.ask(state, 240);
        for (let i = 0; i < 5; i++) asked[0].on({{...world(i), id: asked[0].m.id}});
        asked[0].on({{id: asked[0].m.id, done: true}}); asker.stop();
        return asked.map((a) => [a.m.kind, a.m.sample ?? null]) }}""")
    assert json.dumps(told) == '[["worlds", null], ["lives", 240]]'
