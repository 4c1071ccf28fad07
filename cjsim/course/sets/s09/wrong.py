"""Wrong answers to set 09: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

MEANS = "means = both.means()\n"
WOKEN = """
times_more_woken = means.loc["referrals", "thirty"] / means.loc["referrals", "six"]
"""
DEALS = """
times_more_deals = means.loc["first_deals", "thirty"] / means.loc["first_deals", "six"]
"""
WHY = """
why_1 = '''
Most of those who hear the words are served by a rival or are customers; a word cannot wake them.
And many of those who are woken are lost on the way before they buy.
'''
"""

PARENTS = """
def generations(parents):
    def of(person):
        return 0 if parents[person] is None else 1 + of(parents[person])

    numbers = [of(person) for person in parents]
    return [numbers.count(n) for n in range(max(numbers) + 1)]


def k_factor(parents):
    first = [person for person, parent in parents.items() if parent is None]
    return sum(parent in first for parent in parents.values()) / len(first)
"""

VILLAGES = """
def gap(rows):
    sums = rows.groupby("default")[["insured", "farmers"]].sum()
    shares = sums["insured"] / sums["farmers"]
    return shares["yes"] - shares["no"]


def drawn(rows, luck):
    return rows.iloc[luck.integers(len(rows), size=len(rows))]
"""

WRONG = {
    1: {
        "counts_the_words": (MEANS + "times_more_woken = 30 / 6\n" + DEALS + WHY, "woken"),
        "takes_the_difference": (MEANS + WOKEN + DEALS.replace(" / ", " - ") + WHY, "deals"),
        "thinks_of_the_speakers": (
            MEANS + WOKEN + DEALS + "why_1 = '''There are simply too few advocates, and many of the"
            " people whom they tell are lost on the way before they buy.'''\n",
            "awake",
        ),
        "takes_waking_for_buying": (
            MEANS + WOKEN + DEALS + "why_1 = '''Most of the people who hear the words are served by"
            " a rival, so a word cannot wake them and does nothing.'''\n",
            "lost",
        ),
    },
    2: {
        "counts_each_tellers_friends": (
            PARENTS.replace(
                "    return [numbers.count(n) for n in range(max(numbers) + 1)]",
                "    return [sum(n >= least for n in numbers) for least in range(max(numbers) + 1)]"
                " if len(set(numbers)) < len(numbers) else [1] * len(numbers)",
            ),
            "waves",
        ),
        "trusts_the_order_of_the_rows": (
            PARENTS.replace(
                """    def of(person):
        return 0 if parents[person] is None else 1 + of(parents[person])

    numbers = [of(person) for person in parents]
    return [numbers.count(n) for n in range(max(numbers) + 1)]""",
                """    seen = {}
    for person, parent in parents.items():
        seen[person] = 0 if parent is None else 1 + seen.get(parent, 0)
    numbers = list(seen.values())
    return [numbers.count(n) for n in range(len(set(parents.values())))]""",
            ),
            "order",
        ),
        "counts_friends_of_friends": (
            PARENTS.replace("parent in first for", "parent is not None for"),
            "first_wave",
        ),
        "divides_by_those_who_talk": (
            PARENTS.replace("/ len(first)", "/ len({p for p in parents.values() if p in first})"),
            "all_first",
        ),
    },
    3: {
        "takes_the_mean_of_villages": (
            VILLAGES.replace(
                """    sums = rows.groupby("default")[["insured", "farmers"]].sum()
    shares = sums["insured"] / sums["farmers"]
""",
                """    shares = (rows["insured"] / rows["farmers"]).groupby(rows["default"]).mean()
""",
            ),
            "farmers",
        ),
        "takes_the_larger_less_the_smaller": (
            VILLAGES.replace('shares["yes"] - shares["no"]', 'abs(shares["yes"] - shares["no"])'),
            "sign",
        ),
        "draws_half_of_them": (VILLAGES.replace("size=len(rows))", "size=len(rows) // 2)"), "many"),
        "draws_each_column_by_itself": (
            VILLAGES.replace(
                "    return rows.iloc[luck.integers(len(rows), size=len(rows))]",
                """    at = lambda: luck.integers(len(rows), size=len(rows))
    return rows.iloc[at()].assign(insured=rows["insured"].to_numpy()[at()])""",
            ),
            "whole",
        ),
        "shuffles": (
            VILLAGES.replace(
                "luck.integers(len(rows), size=len(rows))", "luck.permutation(len(rows))"
            ),
            "again",
        ),
    },
    4: {
        "buys_better_eyes": (
            'board_4 = "#phone;s=pull+guide,accuracy:0.95,every_days:20;lang=en"\n',
            "allowed",
        ),
        "asks_more_for_it": (
            'board_4 = "#phone;s=pull+guide,every_days:14;product.price=520;lang=en"\n',
            "advocates",
        ),
        "buys_advocates_by_price": (
            'board_4 = "#phone;s=pull+guide,every_days:14;product.price=380;lang=en"\n',
            "money",
        ),
    },
}
