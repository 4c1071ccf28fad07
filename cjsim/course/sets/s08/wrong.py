"""Wrong answers to set 08: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

GAIN = 'gain = moved["repeat_deals"].mean()\n'
LEAVE = 'more_leave = (leavings["full"] - leavings["as_is"]).mean()\n'
RATE = """
times_per_deal = (leavings["full"].sum() / deals["full"].sum()) / (
    leavings["as_is"].sum() / deals["as_is"].sum()
)
"""
SHELF = (
    'moved = left.loc["full"] - left.loc["as_is"]\n'
    'leavings, deals = left.drop(columns="repeat_deals").sum(axis=1), left["repeat_deals"]\n'
    + GAIN
    + LEAVE
    + 'door = "satisfaction"\n'
    + RATE
)

CURVE = """
def still_here(days, left, day):
    share = 1.0
    for when in np.unique(days[left & (days <= day)]):
        here = (days >= when).sum()
        gone = ((days == when) & left).sum()
        share *= 1 - gone / here
    return share
"""
GO_THROUGH = """
def still_here(days, left, day):
    share, here = 1.0, len(days)
    for when in DAYS:
        if when > day:
            break
        share *= 1 - ((days == when) & left).sum() / here
        here -= (days == when).sum()
    return share
"""

CHAIN = """
def long_run(stay, back):
    return back / (back + 1 - stay)


def shopper(env, stay, back, cycle, luck, bought):
    ours = True
    while True:
        bought.append((env.now, ours))
        yield env.timeout(cycle)
        ours = luck.random() < (stay if ours else back)
"""

PLAN = """
my_plan = {
    "product.quality": 0.69,
    "product.quality_noise": 0.02,
    "shelf.stocked_days": 150,
    "shelf.empty_days": 2,
    "guide.every_days": 28,
    "guide.touchpoints.gifts": 0,
}
"""

WRONG = {
    1: {
        "reads_the_deals_of_one_firm": (
            SHELF.replace(GAIN, 'gain = left.loc["full", "repeat_deals"].mean()\n'),
            "gain",
        ),
        "thinks_that_who_does_not_leave_by_the_closed_door_stays": (
            SHELF.replace(LEAVE, 'more_leave = moved["stockout"].mean()\n'),
            "more_leave",
        ),
        "thinks_that_regulars_fall_asleep": (
            SHELF.replace('"satisfaction"', '"dormant"'),
            "door",
        ),
        "thinks_that_regulars_get_curious": (
            SHELF.replace('"satisfaction"', '"curiosity"'),
            "door",
        ),
        "forgets_that_there_are_more_deals": (
            SHELF.replace(
                RATE, 'times_per_deal = leavings["full"].sum() / leavings["as_is"].sum()\n'
            ),
            "per_deal",
        ),
    },
    2: {
        "lets_one_customer_leave_a_day": (
            CURVE.replace("((days == when) & left).sum()", "1"),
            "ties",
        ),
        "takes_the_share_of_all_who_ever_bought": (
            """
def still_here(days, left, day):
    return 1 - (left & (days <= day)).sum() / len(days)
""",
            "open",
        ),
        "lets_the_open_ones_go_before_those_who_leave": (
            """
def still_here(days, left, day):
    share, here = 1.0, len(days)
    for when, gone in sorted(zip(days, left)):
        if gone and when <= day:
            share *= 1 - 1 / here
        here -= 1
    return share
""",
            "same_day",
        ),
        "believes_that_no_news_is_nobody": (
            CURVE.replace(
                "    share = 1.0\n",
                "    share = 1.0\n    if not (left & (days <= day)).any():\n        return 0.0\n",
            ),
            "nobody_left",
        ),
        "keeps_who_leaves_until_the_next_day": (
            CURVE.replace("days <= day", "days < day"),
            "on_the_day",
        ),
        "trusts_the_order_of_the_rows": (
            GO_THROUGH.replace("DAYS", "pd.unique(days)"),
            "any_order",
        ),
    },
    3: {
        "takes_the_chance_to_stay_for_the_share": (
            CHAIN.replace("back / (back + 1 - stay)", "stay"),
            "formula",
        ),
        "weighs_staying_against_returning": (
            CHAIN.replace("back / (back + 1 - stay)", "back / (back + stay)"),
            "formula",
        ),
        "tosses_the_same_coin_each_time": (
            CHAIN.replace("(stay if ours else back)", "stay"),
            "memory",
        ),
        "remembers_what_anybody_bought_last": (
            CHAIN.replace("(stay if ours else back)", "(stay if bought[-1][1] else back)"),
            "memory",
        ),
        "takes_returning_for_staying_with_the_rival": (
            CHAIN.replace("else back", "else 1 - back"),
            "back",
        ),
        "waits_before_the_first_purchase": (
            CHAIN.replace(
                "        bought.append((env.now, ours))\n        yield env.timeout(cycle)\n",
                "        yield env.timeout(cycle)\n        bought.append((env.now, ours))\n",
            ),
            "days",
        ),
        "writes_the_number_of_the_purchase_for_its_day": (
            CHAIN.replace("(env.now, ours)", "(cycle * len(bought), ours)"),
            "days",
        ),
    },
    4: {
        "raises_the_price_as_well": (
            PLAN.replace("{\n", '{\n    "product.price": 1.3,\n'),
            "allowed",
        ),
        "spends_what_brings_most_whatever_it_costs": (
            PLAN.replace('"product.quality": 0.69', '"product.quality": 0.71'),
            "budget",
        ),
        "puts_all_the_money_into_the_shelf": (
            PLAN.replace("150", "240")
            .replace('    "product.quality": 0.69,\n', "")
            .replace('    "product.quality_noise": 0.02,\n', ""),
            "profit",
        ),
        "keeps_customers_with_presents": (
            PLAN.replace('gifts": 0', 'gifts": 1').replace(
                "{\n", '{\n    "guide.touchpoints.mail_educate": 0,\n'
            ),
            "messages",
        ),
    },
}
