"""Wrong answers to set 04: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

DIAL = """
fewer = -difference.loc[("careful", "opt_outs"), "difference"]
level = {name: cjsim.without(firm, "too_hot") for name, firm in biased.items()}
again = cjsim.compare(level, people=100, runs=20, seed=101)
fewer_alike = -again.paired().loc[("careful", "opt_outs"), "difference"]
reason = "strength"
"""
MILDER = "Its errors are too cold, and too cold annoys less than too hot, which the bold one does."
PUT_IN = "Once both jar alike most of the difference is gone, so that it rests on an assumption."

COUNTS = """
def temperatures(log, aims_at):
    met = log[(log["event"] == "contact") & log["touchpoint"].isin(list(aims_at))]
    lost = {Stage.WITH_RIVAL: Stage.STUDY, Stage.DORMANT: Stage.AWARENESS}
    stands = met["stage"].cat.codes.map(lambda stage: lost.get(stage, stage))
    aims = met["touchpoint"].astype(str).map(aims_at)
    cold, hot = int((aims < stands).sum()), int((aims > stands).sum())
    return [cold, len(met) - cold - hot, hot]


def break_even(gain, harm):
    return harm / (gain + harm)
"""

MEMORY = """
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.last = {}
"""
CAPPED = f"""
class Capped(Engine):
    days = 30.0
{MEMORY}
    def reach(self, person, contact):
        pushed, now = contact[-1] >= 0, self.env.now
        if pushed and now - self.last.get(person.id, -1e9) < self.days:
            return
        if pushed:
            self.last[person.id] = now
        super().reach(person, contact)
"""
AT_THE_PUSH = f"""
from cjsim.model import transitions


class Capped(Engine):
    days = 30.0
{MEMORY}
    def push(self, person):
        if self.env.now - self.last.get(person.id, -1e9) < self.days:
            transitions.push(self.world, person, self.env.now)
            return
        self.last[person.id] = self.env.now
        super().push(person)
"""

PLAN = """
my_guide = {
    "guide.every_days": 7,
    "guide.plan": {
        "awareness": "",
        "interest": "",
        "desire": "",
        "study": "business_breakfast",
        "comparison": "",
        "action": "",
    },
}
"""

WRONG = {
    1: {
        "reads_the_opt_outs_of_one_firm": (
            DIAL.replace(
                'fewer = -difference.loc[("careful", "opt_outs"), "difference"]',
                'fewer = eyes.means().loc["opt_outs", "careful"]',
            ),
            "fewer",
        ),
        "calls_fewer_what_is_more": (
            DIAL.replace("fewer = -difference", "fewer = difference"),
            "fewer",
        ),
        "levels_only_one_of_the_firms": (
            DIAL.replace(
                "for name, firm in biased.items()}",
                'for name, firm in biased.items()} | {"bold": biased["bold"]}',
            ),
            "fewer_alike",
        ),
        "takes_the_cold_away_instead_of_levelling": (
            DIAL.replace(
                'cjsim.without(firm, "too_hot")', 'firm.with_changes({"response.too_cold": 0.0})'
            ),
            "fewer_alike",
        ),
        "believes_that_careful_eyes_see_better": (
            DIAL.replace('"strength"', '"mismatch"'),
            "reason",
        ),
        "believes_that_the_careful_one_writes_less": (
            DIAL.replace('"strength"', '"contacts"'),
            "reason",
        ),
        "says_that_it_is_assumed_and_not_what": (
            DIAL + f"why_1 = 'A careful guide is polite, and people stay with it. {PUT_IN}'\n",
            "milder",
        ),
        "takes_an_assumption_for_a_fact_about_people": (
            DIAL + f"why_1 = '{MILDER} That is how people are, and it is so on each market.'\n",
            "put_in",
        ),
    },
    2: {
        "takes_hot_for_cold": (
            COUNTS.replace(
                "[cold, len(met) - cold - hot, hot]", "[hot, len(met) - hot - cold, cold]"
            ),
            "direction",
        ),
        "compares_the_numbers_of_stages": (
            COUNTS.replace("lost.get(stage, stage)", "stage"),
            "lost",
        ),
        "counts_every_row_that_names_a_touchpoint": (
            COUNTS.replace('(log["event"] == "contact") & ', ""),
            "contacts_only",
        ),
        "takes_what_is_not_hot_or_cold_for_right": (
            COUNTS.replace(' & log["touchpoint"].isin(list(aims_at))', ""),
            "pushed_only",
        ),
        "weighs_the_gain_instead_of_the_harm": (
            COUNTS.replace("harm / (gain + harm)", "gain / (gain + harm)"),
            "break_even",
        ),
        "divides_harm_by_gain": (
            COUNTS.replace("harm / (gain + harm)", "harm / gain"),
            "break_even",
        ),
    },
    3: {
        "counts_from_the_first_contact": (
            CAPPED.replace("self.last[person.id] = now", "self.last.setdefault(person.id, now)"),
            "cap",
        ),
        "waits_anew_after_each_silence": (
            CAPPED.replace(
                "            return\n",
                "            self.last[person.id] = now\n            return\n",
            ),
            "goes_on",
        ),
        "forgets_to_plan_the_next_push": (
            """
