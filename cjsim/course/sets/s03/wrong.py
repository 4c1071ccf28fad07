"""Wrong answers to set 03: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

VISITS = """
times_more_visits = visits["on"].sum() / visits["off"].sum()
"""
GAIN = """
gain = both.paired().loc[("on", "first_deals"), "difference"]
"""
WHY = """
why_1 = '''
Most visitors are customers of ours who wait for their next phone. Each has already made a first
deal and cannot make another one.
'''
"""
TENT = VISITS + GAIN + WHY

CLICK = """
def last_touch(log):
    log = log[log["event"].isin(["contact", "first_deal"])].copy()
    touched = log["touchpoint"].astype(str).where(log["event"] == "contact")
    log["last"] = touched.groupby(log["person"]).ffill()
    deals = log[log["event"] == "first_deal"]
    return deals["last"].fillna("none").value_counts()
"""

SHELF = """
my_shelf = {
    "pull.touchpoints.search_seo": 1,
    "pull.touchpoints.site": 1,
    "pull.touchpoints.lead_magnet": 1,
}
"""

WRONG = {
    1: {
        "divides_the_wrong_way_round": (
            TENT.replace(VISITS, 'times_more_visits = visits["off"].sum() / visits["on"].sum()\n'),
            "visits",
        ),
        "takes_the_difference_for_the_ratio": (
            TENT.replace('["on"].sum() /', '["on"].sum() -'),
            "visits",
        ),
        "reads_the_deals_of_one_firm": (
            TENT.replace(GAIN, 'gain = both.means().loc["first_deals", "on"]\n'),
            "gain",
        ),
        "thinks_that_hikers_are_lazy": (
            TENT.replace(
                "Most visitors are customers of ours who wait for their next phone. Each has",
                "Most hikers look at the tent and go on, since they are lazy. Each of them has",
            ),
            "whom",
        ),
        "says_who_comes_and_not_what_follows": (
            TENT.replace(
                "Each has already made a first\ndeal and cannot make another one.",
                "They stand there for a long time, and so the tent meets them again and again.",
            ),
            "no_first",
        ),
    },
    2: {
        "takes_the_first_touch": (
            CLICK.replace(
                'touched.groupby(log["person"]).ffill()',
                'touched.groupby(log["person"]).transform("first").where(\n'
                '        touched.groupby(log["person"]).ffill().notna())',
            ),
            "last",
        ),
        "takes_the_last_row_of_anybody": (
            CLICK.replace('touched.groupby(log["person"]).ffill()', "touched.ffill()").replace(
                'deals["last"]',
                'deals["last"].where(deals["person"].isin(log["person"][touched.notna()]))',
            ),
            "ones_own",
        ),
        "takes_the_last_touch_of_a_life": (
            CLICK.replace(
                'touched.groupby(log["person"]).ffill()',
                'touched.groupby(log["person"]).transform("last")',
            ),
            "before",
        ),
        "forgets_deals_that_nobody_touched": (CLICK.replace('.fillna("none")', ""), "none"),
    },
    3: {
        "buys_the_whole_shelf": (
            SHELF.replace("}\n", '    "pull.touchpoints.cases": 1,\n}\n'),
            "budget",
        ),
        "runs_what_is_not_on_the_shelf": (
            SHELF.replace("}\n", '    "pull.touchpoints.search_ads": 1,\n}\n'),
            "allowed",
        ),
        "thinks_that_awareness_comes_first": (
            """
my_shelf = {
    "pull.touchpoints.blog_educate": 1,
    "pull.touchpoints.blog_causes": 1,
    "pull.touchpoints.conference": 1,
}
""",
            "profit",
        ),
    },
    4: {
        "lowers_the_price": (
            'board_4 = "#consulting;s=pull+guide,every_days:60;firm.reps=3;'
            'product.price=12000;lang=en"\n',
            "allowed",
        ),
        "hires_for_every_wish": (
            'board_4 = "#consulting;s=pull+guide;firm.reps=8;lang=en"\n',
            "profit",
        ),
    },
}
