"""The README is true: its commands print what it shows, its file loads, its Python runs.

So is README.ru.md: a question is run once and told in both languages.
`python -m tests.test_readme` stores what the commands print now.
"""

import contextlib
import importlib
import io
import os
import re
import tempfile
from pathlib import Path

import pytest

from benchmarks.break_even import LOWEST, break_even, flip, words
from cjsim.cli import main
from cjsim.scenario import Scenario, presets

FILE = Path(__file__).parents[1] / "README.md"
README = FILE.read_text(encoding="utf-8")
RUSSIAN = FILE.with_name("README.ru.md")
ASKED = [
    ("cjsim.cli.ask", "compare"), ("cjsim.cli.ask", "what_if"),
    ("cjsim.experiment.sweep", "sweep"), ("cjsim.experiment.coalitions", "touchpoint_truth"),
]  # fmt: skip
"""What the commands of the README ask."""


def blocks(kind: str, page: str = README) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def in_both_languages() -> list[tuple[str, str]]:
    """The console blocks of the README, each with that of the Russian one."""
    russian = RUSSIAN.read_text(encoding="utf-8")
    return list(zip(blocks("console"), blocks("console", russian), strict=True))


@contextlib.contextmanager
def answered_once():
    """A question that is asked a second time, in another language, has the answer of the first."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ASKED:
            home = importlib.import_module(module)
            patch.setattr(home, name, remembering(getattr(home, name)))
        yield


def remembering(question):
    """A function that is called once, and gives the same answer from then on."""
    answers = []

    def asked(*words, **more):
        if not answers:
            answers.append(question(*words, **more))
        return answers[0]

    return asked


def printed(block: str) -> str:
    """A console block as it is when its command is run now."""
    command = block.partition("\n")[0]
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        main.main(command.removeprefix("$ cjsim ").split())
    return f"{command}\n{output.getvalue()}"


@pytest.fixture
def coffee(tmp_path, monkeypatch):
    (tmp_path / "coffee.toml").write_text(blocks("toml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("block", "russian"), in_both_languages())
def test_each_command_prints_what_the_readme_shows(block, russian, coffee):
    with answered_once():
        assert printed(block) == block
        assert printed(russian) == russian


def test_an_own_product_takes_ten_lines(coffee):
    assert len(blocks("toml")[0].splitlines()) == 10
    assert Scenario.load("coffee.toml").product.price == 14.0


@pytest.mark.parametrize(
    ("block", "printed"),
    list(zip(blocks("python"), ["['strategy']\n", "guide\n", "Person\n"], strict=True)),
)
def test_the_python_runs(block, printed, capsys):
    exec(block, {})
    assert capsys.readouterr().out == printed


def break_evens() -> dict[str, str]:
    """The rows of the table of break-even accuracies: product -> what stands there."""
    rows = re.findall(r"^\| ([a-z_, ]+) \| ((?:\d|below|never).*) \|$", README, re.MULTILINE)
    return {product: said for products, said in rows for product in products.split(", ")}


def test_every_product_has_a_break_even():
    assert set(break_evens()) == set(presets())


EACH_TIME = ("phone", "forex", "manicure")


@pytest.mark.parametrize(
    "product",
    [p if p in EACH_TIME else pytest.param(p, marks=pytest.mark.soak) for p in break_evens()],
)
def test_pushing_pays_from_the_accuracy_that_the_readme_says(product):
    """Each time three products; a log of any other that moved is told by `test_golden_logs.py`."""
    found = break_even(flip(product, people=None, runs=8, seed=1, executor="threads"))
    assert break_evens()[product] == said(*map(words, found))


def said(value: str, low: str, high: str) -> str:
    """A break-even as the table says it."""
    if value == "never":
        return "never, not even at 1.0"
    ends = "" if value == low == high else f" [{low}, {high}]"
    return f"{value}{ends}".replace("always", f"below {LOWEST}")


if __name__ == "__main__":
    pages = {FILE: README, RUSSIAN: RUSSIAN.read_text(encoding="utf-8")}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("coffee.toml").write_text(blocks("toml")[0], encoding="utf-8")
        for both in in_both_languages():
            with answered_once():
                for file, shown in zip(pages, both, strict=True):
                    pages[file] = pages[file].replace(shown, printed(shown))
    for file, page in pages.items():
        file.write_text(page, encoding="utf-8")
