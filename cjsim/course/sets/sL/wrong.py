"""Wrong answers to set L: task -> misconception -> (what stands in the answer cell, the check).

Each fails exactly the check that was made for it, and passes the others of its task.
"""

NUMBERS = """
lost_forgetful = lost(1)
lost_regular = lost(8)
"""
FORGET = "A clock that forgets often rings early, so that many leave on a day when few can step on."
NEAR = "Regular clocks ring close to their mean, and the shorter one, stepping on, comes first."

CALLER = """
def caller(env, desk, patience, talk, seen):
    came = env.now
    with desk.request() as turn:
        yield turn | env.timeout(patience)
        seen.append((env.now - came, turn.triggered))
        if turn.triggered:
            yield env.timeout(talk)
"""
BY_HAND = """
def caller(env, desk, patience, talk, seen):
    came, turn = env.now, desk.request()
    yield turn | env.timeout(patience)
    seen.append((env.now - came, turn.triggered))
    if turn.triggered:
        yield env.timeout(talk)
        desk.release(turn)
    else:
        turn.cancel()
"""

LOOP = """
class Loop(ByHand):
    def run(self):
        self.set_out()
        while True:
            when, number, what = min(self.plans())
            if when >= self.scenario.horizon_days:
                return
            self.env.now = when
            self.happen(number, what)
"""

WRONG = {
    1: {
        "reads_the_share_that_stepped_on": (NUMBERS.replace("lost(1)", "1 - lost(1)"), "forgetful"),
        "turns_the_dial_by_too_little": (NUMBERS.replace("lost(8)", "lost(2)"), "regular"),
        "believes_that_people_hurry": (
            NUMBERS + f"why_1 = 'People with a fixed plan are in a greater hurry. {FORGET}'\n",
            "shorter_first",
        ),
        "says_only_what_regular_clocks_do": (
            NUMBERS + f"why_1 = '{NEAR} That is all there is to say about the two numbers.'\n",
            "by_chance",
        ),
    },
    2: {
        "writes_the_date_for_the_wait": (CALLER.replace("env.now - came", "env.now"), "waited"),
        "notices_only_at_the_desk_that_it_took_too_long": (
            CALLER.replace("turn | env.timeout(patience)", "turn").replace(
                "turn.triggered", "env.now - came <= patience"
            ),
            "gives_up",
        ),
        "goes_and_leaves_the_name_on_the_list": (
            BY_HAND.replace("    else:\n        turn.cancel()\n", ""),
            "leaves",
        ),
        "talks_on_the_doorstep": (
            CALLER.replace("        if turn.triggered:\n            yield env.timeout(talk)\n", ""),
            "talks",
        ),
        "stays_at_the_desk": (BY_HAND.replace("        desk.release(turn)\n", ""), "frees"),
    },
    3: {
        "lets_one_after_the_other_live_through_each_day": (
            """
class Loop(ByHand):
    def run(self):
        self.set_out()
        day = 0.0
        while day < self.scenario.horizon_days:
            day = min(day + 1.0, self.scenario.horizon_days)
            for person in self.people:
                while True:
                    when, number, what = list(self.plans())[person.id]
                    if when >= day:
                        break
                    self.env.now = when
                    self.happen(number, what)
""",
            "order",
        ),
        "looks_at_the_clock_after_it_has_happened": (
            """
class Loop(ByHand):
    def run(self):
        self.set_out()
        while self.env.now < self.scenario.horizon_days:
            self.env.now, number, what = min(self.plans())
            self.happen(number, what)
""",
            "horizon",
        ),
        "counts_who_is_there_at_the_start": (
            LOOP.replace(
                "        while True:",
                "        here = {p.id for p in self.present()}\n        while True:",
            ).replace("min(self.plans())", "min(p for p in self.plans() if p[1] in here)"),
            "newcomers",
        ),
        "asks_only_the_one_who_has_moved": (
            """
from heapq import heapify, heapreplace


class Loop(ByHand):
    def run(self):
        self.set_out()
        plans = list(self.plans())
        heapify(plans)
        while plans[0][0] < self.scenario.horizon_days:
            self.env.now, number, what = plans[0]
            self.happen(number, what)
            heapreplace(plans, list(self.plans())[number])
""",
            "friends",
        ),
    },
}
