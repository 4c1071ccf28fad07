"""Wrong answers to set 10: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

VAIN = "in_vain = 0.1 * 970\n"
HOT = "really_hot = 0.7 * 30 / (0.7 * 30 + 0.1 * 970)\n"
RARE = "Only very few people are hot at all, "
MANY = "and one in ten of the many others is taken for hot: more than all the hot ones together."
WHY = f"why_1 = '''\n{RARE}\n{MANY}\n'''\n"
NUMBERS = VAIN + HOT

BELIEVE = """
def believe(shares, heard, reading):
    weighed = shares * heard[:, reading]
    return weighed / weighed.sum()
"""

TRUE = """
import math


def true_on(day, euphoria, half_life, moves):
    return (1 - euphoria * 2 ** (-day / half_life)) * math.exp(-moves * day)


def best_day(days, euphoria, half_life, moves):
    return max(days, key=lambda day: true_on(day, euphoria, half_life, moves))
"""

WRONG = {
    1: {
        "counts_the_hot_who_were_missed": (
            NUMBERS.replace("0.1 * 970\n", "0.3 * 30\n", 1) + WHY, "in_vain"
        ),
        "takes_the_ear_for_the_answer": (VAIN + "really_hot = 0.7\n" + WHY, "really_hot"),
        "counts_the_vain_only": (NUMBERS + WHY.replace(RARE, "Every ear errs, "), "rare"),
        "says_only_that_few_are_hot": (
            NUMBERS + WHY.replace(MANY, "so there is hardly anybody whom he could get right here."),
            "others",
        ),
    },
    2: {
        "takes_the_row": (BELIEVE.replace("heard[:, reading]", "heard[reading]"), "column"),
        "takes_him_at_his_word": (BELIEVE.replace("shares * heard", "heard"), "prior"),
        "weighs_the_shares_twice": (BELIEVE.replace("shares *", "shares * shares *"), "prior"),
        "forgets_to_divide": (BELIEVE.replace(" / weighed.sum()", ""), "adds_up"),
        "changes_the_shares": (
            """
def believe(shares, heard, reading):
    weighed = shares * heard[:, reading]
    shares[:] = weighed / weighed.sum()
    return shares.copy()
""",
            "again",
        ),
    },
    3: {
        "takes_the_half_life_for_a_mean": (
            TRUE.replace("2 ** (-day / half_life)", "math.exp(-day / half_life)"), "mood"
        ),
        "lets_nobody_move_on": (TRUE.replace(" * math.exp(-moves * day)", ""), "moved"),
        "lets_people_leave_in_a_line": (
            TRUE.replace("math.exp(-moves * day)", "max(0, 1 - moves * day)"), "moved"
        ),
        "asks_as_late_as_possible": (
            TRUE.replace("max(days, key=lambda day: true_on(day, euphoria, half_life, moves))",
                         "max(days)"),
            "best",
        ),
    },
    4: {
        "turns_the_price": (
            'board_4 = "#consulting;s=pull+guide,accuracy:0.5,every_days:120,min_fit:1;'
            'product.price=15000;lang=en"',
            "allowed",
        ),
        "writes_every_week": (
            'board_4 = "#consulting;s=pull+guide,accuracy:0.5,every_days:7;lang=en"', "profit"
        ),
    },
}  # fmt: skip
