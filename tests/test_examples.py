"""The examples in docstrings and on pages are true."""

import doctest
import importlib
import re
import shutil
from pathlib import Path

import pytest

import cjsim
from tools.translated_pages import twins

HOME = Path(cjsim.__file__).parent
ROOT = Path(__file__).parents[1]
SHOWING = [
    ".".join(path.relative_to(HOME.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(HOME.rglob("*.py"))
    if "    >>> " in path.read_text(encoding="utf-8")
]
TWINS = twins()


def of_page(path):
    """A page's examples as one, in the order in which they are read; fences are no output."""
    text = re.sub(r"^```.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)


def in_both_languages(path):
    """A page's examples, each followed by its translation where that prints something else."""
    page = of_page(path)
    twin = next((of_page(twin) for twin, original in TWINS.items() if original == path), page)
    pairs = zip(page.examples, twin.examples, strict=True)
    page.examples = []
    for one, other in pairs:
        same = one.want == other.want and '"ru"' not in other.source
        page.examples += [one] if same else [one, other]
    return page


PAGES = [
    path for path in sorted((ROOT / "docs").rglob("*.md"))
    if path not in TWINS and ">>> " in path.read_text(encoding="utf-8")
]  # fmt: skip


@pytest.mark.parametrize("name", SHOWING)
def test_an_example_gives_what_it_shows(name):
    module = importlib.import_module(name)
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_gives_what_it_shows(path, tmp_path, monkeypatch):
    files = [*path.parent.glob("*.toml"), *path.parent.glob("*.csv")]  # an example's firm
    for file in files:
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    told = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    results = runner.run(in_both_languages(path), out=told.append)
    assert results.attempted
    assert not results.failed, "".join(told)


def test_the_files_that_the_page_on_own_products_shows_load(tmp_path):
    page = (ROOT / "docs" / "own-product.md").read_text(encoding="utf-8")
    files = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    loaded = []
    for number, file in enumerate(files):
        (tmp_path / f"{number}.toml").write_text(file, encoding="utf-8")
        loaded.append(cjsim.Scenario.load(tmp_path / f"{number}.toml"))
    calls, *_ = loaded
    assert list(calls.strategies) == ["guide", "calls"]
    assert "strategy A call a month" in calls.says("en")


def test_the_page_on_extending_is_among_them():
    assert {"extend", "own-product", "clinic", "school", "tool"} <= {path.stem for path in PAGES}
