"""Honest use of every public name of the kit passes the grader: each in a cell of its own."""

import importlib
import json

import pytest

from cjsim.course.grading import process
from cjsim.course.grading.collect import Submission
from cjsim.course.grading.process import Limits, grade_one
from cjsim.course.grading.told import Told
from tests.course.exercise_books import book, saved, without_tasks
from tests.course.grading.ways import WAYS, kept

START = """
import cjsim
from pathlib import Path
from cjsim import charts, data, lab, measures, observe, scenario, course
phone = cjsim.Scenario.load("phone", strategy="guide")
pull = phone.with_strategy("pull")
firms = {"pull": pull, "guide": phone}
ranges = {"guide.accuracy": (0.4, 1.0)}
few = dict(people=20, runs=2)
made = {}
def shown(result):
    made[type(result).__name__] = result
    result.says(), repr(result), result._repr_html_()
    return result
run = cjsim.simulate(phone, 400)
"""
CALLS = {
    "cjsim": {
        "simulate": "shown(cjsim.simulate('phone', 30)).log()\n"
        "cjsim.simulate(pull, 9, engine='simpy')",
        "compare": "shown(cjsim.compare(firms, **few))",
        "evaluate": "cjsim.evaluate(firms, **few)",
        "fit": "soon = phone.with_changes({'market.onset_days': 20})\n"
        "shown(cjsim.fit(soon, cjsim.simulate(soon, 150), free=['market.onset_days'], until=365,"
        " people=150, simulations=260))",
        "flip_point": "shown(cjsim.flip_point(phone, 'guide.accuracy', claim='guide > pull',"
        " low=0.4, high=1.0, points=2, **few))",
        "grid": "settings = cjsim.grid({'guide.accuracy': [0.5, 0.9], 'firm.reps': [1, 2]})",
        "sample": "cjsim.sample(ranges, 4)",
        "sweep": "shown(cjsim.sweep(firms, settings, folder='kept', **few))\n"
        "cjsim.sweep(firms, settings, folder='kept', **few)",
        "optimise": "shown(cjsim.optimise(phone, ranges, evaluations=8, **few))",
        "price_elasticity": "shown(cjsim.price_elasticity(phone.with_changes("
        "{'market.price_sensitivity': 1.0}), **few))",
        "sobol": "two = {**ranges, 'guide.every_days': (7, 60)}\n"
        "shown(cjsim.sobol(phone, two, samples=4, **few))",
        "three_laws": "shown(cjsim.three_laws(phone, 6, people=10, runs=2))",
        "tornado": "shown(cjsim.tornado(phone, ['guide.accuracy', 'guide.every_days'], **few))",
        "touchpoint_truth": "shown(cjsim.touchpoint_truth(phone, ['site', 'mail_offer'], **few))",
        "weak_point": "shown(cjsim.weak_point(phone, **few))",
        "what_if": "shown(cjsim.what_if(phone, {'more': {'firm.reps': 2}}, **few))",
        "ab_test": "shown(cjsim.ab_test(phone, 'guide', 'pull', days=60, smallest=0.1, **few))",
        "size_per_arm": "cjsim.size_per_arm(0.02, 0.001)",
        "without": "cjsim.without(phone, 'warmth')",
        "speak": "cjsim.speak('ru'); cjsim.speak('en')",
        "Scenario": "phone.save('mine.toml'); cjsim.Scenario.load('mine.toml')._repr_html_()",
        "ScenarioError": "try: cjsim.Scenario.load('fone')\n"
        "except cjsim.ScenarioError as e: e.said('ru')",
    },
    "cjsim.data": {
        "LogError": "Path('x.csv').write_text('time,person,event\\nx,1,a')\n"
        "try: data.read('x.csv')\n"
        "except data.LogError as e: e.report",
        "write": "data.write(run, 'a.csv'), data.write(run, 'a.xes'), data.write(run, 'a.parquet')",
        "read": "log = data.read('a.parquet'); data.read('a.csv'); data.read('a.xes')",
        "Log": "data.Log.of(run.log()).frame; measures.cohorts(log); measures.repeat_rate(log)",
        "Export": "log.check().says('ru'), log.bad, log.knows, log.before",
        "check": "Path('y.csv').write_text('client,date,type\\n1,2024-01-31,won\\n1,x,won')\n"
        "shown(data.check('y.csv', folder='found'))",
        "Report": "made['Report'].table, made['Report'].bad",
        "propose": "data.propose('y.csv').save('map.toml')",
        "FileMap": "data.FileMap.of('map.toml').toml()",
        "convert": "data.convert('y.csv', 'y.parquet', 'map.toml')",
        "cdnow": "data.cdnow().frame",
        "completejourney": "data.completejourney('beer')",
    },
    "cjsim.observe": {
        "observe": "seen = shown(observe.observe(run, offline=0.5)); seen.save('firm')",
        "Records": "observe.observe(run, observe.Records(match=0.5))",
        "Observed": "seen.truth, seen.log",
        "attribute": "shown(observe.attribute(seen)).save('credit')",
        "Attribution": "made['Attribution'].against({'site': 1.0})",
        "loss_curve": "shown(observe.loss_curve(run, at=(1.0, 0.5), draws=2)).save('losses')",
        "LossCurve": "made['LossCurve'].table",
        "paths_of": "observe.paths_of(seen).variants(5)",
        "over_people": "observe.over_people(seen, len, draws=39)",
        "Paths": "observe.Paths.of([(['a', 'b'], 1, 2)]).entropy()",
        "world": "one = observe.world('chain', 200)",
        "World": "observe.attribute(one.paths).against(one.truth)",
        "beliefs": "firm = cjsim.Scenario.load('phone', strategy='guide').with_changes("
        "{'guide.targeting': 'filter', 'burn_in_days': 0})\n"
        "filtered = cjsim.simulate(firm, people=30)\n"
        "judged = observe.beliefs(filtered, 90)",
        "Judged": "observe.Judged, judged.right()",
        "beliefs_at_pushes": "observe.beliefs_at_pushes(filtered)",
        "brier": "observe.brier(judged)",
        "reliability": "observe.reliability(judged)",
        "confusion": "observe.confusion(judged)",
        "confusion_of": "observe.confusion_of(0.7, 0.5)",
        "worth_of_answers": "observe.worth_of_answers(firm, 'site', (0.9,), **few)",
        "worth_of_readings": "observe.worth_of_readings(firm, (0.9,), **few)",
        "share_true": "observe.share_true(0.5, euphoria=0.6, half_life_days=0.5, moves_a_day=0.1)",
        "best_delay": "observe.best_delay(euphoria=0.6, half_life_days=0.5, moves_a_day=0.1)",
        "alike_within": "observe.alike_within(phone, 'aida')",
        "answers": "filed = observe.answers(cjsim.simulate(observe.pilot(phone), 200))",
        "best_plan": "observe.best_plan(phone)",
        "learned_plan": "observe.learned_plan(filed)",
        "learning_curve": "plans = {'4': {'lens': 'aida'}}\n"
        "observe.learning_curve(phone, plans, pilots=(20,), **few)",
        "person_days": "observe.person_days(run)",
        "Transitions": "plan = observe.Transitions.of(phone, 20); plan.table()\n"
        "plan.save('plan.toml'); observe.Transitions.read('plan.toml').said()",
        "learn": "observe.learn(run, plan)._repr_html_()",
        "worth": "observe.worth(plan, run)",
        "expert_curve": "shown(observe.expert_curve(run, plan, (3, 9), draws=3)).save('curve')",
        "ExpertCurve": "made['ExpertCurve'].overtaken",
        "stays_of": "stays = observe.stays_of(run, 'interest')",
        "waits_of": "observe.waits_of(seen, 'contact', 'first_deal').open",
        "Stays": "observe.Stays.of([2.0, 3.0], [0, -1])",
        "dwell": "shown(observe.dwell(stays)).save('dwell')",
        "Dwell": "made['Dwell'].curve",
        "incidence": "observe.incidence(stays)",
        "record_bias": "observe.record_bias(run, 'offline', [0.5], draws=2)",
        "thinned_chain": "observe.thinned_chain([[0.0, 1.0], [1.0, 0.0]], 0.5)",
        "walks_of": "walks = observe.walks_of(seen)",
        "Walks": "walks.thinned(0.5).moves()",
        "orders": "steps = observe.orders(walks, 1)",
        "onward": "ahead = observe.onward(run, ['motive'])",
        "Passages": "observe.Passages, ahead.outcomes",
        "fineness": "observe.fineness(ahead, folds=2)",
        "pilot": "observe.pilot(phone)",
    },
    "cjsim.charts": {
        "ab_test": "charts.ab_test(made['ABTest'])._repr_html_()",
        "attribution": "charts.attribution(made['Attribution'])._repr_html_()",
        "reliability": "charts.reliability(judged)",
        "confusion_map": "charts.confusion_map(judged)",
        "doubt": "unsure = phone.with_changes({'uncertain': {'product.price': [400, 480]}})\n"
        "both = shown(cjsim.what_if(unsure, {'more': {'firm.reps': 2}}, draws=3, **few))\n"
        "shown(both.doubt), charts.doubt(both)._repr_html_()",
        "path_variants": "charts.path_variants(seen)._repr_html_()",
        "dwell": "charts.dwell(made['Dwell'])._repr_html_()",
        "expert_curve": "charts.expert_curve(made['ExpertCurve'])._repr_html_()",
        "fit_check": "charts.fit_check(made['Fit'])._repr_html_()",
        "record_loss": "charts.record_loss(made['LossCurve'])._repr_html_()",
        "Picture": "charts.funnel(made['Comparison']).save('funnel.svg')",
        "a_story": "one = charts.a_story(run)",
        "story": "charts.story(run, one)._repr_html_()",
        "optimum": "charts.optimum(made['Optimum'])",
        "phase_map": "charts.phase_map(made['Sweep'])",
        "profile": "charts.profile(made['Sweep'], 'guide.accuracy')",
        "tornado": "charts.tornado(made['Tornado'])",
        "touchpoints": "charts.touchpoints(made['TouchpointTruth'])",
        "weak_point": "charts.weak_point(made['WeakPoint'])",
    },
    "cjsim.measures": {
        "UNITS": "list(measures.UNITS)",
        "OF_LOGS": "list(measures.OF_LOGS)",
        "choices": "import pandas as pd\n"
        "bought = pd.DataFrame({'person': [1, 1], 'time': [0, 1], 'brand': ['a', 'b']})\n"
        "measures.choices(bought, resamples=10)",
        "contracts": "rented = phone.with_changes({'contract.term_days': 90})\n"
        "measures.contracts(cjsim.simulate(rented, 50))",
        "habits": "import pandas as pd\n"
        "measures.habits(pd.DataFrame({'person': [1, 1], 'time': [0.0, 1.0]}), resamples=10)",
        "planned_loss": "measures.planned_loss(phone)",
    },
    "cjsim.lab": {
        "lab": "lab.lab('phone', people=50)",
        "panel": "lab.panel('phone', 'guide.accuracy', people=50)",
        "trail": "lab.trail({'guide': run})",
        "Lab": "lab.Lab",
        "Panel": "lab.Panel",
        "Trail": "lab.Trail",
    },
    "cjsim.scenario": {
        "digest": "scenario.digest(phone)",
        "docs": "scenario.docs('market')",
        "json_schema": "scenario.json_schema()",
        "new_file_text": "scenario.new_file_text('phone')",
        "preset_text": "scenario.preset_text('phone')",
        "presets": "scenario.presets()",
        "to_toml": "scenario.to_toml(phone)",
    },
    "cjsim.course": {
        "Claim": "course.Claim",
        "check": "course.check('01')",
        "facts": "course.facts('hillstrom')",
        "choose": "guess = course.choose('pull', 'guide')",
        "claim": "course.claim([True] * 20)",
        "estimate": "course.estimate(0, 1)",
        "repaid": "course.repaid({'phone': run})",
        "score": "course.score(guess)",
        "stays": "course.stays({'two_clocks': [(1.0, True)]})._repr_html_()",
        "spread": "course.spread({'market_a': [1.0, 2.0]})._repr_html_()",
        "weeks": "course.weeks({'bought': [1, 2]}, until=2)._repr_html_()",
        "table": "course.table(measures.funnel(run))",
        "tell": "course.tell('said')",
    },
}
"""Module -> public name -> a cell that uses it as a student may, with the default executor."""
BY_PATTERN = {
    "cjsim": "result = made['{name}']; result.save('saved-{name}'); result.says('ru')",
    "cjsim.charts": "charts.{name}(made['Comparison'] if '{name}' in ('funnel', 'paired', 'uplift',"
    " 'waterfall') else run)._repr_html_()",
    "cjsim.measures": "measures.{name}(run)",
    "cjsim.scenario": "scenario.{name}",
}
"""How all other names of a module are used."""


