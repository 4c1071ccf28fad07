"""The examples in docstrings and on pages are true."""

import doctest
import importlib
import re
import shutil
from pathlib import Path

import pytest

import cjsim

HOME = Path(cjsim.__file__).parent
ROOT = Path(__file__).parents[1]
SHOWING = [
    ".".join(path.relative_to(HOME.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(HOME.rglob("*.py"))
    if "    >>> " in path.read_text(encoding="utf-8")
]
PAGES = [
    path for path in sorted((ROOT / "docs").rglob("*.md"))
    if ">>> " in path.read_text(encoding="utf-8")
]  # fmt: skip


@pytest.mark.parametrize("name", SHOWING)
def test_an_example_gives_what_it_shows(name):
    module = importlib.import_module(name)
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed


def of_page(path):
    """A page's examples as one, in the order in which they are read; fences are no output."""
    text = re.sub(r"^```.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_gives_what_it_shows(path, tmp_path, monkeypatch):
    files = [*path.parent.glob("*.toml"), *path.parent.glob("*.csv")]  # an example's firm
    for file in files:
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    told = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    results = runner.run(of_page(path), out=told.append)
    assert results.attempted
    assert not results.failed, "".join(told)


def test_the_files_that_the_page_on_own_products_shows_load(tmp_path):
    page = (ROOT / "docs" / "own-product.md").read_text(encoding="utf-8")
    files = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    shown = []
    for number, file in enumerate(files):
        (tmp_path / f"{number}.toml").write_text(file, encoding="utf-8")
        shown.append(cjsim.Scenario.load(tmp_path / f"{number}.toml"))
    calls, *_ = shown
    assert list(calls.strategies) == ["guide", "calls"]
    assert "strategy A call a month" in calls.says("en")


def test_the_page_on_extending_is_among_them():
    assert {"extend", "own-product", "clinic", "school", "tool"} <= {path.stem for path in PAGES}
