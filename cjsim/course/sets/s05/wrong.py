"""Wrong answers to set 05: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

NUMBERS = """
lost_at_interest = -talk.paired().loc[("interest", "first_deals"), "difference"]
lost_at_comparison = -talk.paired().loc[("comparison", "first_deals"), "difference"]
"""
WHY = """
why_1 = '''
Who stands at comparison already knows the rival, so the salesman tells them no news. Who has only
become interested did not: now, giving up on the way, they go to the rival, where they would
have slept and come back one day.
'''
"""

DIAL = NUMBERS + WHY

KNEW = """
def knew(log):
    known, counts = set(), [0, 0]
    for row in log.itertuples():
        if row.stage in ("comparison", "with_rival"):
            known.add(row.person)
        if row.event == "contact" and row.touchpoint == "rival_talk":
            counts[row.person not in known] += 1
            known.add(row.person)
    return counts
"""

ODDS = """
def leaving(trust):
    return (1.5 - trust) / (0.5 + trust)


def goes_on(away, trust, ratio, eta):
    return 1 / (1 + away * leaving(trust) * ratio**eta)


def discount_for(trust, more, eta):
    return 1 - (leaving(trust + more) / leaving(trust)) ** (1 / eta)


def dearer_pays(price, unit_cost, elasticity):
    return price / (price - unit_cost) > abs(elasticity)
"""

BROKER = """
my_broker = {
    "product.price": 70,
    "pull.touchpoints.banner": 0,
    "pull.touchpoints.self_praise": 0,
    "pull.touchpoints.search_ads": 0,
    "pull.touchpoints.published_results": 3,
    "pull.touchpoints.social_trading": 2,
}
"""

WRONG = {
    1: {
        "reads_the_sign_as_it_stands": (
            DIAL.replace('-talk.paired().loc[("interest"', 'talk.paired().loc[("interest"'),
            "at_interest",
        ),
        "reads_the_deals_of_one_firm": (
            DIAL.replace(
                '-talk.paired().loc[("interest", "first_deals"), "difference"]',
                'talk.means().loc["first_deals", "interest"]',
            ),
            "at_interest",
        ),
        "reads_the_same_row_twice": (DIAL.replace('("comparison"', '("interest"'), "at_comparison"),
        "believes_that_comparison_is_too_short": (
            DIAL.replace(
                "already knows the rival, so the salesman tells them no news",
                "stays there for a few days only, and a name said late finds no time to work",
            ),
            "knows",
        ),
        "says_why_late_and_not_what_early_does": (
            DIAL.replace(
                "now, giving up on the way, they go to the rival, where they would\n"
                "have slept and come back one day",
                "that is the whole difference between the two moments of the talk",
            ),
            "goes",
        ),
    },
    2: {
        "knows_only_who_was_served_elsewhere": (
            KNEW.replace('in ("comparison", "with_rival")', '== "with_rival"'),
            "compares",
        ),
        "forgets_who_has_a_rival": (
            KNEW.replace('in ("comparison", "with_rival")', '== "comparison"'),
            "with_rival",
        ),
        "counts_each_talk_as_news": (
            KNEW.replace("            known.add(row.person)\n    return", "    return"),
            "again",
        ),
        "has_one_memory_for_all": (
            KNEW.replace("known.add(row.person)", 'known.add("all")').replace(
                "row.person not in known", '"all" not in known'
            ),
            "each",
        ),
        "looks_into_the_future": (
            KNEW.replace(
                "known, counts = set(), [0, 0]",
                'at = log["stage"].isin(["comparison", "with_rival"])\n'
                '    known, counts = set(log.loc[at, "person"]), [0, 0]',
            ),
            "later",
        ),
        "counts_every_contact": (
            KNEW.replace(' and row.touchpoint == "rival_talk"', ""),
            "only_talks",
        ),
    },
    3: {
        "gives_the_odds_for_the_chance": (ODDS.replace("1 / (1 + away", "1 / (away"), "chance"),
        "lets_trust_raise_the_odds_of_leaving": (
            ODDS.replace("away * leaving(trust)", "away / leaving(trust)"),
            "chance",
        ),
        "gives_the_ratio_for_the_discount": (ODDS.replace("return 1 - (", "return ("), "discount"),
        "forgets_the_root": (ODDS.replace(" ** (1 / eta)", ""), "discount"),
        "compares_a_negative_number": (ODDS.replace("abs(elasticity)", "elasticity"), "dearer"),
        "divides_by_the_cost": (ODDS.replace("(price - unit_cost)", "unit_cost"), "dearer"),
    },
    4: {
        "buys_a_better_product": (
            BROKER.replace('"product.price": 70', '"product.price": 70, "product.quality": 0.9'),
            "allowed",
        ),
        "takes_more_room_than_there_is": (
            BROKER.replace(
                '"pull.touchpoints.social_trading": 2', '"pull.touchpoints.social_trading": 3'
            ),
            "room",
        ),
        "falls_silent": (
            BROKER.replace('results": 3', 'results": 0').replace('trading": 2', 'trading": 0'),
            "profit",
        ),
        "shouts_that_it_is_the_best": (
            BROKER.replace('praise": 0', 'praise": 3').replace('results": 3', 'results": 0'),
            "profit",
        ),
        "only_gives_a_discount": ('my_broker = {"product.price": 70}\n', "profit"),
    },
}
