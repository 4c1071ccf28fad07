"""The parts of the site's builder: links, drawings, docstrings, panels."""

import base64
import importlib
import inspect
import re

import pytest

from cjsim.lab.packing import packed, unpacked
from cjsim.scenario import Scenario, to_toml
from tools.pages import ROOT
from tools.site.build import MARK, replaced
from tools.site.figures import Figures, lighter
from tools.site.panels import Panels
from tools.site.reference import PACKAGES, jobs_of, markdown
from tools.site.tree import Tree, pages_of, plant, relinked, twin_of


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


def test_a_panel_with_a_picture_that_the_board_has_not_stays_a_picture():
    asked = {"show": "retention"}
    panels = Panels()
    assert panels.alive(f'<div data-panel="{packed(asked)}">p</div>', "en") == "<div >p</div>"
    assert panels.products == {}


def test_a_panel_whose_dials_the_page_cannot_set_stays_a_picture():
    """How strongly a touchpoint runs changes who is met at all: no byte that a page could set."""
    phone = Scenario.load("phone")
    name = next(iter(phone.strategies["pull"].touchpoints))
    asked = {"show": "funnel", "keys": [f"pull.touchpoints.{name}"], "ranges": {}, "people": 100,
             "beside": "pull", "scenario": to_toml(phone)}  # fmt: skip
    panels = Panels()
    assert panels.alive(f'<div data-panel="{packed(asked)}">p</div>', "en") == "<div >p</div>"
    assert list(panels.products.values()) == [""]


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
