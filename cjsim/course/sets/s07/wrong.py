"""Wrong answers to set 07: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

GAINS = """
gain_gate = gains["gate"].loc["repeat_deals", "difference"]
gain_drift = gains["drift"].loc["repeat_deals", "difference"]
"""
WHY = """
why_1 = '''
Behind the gate it is the dissatisfied who go: more of them like the better shop and stay. In the
other world people stop for other reasons, and nobody was ever unhappy.
'''
"""

SILENCE = """
def came_back(log, day, silent_days):
    before, after = log[log["time"] < day], log[log["time"] >= day]
    last = before.groupby("person")["time"].max()
    lost = last.index[day - last >= silent_days]
    return len(lost), int(lost.isin(after["person"]).sum())
"""

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

WRONG = {
    1: {
        "takes_what_is_sold_for_what_is_gained": (
            GAINS.replace(
                'gain_gate = gains["gate"].loc["repeat_deals", "difference"]',
                'gain_gate = 10 * gains["gate"].loc["repeat_deals", "difference"]',
            )
            + WHY,
            "gate",
        ),
        "expects_the_same_in_both_worlds": (
            GAINS.replace('gain_drift = gains["drift"]', 'gain_drift = gains["gate"]') + WHY,
            "drift",
        ),
        "says_nothing_of_who_goes_at_the_gate": (
            GAINS
            + """
why_1 = '''
In the world of the drift everybody stops for other reasons, say because they have moved, so it is
all the same to them what one sells.
'''
""",
            "at_gate",
        ),
        "says_nothing_of_the_drift": (
            GAINS
            + """
why_1 = '''
With a gate the dissatisfied leave. If the shop gets better, more of its visitors are satisfied,
pass the gate and stay.
'''
""",
            "at_drift",
        ),
    },
    2: {
        "counts_from_the_first_purchase": (
            SILENCE.replace('["time"].max()', '["time"].min()'),
            "last",
        ),
        "wants_more_than_the_rule": (SILENCE.replace(">= silent_days", "> silent_days"), "exactly"),
        "looks_under_the_lid": (
            SILENCE.replace("last = before.groupby", "last = log.groupby"),
            "at_the_lid",
        ),
        "counts_everybody_who_comes_later": (
            SILENCE.replace('int(lost.isin(after["person"]).sum())', 'after["person"].nunique()'),
            "only_lost",
        ),
        "counts_purchases_instead_of_people": (
            SILENCE.replace(
                'int(lost.isin(after["person"]).sum())', 'int(after["person"].isin(lost).sum())'
            ),
            "people",
        ),
    },
    3: {
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
            GO_THROUGH.replace("DAYS", "dict.fromkeys(days)"),
            "any_order",
        ),
    },
    4: {
        "makes_a_better_product_for_nothing": (
            'board_4 = "#manicure;s=pull+guide,every_days:21,min_fit:0.6;'
            'product.price=22;product.quality=0.9;lang=en"\n',
            "allowed",
        ),
        "keeps_silent": ('board_4 = "#manicure;s=pull+guide,min_fit:0.9;lang=en"\n', "profit"),
    },
}
