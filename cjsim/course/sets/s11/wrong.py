"""Wrong answers to set 11: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

MAIL = """
added = 1000 * (spent["womens_mail"] - spent["no_mail"])
overstated = spent["womens_mail"] / (spent["womens_mail"] - spent["no_mail"])
why_1 = '''
Many of those who bought would have bought anyway, as people without a mail did. So what the mail
has earned is only the difference between the two groups, and lots make them alike in all else.
'''
"""

LAST = """
def last_contacts(log):
    deals = log[log["event"] == "first_deal"].set_index("person")["time"]
    met = log[(log["event"] == "contact") & log["person"].isin(deals.index)]
    met = met[met["time"] < met["person"].map(deals)]
    return met.groupby("person")["touchpoint"].last().value_counts()
"""

EFFECT = """
def effect(bought_a, people_a, bought_b, people_b):
    a, b = bought_a / people_a, bought_b / people_b
    half = 1.96 * (a * (1 - a) / people_a + b * (1 - b) / people_b) ** 0.5
    return b - a, b - a - half, b - a + half
"""

ADDED = '1000 * (spent["womens_mail"] - spent["no_mail"])'
TIMES = 'spent["womens_mail"] / (spent["womens_mail"] - spent["no_mail"])'
ANYWAY = "Many of those who bought would have bought anyway, as people without a mail did. So what"
TOO_DEAR = "A mailing costs money and annoys some people after all, so the report is wrong. What"
ONLY = """So what the mail
has earned is only the difference between the two groups, and lots make them alike in all else."""
REPEATS = """
    again = log[log["event"] == "repeat_deal"]["person"]
    last = met.groupby("person")["touchpoint"].last().astype(str)
    return last.value_counts().add(last.reindex(again).value_counts(), fill_value=0)
"""
IN_ORDER = 'met.groupby("person")["touchpoint"].last()'
BUYERS = "return (bought_b - bought_a) / max(people_a, people_b),"

WRONG = {
    1: {
        "credits_all_that_the_mailed_spent": (
            MAIL.replace(ADDED, '1000 * spent["womens_mail"]'), "added"
        ),
        "divides_by_those_without_mail": (
            MAIL.replace(TIMES, 'spent["womens_mail"] / spent["no_mail"]'), "overstated"
        ),
        "thinks_that_the_mail_is_too_dear": (MAIL.replace(ANYWAY, TOO_DEAR), "anyway"),
        "names_no_comparison": (
            MAIL.replace(ONLY, "So the report of the mailing tells us too much."), "compared"
        ),
    },
    2: {
        "credits_the_first_contact": (LAST.replace(".last()", ".first()"), "last"),
        "credits_every_contact": (
            LAST.replace(IN_ORDER, 'met.drop_duplicates(["person", "touchpoint"])["touchpoint"]'),
            "last",
        ),
        "credits_what_came_after_the_deal": (
            LAST.replace('    met = met[met["time"] < met["person"].map(deals)]\n', ""), "before"
        ),
        "takes_the_row_above_whoever_it_is": (
            """
def last_contacts(log):
    contact = log["touchpoint"].where(log["event"] == "contact").astype(object)
    deals = log["event"] == "first_deal"
    return contact.ffill()[deals].value_counts()
""",
            "own",
        ),
        "credits_repeat_deals_too": (
            LAST.replace(f"    return {IN_ORDER}.value_counts()\n", REPEATS.lstrip("\n")),
            "first_deals",
        ),
    },
    3: {
        "takes_a_less_b": (
            EFFECT.replace(
                "return b - a, b - a - half, b - a + half",
                "return a - b, a - b - half, a - b + half",
            ),
            "estimate",
        ),
        "counts_buyers": (EFFECT.replace("return b - a,", BUYERS), "shares"),
        "takes_one_standard_error": (EFFECT.replace("1.96 *", "1.0 *"), "width"),
        "forgets_the_luck_of_one_arm": (
            EFFECT.replace(
                "(a * (1 - a) / people_a + b * (1 - b) / people_b)",
                "(2 * b * (1 - b) / people_b)",
            ),
            "both",
        ),
    },
    4: {
        "buys_better_eyes": (
            'board_4 = "#corporate_it;s=pull+guide,accuracy:1,min_fit:1;lang=en"', "allowed"
        ),
        "writes_every_week": (
            'board_4 = "#corporate_it;s=pull+guide,every_days:7;lang=en"', "profit"
        ),
    },
}  # fmt: skip
