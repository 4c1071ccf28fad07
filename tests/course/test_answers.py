"""Answers that were misjudged once: unusual right ones, and wrong ones told in one line."""

import pytest

from cjsim import Scenario
from cjsim.course.checks import check, tasks_of
from tests.course.exercise_books import book, code_cells, source


def task_with(number, check_name):
    """The number of the task that has a check of this name."""
    return next(
        task.number for task in tasks_of(number) if check_name in {one.name for one in task.checks}
    )


def report_of(number, check_name, code):
    """What is said of an answer that stands in the notebook of a set."""
    names = {}
    (setup,) = [cell for cell in code_cells(book(number)) if cell["id"] == "setup"]
    exec(source(setup), names)
    exec(code, names)
    return check(number, task_with(number, check_name), names, "en")


MORE = "def people_who_buy_more(one, other): return int((one > other).sum())\n"
RIGHT = {
    "a dictionary from person to number": (
        "01", "repeats", MORE + """
def deals_of_each(log, people):
    deals = dict.fromkeys(range(people), 0)
    for person, event in zip(log["person"], log["event"]):
        if event in ("first_deal", "repeat_deal"):
            deals[person] += 1
    return dict(reversed(deals.items()))
"""),
    "columns of a crosstab": (
        "01", "repeats", MORE + """
def deals_of_each(log, people):
    table = pd.crosstab(log["person"], log["event"].astype(str))
    ours = table.reindex(columns=["first_deal", "repeat_deal"], fill_value=0)
    return ours.sum(axis=1).reindex(range(people), fill_value=0).tolist()
"""),
    "the smallest of three numbers": (
        "01", "rates", """
def visit(env, step, away, end, luck, seen):
    clocks = {
        "on": luck.expovariate(step), "away": luck.expovariate(away), "open": end - env.now
    }
    first = min(clocks, key=clocks.get)
    yield env.timeout(clocks[first])
    seen.append((first, clocks[first]))
"""),
    "an array of one share": (
        "07", "ties", """
def still_here(days, left, day):
    share = np.ones(1)
    for when in np.unique(days[left & (days <= day)]):
        share *= 1 - ((days == when) & left).sum() / (days >= when).sum()
    return share
"""),
}  # fmt: skip


@pytest.mark.parametrize(("number", "name", "code"), RIGHT.values(), ids=RIGHT)
def test_an_unusual_right_answer_is_right(number, name, code):
    assert report_of(number, name, code).failed == []


ONE_LINE = {
    "a column that a log may not have": (
        "01", "repeats", MORE + """
def deals_of_each(log, people):
    table = pd.crosstab(log["person"], log["event"].astype(str))
    return (table["first_deal"] + table["repeat_deal"]).reindex(range(people), fill_value=0)
""", "`deals_of_each` stops with KeyError"),
    "a dictionary by name": (
        "04", "direction", """
def temperatures(log, aims_at):
    return {"cold": 1, "right": 2, "hot": 3}
def break_even(gain, harm):
    return harm / (gain + harm)
""", "`temperatures` gives a dictionary; a list is wanted"),
    "shares for counts": (
        "04", "direction", """
def temperatures(log, aims_at):
    return [0.25, 0.5, 0.25]
def break_even(gain, harm):
    return harm / (gain + harm)
""", "`temperatures` gives numbers that are not whole"),
    "an attribute that a person has no room for": (
        "04", "cap", """
from cjsim.engine.process import Engine
class Capped(Engine):
    days = 30.0
    def push(self, person):
        if self.env.now - getattr(person, "heard", -1e9) >= self.days:
            person.heard = self.env.now
        super().push(person)
""", "`Capped` stops with AttributeError"),
    "a word for a number": (
        "01", "gain", 'gain = times_more_contacts = "2"\n', "`gain` should be a number"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "name", "code", "said"), ONE_LINE.values(), ids=ONE_LINE)
def test_what_stops_or_is_of_another_kind_is_said_once_without_hints(number, name, code, said):
    report = report_of(number, name, code)
    assert " ".join(repr(report).split()).count(said) == 1
    assert "hint: " not in repr(report)


def test_signs_the_wrong_way_round_are_one_mistake():
    code = """
import cjsim
guide = cjsim.Scenario.load("consulting", strategy="guide")
def spared(firm):
    firms = {"bold": firm.with_changes({"guide.optimism": 1.0}),
             "careful": firm.with_changes({"guide.optimism": 0.0})}
    table = cjsim.compare(firms, people=100, runs=20, seed=101).paired()
    return table.loc[("careful", "opt_outs"), "difference"]
fewer, fewer_alike = spared(guide), spared(cjsim.without(guide, "too_hot"))
reason = "strength"
why_1 = "It errs on the cold side, and the preset assumes that too cold jars less than too hot."
"""
    task = task_with("04", "fewer")
    assert report_of("04", "fewer", code).failed == [f"{task}.fewer"]


@pytest.mark.parametrize(
    ("number", "name", "preset", "check_name"),
    [
        ("01", "my_guide", "phone", "patience"), ("04", "my_guide", "consulting", "patience"),
        ("08", "my_plan", "yogurt", "budget"),
    ],
)  # fmt: skip
def test_what_is_as_it_was_earns_nothing_and_that_is_said_once(number, name, preset, check_name):
    usual = Scenario.load(preset, strategy="guide").value("guide.every_days")
    report = report_of(number, check_name, f"{name} = {{'guide.every_days': {usual!r}}}")
    assert report.points == 0
    assert repr(report).count("changes nothing") == 1
