"""Wrong answers to set 12: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

STAGES = """
largest_leak = "study"
weakest = "repeat_deal"
why_1 = '''
Who comes again may come again and again, and every time the better share counts once more. And of
those whom we keep at the leak, a good part would be lost at the next stages all the same.
'''
"""

CHAIN = """
def deals(passes, again, back):
    Q = np.diag(np.asarray(passes, dtype=float), k=1)
    Q[-1, -1] = again
    Q[len(passes) - 1, 0] += back * (1 - passes[-1])
    return np.linalg.inv(np.eye(len(Q)) - Q)[0, -1]


def worth(passes, again, back, stage):
    better = np.array(passes, dtype=float)
    better[stage] *= 1 + 1e-6
    return np.log(deals(better, again, back) / deals(passes, again, back)) / np.log(1 + 1e-6)
"""

DOUBT = """
def best_without(gains):
    return max(0.0, float(np.mean(gains)))


def worth_of_knowing(gains):
    return float(np.mean(np.maximum(gains, 0))) - best_without(gains)


def worth_of_hint(gains, seen):
    groups = pd.Series(gains, dtype=float).groupby(list(seen)).agg(["mean", "size"])
    taken = (groups["mean"].clip(lower=0) * groups["size"]).sum() / len(gains)
    return float(taken) - best_without(gains)
"""

BUDGET = """
my_stages = {"stages.comparison.planned_loss": 0.32, "stages.repeat_deal.planned_loss": 0.0}
"""

WRONG = {
    1: {
        "takes_the_loss_of_the_plan_for_the_leak": (
            STAGES.replace('largest_leak = "study"', 'largest_leak = "satisfaction"'),
            "leak",
        ),
        "works_where_most_leave": (
            STAGES.replace('weakest = "repeat_deal"', 'weakest = "study"'),
            "weakest",
        ),
        "says_only_that_customers_are_dear": (
            STAGES.replace(
                "Who comes again may come again and again, and every time the better share counts "
                "once more.",
                "Customers cost much to win and are worth more than strangers, as everybody knows.",
            ),
            "again",
        ),
        "forgets_the_stages_that_follow": (
            STAGES.replace(
                "a good part would be lost at the next stages all the same", "nothing more is known"
            ),
            "later",
        ),
    },
    2: {
        "forgets_that_customers_come_again": (
            CHAIN.replace(
                "    return np.linalg.inv(np.eye(len(Q)) - Q)[0, -1]",
                "    found = np.linalg.inv(np.eye(len(Q)) - Q)[0, -1]\n"
                "    return found * (1 - again) if back == 0 else found",
            ),
            "no_way_back",
        ),
        "lets_everybody_who_leaves_begin_anew_at_the_second": (
            CHAIN.replace(
                "    return np.linalg.inv(np.eye(len(Q)) - Q)[0, -1]",
                "    return np.linalg.inv(np.eye(len(Q)) - Q)[0, -1] * (1 + back)",
            ),
            "way_back",
        ),
        "says_that_every_stage_is_worth_one": (
            CHAIN.replace(
                "    return np.log(deals",
                "    if stage < len(passes) - 1:\n        return 1.0\n    return np.log(deals",
            ),
            "worth_of_all",
        ),
        "keeps_those_who_begin_anew": (
            CHAIN.replace(
                "    return np.log(deals",
                "    if stage == len(passes) - 1:\n        return 1.0\n    return np.log(deals",
            ),
            "worth_of_last",
        ),
    },
    3: {
        "must_change_something": (
            DOUBT.replace("    return max(0.0, float(", "    return float(")
            .replace("gains)))\n\n\ndef worth_of_k", "gains))\n\n\ndef worth_of_k")
            .replace("- best_without(gains)", "- max(0.0, float(np.mean(gains)))"),
            "without",
        ),
        "takes_what_is_got_for_what_is_won": (
            DOUBT.replace(
                "float(np.mean(np.maximum(gains, 0))) - best_without(gains)",
                "float(np.mean(np.maximum(gains, 0)))",
            ),
            "knowing",
        ),
        "takes_a_hint_for_all_that_can_be_known": (
            DOUBT.replace(
                "    groups = ",
                "    if len(set(seen)) > 1:\n        return worth_of_knowing(gains)\n    groups = ",
            ),
            "hint",
        ),
        "learns_from_a_hint_that_says_nothing": (
            DOUBT.replace(
                "    groups = ",
                "    if len(set(seen)) == 1:\n"
                "        return worth_of_knowing(gains)\n    groups = ",
            ),
            "nothing",
        ),
    },
    4: {
        "mends_the_product_instead": (BUDGET.replace("{", '{"product.quality": 0.9, '), "allowed"),
        "spends_more_than_there_is": (BUDGET.replace("0.32", "0.28"), "budget"),
        "begins_at_the_top_of_the_list": (
            'my_stages = {"stages.awareness.planned_loss": 0.06}\n',
            "profit",
        ),
    },
}
