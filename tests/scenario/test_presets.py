"""The data that come with the kit: the touchpoint library and the twelve products."""

import math
import re
import tomllib

import numpy as np
import pytest

import cjsim
from cjsim import measures
from cjsim.journey import STAGES, Stage
from cjsim.scenario import LIBRARY, MAY_WALK_AWAY, PRESETS, Scenario, Touchpoint

PRODUCTS = (
    "yogurt", "phone", "car", "flat", "consulting", "corporate_it", "manicure", "forex",
    "subscription", "school", "cheese", "beer",
)  # fmt: skip
STRATEGIES = ("nothing", "pull", "guide", "animator")
TOUCHPOINTS = {
    name: Touchpoint(**table)
    for name, table in tomllib.loads(LIBRARY.read_text(encoding="utf-8"))["touchpoints"].items()
}
SEARCH = ("search_seo", "search_ads", "directories", "maps", "tops", "exchanges")

# The claims of the sources that name a touchpoint.
NAMED = [
    *(f"A{n}" for n in range(13, 26)),  # the 8 groups and 12 rows of touches
    *(f"B{n}" for n in range(20, 34)),  # online and offline
    "C38", "C70", "C99", "C114", "C154",  # rivals, shelf, tent, events, call
    *(f"C{n}" for n in range(126, 151)),  # tools by stage, and trust
]  # fmt: skip

every_product = pytest.mark.parametrize("product", PRODUCTS)
every_touchpoint = pytest.mark.parametrize("name", TOUCHPOINTS)


def pushes(scenario: Scenario, strategy: str) -> set[str]:
    """The push touchpoints of a strategy."""
    running = scenario.strategies[strategy].touchpoints
    return {name for name in running if scenario.touchpoints[name].contact == "push"}


def value_lines(text: str) -> list[tuple[str, str]]:
    """The lines that hold a number, with the header of their table; titles need no source."""
    found, header = [], ""
    for line in text.splitlines():
        if line.startswith("["):
            header = line
        elif re.match(r"\w+ *=", line) and not re.match(r"(name|title|money|claim) *=", line):
            found.append((header, line))
    return found


def has_source(line: str) -> bool:
    """A comment at the end of a line that names a claim, a grade, "ours" or another table."""
    comment = line.partition("#")[2]
    return bool(re.search(r"\b[ABCT]\d+|\[[RSM]\]|\bours\b|\bas (pull|guide)\b", comment))


# --- the library ------------------------------------------------------------------------------


def test_the_library_holds_every_touchpoint_the_sources_name():
    cited = {one.strip() for t in TOUCHPOINTS.values() for one in t.claim.split(",")}
    assert [claim for claim in NAMED if claim not in cited] == []
    assert len(TOUCHPOINTS) >= 34


@every_touchpoint
def test_a_touchpoint_fits_best_where_it_aims(name):
    touchpoint = TOUCHPOINTS[name]
    assert touchpoint.fit[touchpoint.aims_at] == max(touchpoint.fit.values())
    assert min(touchpoint.fit.values()) > 0  # no fit stays unnamed


@every_touchpoint
def test_a_touchpoint_has_a_name_of_its_own_and_a_claim(name):
    touchpoint = TOUCHPOINTS[name]
    assert re.fullmatch(r"[ABC]\d+(, [ABC]\d+)*", touchpoint.claim)
    assert [other.title for other in TOUCHPOINTS.values()].count(touchpoint.title) == 1


@pytest.mark.parametrize("name", SEARCH)
def test_search_cannot_wake_the_unaware(name):
    """C135: who does not know of the matter does not look for it."""
    assert not {"unaware", "awareness"} & TOUCHPOINTS[name].fit.keys()


def test_our_own_praise_proves_less_than_what_others_say():
    """C146-C150."""
    praise, results, copying = (
        TOUCHPOINTS[name].proof for name in ("self_praise", "published_results", "social_trading")
    )
    assert praise <= 0.01
    assert praise < results / 10 < copying / 10


def test_a_celebrity_speaks_to_dreams_more_than_to_pain():
    """C129."""
    celebrity = TOUCHPOINTS["celebrity"]
    assert celebrity.appeal_dream > celebrity.appeal_pain


