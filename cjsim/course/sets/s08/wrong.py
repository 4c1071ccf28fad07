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
    + """
why_1 = '''
Whoever finds the shelf full buys once more, and after each deal the gate stands there again: so
there are more chances to be disappointed.
'''
"""
)

LOOKED = """
def looked_around(trips, first, last):
    trips = trips.sort_values(["person", "time"], kind="stable")
    nth = trips.groupby("person").cumcount() + 1
    often = trips.groupby("person")["brand"].transform("size") >= last
    new = ~trips.duplicated(["person", "brand"])
    counted = new[often & nth.between(first, last)]
    return counted.mean(), counted.groupby(trips["person"]).any().mean()
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
        "thinks_that_regulars_fall_asleep": (SHELF.replace('"satisfaction"', '"dormant"'), "door"),
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
        "says_nothing_of_more_deals": (
            SHELF.replace(
                "Whoever finds the shelf full buys once more, and after each deal the gate stands",
                "Nobody goes by that way now, but another door is still open, and the gate stands",
            ).replace("so\nthere are more chances to be disappointed.", "it is very wide."),
            "more_deals",
        ),
        "says_nothing_of_the_gate": (
            SHELF.replace(
                "and after each deal the gate stands there again: so\n"
                "there are more chances to be disappointed.",
                "and that is good for the firm: so\nit sells more than it did.",
            ),
            "again_gate",
        ),
    },
    2: {
        "takes_another_maker_for_a_new_one": (
            LOOKED.replace(
                '~trips.duplicated(["person", "brand"])',
                'trips["brand"] != trips.groupby("person")["brand"].shift()',
            ),
            "new",
        ),
        "leaves_out_the_last_trip": (
            LOOKED.replace("nth.between(first, last)", "nth.between(first, last - 1)"),
            "window",
        ),
        "counts_newcomers_too": (LOOKED.replace(" >= last\n", " >= first\n"), "enough"),
        "counts_trials_instead_of_people": (
            LOOKED.replace(".any().mean()", ".sum().mean()"),
            "once",
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
