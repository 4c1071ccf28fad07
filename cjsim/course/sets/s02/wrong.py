"""Wrong answers to set 02: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

LENSES = """
hidden = twelve["visits"].sum() - aida["visits"].sum()
people_at_action = aida.loc["action", "people"]
leak = "satisfaction"
"""
AFTER = "They have bought already and go after the first deal, at the gate of satisfaction."
ONE_STEP = "On this map seven stages are one step, and whoever leaves there has nowhere else to be."

WALKS = """
def walks_of(log, cell_of):
    walks = {}
    entered = log[log["event"].isin(["start", "enter"])]
    for person, stage in zip(entered["person"], entered["stage"], strict=True):
        walk = walks.setdefault(person, [])
        if walk[-1:] != [cell_of[stage]]:
            walk.append(cell_of[stage])
    return walks
"""
SHARE = """
def share_on(walks, here, there):
    led_to = []
    for walk in walks.values():
        led_to += [walk[at + 1] for at in range(len(walk) - 1) if walk[at] == here]
    return led_to.count(there) / len(led_to)
"""
NEW_CELL = "if walk[-1:] != [cell_of[stage]]:"

PLAN = """
def plan_of(filed, cell_of, enough):
    cell = filed["belief"].astype(str).map(cell_of)
    plan = {}
    for stage in cell_of:
        seen = filed[filed["belief"] == stage]
        if len(seen) < enough:
            seen = filed[cell == cell_of[stage]]
        rate = seen.groupby("touchpoint", observed=True)["answered"].mean()
        plan[stage] = rate.idxmax() if rate.max() > 0 else ""
    return plan
"""

CONTENT = """
my_plan = {
    "comparison": "compensation",
    "action": "compensation",
    "first_deal": "base_messages",
    "satisfaction": "compensation",
    "repeat_deal": "base_messages",
    "curiosity": "base_messages",
    "loyalty": "base_messages",
    "with_rival": "compensation",
    "dormant": "compensation",
}
"""

WRONG = {
    1: {
        "takes_a_share_for_a_number": (
            LENSES.replace('sum() - aida["visits"].sum()', 'sum() / aida["visits"].sum()'),
            "hidden",
        ),
        "adds_up_heads_over_stages": (
            LENSES.replace(
                'aida.loc["action", "people"]',
                'twelve.loc["action":"recommendation", "people"].sum()',
            ),
            "heads",
        ),
        "forgets_those_who_were_customers_before": (
            LENSES.replace('aida.loc["action", "people"]', 'twelve.loc["action", "people"]'),
            "heads",
        ),
        "looks_for_the_leak_where_the_coarse_step_has_its_name": (
            LENSES.replace('"satisfaction"', '"action"'),
            "leak",
        ),
        "looks_for_the_leak_where_most_visits_are": (
            LENSES.replace('"satisfaction"', '"repeat_deal"'),
            "leak",
        ),
        "thinks_that_people_lose_courage_before_they_buy": (
            LENSES + f"why_1 = 'At the till they lose courage, the price is high. {ONE_STEP}'\n",
            "bought",
        ),
        "blames_the_product_and_forgets_the_map": (
            LENSES + f"why_1 = '{AFTER} The car was not worth the money and they were told so.'\n",
            "one_step",
        ),
    },
    2: {
        "forgets_the_row_where_a_person_starts": (
            WALKS.replace('["start", "enter"]', '["enter"]') + SHARE,
            "start",
        ),
        "compares_with_the_row_above_whoever_it_is": (
            """
def walks_of(log, cell_of):
    entered = log[log["event"].isin(["start", "enter"])]
    cells = entered["stage"].astype(str).map(cell_of)
    new = cells != cells.shift()
    return cells[new].groupby(entered["person"]).agg(list).to_dict()
"""
            + SHARE,
            "persons",
        ),
        "counts_each_stage_as_a_visit": (WALKS.replace(NEW_CELL, "if True:") + SHARE, "merged"),
        "forgets_who_comes_back": (
            WALKS.replace(NEW_CELL, "if cell_of[stage] not in walk:") + SHARE,
            "returns",
        ),
        "counts_open_visits_as_lost": (
            WALKS
            + SHARE.replace("/ len(led_to)", "/ sum(walk.count(here) for walk in walks.values())"),
            "finished",
        ),
        "counts_heads_instead_of_visits": (
            WALKS
            + """
def share_on(walks, here, there):
    left = [walk for walk in walks.values() if here in walk[:-1]]
    on = [walk for walk in left if (here, there) in zip(walk[:-1], walk[1:], strict=True)]
    return len(on) / len(left)
""",
            "each_visit",
        ),
        "takes_sooner_or_later_for_straight_after": (
            WALKS
            + """
def share_on(walks, here, there):
    later = [
        there in walk[at:]
        for walk in walks.values()
        for at, cell in enumerate(walk[:-1])
        if cell == here
    ]
    return sum(later) / len(later)
""",
            "each_visit",
        ),
    },
    3: {
        "takes_the_most_answers_for_the_best_rate": (PLAN.replace("mean()", "sum()"), "rates"),
        "trusts_two_lucky_letters": (PLAN.replace("len(seen) < enough", "len(seen) < 1"), "few"),
        "asks_the_whole_map_where_the_cell_is_meant": (
            PLAN.replace("seen = filed[cell == cell_of[stage]]", "seen = filed"),
            "few",
        ),
        "always_asks_the_cell": (PLAN.replace("len(seen) < enough", "True"), "own"),
        "wants_more_than_enough": (PLAN.replace("< enough", "<= enough"), "own"),
        "plans_only_what_was_filed": (
            PLAN.replace("for stage in cell_of:", 'for stage in filed["belief"].unique():'),
            "every_stage",
        ),
        "writes_rather_than_be_silent": (
            PLAN.replace("if rate.max() > 0", "if len(rate)"),
            "silent",
        ),
    },
    4: {
        "writes_to_a_stage_that_does_not_exist": (
            CONTENT.replace("{\n", '{\n    "regulars": "gifts",\n', 1),
            "allowed",
        ),
        "uses_what_the_firm_does_not_have": (
            CONTENT.replace("{\n", '{\n    "study": "webinar",\n', 1),
            "allowed",
        ),
        "cares_for_loyal_customers_only": ('my_plan = {"loyalty": "base_messages"}\n', "profit"),
        "forgets_those_who_went_to_the_rival": (
            """
my_plan = dict.fromkeys(
    ["first_deal", "satisfaction", "repeat_deal", "curiosity", "loyalty"], "base_messages"
)
""",
            "profit",
        ),
        "trusts_its_eyes_with_dear_presents": (
            CONTENT.replace('"loyalty": "base_messages"', '"loyalty": "gifts"').replace(
                "{\n", '{\n    "interest": "mail_cases",\n', 1
            ),
            "eyes",
        ),
    },
}
