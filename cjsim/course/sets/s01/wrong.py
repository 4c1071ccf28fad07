"""Wrong answers to set 01: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

COUNTS = """
times_more_contacts = means.loc["contacts", "weekly"] / means.loc["contacts", "monthly"]
"""
GAIN = """
gain = both.paired().loc[("weekly", "profit_per_person"), "difference"]
"""
WHY = """
why_1 = '''
Who is written to every week opts out more often, and whoever has opted out gets no more letters
at all: the firm writes more often, but to fewer people.
'''
"""
DIAL = "means = both.means()\n" + COUNTS + GAIN + WHY

DEALS = """
def deals_of_each(log, people):
    deals = log[log["event"].isin(["first_deal", "repeat_deal"])]
    return deals["person"].value_counts().reindex(range(people), fill_value=0)


def people_who_buy_more(one, other):
    return int((one > other).sum())
"""

VISIT = """
def visit(env, step, away, end, luck, seen):
    start = env.now
    on = env.timeout(luck.expovariate(step))
    off = env.timeout(luck.expovariate(away))
    over = env.timeout(end - start)
    first = yield on | off | over
    result = "on" if on in first else "away" if off in first else "open"
    seen.append((result, env.now - start))
"""

WRONG = {
    1: {
        "takes_the_difference_for_the_ratio": (
            DIAL.replace('"weekly"] /', '"weekly"] -'),
            "contacts",
        ),
        "divides_the_wrong_way_round": (
            DIAL.replace(
                COUNTS, "times_more_contacts = 1 / (" + COUNTS.split(" = ")[1].strip() + ")\n"
            ),
            "contacts",
        ),
        "reads_the_profit_of_one_firm": (
            DIAL.replace(GAIN, 'gain = means.loc["profit_per_person", "weekly"]\n'),
            "gain",
        ),
        "thinks_that_fewer_people_buy": (
            DIAL.replace(
                "Who is written to every week opts out more often, and whoever has opted out",
                "Who is written to every week is angry and buys less, and such a person",
            ),
            "opted_out",
        ),
        "says_what_happens_and_not_what_follows": (
            DIAL.replace(
                """, and whoever has opted out gets no more letters
at all: the firm writes more often, but to fewer people.""",
                " than somebody who is written to once a month, and deals hardly move.",
            ),
            "not_reached",
        ),
    },
    2: {
        "counts_heads_instead_of_deals": (
            DEALS.replace('["first_deal", "repeat_deal"]', '["first_deal"]'),
            "repeats",
        ),
        "forgets_people_without_a_deal": (
            DEALS.replace(
                'deals["person"].value_counts().reindex(range(people), fill_value=0)',
                'deals.groupby("person").size()',
            ),
            "everybody",
        ),
        "counts_what_the_rival_sells": (
            DEALS.replace(
                'isin(["first_deal", "repeat_deal"])', 'astype(str).str.contains("deal")'
            ),
            "only_ours",
        ),
        "counts_who_buys_as_often": (DEALS.replace("one > other", "one >= other"), "people"),
        "counts_deals_instead_of_people": (
            DEALS.replace("(one > other).sum()", "(one - other).clip(lower=0).sum()"),
            "people",
        ),
    },
    3: {
        "takes_rates_for_days": (
            VISIT.replace("expovariate(step)", "expovariate(1 / step)"),
            "rates",
        ),
        "lets_the_faster_clock_always_win": (
            VISIT.replace(
                'result = "on" if on in first else "away" if off in first else "open"',
                'result = "open" if env.now >= end else "on" if step > away else "away"',
            ),
            "first_rings",
        ),
        "writes_the_date_instead_of_the_duration": (
            VISIT.replace("(result, env.now - start)", "(result, env.now)"),
            "days",
        ),
        "writes_the_end_for_the_days_of_an_open_visit": (
            VISIT.replace(
                "(result, env.now - start)",
                '(result, end if result == "open" else env.now - start)',
            ),
            "days",
        ),
        "waits_as_many_days_as_the_record_has": (
            VISIT.replace("env.timeout(end - start)", "env.timeout(end)"),
            "open",
        ),
        "counts_open_visits_as_lost": (
            VISIT.replace('"away" if off in first else "open"', '"away"'),
            "open",
        ),
    },
    4: {
        "buys_better_eyes": (
            """
my_guide = {
    "guide.accuracy": 1.0,
    "guide.every_days": 25,
    "guide.touchpoints.mail_offer": 0,
    "guide.touchpoints.discount_offer": 0,
    "guide.touchpoints.mail_cases": 0,
}
""",
            "allowed",
        ),
        "takes_calm_people_for_profit": (
            'my_guide = {"guide.every_days": 60, "guide.touchpoints.mail_offer": 0}\n',
            "profit",
        ),
        "wears_people_out_for_profit": (
            'my_guide = {"guide.touchpoints.mail_offer": 0, '
            '"guide.touchpoints.discount_offer": 0}\n',
            "patience",
        ),
    },
    5: {
        "buys_better_eyes": (
            'board_5 = "#phone;s=pull+guide,accuracy:0.95;product.price=600;lang=en"\n',
            "allowed",
        ),
        "writes_every_fortnight": (
            'board_5 = "#phone;s=pull+guide,every_days:14;lang=en"\n',
            "profit",
        ),
    },
}