def cells():
    """Name -> code, for every public name; what others lean on comes first."""
    code = {}
    for module, calls in CALLS.items():
        public = importlib.import_module(module).__all__
        assert calls.keys() <= set(public), module
        others = [name for name in public if name not in calls]
        code.update({f"{module}.{name}": call for name, call in calls.items()})
        code.update({f"{module}.{name}": BY_PATTERN[module].format(name=name) for name in others})
    return code


CELLS = cells()
AT_LENGTH = {"sandboxed": pytest.mark.soak}
"""Each time as a plain process; in a sandbox a class is graded each time (`test_grade.py`)."""


@pytest.fixture(
    scope="module", params=[pytest.param(way, marks=AT_LENGTH.get(way, [])) for way in WAYS]
)
def told(request, tmp_path_factory):
    """Cell -> all that was told of it; and the grade."""
    by_cell = {}

    class Recorded(Told):
        def hear(self, line):
            super().hear(line)
            fact = json.loads(line)
            if fact["kind"] in ("trouble", "refused"):
                by_cell.setdefault(self.cell, []).append(fact)

    notebook = without_tasks(book("01"), 1, 2, 3, 4)
    code = [START, *CELLS.values()]
    notebook["cells"] = [
        notebook["cells"][0],
        *({"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "outputs": [],
           "execution_count": None, "source": source} for n, source in enumerate(code)),
    ]  # fmt: skip
    path = saved(notebook, tmp_path_factory.mktemp("honest") / "a.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "Told", Recorded)
        graded = grade_one(Submission("a", path), Limits(300), kept(request.param))
    return by_cell, graded


@pytest.mark.slow
def test_a_notebook_of_nothing_but_honest_use_ends_well(told):
    by_cell, graded = told
    assert (graded.verdict, by_cell) == ("ok", {})
    assert set(graded.points.values()) == {0.0}


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_honest_use_of_a_public_name_passes(name, told):
    assert told[0].get(str(list(CELLS).index(name) + 2), []) == []
