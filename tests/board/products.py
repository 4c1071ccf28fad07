"""What a page has to know of a product, as far as its engine looks at it."""

from cjsim.lab.dials import _step, usual_range

SIDE_DIALS = ("accuracy", "every_days", "min_fit")
DIALS = (
    *SIDE_DIALS, "response.irritation_harm", "response.warmth_gain", "product.price",
    "product.quality", "rival.quality", "rival.competition", "firm.reps",
    "experience.gate_threshold", "curiosity.novelty",
)  # fmt: skip


def dial_of(scenario, dial):
    side = dial in SIDE_DIALS
    keys = {s: f"strategies.{s}.{dial}" if side else dial for s in scenario.strategies}
    usual = {s: scenario.value(key) for s, key in keys.items()}
    told = {s: "inf" if v == float("inf") else v for s, v in usual.items()}
    value = usual.get("guide", next(iter(usual.values())))
    key = keys[next(iter(keys))]
    if value == float("inf"):
        low, high, step = 0.0, 11.0, 1.0
    else:
        low, high = usual_range(scenario, key, value)
        step = 1.0 if isinstance(value, int) else _step(low, high, value)
    return {
        "id": dial, "side": side, "low": low, "high": high, "step": step, "digits": 6,
        "usual": told if side else next(iter(told.values())),
    }  # fmt: skip


def product_of(scenario):
    return {
        "name": scenario.name,
        "people": {"usual": 2000, "choices": sorted({50, 500, 2000, scenario.market.people})},
        "dials": [dial_of(scenario, dial) for dial in DIALS],
        "bars": ["margin", "contact_cost", "touchpoint_cost", "rep_cost", "discounting", "profit"],
        "worlds": [5, 20],
        "events": {"start": 0, "enter": 1, "contact": 2, "first_deal": 11, "repeat_deal": 12},
    }