def test_the_tent_stands_500_m_off_the_trail():
    """C99."""
    assert TOUCHPOINTS["tent"].distance_m == 500


def test_every_value_of_the_library_has_its_source():
    lines = value_lines(LIBRARY.read_text(encoding="utf-8"))
    assert [pair for pair in lines if not any(map(has_source, pair))] == []


# --- the products -----------------------------------------------------------------------------


def test_the_kit_comes_with_twelve_products():
    assert {path.stem for path in PRESETS.glob("*.toml")} == {*PRODUCTS, LIBRARY.stem}


@every_product
def test_a_product_says_where_each_of_its_values_comes_from(product):
    lines = value_lines((PRESETS / f"{product}.toml").read_text(encoding="utf-8"))
    assert len(lines) > 60
    assert [line for _, line in lines if not has_source(line)] == []


@every_product
def test_a_product_runs_pull_unless_told_otherwise_and_knows_four_strategies(product):
    scenario = Scenario.load(product)
    assert (scenario.name, scenario.strategy) == (product, "pull")
    assert scenario.title
    assert tuple(scenario.strategies) == STRATEGIES
    for strategy in STRATEGIES:
        assert Scenario.load(product, strategy).running is not None


@every_product
def test_people_are_lost_only_where_one_may_walk_away(product):
    stages = Scenario.load(product).stages
    may = {stage.key for stage in MAY_WALK_AWAY}
    assert {key for key, plan in stages.items() if plan.planned_loss > 0} == may
    written = tomllib.loads((PRESETS / f"{product}.toml").read_text(encoding="utf-8"))["stages"]
    assert len(written) == 12


@every_product
def test_strategies_differ_in_one_thing_at_a_time(product):
    """Nothing, pull, the same and pushes; guide and animator differ in how they choose."""
    scenario = Scenario.load(product)
    nothing, pull, guide, animator = (scenario.strategies[name] for name in STRATEGIES)
    assert nothing.touchpoints == {}
    assert (nothing.push, pull.push, guide.push, animator.push) == (
        "none", "none", "guide", "animator",
    )  # fmt: skip
    assert not pushes(scenario, "pull")
    pushed = pushes(scenario, "guide")
    assert pushed
    kept = {name: much for name, much in guide.touchpoints.items() if name not in pushed}
    assert kept == pull.touchpoints
    assert animator.touchpoints == guide.touchpoints
    assert (animator.every_days, animator.jitter) == (guide.every_days, guide.jitter)
    chosen = {name for name in pushed if not scenario.touchpoints[name].after}
    assert set(animator.programme) == chosen


@every_product
def test_the_guide_has_something_for_each_part_of_the_journey(product):
    """Before the deal and after it; it stays silent where nothing fits."""
    scenario = Scenario.load(product)
    guide = scenario.strategies["guide"]
    best = [
        max(scenario.touchpoints[name].fit.get(s.key, 0.0) for name in pushes(scenario, "guide"))
        for s in STAGES
    ]
    spoken_to = {stage for stage in STAGES if best[stage] >= guide.min_fit}
    assert spoken_to & set(STAGES[1:7])
    assert spoken_to & set(STAGES[8:12])


@every_product
def test_touchpoints_meet_nobody_more_than_about_five_times_a_month(product):
    """Expected contacts a month of a person with need 1, at the busiest stage of `pull`."""
    scenario = Scenario.load(product)

    def a_month(stage_key: str) -> float:
        running = scenario.running.touchpoints.items()
        rates = [
            much * t.reach_per_day * t.fit.get(stage_key, 0.0)
            * math.exp(-t.distance_m / scenario.response.detour_scale_m)
            for name, much in running
            for t in [scenario.touchpoints[name]]
        ]  # fmt: skip
        return 30.4 * sum(rates)

    known_to_buy = {"first_deal"}  # a delivery is met on one day, not over a month
    most = 5.5 if product == "forex" else 5.0  # brokers advertise everywhere, see its banner
    assert max(a_month(s.key) for s in STAGES if s.key not in known_to_buy) < most


@every_product
def test_a_push_costs_by_the_contact_alone(product):
    """What runs every day is the same under pull and guide, so their difference is the pushes'."""
    scenario = Scenario.load(product)
    names = pushes(scenario, "guide")
    assert [name for name in names if scenario.touchpoints[name].cost_per_day] == []


