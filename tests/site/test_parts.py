"""The parts of the site's builder: links, drawings, docstrings, panels."""

import base64
import importlib
import inspect
import json
import re

import pytest

from cjsim.lab.packing import packed, unpacked
from cjsim.scenario import Scenario, to_toml
from tools.pages import ROOT
from tools.site.build import MARK, replaced
from tools.site.figures import Figures, lighter
from tools.site.panels import VIEWS, Panels
from tools.site.reference import PACKAGES, jobs_of, markdown
from tools.site.tree import Tree, numbered, pages_of, plant, relinked, twin_of


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    return plant("en", tmp_path_factory.mktemp("en"), lambda output, lang, up: output)


@pytest.mark.parametrize(
    ("page", "link", "published"),
    [
        ("docs/model.md", "[e](events.md)", "[e](events.md)"),
        ("docs/model.md", "[e](events.md#start)", "[e](events.md#start)"),
        ("docs/model.md", "[r](../cjsim/model/rules.py)", "[r](../cjsim/model/rules.py)"),
        ("docs/model.md", "[t](../tests/)", "t"),
        ("docs/model.md", "[n](nowhere.md)", "n"),
        ("docs/model.md", "[w](https://example.org/x)", "[w](https://example.org/x)"),
        ("docs/model.md", "[h](#here)", "[h](#here)"),
        ("docs/examples/clinic.md", "[c](clinic.toml)", "[c](clinic.toml)"),
        (
            "README.md",
            "[`l`](notebooks/ru/01_pull_or_push.ipynb)",
            '<a href="../ru/notebooks/ru/01_pull_or_push.html"><code>l</code></a>',
        ),
        (
            "exercises/README.md",
            "[r](README.ru.md#x)",
            '<a href="../../ru/exercises/README.ru.html#x">r</a>',
        ),
    ],
)
def test_a_link_leads_where_its_target_is_on_the_site(english, page, link, published):
    assert relinked(link, ROOT / page, english) == published


@pytest.mark.parametrize(
    ("link", "published"),
    [
        ("[q](faq.md#a)", "[q](faq.md#a)"),
        ("[d](../design.md#worlds)", '<a href="../../../en/docs/design.html#worlds">d</a>'),
        ("[e](../README.md)", '<a href="../../../en/docs/README.html">e</a>'),
    ],
)
def test_a_russian_page_leads_to_an_english_one_where_there_is_no_other(tmp_path, link, published):
    russian = Tree("ru", tmp_path, frozenset(pages_of("ru")))
    assert relinked(link, ROOT / "docs" / "ru" / "README.md", russian) == published


@pytest.mark.parametrize("name", ["index", "gallery/index", "search"])
def test_what_is_written_in_both_languages_is_its_own_twin(name):
    assert twin_of(name) == name


def test_a_file_that_is_linked_is_there(english):
    relinked("[r](../cjsim/model/rules.py)", ROOT / "docs" / "model.md", english)
    assert (english.folder / "cjsim" / "model" / "rules.py").is_file()


@pytest.mark.parametrize("name", pages_of("ru"))
def test_every_russian_page_has_an_english_twin_and_is_its_twin(name):
    twin = twin_of(name)
    assert twin in pages_of("en")
    assert twin_of(twin) == name


def test_a_drawing_is_kept_once_for_all_pages():
    drawing = '<svg><path d="M 1.23456 2"/></svg>'
    inside = f'<img src="data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}">'
    figures = Figures()
    one, two = figures.apart(inside, "../"), figures.apart(inside, "../../")
    (name, kept), *others = figures.drawn.items()
    assert (one, two) == (f'<img src="../figures/{name}">', f'<img src="../../figures/{name}">')
    assert kept == '<svg><path d="M 1.23 2"/></svg>'
    assert others == []


def test_a_lighter_drawing_keeps_its_scales_and_names():
    kept = '<use transform="scale(0.015625)" xlink:href="#p97f9a57fff"/><!-- 1.50 -->'
    assert lighter(kept) == kept


def test_a_docstring_becomes_a_page():
    said = markdown(
        "Add.\n\nParameters\n----------\nn, m : how\n    many.\nx : less.\n\n>>> 1 < 2\nTrue"
    )
    assert said == (
        "Add.\n\n**Parameters**\n\n- `n, m`: how many.\n- `x`: less.\n\n"
        "```pycon\n>>> 1 < 2\nTrue\n```"
    )


def test_every_command_has_its_place():
    from cjsim.cli.main import command_line

    names = [name for name, _ in jobs_of(command_line())]
    assert {"compare", "what-if", "check"} <= set(names)
    assert len(names) == len(set(names))


def test_what_a_panel_asks_comes_back_as_it_was():
    asked = {"keys": ["guide.accuracy"], "ranges": {"a": [0, 1.5]}, "scenario": "name = 'ж'\n"}
    assert unpacked(packed(asked)) == asked


