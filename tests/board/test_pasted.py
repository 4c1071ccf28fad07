"""What the page writes to be passed on, and what Python reads of it: the same design."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cjsim.board.bundle import script
from cjsim.board.pasted import PastedError, Side, known_of, pasted

PHONE = known_of("phone")


@pytest.fixture(scope="module")
def page(browser):
    """The front end's own modules; `said` gives the address and the code of a state."""
    opened = browser.new_page()
    opened.set_content("<p></p>")
    body = """(s) => { const state = {...firstState(phone, "en"), ...s};
        return [addressOf(state, phone), codeOf(state, phone)] }"""
    opened.evaluate(
        f"() => {{ const inner = {script('state', 'address', 'code')!r}; "
        f"window.said = eval(`(() => {{ ${{inner}}; return {body} }})()`); }}"
    )
    opened.evaluate("phone => { window.phone = phone }", PHONE)
    yield opened
    opened.close()


def turned(dials):
    """Some of the dials, each at one of its steps."""

    def values(dial):
        most = round((dial["high"] - dial["low"]) / dial["step"])
        return st.integers(0, most).map(lambda n: float(f"{dial['low'] + n * dial['step']:.6f}"))

    return st.fixed_dictionaries({}, optional={dial["id"]: values(dial) for dial in dials})


def without_usual(dials, usual):
    return {ident: value for ident, value in dials.items() if usual(ident) != value}


OWN = [dial for dial in PHONE["dials"] if dial["side"]]
SHARED = [dial for dial in PHONE["dials"] if not dial["side"]]
USUAL = {dial["id"]: dial["usual"] for dial in PHONE["dials"]}
NAMES = [one["name"] for one in PHONE["strategies"]]


@st.composite
def designs(draw):
    """What the board's state holds of a design, as the page keeps it: usual values left out."""
    sides = []
    for _ in range(draw(st.integers(2, 4))):
        name = draw(st.sampled_from(NAMES))
        dials = without_usual(draw(turned(OWN)), lambda ident, n=name: USUAL[ident][n])
        sides.append({"strategy": name, "dials": dials})
    return {
        "people": draw(st.sampled_from(PHONE["people"]["choices"])),
        "worlds": draw(st.sampled_from(PHONE["worlds"])),
        "same": draw(st.booleans()),
        "sides": sides,
        "dials": without_usual(draw(turned(SHARED[:3])), USUAL.get),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(design=designs())
def test_an_address_and_a_code_are_read_as_the_page_meant_them(page, design):
    address, code = page.evaluate("state => said(state)", design)
    wanted = tuple(Side(one["strategy"], one["dials"]) for one in design["sides"])
    for typed in (address, f"  https://example.org/phone.html{address}\n", code, code.lower()):
        if typed:  # a code of many dials would be too long, and there is none
            board = pasted(typed)
            assert (board.product, board.sides, board.dials) == ("phone", wanted, design["dials"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(design=designs(), at=st.integers(0, 30), letter=st.sampled_from("ACDEFHJKLMNPRTUWXY3479"))
def test_a_slip_in_a_code_is_noticed_as_on_the_page(page, design, at, letter):
    code = page.evaluate("state => said(state)", design)[1].replace("-", "")
    if code and code[at % len(code)] != letter:
        at %= len(code)
        with pytest.raises(PastedError, match="misread"):
            pasted(code[:at] + letter + code[at + 1 :])


def test_what_is_not_said_is_as_usual():
    board = pasted("#phone;lang=en")
    assert [one.strategy for one in board.sides] == ["pull", "guide"]
    assert not any(one.dials for one in board.sides)
    assert board.dials == {}
    assert pasted("phone;lang=en") == board


def test_any_key_of_the_scenario_can_stand_in_an_address():
    board = pasted("#phone;guide.touchpoints.mail_offer=0;shelf.stocked_days=inf;view=trail;pins=x")
    assert board.dials == {"guide.touchpoints.mail_offer": 0.0, "shelf.stocked_days": "inf"}


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", "neither"), ("my design", "misread"), ("мой план", "neither"), ("a=b", "neither"),
        ("#tractor;s=pull+guide", "product"), ("#", "product"),
        ("#phone;s=gide+guide", "part"), ("#phone;s=pull+guide,accurracy:0.9", "part"),
        ("#phone;s=pull+guide,accuracy:x", "part"), ("#phone;product.prise=5", "part"),
        ("#phone;product.price=nan", "part"), ("#phone;product.price=", "part"),
        ("ACDE-FHJK", "misread"), ("O0O0", "misread"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_is_the_matter(typed, kind):
    with pytest.raises(PastedError) as raised:
        pasted(typed)
    assert raised.value.kind == kind
    assert "{" not in raised.value.said("ru")
