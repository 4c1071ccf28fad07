"""Pages that the code writes: public names, commands, keys of a scenario, products."""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from cjsim.cli.main import command_line
from cjsim.labels import text
from cjsim.scenario import TABLES, docs

PACKAGES: Final = (
    "cjsim", "cjsim.measures", "cjsim.charts", "cjsim.observe", "cjsim.data", "cjsim.inference",
    "cjsim.lab", "cjsim.course",
)  # fmt: skip
"""The packages whose public names the site explains."""


ITEM: Final = re.compile(r"^(\*{0,2}\w[\w.,* \"]*?) : ", re.MULTILINE)
WIDTH: Final = 88


def page_of_package(name: str) -> str:
    """The public names of a package, each with its signature and docstring."""
    package = importlib.import_module(name)
    blocks = [f"# {name}", (inspect.getdoc(package) or "").partition("\n")[0]]
    for public in sorted(package.__all__, key=str.lower):
        thing = getattr(package, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            blocks += [f"## {public}", *_explained(thing, f"{name}.{public}")]
    return "\n\n".join(blocks) + "\n"


def _explained(thing: Any, name: str) -> Iterator[str]:
    """A class or a function: how it is called, what its docstring says, its methods."""
    yield _called(thing, name)
    yield markdown(inspect.getdoc(thing) or "")
    if not inspect.isclass(thing):
        return
    for member, value in vars(thing).items():
        if member.startswith("_") or not inspect.getdoc(value):
            continue
        plain = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if inspect.isfunction(plain):
            yield f"### {thing.__name__}.{member}"
            if not isinstance(value, property):
                yield _called(plain, f"{thing.__name__}.{member}")
            yield markdown(inspect.getdoc(value) or "")


def _called(thing: Any, name: str) -> str:
    """The signature, broken where it is long."""
    words = [str(parameter) for parameter in inspect.signature(thing).parameters.values()]
    words = [re.sub(r": '([^']*)'", r": \1", word) for word in words if word != "self"]
    line = f"{name}({', '.join(words)})"
    if len(line) > WIDTH:
        line = f"{name}(\n    " + ",\n    ".join(words) + ",\n)"
    return f"```python\n{line}\n```"


def markdown(docstring: str) -> str:
    """A docstring as Markdown: sections in bold, `name : meaning` as a list, examples as code.

    >>> print(markdown("Add.\\n\\nParameters\\n----------\\nn : how many."))
    Add.
    <BLANKLINE>
    **Parameters**
    <BLANKLINE>
    - `n`: how many.
    """
    text = re.sub(r"^(\w[\w ]*)\n-{3,}$", r"**\1**\n", docstring, flags=re.MULTILINE)
    blocks = []
    for block in text.split("\n\n"):
        if block.startswith((">>>", "    ")):
            blocks.append(f"```pycon\n{textwrap.dedent(block)}\n```")
        elif ITEM.match(block):
            items = re.sub(r"\n[ ]+", " ", block)
            blocks.append(ITEM.sub(lambda item: f"- `{item[1]}`: ", items))
        else:
            blocks.append(block.replace("<", "\\<"))
    return "\n\n".join(blocks)


def commands() -> str:
    """Every command with its words, as `--help` tells them."""
    blocks = [
        "# Commands",
        "`cjsim WORD …`, or `python3 kit.py WORD …`. This page is written from the command itself.",
    ]
    for name, job in jobs_of(command_line()):
        blocks += [f"## {name}", f"```text\n{job.format_help().strip()}\n```"]
    return "\n\n".join(blocks) + "\n"


def jobs_of(
    command: argparse.ArgumentParser, above: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands of a parser and of theirs: (words, parser)."""
    for action in command._actions:  # argparse shows them nowhere else
        if isinstance(action, argparse._SubParsersAction):
            for word, job in action.choices.items():
                yield f"{above}{word}", job
                yield from jobs_of(job, f"{above}{word} ")


def keys(lang: str) -> str:
    """Every key of a scenario file: default, unit, range, source, meaning, in a language."""
    blocks = [f"# {text('keys.page', lang)}", text("keys.printed", lang)]
    columns = ("key", "means", "value", "unit", "range", "source")
    head = "| " + " | ".join(text(f"keys.{name}", lang) for name in columns) + " |"
    for table in TABLES:
        rows = [head, "|---" * len(columns) + "|"]
        for doc in docs(table, lang):
            default = text("keys.must_be_given", lang) if doc.default is None else doc.default
            row = (f"`{doc.key}`", doc.text, default, doc.unit, doc.range, doc.source)
            rows.append("| " + " | ".join(_cell(word) for word in row) + " |")
        blocks += [f"## [{table}]", "\n".join(rows)]
    return "\n\n".join(blocks) + "\n"


def _cell(word: Any) -> str:
    return str(word if word is not None else "").replace("|", "\\|").replace("\n", " ")
