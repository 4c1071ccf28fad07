"""What comes in at the Python door: made plain, or refused in one sentence."""

import enum
import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import cjsim
from cjsim import lab
from cjsim.course import check
from cjsim.door import LARGEST_SEED, scenario_of, scenarios_of, shown, whole
from cjsim.engine.process import Engine
from cjsim.experiment.workers import outcomes
from cjsim.labels import unknown
from cjsim.model.streams import worlds

SMALL = {"people": 30, "runs": 2, "executor": "here"}
CELLS = cjsim.grid({"guide.accuracy": [0.5, 0.9]})
CLAIM = {"claim": "guide > pull", "points": 2}


@pytest.fixture(scope="module")
def phone():
    return cjsim.Scenario.load("phone").with_changes({"burn_in_days": 0.0, "horizon_days": 60.0})


# --- a name, a path or a scenario -----------------------------------------------------------------


def test_a_scenario_is_itself_a_name_or_a_path(phone, tmp_path):
    path = phone.save(tmp_path / "mine.toml")
    assert scenario_of(phone) is phone
    assert scenario_of(path) == scenario_of(str(path)) == phone
    assert scenario_of("yogurt").name == "yogurt"


QUESTIONS = {
    "simulate": lambda it: cjsim.simulate(it, 20),
    "compare": lambda it: cjsim.compare({"a": it}, **SMALL),
    "what_if": lambda it: cjsim.what_if(it, [{"firm.reps": 3}], **SMALL),
    "evaluate": lambda it: cjsim.evaluate({"a": it}, **SMALL),
    "sweep": lambda it: cjsim.sweep({"a": it}, CELLS, **SMALL),
    "tornado": lambda it: cjsim.tornado(it, "product.price", **SMALL),
    "sobol": lambda it: cjsim.sobol(it, {"product.price": (80, 120)}, samples=2, **SMALL),
    "weak_point": lambda it: cjsim.weak_point(it, **SMALL),
    "optimise": lambda it: cjsim.optimise(it, {"firm.reps": (1, 2)}, **SMALL),
    "flip_point": lambda it: cjsim.flip_point(it, "guide.accuracy", **CLAIM, **SMALL),
    "three_laws": lambda it: cjsim.three_laws(it, 12, **SMALL),
    "touchpoint_truth": lambda it: cjsim.touchpoint_truth(it, "site", **SMALL),
    "without": lambda it: cjsim.without(it, "mismatch"),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_every_question_takes_a_path(tmp_path, ask):
    """A path stands for all three: `scenario_of` is what reads them."""
    ask(str(cjsim.Scenario.load("phone").save(tmp_path / "mine.toml")))


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("wrong", [3, None, ["phone"], {"pull": "phone"}], ids=repr)
def test_what_is_no_scenario_is_refused_in_a_sentence(ask, wrong):
    with pytest.raises(ValueError, match=r"^scenarios?.* = .*: must be one Scenario, a preset's"):
        ask(wrong)


def test_a_list_is_named_after_strategies_or_products(phone):
    guide, pull = phone.with_strategy("guide"), phone.with_strategy("pull")
    assert list(scenarios_of([guide, pull])) == ["guide", "pull"]
    assert list(scenarios_of(("phone", "yogurt"))) == ["phone", "yogurt"]
    assert list(scenarios_of([guide, pull, "yogurt"])) == [
        "phone guide", "phone pull", f"yogurt {cjsim.Scenario.load('yogurt').strategy}"
    ]  # fmt: skip
    assert cjsim.compare([guide, pull], **SMALL).first == "guide"
    with pytest.raises(ValueError, match="two are called 'guide'; give each a name of its own"):
        scenarios_of([guide, guide])


@pytest.mark.parametrize("wrong", ["phone", 5, None], ids=repr)
def test_several_scenarios_are_a_mapping_or_a_list(wrong, phone):
    for ask in (cjsim.compare, lambda it: cjsim.sweep(it, CELLS)):
        for one in (wrong, phone):
            with pytest.raises(ValueError, match=r"^scenarios = .*: must be several by name"):
                ask(one)


def test_names_become_words_at_the_door(phone, tmp_path):
    found = cjsim.compare({0.6: phone, 0.8: phone, "a/b": phone, "a:b": phone}, **SMALL)
    assert list(found.scenarios) == ["0.6", "0.8", "a/b", "a:b"]
    names = found.save(tmp_path)
    assert {"scenario-0.6.toml", "scenario-a_b.toml", "scenario-a_b-2.toml"} < set(names)
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    with pytest.raises(ValueError, match="two are called '1'"):
        cjsim.compare({1: phone, "1": phone})


def test_the_report_of_odd_names_is_written_and_leaves_nothing_of_the_one_before(phone, tmp_path):
    from cjsim.report.comparison import write

    odd = cjsim.compare({0.6: phone, "a/b": phone, 'x?:"': phone}, **SMALL)
    files = write(odd, tmp_path)
    assert {"scenario-0.6.toml", "scenario-a_b.toml", "scenario-x___.toml"} < set(files)
    write(cjsim.compare({0.6: phone, "c": phone}, **SMALL), tmp_path)
    left = {path.name for path in tmp_path.glob("scenario-*")}
    assert left == {"scenario-0.6.toml", "scenario-c.toml"}


def test_a_kept_sweep_of_numbers_goes_on(phone, tmp_path):
    """Names and counts come back from the manifest as they went in."""
    count = np.int64(2)
    for _ in range(2):
        found = cjsim.sweep(
            {1: phone, 2: phone}, CELLS, people=np.int64(20), runs=count, seed=np.int64(1),
            folder=tmp_path / "s", executor="here",
        )  # fmt: skip
    assert cjsim.Sweep.load(tmp_path / "s").scenarios == {"1": phone, "2": phone}
    assert found.complete


# --- counts and seeds -----------------------------------------------------------------------------


def test_numpys_whole_numbers_are_whole_numbers(phone):
    run = cjsim.simulate(phone, np.int64(20), seed=np.uint8(3))
    assert (len(run), run.seed, type(run.seed)) == (20, 3, int)
    found = cjsim.compare({"a": phone}, np.int32(20), runs=np.int16(2), executor="here")
    assert found.seeds == worlds(1, 2)


@pytest.mark.parametrize("wrong", [3.5, True, "3", None, -1, LARGEST_SEED, 2.0], ids=repr)
def test_a_seed_is_a_whole_number(phone, wrong):
    with pytest.raises(ValueError, match=f"seed = {wrong!r}: must be a whole number from 0"):
        cjsim.simulate(phone, 5, seed=wrong)
    with pytest.raises(ValueError, match=f"seed = {wrong!r}: must be a whole number from 0"):
        cjsim.compare({"a": phone}, 5, runs=2, seed=wrong)


def test_the_largest_seed_has_as_many_worlds_as_any(phone):
    comparison = cjsim.compare({"a": phone}, 5, runs=3, seed=LARGEST_SEED - 1, executor="here")
    assert comparison.seeds == worlds(LARGEST_SEED - 1, 3)
    assert len({*comparison.seeds}) == 3
    for seed in comparison.seeds:
        assert cjsim.simulate(phone, 5, seed=seed).seed == seed


@pytest.mark.parametrize("wrong", [2.5, True, "3", 0, np.float64(2)], ids=repr)
def test_a_count_is_a_whole_number(wrong):
    with pytest.raises(ValueError, match=r"^runs = .*: must be a whole number of at least 1$"):
        whole("runs", wrong)


# --- everything else ------------------------------------------------------------------------------


WRONG = {
    "people": 50.5, "runs": 2.5, "seed": 3.5, "executor": None, "workers": 0, "progress": True,
    "confidence": 95, "engine": "fast",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("ask", ["compare", "evaluate", "tornado", "weak_point", "sweep"])
def test_a_wrong_keyword_is_named_in_one_sentence(phone, ask, name):
    if (ask, name) == ("evaluate", "confidence"):
        return  # it has no intervals
    first = {"compare": ({"a": phone},), "evaluate": ({"a": phone},), "weak_point": (phone,)}
    asked = (
        first.get(ask) or {"tornado": (phone, "product.price"), "sweep": ({"a": phone}, CELLS)}[ask]
    )
    with pytest.raises(ValueError, match=rf"^(unknown )?{name}") as error:
        getattr(cjsim, ask)(*asked, **{name: WRONG[name]})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["people", "runs", "seed", "executor", "workers", "progress",
                                  "confidence", "engine"])  # fmt: skip
def test_every_question_is_asked_alike(name):
    import inspect

    for question in QUESTIONS:
        parameters = inspect.signature(getattr(cjsim, question)).parameters
        if question == "without" or (question == "simulate" and name not in ("seed", "engine")):
            continue
        if (question, name) == ("evaluate", "confidence"):
            continue
        kind = parameters[name].kind
        second = list(parameters).index(name) == 1
        assert second or kind is inspect.Parameter.KEYWORD_ONLY, (question, name)
        assert not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    keyword = [p for p in parameters.values() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert len(keyword) <= 2


def test_other_wrong_kinds_are_told(phone):
    with pytest.raises(ValueError, match="unknown level of log: True"):
        cjsim.simulate(phone, 5, log=True)
    with pytest.raises(ValueError, match="unknown engine: None"):
        cjsim.simulate(phone, 5, engine=None)
    with pytest.raises(ValueError, match="engine = int: is no engine"):
        cjsim.simulate(phone, 5, engine=int)
    with pytest.raises(ValueError, match=r"settings = .*: must be a table .* cjsim\.grid"):
        cjsim.sweep({"a": phone}, {"guide.accuracy": [0.5]})
    with pytest.raises(ValueError, match="keys = 5: must be a name or a list of names"):
        cjsim.tornado(phone, 5)
    with pytest.raises(ValueError, match="ranges = 5: must be a mapping such as"):
        cjsim.optimise(phone, 5)
    with pytest.raises(ValueError, match="unknown measure: 3"):
        cjsim.weak_point(phone, 3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'excutor'"):
        cjsim.optimise(phone, {"firm.reps": (1, 2)}, excutor="here")


def test_the_lab_takes_a_scenario_and_says_what_size_cannot_be(phone):
    assert lab.lab(phone, people=5).kernel.base == phone
    with pytest.raises(ValueError, match=r"people = 50\.5: must be a whole number"):
        lab.lab("phone", people=50.5)
    with pytest.raises(ValueError, match="scenario = 7: must be one Scenario"):
        lab.lab(7)


def test_what_is_no_word_is_shown_as_it_is_written():
    assert str(unknown("task", "2", [1, 2])) == "unknown task: '2'. Did you mean 2? Known: 1, 2."
    assert str(unknown("task", 2, ["1", "2"])) == "unknown task: 2. Did you mean '2'? Known: 1, 2."
    with pytest.raises(ValueError, match=r"unknown task of set 01: '2'\. Did you mean 2\?"):
        check("01", "2", {})
    with pytest.raises(ValueError, match="unknown exercise set: 1"):
        check(1, 1, {})


def test_a_long_value_is_not_shown_whole():
    assert len(shown("x" * 31_870)) == 60
    assert shown(pd.DataFrame({"a": range(5)})).count("\n") == 0


# --- an engine of one's own -----------------------------------------------------------------------


class Sleepy(Engine):
    """Nobody is ever there: what is asked is whether it is asked."""

    def run(self) -> None:
        """Nothing happens."""


def test_an_engine_of_ones_own_answers_questions(phone):
    sleepy = cjsim.compare({"a": phone}, 20, runs=2, engine=Sleepy, executor="threads")
    assert (sleepy.runs["contacts"] == 0).all()
    table = cjsim.evaluate({"a": phone}, 20, runs=2, engine=Sleepy, executor="here")
    assert (table["contacts"] == 0).all()
    weak = cjsim.weak_point(phone, people=20, runs=2, engine=Sleepy, executor="here")
    assert weak.stage is None
    with ThreadPoolExecutor(1) as threads:
        cjsim.tornado(phone, "product.price", people=20, runs=2, engine=Sleepy, executor=threads)


def test_both_engines_give_the_same_comparison(phone):
    runs = [
        cjsim.compare({"a": phone}, 20, runs=2, engine=name, executor="here").runs
        for name in ("simpy", "compiled", "auto")
    ]
    assert runs[0].equals(runs[1])
    assert runs[0].equals(runs[2])


@pytest.mark.parametrize("executor", ["processes", "dask"])
def test_an_engine_that_no_other_process_can_import_stays_here(phone, executor):
    class Mine(Engine):
        pass

    words = re.escape('take executor="threads" or "here", or put it into a module of its own')
    with pytest.raises(ValueError, match=f"engine = Mine: another process cannot .*{words}"):
        cjsim.compare({"a": phone}, 20, engine=Mine, executor=executor)


def test_a_batch_carries_its_engine(phone):
    done = list(outcomes({"a": (phone, (1,))}, 5, executor="here", engine="simpy"))
    assert len(done) == 1


# --- the names of the package ---------------------------------------------------------------------


def test_dir_shows_exactly_what_is_public():
    assert [name for name in dir(cjsim) if not name.startswith("__")] == cjsim.__all__
    for name in cjsim.__all__:
        assert getattr(cjsim, name).__name__ == name


def test_the_names_for_checkers_are_those_that_are_loaded():
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(cjsim))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {(node.module, name.name) for node in block.body for name in node.names}
    assert told == {(home, name) for home, names in cjsim._HOMES.items() for name in names}


def test_experiments_are_modules():
    import importlib
    import pkgutil

    import cjsim.experiment as package

    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"cjsim.experiment.{module.name}")
        assert getattr(package, module.name) is loaded
    assert not [name for name, what in vars(package).items() if callable(what)]


def test_the_package_says_that_it_is_typed():
    from importlib.resources import files

    assert files("cjsim").joinpath("py.typed").is_file()


def test_an_enum_of_whole_numbers_counts():
    assert whole("runs", enum.IntEnum("Few", {"TWO": 2}).TWO) == 2


def test_a_market_that_does_not_fit_into_memory_is_refused_at_once(monkeypatch):
    room = SimpleNamespace(available=20_000_000_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: room)
    with pytest.raises(ValueError, match=r"people = 99,999,999: would need about 60 GB of memory"):
        cjsim.simulate("phone", people=99_999_999)
