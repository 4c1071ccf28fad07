"""A report: everything that stands behind an answer, in one file that asks nobody for anything."""

import dataclasses
import itertools
import re
from functools import cache, partial
from html.parser import HTMLParser

import pandas as pd
import pytest

import cjsim
from cjsim import charts
from cjsim.cli import main
from cjsim.experiment import grounds as of_grounds
from cjsim.experiment.assumptions import ASSUMPTIONS
from cjsim.experiment.compare import Comparison
from cjsim.experiment.grounds import Claim, claim_of, grounds, movers, state_of, without_each
from cjsim.labels import LANGUAGES, all_keys, text
from cjsim.model.streams import worlds
from cjsim.report import answer
from cjsim.report import page as page_of
from cjsim.report.again import again
from cjsim.scenario import Scenario

SMALL = {"people": 40, "runs": 3, "executor": "here"}
HERE = {"executor": "here"}
PHONE = Scenario.load("phone")
GUIDE = PHONE.with_strategy("guide")
PAIR = {name: PHONE.with_strategy(name) for name in ("pull", "guide")}
EVIL = "<script>alert('x')</script> & \"so on\" <img src=x onerror=alert(1)>"
VOID = {"meta", "img"}

ASK = {
    "compare": lambda: cjsim.compare(PAIR, **SMALL),
    "alone": lambda: cjsim.compare({"guide": GUIDE}, **SMALL),
    "what_if": lambda: cjsim.what_if(
        GUIDE, {"one more": {"firm.reps": 2}, "often": {"guide.every_days": 3}}, **SMALL
    ),
    "weak_point": lambda: cjsim.weak_point(GUIDE, **SMALL),
    "touchpoints": lambda: cjsim.touchpoint_truth(GUIDE, ["site", "mail_offer"], **SMALL),
    "optimise": lambda: cjsim.optimise(GUIDE, {"firm.reps": (2, 3)}, **SMALL),
    "sweep": lambda: cjsim.sweep(PAIR, cjsim.grid({"guide.accuracy": [0.5, 0.9]}), **SMALL),
}


@pytest.fixture(scope="module")
def results():
    return {kind: ask() for kind, ask in ASK.items()}


@pytest.fixture(scope="module")
def html_of(results):
    """The page of a kind in a language, drawn once."""
    return cache(lambda kind, lang: answer.html(results[kind], lang))


@pytest.fixture
def undrawn(monkeypatch, results):
    """Where the words matter: the same small picture on every page, which is not drawn again."""
    picture = charts.optimum(results["optimise"], "en")
    monkeypatch.setattr(answer, "_pictures", lambda *_: [picture])