def asked_of(scenario, *keys, show="funnel", beside="pull", people=40):
    return {"show": show, "keys": keys, "ranges": {}, "people": people, "beside": beside,
            "scenario": to_toml(scenario)}  # fmt: skip


def panel_of(asked):
    return f'<div data-panel="{packed(asked)}"><figure>p</figure><p>w</p></div>'


@pytest.mark.parametrize(("show", "view"), VIEWS.items())
def test_a_panel_lives_and_its_reference_stays(show, view):
    """The strategy of both sides is the same: what the slider changes, it changes of one."""
    panels = Panels()
    asked = asked_of(Scenario.load("flat", strategy="pull"), "product.price", show=show)
    html = panels.alive(panel_of(asked), "ru")
    ((name, words),) = panels.products.items()
    assert f";s=pull+pull;view={view};guess=skip;lang=ru;bare" in html
    assert html.endswith("<figure>p</figure><p>w</p></div>")
    parts = json.loads(words)
    assert parts["product"]["moved"] == 1
    assert parts["product"]["people"]["choices"] == [40]
    (dial,) = parts["product"]["dials"]
    assert (dial["id"], dial["side"]) == ("product.price", True)
    assert [block for block in parts["plan"]["blocks"] if block.startswith("side.")] == [
        "side.pull"
    ]
    assert panels.alive(panel_of(asked), "en") == html.replace("lang=ru", "lang=en")
    assert list(panels.products) == [name]


def test_each_dial_of_a_panel_is_seen_at_once():
    """On a board the gate lies behind a button for more dials, which a panel does not have."""
    panels = Panels()
    keys = "product.quality", "experience.gate_threshold", "market.rationality_mean"
    panels.alive(panel_of(asked_of(Scenario.load("flat", strategy="pull"), *keys)), "ru")
    dials = json.loads(next(iter(panels.products.values())))["product"]["dials"]
    assert [(dial["id"], dial["first"]) for dial in dials] == [(key, True) for key in keys]


def test_what_the_page_cannot_run_is_drawn_beforehand():
    """A push that is switched off is one less to choose from: no byte that a page could set."""
    phone = Scenario.load("phone", strategy="guide")
    key = f"guide.touchpoints.{phone.running_touchpoints('push')[0]}"
    panels = Panels()
    html = panels.alive(panel_of(asked_of(phone, key)), "ru")
    assert list(panels.products.values()) == [""]
    (slider,) = re.findall(r"<input[^>]*>", html)
    places = re.search(r'data-words="([^"]*)"', slider)[1].split("|")
    start = int(re.search(r'value="(\d)"', slider)[1])
    assert (places[0], len(places)) == ("0", 5)
    drawings = re.findall(r'<div class="drawn"( hidden data-key="(.*?)" data-place="(.)")?>', html)
    assert drawings[0] == ("", "", "")
    assert [int(place) for _, _, place in drawings[1:]] == [n for n in range(5) if n != start]
    said = re.findall(r"<p>(.*?)</p>", html)
    assert said[1] == "w"
    assert len(set(said)) == len(said) == 6


def test_a_site_takes_the_place_of_a_site_and_of_nothing_else(tmp_path):
    for text in ("one", "two"):
        with replaced(tmp_path / "site") as draft:
            (draft / "page").write_text(text)
        assert (tmp_path / "site" / "page").read_text() == text
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="something else in it"), replaced(other):
        pass
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_a_site_that_fails_leaves_the_old_one(tmp_path):
    with replaced(tmp_path / "site") as draft:
        (draft / "page").write_text("whole")
    with pytest.raises(OSError, match="nowhere"), replaced(tmp_path / "site") as draft:
        (draft / "nowhere" / "page").write_text("half")
    assert (tmp_path / "site" / "page").read_text() == "whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]
    assert (tmp_path / "site" / MARK).is_file()


PUBLIC = [
    (f"{package}.{name}", made)
    for package in PACKAGES
    for name in sorted(importlib.import_module(package).__all__)
    if inspect.isclass(made := getattr(importlib.import_module(package), name))
    or inspect.isfunction(made)
]


@pytest.mark.parametrize(("name", "made"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_a_public_name_explains_its_parameters_and_shows_an_example(name, made):
    docstring = inspect.getdoc(made) or ""
    listed = {
        word.strip(" *")
        for names in re.findall(r"^(\*{0,2}\w[\w.,* ]*?) : ", docstring, re.MULTILINE)
        for word in names.split(",")
    }
    parameters = inspect.signature(made).parameters if inspect.isfunction(made) else ()
    assert ">>> " in docstring, f"{name} shows no example"
    assert set(parameters) - listed == set(), f"{name} does not explain them"


def test_lectures_are_listed_with_their_numbers():
    listed = numbered("ru")
    assert listed[1] == "2. От AIDA к двенадцати этапам <notebooks/ru/02_aida_to_twelve>"
    assert [line.partition(".")[0] for line in listed] == [*map(str, range(1, 13)), "L"]
