"""Wrong answers to set 06: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

DIAL = '''
more_customers = both.paired().loc[("with_gift", "first_deals"), "difference"]
gain = both.paired().loc[("with_gift", "profit_per_person"), "difference"]
why_1 = """
Every first buyer takes the gift, and most of them would have bought without it. The LTV of the few
who were added is too small to cover all that was given away.
"""
'''

PAYBACK = """
import math


def repaid_on(deals, customers, cac):
    curve = deals.groupby("day")["margin"].sum().cumsum() / customers
    owed = curve.index[curve < cac]
    later = curve.index if owed.empty else curve.index[curve.index > owed[-1]]
    return later[0] if len(later) else math.inf
"""

PROCESS = """
def subscriber(env, stay, price, gift, luck, paid):
    paid.append((env.now, price - gift))
    while True:
        yield env.timeout(365)
        if luck.random() >= stay:
            return
        paid.append((env.now, price))
"""

WRONG = {
    1: {
        "counts_repeat_deals_as_customers": (
            DIAL.replace('"first_deals"', '"repeat_deals"'),
            "more_customers",
        ),
        "calls_a_loss_a_gain": (DIAL.replace("gain = both", "gain = -both"), "gain"),
        "thinks_only_the_won_take_the_gift": (
            DIAL.replace(
                "Every first buyer takes the gift, and most of them would have bought without it. ",
                "A gift is money that leaves the till on the first day. ",
            ),
            "anyway",
        ),
        "blames_the_bookkeeping": (
            DIAL.replace(
                "The LTV of the few\nwho were added is too small to cover all that was given away.",
                "So the same people\nsimply paid a lower price on that day.",
            ),
            "too_small",
        ),
    },
    2: {
        "divides_by_deals": (PAYBACK.replace("/ customers", "/ len(deals)"), "each_customer"),
        "takes_the_rows_as_they_stand": (
            PAYBACK.replace(
                'deals.groupby("day")["margin"].sum().cumsum()',
                'deals.set_index("day")["margin"].cumsum()',
            ).replace(
                "later = curve.index if owed.empty else curve.index[curve.index > owed[-1]]",
                "later = curve.index[(curve < cac).to_numpy()[::-1].cumsum()[::-1] == 0]",
            ),
            "by_day",
        ),
        "is_content_with_the_first_time": (
            PAYBACK.replace(
                "later = curve.index if owed.empty else curve.index[curve.index > owed[-1]]",
                "later = curve.index[curve >= cac]",
            ),
            "to_stay",
        ),
        "takes_the_last_day_for_payback": (PAYBACK.replace("math.inf", "curve.index[-1]"), "never"),
    },
    3: {
        "tosses_for_the_first_year": (
            """
def subscriber(env, stay, price, gift, luck, paid):
    due = price - gift
    while luck.random() < stay:
        paid.append((env.now, due))
        due = price
        yield env.timeout(365)
""",
            "first",
        ),
        "gives_every_year": (
            PROCESS.replace(
                "paid.append((env.now, price))", "paid.append((env.now, price - gift))"
            ),
            "gift",
        ),
        "renews_at_new_year": (
            PROCESS.replace("env.timeout(365)", "env.timeout(365 - env.now % 365)"),
            "rhythm",
        ),
        "takes_the_chance_to_stay_for_the_chance_to_leave": (
            PROCESS.replace("luck.random() >= stay", "luck.random() < stay"),
            "renewals",
        ),
    },
    4: {
        "turns_what_the_task_does_not_name": (
            'board_4 = "#subscription;s=pull+guide;product.price=900;product.quality=0.9;lang=en"',
            "allowed",
        ),
        "asks_more_because_each_deal_then_leaves_more": (
            'board_4 = "#subscription;s=pull+guide;product.price=1800;lang=en"',
            "profit",
        ),
    },
}