class Page(HTMLParser):
    """A page as a reader's program sees it: tags in their order, properly nested, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.words = [], [], {}
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in self.open:
            self.words[tag] = self.words.get(tag, "") + data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ASK)
def test_each_answer_has_a_page_that_can_be_read_aloud(html_of, kind, lang):
    page = Page(html_of(kind, lang))
    assert page.all("html") == [{"lang": lang}]
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))
    assert page.all("img")
    assert all(image["alt"] for image in page.all("img"))
    assert all(head["scope"] in ("row", "col") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 0
    assert "{" not in page.words["h1"] + page.words["p"]


@pytest.mark.parametrize("kind", ASK)
def test_a_page_asks_nobody_for_anything(html_of, kind):
    page = Page(html_of(kind, "en"))
    assert [meta for meta in page.all("meta") if "default-src 'none'" in meta.get("content", "")]
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    sources = [attrs[name] for _, attrs in page.tags for name in ("src", "href") if name in attrs]
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert "url(" not in page.words["style"]


def test_the_page_says_what_the_answer_says(results, html_of):
    for kind in ("compare", "what_if", "weak_point", "optimise"):
        said = Page(html_of(kind, "ru")).words["p"].replace("\N{NO-BREAK SPACE}", " ")
        for sentence in results[kind].says("ru").replace("\N{NO-BREAK SPACE}", " ").split(". "):
            assert sentence.rstrip(".") in said


def test_it_tells_what_was_asked(html_of):
    page = Page(html_of("compare", "en"))
    told = page.words["dl"]
    for fact in ("Profit per person, EUR", "1,825 days", "40", "3", "Seed:1"):
        assert fact in told
    assert cjsim.__version__ in page.words["footer"]


def test_no_name_of_somebody_elses_becomes_a_tag():
    scenario = GUIDE.with_changes({"title": EVIL, "guide.title": EVIL})
    result = cjsim.what_if(scenario, {EVIL: {"firm.reps": 2}}, **SMALL)
    page = Page(answer.html(result, "en", command=EVIL))
    assert not page.all("script")
    assert EVIL in page.words["h1"]
    assert not [attrs for _, attrs in page.tags if "onerror" in attrs]
    assert all(image["src"].startswith("data:") for image in page.all("img"))


def test_what_would_turn_the_writing_is_spelt_and_no_interval_is_torn():
    assert page_of.words("a\u202eb <i>") == "a\\u202eb &lt;i&gt;"
    assert page_of.words("+1 [0 .. 2]") == "+1 [0\u00a0..\u00a02]"


def test_the_same_question_gives_the_same_bytes(tmp_path, html_of):
    """Asked, drawn and written anew; line ends are those of every system."""
    ASK["compare"]().save(tmp_path / "other.html", "ru")
    assert (tmp_path / "other.html").read_bytes() == html_of("compare", "ru").encode()


def test_the_preset_is_named_and_what_differs_from_it_is_told(undrawn, results):
    plain = Page(answer.html(results["compare"], "en"))
    assert "the preset phone as it comes" in plain.words["p"]
    dear = {name: side.with_changes({"product.price": 500}) for name, side in PAIR.items()}
    changed = Page(answer.html(cjsim.compare(dear, **SMALL), "en"))
    assert "the preset phone with these changes" in changed.words["p"]
    assert "product.price" in changed.words["tbody"]


def test_the_words_are_there_in_every_language():
    keys = {lang: [k for k in all_keys(lang) if k.startswith("answer.")] for lang in LANGUAGES}
    assert keys["en"] == keys["ru"]
    for key in keys["en"]:
        places = {lang: set(re.findall(r"{(\w+)}", text(key, lang))) for lang in LANGUAGES}
        assert places["en"] == places["ru"], key


# --- had again ------------------------------------------------------------------------------------


def run_again(result, folder):
    """What the code on the page gives, in a folder with the files of the appendix."""
    recipe = again(result)
    for name, scenario in recipe.files.items():
        scenario.save(folder / name)
    *lines, last = recipe.code.splitlines()
    names: dict = {}
    exec("\n".join(lines), names)
    return eval(last, names)


@pytest.mark.parametrize("kind", ASK)
def test_the_code_on_the_page_gives_the_same_answer(results, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    once_more = run_again(results[kind], tmp_path)
    pd.testing.assert_frame_equal(once_more.table, results[kind].table)
    assert once_more.says("en") == results[kind].says("en")
    assert not list(tmp_path.iterdir())  # a preset needs no file


def test_a_scenario_of_ones_own_is_a_file_of_the_appendix(undrawn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = GUIDE.with_changes({"name": "mine", "product.price": 321.5})
    result = cjsim.compare({"pull": own.with_strategy("pull"), "a/b": own}, **SMALL)
    assert list(again(result).files) == ["scenario-pull.toml"]
    html = answer.html(result, "en")
    assert "price = 321.5" in Page(html).words["details"]
    pd.testing.assert_frame_equal(run_again(result, tmp_path).table, result.table)


def test_what_no_change_leads_to_is_a_file_as_well(tmp_path, monkeypatch):
    """Another product has touchpoints less: no change of the first takes them away."""
    monkeypatch.chdir(tmp_path)
    other = Scenario.load("yogurt").with_changes({"name": "mine", "money": "EUR"})
    result = cjsim.compare({"phone": PHONE, "mine": other}, **SMALL)
    assert list(again(result).files) == ["scenario-mine.toml"]
    pd.testing.assert_frame_equal(run_again(result, tmp_path).table, result.table)


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("answer.pdf", "print it to a PDF"),
        ("answer.htm", "ends in .html"),
        ("there.html", "is a folder"),
        ("nowhere/answer.html", "No such file"),
    ],
)
def test_a_name_that_no_page_can_have_is_refused(results, tmp_path, name, says):
    (tmp_path / "there.html").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises((ValueError, OSError), match=re.escape(says)):
        results["compare"].save(tmp_path / name, "en")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_is_still_a_folder(results, tmp_path):
    assert "runs.csv" in results["compare"].save(tmp_path / "folder")
    with pytest.raises(ValueError, match=r"deep are for a page, such as answer\.html"):
        results["compare"].save(tmp_path / "folder", "en", deep=True)


def test_only_answers_have_a_report(tmp_path):
    run = cjsim.simulate("phone", 20)
    with pytest.raises(ValueError, match="Run: has no report"):
        answer.save(run, tmp_path / "a.html", "en")
    swings = cjsim.tornado("phone", ["product.price"], **SMALL)
    with pytest.raises(ValueError, match="Tornado: has no report"):
        swings.save(tmp_path / "a.html", "en")
    assert not list(tmp_path.iterdir())


def test_what_fails_half_way_leaves_the_old_page(undrawn, results, tmp_path, monkeypatch):
    file = tmp_path / "answer.html"
    file.write_text("old")

    def breaks(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cjsim.files.os.replace", breaks)
    with pytest.raises(OSError, match="No space"):
        results["compare"].save(file, "en")
    assert [path.name for path in tmp_path.iterdir()] == ["answer.html"]
    assert file.read_text() == "old"


# --- what it rests on -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "clear", "note", "less", "state"),
    [
        (2.0, True, "", False, "ahead"),
        (-2.0, True, "", False, "behind"),
        (-2.0, True, "", True, "ahead"),
        (2.0, True, "", True, "behind"),
        (2.0, False, "", False, "unclear"),
        (2.0, True, "uneven", False, "ahead"),
        (0.0, False, "alike", False, "alike"),
        (2.0, True, "alike", False, "ahead"),
        (2.0, False, "one_run", False, "untold"),
        (float("nan"), False, "none", False, "none"),
    ],
)
def test_a_difference_has_one_state(gap, clear, note, less, state):
    row = {"difference": gap, "low": 0.0, "clear": clear, "note": note}
    assert state_of(row, less) == state
    assert text(f"answer.state.{state}", "ru")


def test_a_claim_is_of_the_best_of_the_others():
    three = {**PAIR, "animator": PHONE.with_strategy("animator")}
    result = cjsim.compare(three, **SMALL)
    means = result.means()
    for measure, pick in (("profit_per_person", "idxmax"), ("churn", "idxmin")):
        best = getattr(means.loc[measure, ["guide", "animator"]], pick)()
        assert list(claim_of(result, measure, "en").sides) == ["Pull", result.named(best, "en")]


def test_without_an_assumption_the_answer_is_that_of_the_twins(results):
    claim = claim_of(results["compare"], None, "en")
    _, table = without_each(claim, ["timing", "care"], HERE)
    for name in ("timing", "care"):
        twins = {side: cjsim.without(scenario, name) for side, scenario in PAIR.items()}
        gap = cjsim.compare(twins, **SMALL).paired().loc[("guide", "profit_per_person")]
        assert table.loc[name, ["difference", "low", "high"]].tolist() == pytest.approx(
            gap[["difference", "low", "high"]].tolist(), rel=1e-12
        )


def test_those_come_first_without_which_it_is_another(results):
    claim = claim_of(results["compare"], "contacts", "en")
    is_now, table = without_each(claim, ["care", "timing", "mismatch", "pain"], HERE)
    assert is_now["state"] == "ahead"
    assert table["turned"].tolist() == sorted(table["turned"], reverse=True)
    for _, group in table.groupby("turned"):
        assert group["shift"].abs().is_monotonic_decreasing


def test_only_assumptions_that_act_are_asked(results):
    acting = of_grounds.acting(claim_of(results["compare"], None, "en"))
    assert {"timing", "gate", "warmth"} <= set(acting)
    assert not {"contract", "free_trial", "tender"} & set(acting)  # a phone has none of these


def test_keys_that_move_the_difference_most_stand_first(monkeypatch):
    """The price moves revenue, margin decides: what is free moves nothing and is not named."""
    monkeypatch.setattr(of_grounds, "SCREENED", ("product",))
    claim = Claim(
        {"now": GUIDE, "more": GUIDE.with_changes({"guide.every_days": 3})},
        "profit_per_person", False, 40, worlds(1, 3), 0.95,
    )  # fmt: skip
    keys = movers(claim, HERE)
    assert keys
    assert "guide.every_days" not in keys
    assert "strategies.guide.every_days" not in keys


def test_the_page_tells_where_the_answer_turns(undrawn, results, tmp_path):
    file = tmp_path / "a.html"
    results["compare"].save(file, "en", keys="guide.accuracy", executor="here")
    sides = {"Pull": PAIR["pull"], "Guide": PAIR["guide"]}
    ahead = results["compare"].table.loc[("guide", "profit_per_person"), "difference"] > 0
    claim = "Guide > Pull" if ahead else "Pull > Guide"
    flip = cjsim.flip_point(PHONE, "guide.accuracy", claim=claim, scenarios=sides, **SMALL)
    page = Page(file.read_text(encoding="utf-8"))
    assert (
        flip.where("en").replace(" .. ", "\N{NO-BREAK SPACE}..\N{NO-BREAK SPACE}")
        in (page.words["li"])
    )
    assert flip.says("en") == f"{flip.where('en')} {flip.meaning('en')}"


def test_a_deep_report_takes_out_each_assumption(undrawn, results, monkeypatch):
    few = {name: ASSUMPTIONS[name] for name in ("timing", "care", "contract")}
    monkeypatch.setattr(of_grounds, "ASSUMPTIONS", few)
    monkeypatch.setattr(of_grounds, "SCREENED", ("product",))
    monkeypatch.setattr(of_grounds, "MOST_FLIPS", 1)
    monkeypatch.setattr(of_grounds, "flip_point", partial(cjsim.flip_point, points=2))
    for kind in ("what_if", "weak_point", "touchpoints", "optimise"):
        claim = claim_of(results[kind], None, "ru")
        basis = grounds(claim, **HERE)
        assert set(basis.assumptions.index) == {"timing", "care"}
        assert len(basis.flips) == 1
        page = Page(answer.html(results[kind], "ru", basis=basis))
        assert few["timing"].assumed("ru") in page.words["tbody"]
        assert basis.flips[0].where("ru").split(":")[0] in page.words["li"]


def test_a_sweep_claims_nothing_of_two_scenarios(results, tmp_path):
    with pytest.raises(ValueError, match="claims nothing"):
        results["sweep"].save(tmp_path / "a.html", "en", deep=True)
    assert not list(tmp_path.iterdir())


def test_a_measure_of_another_question_is_refused(results):
    with pytest.raises(ValueError, match="this answer is about profit_per_day"):
        answer.html(results["weak_point"], "en", measure="churn")
    with pytest.raises(ValueError, match="Did you mean 'churn'"):
        answer.html(results["compare"], "en", measure="churm")


# --- doubt ----------------------------------------------------------------------------------------


class Draws(list):
    fitted = False


class Doubt:
    """As a result carries one that was asked over draws of what is not known."""

    draws = Draws(range(7))

    def says(self, lang):
        return f"ahead in 87 % of the worlds <{lang}>"

    def grid(self, lang):
        return ["Key", "Share of the doubt"], [["webinar.warmth", "50 %"]]


@dataclasses.dataclass(frozen=True, repr=False)
class Doubtful(Comparison):
    doubt: Doubt | None = None

    def notes(self, lang="en"):
        return [self.doubt.says(lang)] if self.doubt else []


def test_both_doubts_stand_side_by_side_and_once(undrawn, results, monkeypatch):
    monkeypatch.setattr(charts, "doubt", lambda *_: answer._pictures()[0], raising=False)
    known = text("answer.known", "en")
    assert known in Page(answer.html(results["compare"], "en")).words["p"]
    parts = {f.name: getattr(results["compare"], f.name) for f in dataclasses.fields(Comparison)}
    html = answer.html(Doubtful(**{**parts, "doubt": Doubt()}), "en")
    page = Page(html)
    assert known not in page.words["p"]
    assert "Luck: each number has a 95 % luck interval" in page.words["p"]
    assert page.words["p"].count("ahead in 87 % of the worlds <en>") == 1
    assert "webinar.warmth" in page.words["details"]
    assert len(page.all("img")) == 2
    assert "draws=7)" in page.words["pre"]


def test_draws_that_somebody_else_has_make_no_code(results):
    parts = {f.name: getattr(results["compare"], f.name) for f in dataclasses.fields(Comparison)}
    fitted = Doubt()
    fitted.draws = Draws([1])
    fitted.draws.fitted = True
    assert again(Doubtful(**{**parts, "doubt": fitted})).code == ""


# --- the command ----------------------------------------------------------------------------------

FEW = ("--people", "40", "--runs", "3", "--executor", "here")


def test_the_command_takes_the_words_of_the_question(undrawn, tmp_path, capsys, results):
    file = tmp_path / "a.html"
    words = ["report", "compare", "phone", "--strategies", "pull,guide", *FEW]
    assert main.main([*words, "--out", str(file)]) == 0
    assert f"Wrote {file}" in capsys.readouterr().out
    page = Page(file.read_text(encoding="utf-8"))
    assert "cjsim " + " ".join(words) in page.words["pre"]
    assert str(tmp_path) not in page.words["pre"]
    mine = Page(answer.html(results["compare"], "en", command="cjsim " + " ".join(words)))
    assert page.words == mine.words


@pytest.mark.parametrize(
    "words",
    [
        ("what-if", "phone", "guide", "--change", "more", "firm.reps=2", "--measure", "churn"),
        ("weak-point", "phone", "--strategy", "guide"),
        ("touchpoints", "phone", "--strategy", "guide", "--touchpoints", "site"),
        ("optimise", "phone", "--vary", "firm.reps=1:2"),
    ],
)
def test_every_question_has_its_report(undrawn, tmp_path, words):
    file = tmp_path / "a.html"
    assert main.main(["report", *words, *FEW, "--out", str(file), "--lang", "ru"]) == 0
    assert Page(file.read_text(encoding="utf-8")).all("html") == [{"lang": "ru"}]


def test_a_wrong_name_is_refused_before_anything_runs(tmp_path, capsys, monkeypatch):
    def runs(_):
        raise AssertionError("it ran")

    monkeypatch.setitem(main.report.ASKED, "compare", runs)
    for words in (["--out", "a.pdf"], ["--measure", "churm"], ["--out", "no/where.html"]):
        assert main.main(["report", "compare", "phone", *words]) == 2
    told = capsys.readouterr().err
    assert "print it to a PDF" in told
    assert "Did you mean 'churn'" in told
    assert "no/where.html: No such file" in told


def test_the_other_commands_keep_their_out_for_a_folder(tmp_path, capsys):
    """The report shares their words; its --out is its own."""
    (tmp_path / "file.html").write_text("")
    words = ["compare", "phone", *FEW, "--out", str(tmp_path / "file.html")]
    assert main.main(words) == 2
    assert "is a file; name a folder" in capsys.readouterr().err