class Capped(Engine):
    days = 30.0
"""
            + MEMORY
            + """
    def push(self, person):
        if self.env.now - self.last.get(person.id, -1e9) < self.days:
            return
        super().push(person)

    def reach(self, person, contact):
        if contact[-1] >= 0:
            self.last[person.id] = self.env.now
        super().reach(person, contact)
""",
            "goes_on",
        ),
        "keeps_one_date_for_everybody": (
            CAPPED.replace("self.last.get(person.id", 'self.last.get("all"').replace(
                "self.last[person.id]", 'self.last["all"]'
            ),
            "each",
        ),
        "takes_silence_for_a_contact": (AT_THE_PUSH, "silence"),
        "sends_away_who_comes_by_themselves": (CAPPED.replace("contact[-1] >= 0", "True"), "pull"),
        "counts_who_came_as_contacted": (
            CAPPED.replace(
                "        if pushed:\n            self.last[person.id] = now\n",
                "        self.last[person.id] = now\n",
            ),
            "pull",
        ),
        "keeps_the_memory_in_the_class": (CAPPED.replace(MEMORY, "    last = {}\n"), "fresh"),
        "keeps_the_memory_beside_the_class": (
            "KEPT = {}\n" + CAPPED.replace(MEMORY, "").replace("self.last", "KEPT"),
            "fresh",
        ),
        "is_silent_when_the_rep_is_there_already": (
            f"""
class Capped(Engine):
    days = 30.0
{MEMORY}
    def touch(self, person, contact):
        pushed, now = contact[-1] >= 0, self.env.now
        if pushed and now - self.last.get(person.id, -1e9) < self.days:
            return
        if pushed:
            self.last[person.id] = now
        super().touch(person, contact)
""",
            "rep",
        ),
        "goes_around_the_reps": (
            CAPPED.replace("super().reach(person, contact)", "self.touch(person, contact)"),
            "unchanged",
        ),
    },
    4: {
        "buys_better_eyes": (
            PLAN.replace('"guide.every_days"', '"guide.accuracy": 1.0,\n    "guide.every_days"'),
            "allowed",
        ),
        "plans_a_touchpoint_that_comes_by_itself": (
            PLAN.replace('"action": ""', '"action": "", "dormant": "blog_causes"'),
            "allowed",
        ),
        "takes_silence_for_the_whole_of_patience": (
            PLAN.replace('"guide.every_days": 7', '"guide.every_days": 60'),
            "profit",
        ),
        "writes_to_those_who_have_only_begun": (
            PLAN.replace('"interest": ""', '"interest": "webinar"'),
            "patience",
        ),
    },
    5: {
        "buys_quality_as_well": (
            'board_5 = "#consulting;s=pull+guide,accuracy:0.95,every_days:10,min_fit:1;'
            'product.quality=0.9;lang=en"',
            "allowed",
        ),
        "buys_eyes_and_goes_on_as_before": (
            'board_5 = "#consulting;s=pull+guide,accuracy:0.95;lang=en"',
            "profit",
        ),
        "takes_silence_for_the_answer_here_too": (
            'board_5 = "#consulting;s=pull+guide,every_days:60,min_fit:1;lang=en"',
            "profit",
        ),
        "saves_on_eyes_and_is_silent": (
            'board_5 = "#consulting;s=pull+guide,accuracy:0.5,every_days:60,min_fit:1;lang=en"',
            "profit",
        ),
        "writes_a_lot_with_the_eyes_there_are": (
            'board_5 = "#consulting;s=pull+guide,every_days:7;lang=en"',
            "profit",
        ),
    },
}