@every_product
def test_a_first_deal_earns_less_than_a_later_one(product):
    """C46-C47: an entry; the profit comes later."""
    p = Scenario.load(product).product
    assert p.price > p.unit_cost
    assert p.first_deal_extra_cost > 0


@pytest.mark.parametrize(
    ("product", "key", "value"),
    [
        ("yogurt", "shelf.stocked_days", 90),  # C70
        ("yogurt", "shelf.empty_days", 4),  # C71
        ("yogurt", "firm.reps", math.inf),
        ("cheese", "product.price", 4.0),  # a trip of completejourney
        ("beer", "product.price", 9.6),
        ("corporate_it", "product.tender_every", 3),  # C68
        ("manicure", "market.people", 200),  # B14
        ("manicure", "firm.reps", 1),
        ("manicure", "firm.repeat_needs_rep", True),
        ("forex", "market.prior_trust", 0.2),  # C144
        ("subscription", "contract.trial_days", 14),
        ("subscription", "contract.payments", 12),
        ("school", "contract.payments", 1),
        ("school", "contract.pause_days", 91),
    ],
)
def test_a_product_has_what_makes_it_a_case_of_its_own(product, key, value):
    table, _, name = key.partition(".")
    assert getattr(getattr(Scenario.load(product), table), name) == value


def test_consulting_goes_from_webinar_to_breakfast_to_request():
    """C114."""
    scenario = Scenario.load("consulting")
    names = ("webinar", "business_breakfast", "feedback_call", "meeting")
    assert set(names) <= pushes(scenario, "guide")
    stages = [stage.key for stage in STAGES]
    aims = [stages.index(scenario.touchpoints[name].aims_at) for name in names]
    assert aims == sorted(aims)


def test_who_follows_in_a_product_is_chosen_by_no_programme():
    followers = {name for name, t in Scenario.load("subscription").touchpoints.items() if t.after}
    assert followers == {"onboarding", "renewal_letter", "stay_call"}
    assert not followers & set(Scenario.load("subscription").strategies["animator"].programme)


@pytest.mark.parametrize("strategy", ["pull", "guide"])
def test_a_subscription_lies_within_what_the_trade_tells(strategy):
    """`docs/evidence.md`, 1.14: rules of thumb [M], so wide."""
    run = cjsim.simulate(Scenario.load("subscription", strategy=strategy), seed=1)
    ended = measures.renewals(run).iloc[0]
    assert 0.15 < ended["conversion"] < 0.6
    assert 0.65 < ended["renewal_rate"] < 0.9  # 10 to 35 % are lost in a year
    kept = measures.contracts(run, 365.0)["net_retention"].dropna()
    assert kept.between(0.8, 1.1).all()
    assert 5 * 30 < run.summary()["payback_day"] < 20 * 31


# --- they run ---------------------------------------------------------------------------------


@every_product
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_product_runs_to_its_horizon_and_again_the_same(product, strategy):
    scenario = Scenario.load(product, strategy)
    first, again = (cjsim.simulate(scenario, people=60, seed=3) for _ in range(2))
    assert np.array_equal(first.events.rows, again.events.rows)
    assert 0 < first.events["time"].max() < scenario.horizon_days


@pytest.mark.slow
@every_product
def test_a_market_is_neither_conquered_nor_empty(product):
    """Some buy and some do not; every stage is visited; only pushing makes people opt out."""
    visited = set()
    for strategy in STRATEGIES:
        run = cjsim.simulate(Scenario.load(product, strategy), people=500, seed=1)
        person, stage = run.events["person"], run.events["stage"]
        reached = [len(np.unique(person[stage == s])) / run.lives for s in STAGES]
        visited |= {s for s in STAGES if reached[s]}
        assert 0.2 < reached[Stage.AWARENESS] < 1
        least = 0.03 if strategy == "nothing" else 0.1  # who is new and does nothing sells little
        assert least < reached[Stage.FIRST_DEAL] < 0.8
        summary = run.summary()
        assert (summary["opt_outs"] > 0) == (strategy in ("guide", "animator"))
        if run.scenario.firm.reps < math.inf:
            assert summary["queue_wait_days"] < run.scenario.firm.patience_days / 2
    assert visited == set(STAGES)
