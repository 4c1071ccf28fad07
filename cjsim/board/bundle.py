"""The front end's modules as one script, its style as one sheet.

A page that opens from a file cannot load modules, and a widget is one module: so the files of
`front/` are put one behind the other, those that are imported first, each in a function of its own
that returns what it exports. Nothing is translated: only lines that import and the word `export`
are replaced.
"""

from __future__ import annotations

import graphlib
import re
from functools import cache
from pathlib import Path
from typing import Final

FRONT: Final = Path(__file__).with_name("front")
IMPORT: Final = re.compile(r'^import \{([^}]*)\} from "\./([a-z_]+)\.js";\n', re.MULTILINE)
EXPORT: Final = re.compile(
    r"^export ((?:async )?(?:function\*?|const|let|class) (\w+))", re.MULTILINE
)
REM: Final = re.compile(r"(?<![\w#-])(-?\d*\.?\d+)rem\b")


def modules(*first: str) -> list[str]:
    """The modules that some need, without `.js`, each behind those that it imports.

    Raises graphlib.CycleError where modules import each other in a circle.
    """
    needs: dict[str, set[str]] = {}
    wanted = list(first)
    while wanted:
        name = wanted.pop()
        if name not in needs:
            needs[name] = {module for _, module in IMPORT.findall(_source(name))}
            wanted += needs[name]
    return list(graphlib.TopologicalSorter(dict(sorted(needs.items()))).static_order())


def script(*first: str) -> str:
    """One script that has all that some modules export, such as "board", as names at its top."""
    parts = [_as_function(name) for name in modules(*first)]
    parts += [f"const {{ {', '.join(exports(name))} }} = {_home(name)};\n" for name in first]
    return "\n".join(parts)


def exports(module: str) -> list[str]:
    """What a module exports."""
    return [name for _, name in EXPORT.findall(_source(module))]


def styles() -> str:
    """The style sheet. A rem in it is one of the board's own: a notebook has another."""
    sheet = FRONT.joinpath("board.css").read_text(encoding="utf-8")
    return REM.sub(r"calc(\1*var(--u))", sheet)


def _as_function(module: str) -> str:
    body = IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_home(found[2])};\n", _source(module))
    body = EXPORT.sub(r"\1", body)
    return (
        f"const {_home(module)} = (() => {{ // {module}.js\n{body}"
        f"return {{ {', '.join(exports(module))} }};\n}})();\n"
    )


def _home(module: str) -> str:
    """The name under which a module's exports stand in the script."""
    return f"js_{module}"


@cache
def _source(module: str) -> str:
    return FRONT.joinpath(f"{module}.js").read_text(encoding="utf-8")
